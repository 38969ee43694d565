//! The arithmetic that everything else here is measured against.

use candle_core::{DType, Device, Result, Tensor};

/// A square matrix to be multiplied by itself by candle, which is as fast as this machine multiplies.
pub struct SquareProduct {
    n: usize,
    matrix: Tensor, // [n, n]
}

impl SquareProduct {
    /// A matrix of `n` rows and columns.
    pub fn new(n: usize) -> Result<Self> {
        Ok(Self { n, matrix: Tensor::ones((n, n), DType::F32, &Device::Cpu)? })
    }

    /// Floating-point operations of one product: a multiplication and an addition for each of n³ terms.
    pub fn flops(&self) -> f64 {
        2.0 * (self.n as f64).powi(3)
    }

    /// Multiplies once.
    pub fn run(&self) -> Result<()> {
        self.matrix.matmul(&self.matrix).map(drop)
    }
}
