//! Principal component analysis: the directions in which points vary most (Pearson 1901; Hotelling 1933).

use std::ops::Range;

use nalgebra::{DMatrix, DVector, SymmetricEigen};

/// The principal axes of some points.
#[derive(Debug, Clone, PartialEq)]
pub struct Pca {
    /// Mean of the points, `[d]`.
    pub mean: Vec<f64>,
    /// Unit vectors at right angles, the widest first, `[k, d]`. The component of largest absolute value is positive, so
    /// that the same points always give the same axes.
    pub axes: Vec<Vec<f64>>,
    /// Variance along each axis, with n − 1 as in explained_variance_ of scikit-learn, `[k]`.
    pub variance: Vec<f64>,
    /// The share of the whole variance that each axis has, `[k]`; zero when nothing varies.
    pub share: Vec<f64>,
}

/// Points that are looked at together.
const BLOCK: usize = 1024;

/// The first `most` axes of `rows`, `[n, d]` row-major; fewer when the points do not vary in so many directions. `None`
/// for fewer than two points.
///
/// Exact: the eigenvectors of XᵀX / (n − 1), X the rows less their mean, when d ≤ n; otherwise those u of XXᵀ, which are
/// axes as Xᵀu/‖Xᵀu‖. The time grows with the cube of the smaller of n and d.
pub fn pca(rows: &[f32], d: usize, most: usize) -> Option<Pca> {
    let n = rows.len().checked_div(d)?;
    pca_of(n, d, most, &mut |block, into| into.extend_from_slice(&rows[block.start * d..block.end * d]))
}

/// The same of `n` points that need not be in memory at once when d ≤ n: `read` fills in those of a range, `[_, d]`.
pub fn pca_of(n: usize, d: usize, most: usize, read: &mut dyn FnMut(Range<usize>, &mut Vec<f32>)) -> Option<Pca> {
    if n < 2 || d == 0 {
        return None;
    }
    let mut each_block = |size: usize, seen: &mut dyn FnMut(DMatrix<f64>)| {
        let mut rows = Vec::new();
        for start in (0..n).step_by(size) {
            let block = start..(start + size).min(n);
            rows.clear();
            read(block.clone(), &mut rows);
            seen(DMatrix::from_iterator(d, block.len(), rows.iter().map(|v| f64::from(*v)))); // [d, _]
        }
    };
    let mut mean = DVector::zeros(d);
    each_block(BLOCK, &mut |block| mean += block.column_sum());
    mean /= n as f64;
    let centred = |mut block: DMatrix<f64>| {
        block.column_iter_mut().for_each(|mut x| x -= &mean);
        block
    };
    let by_dimension = d <= n;
    let mut product = DMatrix::zeros(0, 0); // [d, d] or [n, n]
    let mut x = DMatrix::zeros(0, 0); // [d, n], when it is needed again
    if by_dimension {
        product = DMatrix::zeros(d, d);
        each_block(BLOCK, &mut |block| {
            let block = centred(block);
            product.gemm(1.0, &block, &block.transpose(), 1.0);
        });
    } else {
        each_block(n, &mut |block| {
            x = centred(block);
            product = x.transpose() * &x;
        });
    }
    let total = product.trace();
    let eigen = SymmetricEigen::new(product);
    let mut order: Vec<usize> = (0..eigen.eigenvalues.len()).collect();
    order.sort_by(|a, b| eigen.eigenvalues[*b].total_cmp(&eigen.eigenvalues[*a]));
    // What is left by rounding is no direction.
    let counts = |i: &usize| eigen.eigenvalues[*i] > 1e-12 * total;
    let order: Vec<usize> = order.into_iter().filter(counts).take(most).collect();
    let axis = |i: &usize| {
        let vector = eigen.eigenvectors.column(*i);
        let axis = if by_dimension { vector.into_owned() } else { (&x * vector).normalize() }; // [d]
        let sign = axis[axis.icamax()].signum();
        axis.iter().map(|v| sign * v).collect()
    };
    let value = |i: &usize| eigen.eigenvalues[*i];
    Some(Pca {
        mean: mean.iter().copied().collect(),
        axes: order.iter().map(axis).collect(),
        variance: order.iter().map(|i| value(i) / (n - 1) as f64).collect(),
        share: order.iter().map(|i| value(i) / total).collect(),
    })
}

impl Pca {
    /// Only the first `k` axes.
    #[must_use]
    pub fn first(&self, k: usize) -> Self {
        let k = k.min(self.axes.len());
        let [variance, share] = [&self.variance, &self.share].map(|all| all.iter().take(k).copied().collect());
        Self { mean: self.mean.clone(), axes: self.axes.iter().take(k).cloned().collect(), variance, share }
    }

    /// The code of a point: uᵀ(x − m) along each axis, `[d]` → `[k]`.
    pub fn project(&self, x: &[f32]) -> Vec<f64> {
        let off: Vec<f64> = x.iter().zip(&self.mean).map(|(x, m)| f64::from(*x) - m).collect();
        self.axes.iter().map(|axis| axis.iter().zip(&off).map(|(u, x)| u * x).sum()).collect()
    }

    /// The point of a code: m + Σ c u, `[k]` → `[d]`; of all points of the plane the nearest to what was projected.
    pub fn reconstruct(&self, code: &[f64]) -> Vec<f64> {
        let mut x = self.mean.clone();
        for (axis, c) in self.axes.iter().zip(code) {
            x.iter_mut().zip(axis).for_each(|(x, u)| *x += c * u);
        }
        x
    }

    /// The code of a point in units of its deviation along each axis, uᵀ(x − m) / √λ: `[d]` → `[k]`.
    pub fn whiten(&self, x: &[f32]) -> Vec<f64> {
        self.project(x).iter().zip(&self.variance).map(|(c, variance)| c / variance.sqrt()).collect()
    }

    /// The point of such a code: m + Σ √λ z u, `[k]` → `[d]`.
    pub fn unwhiten(&self, z: &[f64]) -> Vec<f64> {
        let code: Vec<f64> = z.iter().zip(&self.variance).map(|(z, variance)| variance.sqrt() * z).collect();
        self.reconstruct(&code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// x[i][j] = ((7i + 3j² + i²j) mod 11) / 4, and i/2 more for j = 1: `[6, 3]`.
    fn x() -> Vec<f32> {
        let at = |i: usize, j: usize| {
            ((7 * i + 3 * j * j + i * i * j) % 11) as f32 / 4.0 + if j == 1 { 0.5 * i as f32 } else { 0.0 }
        };
        (0..18).map(|k| at(k / 3, k % 3)).collect()
    }

    #[track_caller]
    fn close(got: &[f64], expected: &[f64]) {
        let near = got.iter().zip(expected).all(|(g, e)| (g - e).abs() < 1e-5);
        assert!(near && got.len() == expected.len(), "{got:?} against {expected:?}");
    }

    // scikit-learn 1.9:
    //   x = np.array([[((7*i + 3*j*j + i*i*j) % 11) / 4 + 0.5*i*(j == 1) for j in range(3)] for i in range(6)])
    //   p = PCA().fit(x); c = p.components_
    //   c * np.sign(c[np.arange(len(c)), np.abs(c).argmax(1)])[:, None], p.explained_variance_,
    //   p.explained_variance_ratio_
    #[test]
    fn axes_and_variances_agree_with_scikit_learn() {
        let found = pca(&x(), 3, 3).unwrap();
        close(&found.mean, &[1.166_666_7, 2.25, 1.416_666_7]);
        close(&found.axes[0], &[-0.242_872_96, 0.968_148_90, -0.060_831_24]);
        close(&found.axes[1], &[0.601_295_40, 0.199_458_40, 0.773_731_34]);
        close(&found.axes[2], &[0.761_220_44, 0.151_340_88, -0.630_586_53]);
        close(&found.variance, &[2.655_831_47, 1.317_267_25, 0.360_234_61]);
        close(&found.share, &[0.612_884_18, 0.303_984_75, 0.083_131_06]);
    }

    // The same of x.T: more dimensions than points, which vary in two directions only.
    #[test]
    fn with_fewer_points_than_dimensions_the_axes_are_the_same() {
        let rows: Vec<f32> = (0..18).map(|k| x()[(k % 6) * 3 + k / 6]).collect();
        let found = pca(&rows, 6, 6).unwrap();
        assert_eq!(found.axes.len(), 2);
        close(&found.axes[0], &[0.132_046_41, -0.308_974_11, 0.592_116_23, -0.144_313_03, 0.251_826_19, 0.672_498_66]);
        close(&found.axes[1], &[0.073_981_44, 0.505_025_21, -0.491_703_96, -0.323_044_64, -0.101_100_31, 0.618_970_42]);
        close(&found.variance, &[8.053_665_45, 0.988_001_21]);
    }

    // scikit-learn 1.9: p = PCA(n_components=2).fit(x); np.mean((p.inverse_transform(p.transform(x)) - x) ** 2)
    #[test]
    fn the_error_of_reconstruction_agrees_with_scikit_learn() {
        let plane = pca(&x(), 3, 3).unwrap().first(2);
        let square = |x: &[f32]| {
            let back = plane.reconstruct(&plane.project(x));
            back.iter().zip(x).map(|(back, x)| (back - f64::from(*x)).powi(2)).sum::<f64>()
        };
        let error = x().chunks_exact(3).map(square).sum::<f64>() / 18.0;
        assert!((error - 0.100_065_170_264_710_96).abs() < 1e-7, "{error}");
    }

    // NumPy: v, u = np.linalg.eigh(np.cov(x.T)); v, c = v[::-1], u.T[::-1]
    //   c = c * np.sign(c[np.arange(3), np.abs(c).argmax(1)])[:, None]
    //   c @ (x[1] - x.mean(0)) / np.sqrt(v)
    #[test]
    fn whitened_codes_agree_with_numpy() {
        let found = pca(&x(), 3, 3).unwrap();
        let point = &x()[3..6];
        let code = found.whiten(point);
        close(&code, &[-1.167_005_84, 0.731_807_82, -0.839_620_94]);
        let back: Vec<f32> = found.unwhiten(&code).iter().map(|v| *v as f32).collect();
        assert!(back.iter().zip(point).all(|(b, p)| (b - p).abs() < 1e-6), "{back:?}");
    }

    #[test]
    fn many_points_in_blocks_give_what_they_give_at_once() {
        let n = 2 * BLOCK + 7;
        let at = |i: usize, j: usize| ((i * 31 + j * 17 + i * j * j) % 97) as f32 / 97.0 + (i % 5 * j) as f32;
        let rows: Vec<f32> = (0..n * 4).map(|k| at(k / 4, k % 4)).collect();
        let found = pca(&rows, 4, 4).unwrap();
        let x = DMatrix::from_row_iterator(n, 4, rows.iter().map(|v| f64::from(*v)));
        let mean = x.row_mean();
        let x = DMatrix::from_fn(n, 4, |i, j| x[(i, j)] - mean[j]);
        for (axis, variance) in found.axes.iter().zip(&found.variance) {
            let u = DVector::from_vec(axis.clone());
            let left = x.tr_mul(&(&x * &u)) / (n - 1) as f64 - &u * *variance;
            assert!(left.norm() < 1e-10 * found.variance[0], "{} away from an eigenvector", left.norm());
        }
    }

    #[test]
    fn points_that_do_not_vary_have_no_axis() {
        assert_eq!(pca(&[1.0, 2.0, 1.0, 2.0, 1.0, 2.0], 2, 2).unwrap().axes, Vec::<Vec<f64>>::new());
        assert_eq!(pca(&[1.0, 2.0], 2, 2), None);
        assert_eq!(pca(&[], 0, 2), None);
    }
}
