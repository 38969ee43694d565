//! Points to ask two models for, when nobody named any.

/// Quantiles of the normal distribution at ⅛, ⅜, ⅝ and ⅞: equally likely steps through the prior.
///
/// `scipy.stats.norm.ppf([1/8, 3/8, 5/8, 7/8])`.
const STEPS: [f32; 4] = [-1.150_349_4, -0.318_639_36, 0.318_639_36, 1.150_349_4];

/// The origin of a space of `d` dimensions, and the steps along one axis of each model: the one that carries most,
/// where `kl_per_dim` are the nats of every dimension of each. Where they agree on it, the second
/// model's next is taken; without such figures, the first axes.
pub fn probe(d: usize, kl_per_dim: [&[f64]; 2]) -> Vec<Vec<f32>> {
    let [first, second] = kl_per_dim.map(|kl| by_weight(d, kl));
    let right = first.first().copied().unwrap_or_default();
    let up = second.iter().chain(&first).copied().find(|axis| *axis != right);
    let step = |axis: usize, by: f32| (0..d).map(|i| if i == axis { by } else { 0.0 }).collect();
    let along = |axis: usize| STEPS.map(|by| step(axis, by));
    std::iter::once(vec![0.0; d]).chain(along(right)).chain(up.into_iter().flat_map(along)).collect()
}

/// The axes of a space of `d` dimensions by their KL in nats, what carries most first; one without a figure carries
/// nothing.
pub fn by_weight(d: usize, kl: &[f64]) -> Vec<usize> {
    let mut axes: Vec<usize> = (0..d).collect();
    let of = |axis: usize| kl.get(axis).copied().unwrap_or_default();
    axes.sort_by(|a, b| of(*b).total_cmp(&of(*a)));
    axes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_axes_that_carry_most_are_walked() {
        let axes = |kl: [&[f64]; 2]| {
            let points = probe(3, kl);
            assert_eq!((points.len(), &points[0]), (9, &vec![0.0; 3]));
            let axis = |point: &Vec<f32>| point.iter().position(|v| *v != 0.0).unwrap();
            assert!(points[1..5].iter().all(|p| axis(p) == axis(&points[1])));
            (axis(&points[1]), axis(&points[5]))
        };
        assert_eq!(axes([&[], &[]]), (0, 1));
        assert_eq!(axes([&[0.1, 0.2, 3.0], &[2.0, 0.1, 0.1]]), (2, 0));
        // Both use the last most: the next of the second follows.
        assert_eq!(axes([&[0.1, 0.2, 3.0], &[0.1, 0.4, 9.0]]), (2, 1));
    }
}
