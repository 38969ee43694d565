//! The colours of a GIF frame: exactly its own when they are 256 or fewer, otherwise the 256 that lie near all of
//! them: median cut (Heckbert 1982), and then a few rounds of k-means (Lloyd 1982).

use std::collections::BTreeMap;

/// Most colours of a GIF frame.
pub(super) const MOST: usize = 256;
/// Rounds of k-means; the error hardly falls after these.
const ROUNDS: usize = 6;

/// A colour.
type Rgb = [u8; 3];

/// Some colours, and which one every pixel has.
pub(super) struct Indexed {
    /// Red, green, blue of each colour, one after the other.
    pub palette: Vec<u8>,
    /// `[height, width]`.
    pub indices: Vec<u8>,
}

/// The pixels `rgb`, `[n, 3]`, by at most [`MOST`] colours.
pub(super) fn index(rgb: &[u8]) -> Indexed {
    let counts = counted(rgb);
    let palette = if counts.len() <= MOST {
        counts.iter().map(|(colour, _)| *colour).collect()
    } else {
        refined(&counts, median_cut(counts.clone()))
    };
    let of: BTreeMap<Rgb, u8> = counts.iter().map(|(colour, _)| (*colour, nearest(&palette, *colour) as u8)).collect();
    let mut last = ([0; 3], of.get(&[0; 3]).copied().unwrap_or_default());
    let indices = pixels(rgb).map(|colour| {
        if last.0 != colour {
            last = (colour, of.get(&colour).copied().unwrap_or_default());
        }
        last.1
    });
    Indexed { indices: indices.collect(), palette: palette.concat() }
}

fn pixels(rgb: &[u8]) -> impl Iterator<Item = Rgb> {
    rgb.as_chunks().0.iter().copied()
}

/// Every colour once, with the number of its pixels.
fn counted(rgb: &[u8]) -> Vec<(Rgb, u64)> {
    let mut counts = BTreeMap::new();
    let mut run = ([0; 3], 0);
    for colour in pixels(rgb) {
        if colour != run.0 {
            *counts.entry(run.0).or_insert(0) += run.1;
            run = (colour, 0);
        }
        run.1 += 1;
    }
    *counts.entry(run.0).or_insert(0) += run.1;
    counts.into_iter().filter(|(_, n)| *n > 0).collect()
}

/// Splits the box with the largest scatter at its mean until there are enough.
fn median_cut(counts: Vec<(Rgb, u64)>) -> Vec<Rgb> {
    let mut boxes = vec![counts];
    while boxes.len() < MOST {
        let Some((i, axis)) = widest(&boxes) else { break };
        let whole = boxes.swap_remove(i);
        let total: f64 = whole.iter().map(|(_, n)| *n as f64).sum();
        // Not rounded, so that there is something on either side.
        let middle = whole.iter().map(|(c, n)| *n as f64 * f64::from(c[axis])).sum::<f64>() / total;
        let (low, high): (Vec<_>, Vec<_>) = whole.into_iter().partition(|(c, _)| f64::from(c[axis]) <= middle);
        if low.is_empty() || high.is_empty() {
            boxes.push([low, high].concat());
            break;
        }
        boxes.extend([low, high]);
    }
    boxes.iter().map(|colours| mean(colours)).collect()
}

/// The box and the channel along which it scatters most; none when every box is one colour.
fn widest(boxes: &[Vec<(Rgb, u64)>]) -> Option<(usize, usize)> {
    let scatter = |colours: &[(Rgb, u64)], axis: usize| -> f64 {
        let total: f64 = colours.iter().map(|(_, n)| *n as f64).sum();
        let sum: f64 = colours.iter().map(|(c, n)| *n as f64 * f64::from(c[axis])).sum();
        let squares: f64 = colours.iter().map(|(c, n)| *n as f64 * f64::from(c[axis]).powi(2)).sum();
        squares - sum * sum / total.max(1.0)
    };
    let all = boxes.iter().enumerate().filter(|(_, colours)| colours.len() > 1);
    let all = all.flat_map(|(i, colours)| (0..3).map(move |axis| (scatter(colours, axis), i, axis)));
    all.max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, i, axis)| (i, axis))
}

fn mean(colours: &[(Rgb, u64)]) -> Rgb {
    let total = colours.iter().map(|(_, n)| n).sum::<u64>().max(1);
    [0, 1, 2].map(|axis| {
        let sum: u64 = colours.iter().map(|(c, n)| n * u64::from(c[axis])).sum();
        ((sum + total / 2) / total) as u8
    })
}

/// Moves every colour of the palette to the mean of those that it stands for.
fn refined(counts: &[(Rgb, u64)], mut palette: Vec<Rgb>) -> Vec<Rgb> {
    for _ in 0..ROUNDS {
        let mut groups = vec![Vec::new(); palette.len()];
        for entry in counts {
            if let Some(group) = groups.get_mut(nearest(&palette, entry.0)) {
                group.push(*entry);
            }
        }
        for (colour, group) in palette.iter_mut().zip(&groups).filter(|(_, group)| !group.is_empty()) {
            *colour = mean(group);
        }
    }
    palette
}

/// The colour of `palette` with the smallest squared distance.
fn nearest(palette: &[Rgb], colour: Rgb) -> usize {
    let distance =
        |other: &Rgb| -> u32 { other.iter().zip(colour).map(|(a, b)| u32::from(a.abs_diff(b)).pow(2)).sum() };
    palette.iter().enumerate().min_by_key(|(_, other)| distance(other)).map_or(0, |(i, _)| i)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::{Rng, Stream};

    fn shown(indexed: &Indexed) -> Vec<u8> {
        indexed.indices.iter().flat_map(|&i| indexed.palette[3 * usize::from(i)..][..3].to_vec()).collect()
    }

    #[test]
    fn few_colours_stay_what_they_are() {
        let rgb: Vec<u8> = (0..512).flat_map(|i| [(i % 256) as u8, 7, (i % 2) as u8]).collect();
        let indexed = index(&rgb);
        assert_eq!((indexed.palette.len(), shown(&indexed)), (3 * 256, rgb));
    }

    // Pillow 13.0, the same pixels: Image.quantize(256, Quantize.MEDIANCUT, dither=0) leaves a root mean square error
    // of 4.495, with kmeans=6 of 4.272:
    //   i, j = numpy.mgrid[0:64, 0:64]; numpy.stack([4 * j, 4 * i, 255 - 2 * (i + j)], -1)
    #[test]
    fn many_colours_become_the_nearest_of_256() {
        let rgb: Vec<u8> = (0..64 * 64)
            .flat_map(|p| [4 * (p % 64), 4 * (p / 64), 255 - 2 * (p % 64 + p / 64)])
            .map(|v| v as u8)
            .collect();
        let indexed = index(&rgb);
        assert_eq!(indexed.palette.len(), 3 * MOST);
        let squares: f64 = shown(&indexed).iter().zip(&rgb).map(|(a, b)| (f64::from(*a) - f64::from(*b)).powi(2)).sum();
        let error = (squares / rgb.len() as f64).sqrt();
        assert!(error < 4.3, "{error}");
    }

    #[test]
    fn noise_is_indexed_without_a_colour_too_many() {
        let noise = Rng::new(1, Stream::TrainNoise, 0).uniforms(3 * 5000, 127.0);
        let rgb: Vec<u8> = noise.iter().map(|v| (v + 127.0) as u8).collect();
        let indexed = index(&rgb);
        assert_eq!((indexed.palette.len(), indexed.indices.len()), (3 * MOST, 5000));
    }
}
