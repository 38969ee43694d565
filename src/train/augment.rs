//! Training images mirrored and moved by chance, so that a small folder goes further.

use crate::rng::Rng;

/// Mirrors every other image left to right, by chance, when `flip`, and moves each by up to `shift` pixels right or left
/// and down or up; the edge is repeated. `pixels` are whole images `[B, side, side, channels]`.
///
/// The draws are the same number for every image, whatever comes out of them.
pub fn augment(pixels: &mut [f32], side: usize, channels: usize, flip: bool, shift: usize, rng: &mut Rng) {
    let image_len = side * side * channels;
    if image_len == 0 || !(flip || shift > 0) {
        return;
    }
    let mut source = vec![0.0; image_len];
    for image in pixels.chunks_exact_mut(image_len) {
        let draws = rng.uniforms(3, 0.5);
        let draw = |i: usize| draws.get(i).copied().unwrap_or_default();
        let moved = |u: f32| {
            let choices = 2 * shift as isize + 1;
            (((u + 0.5) * choices as f32) as isize).clamp(0, choices - 1) - shift as isize
        };
        let (mirrored, right, down) = (flip && draw(0) < 0.0, moved(draw(1)), moved(draw(2)));
        source.copy_from_slice(image);
        let last = side as isize - 1;
        // Where the pixel at (row, column) comes from: moved back, and only then mirrored.
        let from = |at: usize, by: isize| (at as isize - by).clamp(0, last) as usize;
        for (row, line) in image.chunks_exact_mut(side * channels).enumerate() {
            let start = from(row, down) * side;
            for (column, pixel) in line.chunks_exact_mut(channels).enumerate() {
                let column = from(column, right);
                let at = (start + if mirrored { side - 1 - column } else { column }) * channels;
                if let Some(value) = source.get(at..at + channels) {
                    pixel.copy_from_slice(value);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Stream;

    const SIDE: usize = 5;

    /// Every pixel is its own (row, column).
    fn images(n: usize) -> Vec<f32> {
        let pixel = |i: usize| [(i / SIDE) as f32, (i % SIDE) as f32];
        (0..n).flat_map(|_| (0..SIDE * SIDE).flat_map(pixel)).collect()
    }

    /// What became of `n` images, as (mirrored, right, down), read off their pixels.
    fn seen(n: usize, flip: bool, shift: usize) -> Vec<(bool, isize, isize)> {
        let mut pixels = images(n);
        augment(&mut pixels, SIDE, 2, flip, shift, &mut Rng::new(1, Stream::Augment, 7));
        let read = |image: &[f32]| {
            let at = |row: usize, column: usize| {
                let i = 2 * (row * SIDE + column);
                (image[i] as isize, image[i + 1] as isize)
            };
            let middle = at(2, 2);
            let mirrored = at(2, 3).1 < middle.1;
            let column = if mirrored { 4 - middle.1 } else { middle.1 };
            let (right, down) = (2 - column, 2 - middle.0);
            for row in 0..SIDE {
                for column in 0..SIDE {
                    let back = |at: usize, by: isize| (at as isize - by).clamp(0, 4);
                    let from = back(column, right);
                    let expected = (back(row, down), if mirrored { 4 - from } else { from });
                    assert_eq!(at(row, column), expected, "mirrored {mirrored}, moved by ({right}, {down})");
                }
            }
            (mirrored, right, down)
        };
        pixels.chunks(2 * SIDE * SIDE).map(read).collect()
    }

    #[test]
    fn images_are_moved_whole_with_their_edge_repeated() {
        let moved = seen(400, false, 1);
        for right in -1..=1 {
            for down in -1..=1 {
                // A ninth of 400 is 44; four standard deviations are 25.
                let n = moved.iter().filter(|m| **m == (false, right, down)).count();
                assert!((19..70).contains(&n), "({right}, {down}): {n}");
            }
        }
    }

    #[test]
    fn every_other_image_is_mirrored_and_none_without_being_asked() {
        let mirrored = seen(400, true, 0).iter().filter(|m| m.0).count();
        assert!((160..240).contains(&mirrored), "{mirrored}");
        assert!(seen(50, false, 0).iter().all(|m| *m == (false, 0, 0)));
        assert!(seen(400, true, 1).iter().filter(|m| m.0).count() == mirrored, "the draws do not depend on each other");
    }
}
