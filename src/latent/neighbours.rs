//! Which points lie nearest.

/// The `k` rows of `points` (`[n, d]`) nearest to `z` (`[d]`): index and Euclidean distance, nearest first.
pub fn nearest(points: &[f32], z: &[f32], k: usize) -> Vec<(usize, f32)> {
    let mut best: Vec<(usize, f32)> = Vec::with_capacity(k + 1);
    for (idx, point) in points.chunks_exact(z.len().max(1)).enumerate() {
        let distance: f32 = point.iter().zip(z).map(|(p, q)| (p - q) * (p - q)).sum();
        if best.len() < k || best.last().is_some_and(|(_, worst)| distance < *worst) {
            let at = best.partition_point(|(_, d)| *d <= distance);
            best.insert(at, (idx, distance));
            best.truncate(k);
        }
    }
    best.iter().map(|(idx, squared)| (*idx, squared.sqrt())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::{Rng, Stream};

    #[test]
    fn the_nearest_are_those_of_a_full_sort() {
        let points = Rng::new(1, Stream::TrainNoise, 0).normals(3 * 200);
        let z = [0.1, -0.4, 0.7];
        let distance = |i: usize| (0..3).map(|j| (points[3 * i + j] - z[j]).powi(2)).sum::<f32>().sqrt();
        let mut all: Vec<usize> = (0..200).collect();
        all.sort_by(|&a, &b| distance(a).total_cmp(&distance(b)));
        let found = nearest(&points, &z, 5);
        assert_eq!(found.iter().map(|(i, _)| *i).collect::<Vec<_>>(), all[..5]);
        assert!(found.iter().all(|&(i, d)| (d - distance(i)).abs() < 1e-6));
    }

    #[test]
    fn fewer_points_than_asked_are_all_given() {
        assert_eq!(nearest(&[3.0, 0.0], &[0.0, 4.0], 4), [(0, 5.0)]);
        assert_eq!(nearest(&[], &[0.0, 4.0], 4), []);
    }
}
