//! A model as a code for images: how many bits an image takes, and what plain codes take.
//!
//! A sender who picks z from q(z|x) and sends it with the prior as the code, then x given z, uses
//! KL(q(z|x) ‖ p(z)) − E_q[log p(x|z)] = −ELBO nats (bits-back: Hinton & van Camp 1993; rate and distortion: Alemi et al.
//! 2018).

use std::f64::consts::LN_2;
use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};

use crate::config::{Likelihood, ModelConfig};
use crate::data::Dataset;
use crate::lens::LensError;
use crate::math::divergence::{entropy, normalised};

/// Steps between the levels of a byte: values in [0, 1] are 1/255 apart.
const STEPS: f64 = 255.0;

/// What a value of an image is, to the code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Values {
    /// One of 256 levels, whose probability is the Gaussian's density times 1/255; right while σ is well above 1/255
    /// (Theis et al. 2016, section 3.1).
    Levels,
    /// 0 or 1.
    Binary,
    /// A grey value as the target of a Bernoulli pixel: a cross-entropy, but no code for the image.
    Soft,
}

impl Values {
    /// What they are to models of this configuration.
    pub fn of(config: &ModelConfig) -> Self {
        match config.likelihood {
            Likelihood::Gaussian | Likelihood::GaussianLearned => Self::Levels,
            Likelihood::Bernoulli if config.binarise => Self::Binary,
            Likelihood::Bernoulli => Self::Soft,
        }
    }

    /// Bits by which the code for a value is longer than its density says.
    pub fn fineness_bits(self) -> f64 {
        if self == Self::Levels { STEPS.log2() } else { 0.0 }
    }
}

/// Rate and distortion, in bits. A pixel is one value: in colour, a channel of it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Rate {
    /// KL(q(z|x) ‖ p(z)), bits per image.
    pub rate_bits: f64,
    /// −E_q[log p(x|z)], bits per image; for [`Values::Levels`] with P log₂ 255 for their fineness.
    pub distortion_bits: f64,
    /// P, values per image.
    pub n_pixels: usize,
    /// What a value is.
    pub values: Values,
}

impl Rate {
    /// From the two terms of the bound, in nats per image of `n_pixels` values.
    pub fn new(config: &ModelConfig, n_pixels: usize, recon_nats: f64, kl_nats: f64) -> Self {
        let values = Values::of(config);
        let distortion_bits = recon_nats / LN_2 + n_pixels as f64 * values.fineness_bits();
        Self { rate_bits: kl_nats / LN_2, distortion_bits, n_pixels, values }
    }

    /// Rate + distortion: the length of the code, bits per image.
    pub fn bits(&self) -> f64 {
        self.rate_bits + self.distortion_bits
    }

    /// The same for each pixel.
    pub fn bits_per_pixel(&self) -> f64 {
        self.bits() / self.n_pixels as f64
    }
}

/// What the images themselves say, without a model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlainCodes {
    /// Images counted.
    pub n: usize,
    /// How often each level occurs, `[256]`; in colour, the channels together.
    pub histogram: Vec<u64>,
    /// Entropy of the levels: what a code for one pixel after the other, all alike, takes at best. Bits per pixel.
    pub entropy_bits_per_pixel: f64,
    /// Mean size of the images as PNG files, in bytes.
    pub png_bytes: f64,
    /// The same in bits per pixel.
    pub png_bits_per_pixel: f64,
}

/// Histogram, entropy and PNG size of the images `indices` of `data`. `go_on` is told the number of images done;
/// `Ok(None)` when it breaks.
pub fn plain_codes(
    data: &Dataset,
    indices: &[u32],
    go_on: &dyn Fn(usize) -> ControlFlow<()>,
) -> Result<Option<PlainCodes>, LensError> {
    let mut histogram = vec![0_u64; 256];
    let mut bytes = 0;
    for (done, &idx) in indices.iter().enumerate() {
        if go_on(done).is_break() {
            return Ok(None);
        }
        let image = data.image(idx as usize);
        for level in image {
            if let Some(count) = histogram.get_mut(usize::from(*level)) {
                *count += 1;
            }
        }
        bytes += png_bytes(image, data.side, data.channels)?;
    }
    let probabilities = probabilities(&histogram).ok_or(LensError::NoImages)?;
    let entropy_bits_per_pixel = entropy(&probabilities) / LN_2;
    let png_bytes = bytes as f64 / indices.len() as f64;
    let png_bits_per_pixel = 8.0 * png_bytes / data.pixels_per_image() as f64;
    Ok(Some(PlainCodes { n: indices.len(), histogram, entropy_bits_per_pixel, png_bytes, png_bits_per_pixel }))
}

/// Counts as probabilities; `None` when nothing was counted.
pub fn probabilities(histogram: &[u64]) -> Option<Vec<f64>> {
    normalised(&histogram.iter().map(|count| *count as f64).collect::<Vec<_>>())
}

/// The size of an image as a PNG file with nothing but its pixels, compressed well.
fn png_bytes(image: &[u8], side: usize, channels: usize) -> Result<usize, png::EncodingError> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, side as u32, side as u32);
    encoder.set_color(if channels == 1 { png::ColorType::Grayscale } else { png::ColorType::Rgb });
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::High);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(image)?;
    writer.finish()?;
    Ok(file.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn close(got: f64, expected: f64) {
        assert!((got - expected).abs() < 1e-9, "{got} against {expected}");
    }

    fn config(likelihood: Likelihood, binarise: bool) -> ModelConfig {
        ModelConfig { likelihood, binarise, ..ModelConfig::default() }
    }

    #[test]
    fn nats_become_bits_and_a_density_gets_the_fineness_of_a_byte() {
        for likelihood in [Likelihood::Gaussian, Likelihood::GaussianLearned] {
            let rate = Rate::new(&config(likelihood, false), 256, -100.0, 8.0 * LN_2);
            assert_eq!(rate.values, Values::Levels);
            close(rate.rate_bits, 8.0);
            close(rate.distortion_bits, 256.0 * 255.0_f64.log2() - 100.0 / LN_2);
            close(rate.bits_per_pixel(), (rate.rate_bits + rate.distortion_bits) / 256.0);
        }
        for (binarise, values) in [(false, Values::Soft), (true, Values::Binary)] {
            let rate = Rate::new(&config(Likelihood::Bernoulli, binarise), 256, 64.0 * LN_2, 0.0);
            assert_eq!((rate.values, rate.bits()), (values, 64.0));
        }
    }

    /// A decoder that knows nothing, N(½, σ² I) with the σ of uniform levels, takes ½ log₂ (2πe/12) = 0.2546 bits more than
    /// the 8 of a byte.
    #[test]
    fn uniform_levels_cost_a_gaussian_a_quarter_of_a_bit_more_than_a_byte() {
        let variance = (0..256).map(|l| (f64::from(l) / 255.0 - 0.5).powi(2)).sum::<f64>() / 256.0;
        let nll = 0.5 * (std::f64::consts::TAU * variance).ln() + 0.5;
        let rate = Rate::new(&config(Likelihood::Gaussian, false), 256, 256.0 * nll, 0.0);
        assert!((rate.bits_per_pixel() - 8.2546).abs() < 1e-3, "{}", rate.bits_per_pixel());
    }

    #[test]
    fn levels_are_counted_and_a_flat_image_is_small() {
        let pixels = [vec![7; 256], (0..=255).collect()].concat();
        let data = Dataset::made("two", (16, 1), pixels);
        let flat = plain_codes(&data, &[0], &|_| ControlFlow::Continue(())).unwrap().unwrap();
        assert_eq!((flat.histogram[7], flat.entropy_bits_per_pixel), (256, 0.0));
        let ramp = plain_codes(&data, &[1], &|_| ControlFlow::Continue(())).unwrap().unwrap();
        close(ramp.entropy_bits_per_pixel, 8.0);
        // A PNG file has 57 bytes before and after its data.
        assert!(57.0 < flat.png_bytes && flat.png_bytes < ramp.png_bytes && ramp.png_bytes < 256.0, "{ramp:?}");
        let both = plain_codes(&data, &[0, 1], &|_| ControlFlow::Continue(())).unwrap().unwrap();
        close(both.png_bytes, f64::midpoint(flat.png_bytes, ramp.png_bytes));
        close(both.png_bits_per_pixel, both.png_bytes * 8.0 / 256.0);
        assert_eq!((both.n, both.histogram.iter().sum::<u64>()), (2, 512));
        assert_eq!(
            plain_codes(&data, &[0, 1], &|done| if done < 1 {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            })
            .unwrap(),
            None
        );
        assert!(plain_codes(&data, &[], &|_| ControlFlow::Continue(())).is_err());
    }
}
