//! Pairs of images that are nearly the same.
//!
//! Neighbours in latent space are candidates, for what is nearly the same is encoded nearly the same; their pixels decide.

use std::ops::ControlFlow;

use rayon::prelude::*;

use crate::data::Dataset;
use crate::math::pca::pca;

/// Nearest in latent space whose pixels are compared, for each image.
const CANDIDATES: usize = 8;
/// Images between two looks at whether to go on.
const CHUNK: usize = 2048;
/// Dimensions that are added up before a look at whether the pair is out already.
const AT_ONCE: usize = 4;

/// Two images and how far they are apart.
#[derive(Debug, Clone, PartialEq)]
pub struct Twins {
    /// Which, the lower index first.
    pub images: [u32; 2],
    /// Root of the mean squared difference of pixel values in [0, 1].
    pub rms_pixels: f32,
    /// Euclidean distance of their means.
    pub distance_z: f32,
}

/// The `most` pairs with the least difference in pixels, the most alike first: `mu` is `[n, d]`; images of `without`
/// (ascending or not) do not take part. `None` when `progress`, told the share done, ended it.
pub fn twins(
    mu: &[f32],
    data: &Dataset,
    without: &[u32],
    most: usize,
    progress: &dyn Fn(f32) -> ControlFlow<()>,
) -> Option<Vec<Twins>> {
    let d = mu.len() / data.len().max(1);
    let mut kept = vec![true; data.len()];
    for idx in without {
        if let Some(kept) = kept.get_mut(*idx as usize) {
            *kept = false;
        }
    }
    let axes = pca(mu, d, d).map(|found| found.axes).unwrap_or_default();
    // Along the principal axes: sorted by the first, and the first few tell most.
    let turned = |i: usize| {
        let z = &mu[i * d..(i + 1) * d];
        axes.iter().map(|axis| axis.iter().zip(z).map(|(a, z)| a * f64::from(*z)).sum::<f64>() as f32).collect()
    };
    let mut rows: Vec<(u32, Vec<f32>)> = (0..data.len()).filter(|i| kept[*i]).map(|i| (i as u32, turned(i))).collect();
    let first = |row: &(u32, Vec<f32>)| row.1.first().copied().unwrap_or_default();
    rows.sort_by(|a, b| first(a).total_cmp(&first(b)));
    let places: Vec<usize> = (0..rows.len()).collect();
    let mut found = Vec::new();
    for chunk in places.chunks(CHUNK) {
        if progress(chunk.first().map_or(0.0, |at| *at as f32 / rows.len() as f32)).is_break() {
            return None;
        }
        let of_chunk: Vec<Twins> = chunk
            .par_iter()
            .flat_map_iter(|at| {
                let own = rows[*at].0;
                near(&rows, *at).into_iter().map(move |(other, distance2)| (own, other, distance2))
            })
            .map(|(own, other, distance2)| Twins {
                images: [own.min(other), own.max(other)],
                rms_pixels: difference(data.image(own as usize), data.image(other as usize)),
                distance_z: distance2.sqrt(),
            })
            .collect();
        found.extend(of_chunk);
        found.sort_by(|a, b| a.rms_pixels.total_cmp(&b.rms_pixels).then(a.images.cmp(&b.images)));
        found.dedup_by_key(|pair| pair.images);
        found.truncate(most);
    }
    Some(found)
}

/// The nearest rows to the one at `at`, with squared distances: outwards from it along the first axis, until that alone is
/// too far.
fn near(rows: &[(u32, Vec<f32>)], at: usize) -> Vec<(u32, f32)> {
    let (_, z) = &rows[at];
    let mut best: Vec<(u32, f32)> = Vec::with_capacity(CANDIDATES + 1);
    let mut look = |row: &(u32, Vec<f32>)| {
        let worst = if best.len() < CANDIDATES { f32::INFINITY } else { best.last().map_or(f32::INFINITY, |b| b.1) };
        let along = row.1.first().zip(z.first()).map_or(0.0, |(a, b)| a - b);
        if along * along > worst {
            return false;
        }
        let mut distance2 = 0.0;
        for (a, b) in row.1.chunks(AT_ONCE).zip(z.chunks(AT_ONCE)) {
            distance2 += a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum::<f32>();
            if distance2 >= worst {
                return true;
            }
        }
        let place = best.partition_point(|(_, other)| *other <= distance2);
        best.insert(place, (row.0, distance2));
        best.truncate(CANDIDATES);
        true
    };
    // In turns, so that the bound is tight early.
    let (mut up, mut down) = (rows[at + 1..].iter(), rows[..at].iter().rev());
    let (mut go_up, mut go_down) = (true, true);
    while go_up || go_down {
        go_up = go_up && up.next().is_some_and(&mut look);
        go_down = go_down && down.next().is_some_and(&mut look);
    }
    best
}

/// Root of the mean squared difference, in units of 255.
fn difference(a: &[u8], b: &[u8]) -> f32 {
    let squares: u64 = a.iter().zip(b).map(|(a, b)| u64::from(a.abs_diff(*b)).pow(2)).sum();
    (squares as f64 / a.len().max(1) as f64).sqrt() as f32 / 255.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::latent::neighbours::nearest;
    use crate::rng::{Rng, Stream};

    #[test]
    fn the_nearest_rows_are_those_of_a_plain_search() {
        let d = 5;
        let mu = Rng::new(1, Stream::TrainNoise, 0).normals(d * 300);
        let mut rows: Vec<(u32, Vec<f32>)> =
            mu.chunks(d).map(<[f32]>::to_vec).enumerate().map(|(i, z)| (i as u32, z)).collect();
        rows.sort_by(|a, b| a.1[0].total_cmp(&b.1[0]));
        for at in [0, 17, 150, 299] {
            let expected: Vec<u32> =
                nearest(&mu, &rows[at].1, CANDIDATES + 1).into_iter().skip(1).map(|(i, _)| i as u32).collect();
            assert_eq!(near(&rows, at).into_iter().map(|(i, _)| i).collect::<Vec<_>>(), expected);
        }
    }
}
