use super::*;
use crate::latent::{Plane, Spacing};
use crate::rng::{Rng, Stream};

const MU: [f32; 12] = [0.0, 1.0, -0.5, 1.5, -0.3, 0.2, -0.7, 0.4, 0.9, 0.2, 0.1, -1.1];
const SIGMA: [f32; 12] = [0.5, 0.2, 1.0, 0.3, 0.8, 0.1, 1.0, 1.0, 1.0, 0.05, 0.4, 0.6];

#[track_caller]
fn close(got: f64, expected: f64) {
    assert!((got - expected).abs() < 1e-5 * expected.abs().max(1.0), "{got} against {expected}");
}

// NumPy 2 and SciPy 1.17, with mu and sd the arrays above as [4, 3]:
//   def logq(z, keep=slice(None), sd=sd):
//       return logsumexp(norm.logpdf(z, mu[keep], sd[keep]).sum(1)) - np.log(len(mu[keep]))
#[test]
fn the_density_agrees_with_scipy() {
    let density = Density::new(&MU, &SIGMA, 3);
    close(density.log_density(&[0.1, 0.2, 0.3]), -3.868_686_523_709_667);
    close(density.log_density(&[4.0, -3.0, 2.0]), -21.573_109_960_733_905);
    //   [logq(mu[i], [k for k in range(4) if k != i]) for i in range(4)]
    let others = [-5.254_945_113_782_471, -6.765_427_887_214_06, -8.012_842_795_288_082, -6.301_854_361_235_32];
    others.iter().enumerate().for_each(|(i, expected)| close(density.of_image(&MU, i), *expected));
    //   logq([0.1, 0.2, 0.3], sd=np.tile(mu.std(0, ddof=1) * 4 ** (-1 / 7), (4, 1)))
    close(Density::new(&MU, &[0.0; 12], 3).log_density(&[0.1, 0.2, 0.3]), -3.071_906_623_572_863);
}

#[test]
fn the_slope_is_that_of_finite_differences() {
    let density = Density::new(&MU, &SIGMA, 3);
    let z = [0.3_f32, 0.2, -0.4];
    let (log_q, slope) = density.log_density_and_slope(&z);
    close(log_q, density.log_density(&z));
    for j in 0..3 {
        let at = |h: f32| {
            let mut z = z;
            z[j] += h;
            density.log_density(&z)
        };
        let difference = (at(0.01) - at(-0.01)) / 0.02;
        assert!((difference - f64::from(slope[j])).abs() < 5e-3 * difference.abs().max(1.0), "{difference} {slope:?}");
    }
}

#[test]
fn percentiles_are_those_of_the_images_judged_by_the_others() {
    let density = Density::new(&MU, &SIGMA, 3);
    for (i, expected) in [75.0, 25.0, 0.0, 50.0].into_iter().enumerate() {
        assert_eq!(density.percentile(density.of_image(&MU, i)), expected);
        assert_eq!(density.percentile_at(&MU[3 * i..3 * i + 3]), expected, "its own place");
    }
    assert_eq!((density.percentile(0.0), density.percentile(-999.0)), (100.0, 0.0));
    close(density.at_percentile(0.0), -8.012_842_795_288_082);
    close(density.at_percentile(100.0), -5.254_945_113_782_471);
    let none = Density::new(&[], &[], 3);
    assert_eq!((none.log_density(&[0.0; 3]), none.percentile(0.0)), (f64::NEG_INFINITY, 0.0));
}

// multivariate_normal.pdf([0.4, -0.25], W @ (m - o), W @ np.diag(s**2) @ W.T + np.eye(2) * 0.01**2 / 4) for each image,
// the logarithm of the mean; W = np.stack([u, v])
#[test]
fn the_density_on_a_plane_is_the_marginal_one() {
    let plane = Plane { origin: vec![0.1, -0.2, 0.3], u: vec![0.6, 0.8, 0.0], v: vec![0.48, -0.36, 0.8] };
    let grid = Grid { plane, spacing: Spacing::Uniform, a0: 0.4, b0: -0.25, step: 0.01, columns: 2, rows: 2 };
    close(f64::from(Density::new(&MU, &SIGMA, 3).on_grid(&grid)[0]), -2.444_475_951_468_649);
}

#[test]
fn the_density_of_a_whole_plane_sums_to_one_however_coarse_the_cells() {
    let density = Density::new(&MU, &SIGMA, 3);
    for (cells, extent) in [(200, 10.0), (25, 10.0)] {
        let grid = Grid::square(Plane::axes(3, 0, 1), cells, extent);
        let total: f64 = density.on_grid(&grid).iter().map(|log_q| f64::from(*log_q).exp()).sum();
        let total = total * f64::from(grid.step).powi(2);
        assert!((total - 1.0).abs() < 0.02, "{cells} cells: {total}");
    }
}

#[test]
fn many_images_are_thinned_evenly_and_the_density_stays() {
    let n = 30_000;
    let mu = Rng::new(2, Stream::TrainNoise, 0).normals(2 * n);
    let density = Density::new(&mu, &vec![0.1; 2 * n], 2);
    assert_eq!(density.components(), COMPONENTS[1]);
    assert!(density.owners().windows(2).all(|pair| (1..=2).contains(&(pair[1] - pair[0]))));
    // N(0, 1 + 0.1²) in each dimension.
    close_within(density.log_density(&[0.5, -0.5]), -(2.0 * PI * 1.01).ln() - 0.25 / 1.01, 0.1);
}

#[track_caller]
fn close_within(got: f64, expected: f64, tolerance: f64) {
    assert!((got - expected).abs() < tolerance, "{got} against {expected}");
}
