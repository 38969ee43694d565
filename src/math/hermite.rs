//! Expectations under a Gaussian without samples: Gauss-Hermite quadrature.

use nalgebra::{DMatrix, SymmetricEigen};

/// Nodes x and weights w with E[f(ε)] = Σ w f(x), ε ~ N(0, 1), exact for polynomials of degree 2n − 1.
///
/// The nodes are the eigenvalues of the matrix with √1, √2, … beside its diagonal, the weights the squares of the first
/// components of its eigenvectors (Golub & Welsch 1969).
pub fn gauss_hermite(n: usize) -> Vec<(f64, f64)> {
    let beside = |i: usize, j: usize| if i.abs_diff(j) == 1 { (i.max(j) as f64).sqrt() } else { 0.0 };
    let eigen = SymmetricEigen::new(DMatrix::from_fn(n, n, beside));
    let first = eigen.eigenvectors.row_iter().next();
    let weights = first.map(|row| row.iter().map(|v| v * v).collect::<Vec<_>>()).unwrap_or_default();
    let mut rule: Vec<(f64, f64)> = eigen.eigenvalues.iter().copied().zip(weights).collect();
    rule.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    rule
}

#[cfg(test)]
mod tests {
    use super::*;

    // NumPy 2.4: x, w = np.polynomial.hermite_e.hermegauss(5); w / np.sqrt(2 * np.pi)
    #[test]
    fn nodes_and_weights_agree_with_numpy() {
        let expected = [
            (-2.856_970_013_872_805_6, 0.011_257_411_327_720_69),
            (-1.355_626_179_974_266, 0.222_075_922_005_612_7),
            (0.0, 0.533_333_333_333_333_4),
            (1.355_626_179_974_266, 0.222_075_922_005_612_7),
            (2.856_970_013_872_805_6, 0.011_257_411_327_720_69),
        ];
        for ((x, w), (x2, w2)) in gauss_hermite(5).into_iter().zip(expected) {
            assert!((x - x2).abs() < 1e-12 && (w - w2).abs() < 1e-12, "{x} {w} against {x2} {w2}");
        }
    }

    /// E[cos ε] = e^−½.
    #[test]
    fn an_expectation_is_found_without_samples() {
        let rule = gauss_hermite(30);
        assert_eq!(rule.len(), 30);
        let mean: f64 = rule.iter().map(|(x, w)| w * x.cos()).sum();
        assert!((mean - (-0.5_f64).exp()).abs() < 1e-13, "{mean}");
    }
}
