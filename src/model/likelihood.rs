//! p(x|z): what the decoder's logits mean, and how far an image is from them.

use candle_core::{Device, Tensor};

use crate::config::{Likelihood, ModelConfig};
use crate::kernels::{bernoulli_nll, bernoulli_nll_backward, sigmoid_sse, sigmoid_sse_backward};
use crate::math::gaussian::LOG_2PI;
use crate::model::ModelError;
use crate::model::params::Builder;

/// log σ never falls below this (Rybkin et al. 2021, section 3.2): a perfect fit would send it to −∞.
const LOG_SIGMA_FLOOR: f64 = -6.0;
/// The optimal σ before anything was measured: values in [0, 1] spread by at most this (Popoviciu 1935).
const FIRST_SIGMA: f64 = 0.5;

/// The conditional distribution of the pixels.
#[derive(Debug, Clone, PartialEq)]
pub enum Pixels {
    /// N(f(z), σ² I) with σ given.
    Gaussian {
        /// Standard deviation in pixel units.
        sigma: f64,
    },
    /// N(f(z), σ² I) with the σ that explains the images best.
    GaussianLearned {
        /// ½ log of the mean squared error; log σ is its softened form. In f32, as a file holds it.
        log_rmse: f32,
    },
    /// Independent Bernoulli pixels.
    Bernoulli,
}

impl Pixels {
    /// The name in files of the number that [`Pixels::GaussianLearned`] keeps.
    pub const LOG_RMSE: &str = "decoder.log_sigma";

    /// The likelihood that `config` asks for.
    pub fn new(config: &ModelConfig, builder: &Builder<'_>) -> Result<Self, ModelError> {
        Ok(match config.likelihood {
            Likelihood::Gaussian => Self::Gaussian { sigma: config.sigma },
            Likelihood::GaussianLearned => {
                Self::GaussianLearned { log_rmse: builder.number(Self::LOG_RMSE, FIRST_SIGMA.ln() as f32)? }
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
        let Some(sigma) = self.sigma() else { return Ok(misfit.clone()) }; // [B]
        let half_log_2pi = 0.5 * LOG_2PI;
        Ok(misfit.affine(0.5 / (sigma * sigma), n_pixels as f64 * (sigma.ln() + half_log_2pi))?) // [B]
    }

    /// The likelihood under which images with these misfits `[B]` are likeliest: when σ is not given, σ² is their mean
    /// squared error, Σ misfit / B P (Rybkin et al. 2021, eq. 4).
    ///
    /// A gradient is taken with this σ held. That is the gradient of P/2 · log MSE, which −log p is at the optimum but
    /// for a constant: as a function of log σ the mean of −log p has slope P (1 − MSE/σ²) = 0 there, so what σ does
    /// when the weights change adds nothing.
    pub fn optimal(&self, misfit: &Tensor, n_pixels: usize) -> Result<Self, ModelError> {
        let Self::GaussianLearned { .. } = self else { return Ok(self.clone()) };
        let mse = f64::from(misfit.mean_all()?.to_scalar::<f32>()?) / n_pixels as f64;
        Ok(Self::GaussianLearned { log_rmse: half_log(mse) })
    }

    /// Moves a σ² that is not given by `share` of the way, in (0, 1], to that of a batch.
    pub fn follow(&mut self, batch: &Self, share: f64) {
        if let (Self::GaussianLearned { log_rmse }, Self::GaussianLearned { log_rmse: theirs }) = (self, batch) {
            let mse = |half_log: f32| (2.0 * f64::from(half_log)).exp();
            *log_rmse = half_log((1.0 - share) * mse(*log_rmse) + share * mse(*theirs));
        }
    }

    /// What a file keeps of it, by name: nothing when σ is given.
    pub fn to_torch(&self) -> Result<Option<(String, Tensor)>, ModelError> {
        let Self::GaussianLearned { log_rmse } = self else { return Ok(None) };
        Ok(Some((Self::LOG_RMSE.to_owned(), Tensor::from_slice(&[*log_rmse], 1, &Device::Cpu)?)))
    }

    /// σ in pixel units; `None` for Bernoulli.
    pub fn sigma(&self) -> Option<f64> {
        match self {
            Self::Gaussian { sigma } => Some(*sigma),
            Self::GaussianLearned { log_rmse } => Some(soft_floor(f64::from(*log_rmse)).exp()),
            Self::Bernoulli => None,
        }
    }
}

/// ½ log v, finite for v = 0 too.
fn half_log(v: f64) -> f32 {
    (0.5 * v.max(f64::from(f32::MIN_POSITIVE)).ln()) as f32
}

/// floor + softplus(v − floor)
fn soft_floor(v: f64) -> f64 {
    LOG_SIGMA_FLOOR + (v - LOG_SIGMA_FLOOR).exp().ln_1p()
}

#[cfg(test)]
mod tests {
    use candle_core::Device;

    use std::f64::consts::PI;

    use super::*;
    use crate::config::Init;
    use crate::model::params::Source;

    fn pixels(likelihood: Likelihood, sigma: f64) -> Pixels {
        let config = ModelConfig { likelihood, sigma, ..ModelConfig::default() };
        Pixels::new(&config, &Builder::new(Source::Seed(0, Init::He))).unwrap()
    }

    /// −log p(x|z) of one image of four pixels.
    fn nll(likelihood: Likelihood, sigma: f64) -> f64 {
        let logits = Tensor::new(&[[-2.0_f32, 0.5, 3.0, -0.1]], &Device::Cpu).unwrap();
        let x = Tensor::new(&[[0.0_f32, 1.0, 0.25, 0.6]], &Device::Cpu).unwrap();
        f64::from(pixels(likelihood, sigma).nll(&logits, &x).unwrap().to_vec1::<f32>().unwrap()[0])
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
    }

    /// SSE + KL of the literature is the Gaussian with σ² = ½ less P/2 · ln π.
    #[test]
    fn half_variance_is_squared_error_plus_a_constant() {
        close(nll(Likelihood::Gaussian, 0.5_f64.sqrt()) - 2.0 * PI.ln(), 0.665_976_494_198_362_6);
    }

    /// Two images of four pixels.
    fn two() -> (Tensor, Tensor) {
        let logits = [[-2.0_f32, 0.5, 3.0, -0.1], [0.3, -1.2, 0.8, 2.0]];
        let x = [[0.0_f32, 1.0, 0.25, 0.6], [0.5, 0.1, 0.9, 1.0]];
        (Tensor::new(&logits, &Device::Cpu).unwrap(), Tensor::new(&x, &Device::Cpu).unwrap())
    }

    /// ```python
    /// import torch  # 2.15
    /// logits = torch.tensor([[-2, .5, 3, -.1], [.3, -1.2, .8, 2]], dtype=torch.float64, requires_grad=True)
    /// x = torch.tensor([[0, 1, .25, .6], [.5, .1, .9, 1]], dtype=torch.float64)
    /// square = (torch.sigmoid(logits) - x) ** 2
    /// log_sigma = (-6 + torch.nn.functional.softplus(square.mean().log() / 2 + 6)).detach()
    /// nll = (square / (2 * (2 * log_sigma).exp()) + log_sigma + .5 * torch.tensor(2 * torch.pi).log()).sum(1)
    /// nll.mean().backward()
    /// print(log_sigma.exp(), nll, logits.grad)
    /// ```
    #[test]
    fn the_optimal_sigma_and_its_gradient_agree_with_pytorch() {
        let (logits, x) = two();
        let free = pixels(Likelihood::GaussianLearned, 0.3);
        let misfit = free.misfit(&logits, &x).unwrap();
        let best = free.optimal(&misfit, 4).unwrap();
        close(best.sigma().unwrap(), 0.308_077_339_022_594_1);
        let nll = best.nll_at(&misfit, 4).unwrap().to_vec1::<f32>().unwrap();
        close(nll[0].into(), 2.474_538_800_418_23);
        close(nll[1].into(), -0.606_374_015_543_644_3);
        // The mean over two images of Σ (x − f)² / 2σ².
        let d_misfit = Tensor::full((0.25 / best.sigma().unwrap().powi(2)) as f32, 2, &Device::Cpu).unwrap();
        let grad = best.misfit_backward(&logits, &x, &d_misfit).unwrap().flatten_all().unwrap().to_vec1::<f32>();
        let expected = [
            0.065_932_594,
            -0.467_400_270,
            0.167_207_889,
            -0.164_188_569,
            0.095_868_592,
            0.123_213_066,
            -0.236_675_353,
            -0.065_932_594,
        ];
        grad.unwrap().iter().zip(expected).for_each(|(got, expected)| close((*got).into(), expected));
    }

    /// With σ held the slope is that of P/2 · log MSE, but for the soft floor's MSE/σ².
    #[test]
    fn the_gradient_with_sigma_held_is_that_of_the_logarithm_of_the_error() {
        let (logits, x) = two();
        let free = pixels(Likelihood::GaussianLearned, 0.3);
        let along = Tensor::new(&[[0.3_f32, -0.2, 0.5, 0.1], [-0.4, 0.2, -0.1, 0.6]], &Device::Cpu).unwrap();
        let mse = |h: f64| {
            let misfit = free.misfit(&(&logits + (&along * h).unwrap()).unwrap(), &x).unwrap();
            f64::from(misfit.sum_all().unwrap().to_scalar::<f32>().unwrap()) / 8.0
        };
        let slope = 4.0 / 2.0 * (mse(0.02).ln() - mse(-0.02).ln()) / 0.04;
        let sigma_sq = free.optimal(&free.misfit(&logits, &x).unwrap(), 4).unwrap().sigma().unwrap().powi(2);
        let d_misfit = Tensor::full((0.25 / sigma_sq) as f32, 2, &Device::Cpu).unwrap();
        let grad = free.misfit_backward(&logits, &x, &d_misfit).unwrap();
        let ours = f64::from((grad * &along).unwrap().sum_all().unwrap().to_scalar::<f32>().unwrap());
        let expected = slope * mse(0.0) / sigma_sq;
        assert!((ours - expected).abs() < 1e-3 * expected.abs(), "{ours} against {expected}");
        assert!((mse(0.0) / sigma_sq - 1.0).abs() < 0.02, "the floor is far from here");
    }

    #[test]
    fn the_optimal_sigma_starts_at_a_half_follows_batches_and_never_falls_below_its_floor() {
        let floored = |sigma: f64| (-6.0_f64).exp() + sigma;
        let mut kept = pixels(Likelihood::GaussianLearned, 0.1);
        close(kept.sigma().unwrap(), floored(0.5));
        let batch = |sse: f32| {
            let misfit = Tensor::new(&[sse, sse], &Device::Cpu).unwrap();
            pixels(Likelihood::GaussianLearned, 0.1).optimal(&misfit, 4).unwrap()
        };
        // Mean squared errors of 0.01 and 0.09.
        kept.follow(&batch(0.04), 1.0);
        close(kept.sigma().unwrap(), floored(0.1));
        kept.follow(&batch(0.36), 0.25);
        close(kept.sigma().unwrap(), floored(0.03_f64.sqrt()));
        kept.follow(&batch(0.0), 1.0);
        close(kept.sigma().unwrap(), (-6.0_f64).exp());
        let mut given = pixels(Likelihood::Gaussian, 0.1);
        given.follow(&batch(0.36), 1.0);
        assert_eq!(given, pixels(Likelihood::Gaussian, 0.1));
    }

    #[test]
    fn what_a_file_keeps_is_read_again() {
        let kept = Pixels::GaussianLearned { log_rmse: -1.625 };
        let (name, tensor) = kept.to_torch().unwrap().unwrap();
        let config = ModelConfig { likelihood: Likelihood::GaussianLearned, ..ModelConfig::default() };
        let read = |lookup: &dyn Fn(&str) -> Option<Tensor>| Pixels::new(&config, &Builder::new(Source::Torch(lookup)));
        assert_eq!(read(&|n| (n == name).then(|| tensor.clone())).unwrap(), kept);
        assert!(read(&|_| None).unwrap_err().to_string().contains("decoder.log_sigma"));
    }
}
