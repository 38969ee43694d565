//! p(x|z): what the decoder's logits mean, and how far an image is from them.

use std::f64::consts::PI;

use candle_core::Tensor;

use crate::config::{Likelihood, ModelConfig};
use crate::kernels::{bernoulli_nll, bernoulli_nll_backward, sigmoid_sse, sigmoid_sse_backward};
use crate::model::ModelError;
use crate::model::params::Builder;

/// log σ never falls below this (Rybkin et al. 2021, section 3.2): a perfect fit would send it to −∞.
const LOG_SIGMA_FLOOR: f64 = -6.0;

/// The conditional distribution of the pixels.
#[derive(Debug, Clone)]
pub enum Pixels {
    /// N(f(z), σ² I) with σ given.
    Gaussian {
        /// Standard deviation in pixel units.
        sigma: f64,
    },
    /// N(f(z), σ² I) with one learned σ.
    GaussianLearned {
        /// The free parameter `[1]`; log σ is its softened form.
        log_sigma: Tensor,
    },
    /// Independent Bernoulli pixels.
    Bernoulli,
}

impl Pixels {
    /// The likelihood that `config` asks for.
    pub fn new(config: &ModelConfig, builder: &mut Builder<'_>) -> Result<Self, ModelError> {
        Ok(match config.likelihood {
            Likelihood::Gaussian => Self::Gaussian { sigma: config.sigma },
            Likelihood::GaussianLearned => {
                // The inverse of the soft floor, so that training starts at config.sigma.
                let above = config.sigma.ln() - LOG_SIGMA_FLOOR;
                let free = LOG_SIGMA_FLOOR + above.exp_m1().max(f64::MIN_POSITIVE).ln();
                Self::GaussianLearned { log_sigma: builder.scalar("decoder.log_sigma", free as f32)? }
            }
            Likelihood::Bernoulli => Self::Bernoulli,
        })
    }

    /// −log p(x|z) of each image in nats: logits `[B, P]`, x `[B, P]` in [0, 1] → `[B]`.
    ///
    /// Gaussian:  Σ (x − f)² / 2σ² + P (log σ + ½ log 2π)
    /// Bernoulli: −Σ x log f + (1 − x) log(1 − f)
    pub fn nll(&self, logits: &Tensor, x: &Tensor) -> Result<Tensor, ModelError> {
        self.nll_at(&self.misfit(logits, x)?, x.dim(1)?)
    }

    /// How far each image is from its logits, `[B]`: Σ (x − f)² for the Gaussians, the whole of −log p for Bernoulli.
    pub fn misfit(&self, logits: &Tensor, x: &Tensor) -> Result<Tensor, ModelError> {
        Ok(match self {
            Self::Gaussian { .. } | Self::GaussianLearned { .. } => sigmoid_sse(logits, x)?, // [B]
            Self::Bernoulli => bernoulli_nll(logits, x)?,                                    // [B]
        })
    }

    /// ∂loss/∂logits `[B, P]` from ∂loss/∂misfit `[B]`.
    pub fn misfit_backward(&self, logits: &Tensor, x: &Tensor, d_misfit: &Tensor) -> Result<Tensor, ModelError> {
        Ok(match self {
            Self::Gaussian { .. } | Self::GaussianLearned { .. } => sigmoid_sse_backward(logits, x, d_misfit)?, // [B, P]
            Self::Bernoulli => bernoulli_nll_backward(logits, x, d_misfit)?, // [B, P]
        })
    }

    /// −log p(x|z) from the misfit of images with this many values: `[B]` → `[B]`.
    pub fn nll_at(&self, misfit: &Tensor, n_pixels: usize) -> Result<Tensor, ModelError> {
        let n_pixels = n_pixels as f64;
        let half_log_2pi = 0.5 * (2.0 * PI).ln();
        Ok(match self {
            Self::Gaussian { sigma } => {
                misfit.affine(0.5 / (sigma * sigma), n_pixels * (sigma.ln() + half_log_2pi))? // [B]
            }
            Self::GaussianLearned { log_sigma } => {
                let log_sigma = soft_floor(log_sigma)?; // [1]
                let precision = (&log_sigma * -2.0)?.exp()?; // [1]
                let fit = misfit.broadcast_mul(&(precision * 0.5)?)?; // [B]
                fit.broadcast_add(&log_sigma.affine(n_pixels, n_pixels * half_log_2pi)?)? // [B]
            }
            Self::Bernoulli => misfit.clone(), // [B]
        })
    }

    /// σ in pixel units; `None` for Bernoulli.
    pub fn sigma(&self) -> Result<Option<f64>, ModelError> {
        Ok(match self {
            Self::Gaussian { sigma } => Some(*sigma),
            Self::GaussianLearned { log_sigma } => {
                let value = soft_floor(log_sigma)?.to_vec1::<f32>()?;
                value.first().map(|v| f64::from(*v).exp())
            }
            Self::Bernoulli => None,
        })
    }
}

/// floor + softplus(v − floor)
fn soft_floor(v: &Tensor) -> candle_core::Result<Tensor> {
    ((v - LOG_SIGMA_FLOOR)?.exp()? + 1.0)?.log()? + LOG_SIGMA_FLOOR
}

#[cfg(test)]
mod tests {
    use candle_core::Device;

    use super::*;
    use crate::model::params::Source;

    /// −log p(x|z) of one image of four pixels.
    fn nll(likelihood: Likelihood, sigma: f64) -> f64 {
        let config = ModelConfig { likelihood, sigma, ..ModelConfig::default() };
        let pixels = Pixels::new(&config, &mut Builder::new(Source::Seed(0))).unwrap();
        let logits = Tensor::new(&[[-2.0_f32, 0.5, 3.0, -0.1]], &Device::Cpu).unwrap();
        let x = Tensor::new(&[[0.0_f32, 1.0, 0.25, 0.6]], &Device::Cpu).unwrap();
        f64::from(pixels.nll(&logits, &x).unwrap().to_vec1::<f32>().unwrap()[0])
    }

    #[track_caller]
    fn close(got: f64, expected: f64) {
        assert!((got - expected).abs() < 2e-6 * expected.abs().max(1.0), "{got} against {expected}");
    }

    // SciPy 1.17, p = scipy.special.expit(logits):
    //   -(x * np.log(p) + (1 - x) * np.log1p(-p)).sum()
    //   -scipy.stats.norm.logpdf(x, p, 0.3).sum()
    #[test]
    fn likelihoods_agree_with_scipy() {
        close(nll(Likelihood::Bernoulli, 0.3), 3.603_989_006_870_394_4);
        close(nll(Likelihood::Gaussian, 0.3), 2.559_732_327_728_072_6);
        close(nll(Likelihood::GaussianLearned, 0.3), 2.559_732_327_728_072_6);
    }

    /// SSE + KL of the literature is the Gaussian with σ² = ½ less P/2 · ln π.
    #[test]
    fn half_variance_is_squared_error_plus_a_constant() {
        close(nll(Likelihood::Gaussian, 0.5_f64.sqrt()) - 2.0 * PI.ln(), 0.665_976_494_198_362_6);
    }

    #[test]
    fn the_learned_sigma_starts_where_it_is_told_and_never_falls_below_its_floor() {
        for sigma in [0.004, 0.1, 1.0] {
            let config = ModelConfig { likelihood: Likelihood::GaussianLearned, sigma, ..ModelConfig::default() };
            let pixels = Pixels::new(&config, &mut Builder::new(Source::Seed(0))).unwrap();
            close(pixels.sigma().unwrap().unwrap() / sigma, 1.0);
        }
        let low = Tensor::new(&[-40.0_f32], &Device::Cpu).unwrap();
        close(Pixels::GaussianLearned { log_sigma: low }.sigma().unwrap().unwrap(), LOG_SIGMA_FLOOR.exp());
    }
}
