//! The length of a gradient: what says whether every value of it is a number, and by how much it is too long.

use candle_core::{Result, Tensor};

use super::op::{gradient, prepare, tensor_values};
use super::simd::dispatch;

/// Values that are summed in f32 before f64 takes over.
const BLOCK: usize = 1024;

/// Σ v² over every value of a tensor. Not finite exactly when a value is not, or when its square is beyond f32 (above
/// 1.8e19, where Adam's second moment would be infinite).
///
/// Errors when the type is not f32.
pub fn sum_of_squares(tensor: &Tensor) -> Result<f64> {
    const NAME: &str = "sum_of_squares";
    let tensor = prepare(NAME, tensor)?;
    let (storage, layout) = tensor.storage_and_layout();
    let values = tensor_values(NAME, &storage, layout)?;
    Ok(values.chunks(BLOCK).map(|block| f64::from(squares(block))).sum())
}

/// Every value times `factor`, outside of any graph.
///
/// Errors when the type is not f32.
pub fn scaled(tensor: &Tensor, factor: f64) -> Result<Tensor> {
    const NAME: &str = "scaled";
    let tensor = prepare(NAME, tensor)?;
    let (storage, layout) = tensor.storage_and_layout();
    let factor = factor as f32;
    let values = tensor_values(NAME, &storage, layout)?.iter().map(|v| v * factor).collect();
    gradient(values, &tensor)
}

dispatch! {
    fn squares(values: &[f32]) -> f32 = squares_body;
}

/// Σ v², in sixteen partial sums, so that the order is fixed and the loop can be vector code.
#[inline(always)]
fn squares_body<const FMA: bool>(values: &[f32]) -> f32 {
    let mut lanes = [0.0; 16];
    let blocks = values.chunks_exact(16);
    let tail: f32 = blocks.remainder().iter().map(|v| v * v).sum();
    for block in blocks {
        for (lane, v) in lanes.iter_mut().zip(block) {
            *lane += v * v;
        }
    }
    lanes.iter().sum::<f32>() + tail
}

#[cfg(test)]
mod tests {
    use candle_core::Device;

    use super::*;

    #[test]
    fn squares_are_summed_at_every_length() {
        for len in [0, 1, 15, 16, 17, 1023, 1024, 1025, 5000] {
            let values: Vec<f32> = (0..len).map(|i| (i as f32 * 1.7).sin() * 3.0).collect();
            let exact: f64 = values.iter().map(|v| f64::from(*v).powi(2)).sum();
            let tensor = Tensor::from_slice(&values, len, &Device::Cpu).unwrap();
            assert!((sum_of_squares(&tensor).unwrap() - exact).abs() <= 1e-5 * exact, "{len}");
            let halved = scaled(&tensor, 0.5).unwrap().to_vec1::<f32>().unwrap();
            assert!(halved.iter().zip(&values).all(|(half, v)| *half == 0.5 * v), "{len}");
        }
    }

    #[test]
    fn one_value_that_is_no_number_is_found_wherever_it_stands() {
        for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 1e20] {
            for at in [0, 15, 16, 1500, 1999] {
                let mut values = vec![0.5; 2000];
                values[at] = bad;
                let tensor = Tensor::from_vec(values, (40, 50), &Device::Cpu).unwrap();
                assert!(!sum_of_squares(&tensor).unwrap().is_finite(), "{bad} at {at}");
            }
        }
    }
}
