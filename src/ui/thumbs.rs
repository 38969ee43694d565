//! Small pictures of images on the map: which of them, so that none covers another, and drawing them.

use std::collections::HashMap;

use egui::{Color32, ColorImage};

use crate::data::Dataset;
use crate::ui::textures;

/// The images whose pictures, squares as wide as `separation`, do not cover one another. Chosen greedily in the given
/// order, first as if they were much wider, then by factors of √2 narrower: the choice does not depend on what is in
/// view, and what is chosen from afar stays when one comes nearer.
pub fn choose(places: &[[f32; 2]], order: &(impl Iterator<Item = usize> + Clone), separation: f32) -> Vec<u32> {
    let finite = places.iter().flatten().copied().filter(|v| v.is_finite());
    let reach = finite.fold(0.0_f32, |most, v| most.max(v.abs()));
    if separation.is_nan() || separation <= 0.0 {
        return Vec::new();
    }
    let notch = |x: f32| (x.log2() * 2.0).ceil() as i32;
    let last = notch(separation);
    let first = if reach > 0.0 { notch(reach).max(last) } else { last };
    let (mut chosen, mut taken) = (Vec::new(), vec![false; places.len()]);
    for level in (last..=first).rev() {
        let side = 2.0_f32.powf(level as f32 / 2.0);
        let cell = |[a, b]: [f32; 2]| ((a / side).floor() as i64, (b / side).floor() as i64);
        // A cell as wide as a picture holds one at most.
        let place = |idx: u32| places.get(idx as usize).copied().unwrap_or_default();
        let mut cells: HashMap<(i64, i64), [f32; 2]> =
            chosen.iter().map(|&idx| (cell(place(idx)), place(idx))).collect();
        for idx in order.clone() {
            let (Some(at), Some(taken)) = (places.get(idx).copied(), taken.get_mut(idx)) else { continue };
            if *taken || !(at[0].is_finite() && at[1].is_finite()) {
                continue;
            }
            let (x, y) = cell(at);
            let near = |there: &[f32; 2]| (there[0] - at[0]).abs().max((there[1] - at[1]).abs()) < side;
            let covers = |dx: i64, dy: i64| cells.get(&(x + dx, y + dy)).is_some_and(near);
            let covered = cells.contains_key(&(x, y)) || (-1..=1).any(|dx| (-1..=1).any(|dy| covers(dx, dy)));
            if !covered {
                cells.insert((x, y), at);
                *taken = true;
                chosen.push(idx as u32);
            }
        }
    }
    chosen
}

/// Draws an image with its middle at (x, y) and so many pixels a side, with a rim of its colour; what lies over an edge is
/// cut.
pub fn draw(picture: &mut ColorImage, data: &Dataset, idx: usize, [x, y]: [f32; 2], side: usize, rim: Color32) {
    let [width, height] = picture.size.map(|n| n as i64);
    let half = side as f32 / 2.0;
    if !(-half..=width as f32 + half).contains(&x) || !(-half..=height as f32 + half).contains(&y) {
        return;
    }
    let (left, top) = ((x - half).round() as i64, (y - half).round() as i64);
    let own: Vec<Color32> = textures::colours(data.image(idx), data.channels).collect();
    let thick = (side / 18).max(1);
    for row in 0..side {
        for column in 0..side {
            let (px, py) = (left + column as i64, top + row as i64);
            if px < 0 || py < 0 || px >= width || py >= height {
                continue;
            }
            let at_rim = row.min(column) < thick || (side - 1 - row).min(side - 1 - column) < thick;
            let colour = if at_rim { rim } else { sampled(&own, data.side, [column, row], side) };
            if let Some(pixel) = picture.pixels.get_mut((py * width + px) as usize) {
                *pixel = colour;
            }
        }
    }
}

/// The mean of what a pixel of the smaller picture covers, or the nearest pixel where it is larger.
fn sampled(own: &[Color32], own_side: usize, [column, row]: [usize; 2], side: usize) -> Color32 {
    let span = |i: usize| {
        let from = i * own_side / side.max(1);
        from..((i + 1) * own_side / side.max(1)).max(from + 1).min(own_side)
    };
    let (mut sum, mut n) = ([0_u32; 3], 0);
    for pixel in span(row).flat_map(|y| span(column).filter_map(move |x| own.get(y * own_side + x))) {
        sum.iter_mut().zip([pixel.r(), pixel.g(), pixel.b()]).for_each(|(sum, c)| *sum += u32::from(c));
        n += 1;
    }
    let [r, g, b] = sum.map(|sum| (sum / n.max(1)) as u8);
    Color32::from_rgb(r, g, b)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::{Rng, Stream};

    fn places() -> Vec<[f32; 2]> {
        let normals = Rng::new(2, Stream::TrainNoise, 0).normals(2 * 3000);
        normals.chunks(2).map(|pair| [pair[0], pair[1]]).collect()
    }

    #[test]
    fn none_covers_another_and_no_more_would_find_room() {
        let places = places();
        let separation = 2.0_f32.powf(-2.5);
        let chosen = choose(&places, &(0..places.len()), separation);
        let apart = |p: [f32; 2], q: [f32; 2]| (p[0] - q[0]).abs().max((p[1] - q[1]).abs()) >= separation - 1e-6;
        let at = |idx: &u32| places[*idx as usize];
        for (i, x) in chosen.iter().enumerate() {
            assert!(chosen[i + 1..].iter().all(|y| apart(at(x), at(y))));
        }
        let has_room = |p: &&[f32; 2]| chosen.iter().all(|idx| apart(at(idx), **p));
        assert_eq!(places.iter().filter(has_room).count(), 0);
    }

    #[test]
    fn coming_nearer_shows_more_and_takes_nothing_away() {
        let places = places();
        let at = |separation: f32| choose(&places, &(0..places.len()), separation);
        let (far, near) = (at(0.4), at(0.13));
        assert!(near.len() > 3 * far.len(), "{} {}", far.len(), near.len());
        assert!(far.iter().all(|idx| near.contains(idx)));
        assert!(at(f32::NAN).is_empty());
        assert_eq!(choose(&[[f32::NAN; 2], [0.0; 2]], &(0..2), 1.0), [1]);
    }
}
