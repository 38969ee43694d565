//! The encoder network: an image to the parameters of q(z|x).

use candle_core::Tensor;

use crate::config::{Arch, Kind, ModelConfig};
use crate::kernels::{Activation, Window, conv2d, linear};
use crate::model::ModelError;
use crate::model::params::{Builder, TorchLayout};
use crate::model::shape::ImageShape;
use crate::model::vae::Posterior;

/// Kernel 4, stride 2, padding 1: each convolution halves the side.
pub const HALVING: Window = Window { kernel: 4, stride: 2, padding: 1 };

/// A weight and a bias.
#[derive(Debug, Clone)]
pub struct Layer {
    pub(super) weight: Tensor,
    pub(super) bias: Tensor,
}

/// x → h → μ, log σ².
#[derive(Debug, Clone)]
pub struct Encoder {
    shape: ImageShape,
    convs: Vec<Layer>,
    linears: Vec<Layer>,
    mu: Layer,
    /// Absent in a plain autoencoder.
    log_var: Option<Layer>,
}

/// `Linear(inputs, outputs)` with its two parameters.
pub(super) fn linear_layer(
    builder: &mut Builder<'_>,
    name: &str,
    (inputs, outputs): (usize, usize),
    (weight_layout, bias_layout): (TorchLayout, TorchLayout),
) -> Result<Layer, ModelError> {
    Ok(Layer {
        weight: builder.param(&format!("{name}.weight"), &[outputs, inputs], inputs, weight_layout)?, // [O, I]
        bias: builder.param(&format!("{name}.bias"), &[outputs], inputs, bias_layout)?,               // [O]
    })
}

impl Encoder {
    /// Builds the network; its features are `hidden` wide for `mlp`, the last map for `conv`.
    pub fn new(config: &ModelConfig, shape: ImageShape, builder: &mut Builder<'_>) -> Result<Self, ModelError> {
        use TorchLayout::{FromMap, Same};
        let (mut convs, mut linears) = (Vec::new(), Vec::new());
        let maps = shape.maps();
        let (features, feature_layout) = match config.arch {
            Arch::Mlp => {
                let image = maps.first().map_or(Same, |&map| FromMap(map));
                let h = config.hidden;
                linears.push(linear_layer(builder, "encoder.fc1", (shape.pixels(), h), (image, Same))?);
                linears.push(linear_layer(builder, "encoder.fc2", (h, h), (Same, Same))?);
                (h, Same)
            }
            Arch::Conv => {
                for (i, (from, to)) in maps.iter().zip(maps.iter().skip(1)).enumerate() {
                    let k = HALVING.kernel;
                    let fan_in = from.channels * k * k;
                    let name = format!("encoder.conv{}", i + 1);
                    let kernel = [to.channels, k, k, from.channels];
                    convs.push(Layer {
                        weight: builder.param(&format!("{name}.weight"), &kernel, fan_in, TorchLayout::Kernel)?,
                        bias: builder.param(&format!("{name}.bias"), &[to.channels], fan_in, Same)?,
                    });
                }
                maps.last().map_or((0, Same), |&map| (map.len(), FromMap(map)))
            }
        };
        let d = config.latent_dim;
        let mu = linear_layer(builder, "encoder.mu", (features, d), (feature_layout, Same))?;
        let log_var = match config.kind {
            Kind::Vae => Some(linear_layer(builder, "encoder.log_var", (features, d), (feature_layout, Same))?),
            Kind::Ae => None,
        };
        Ok(Self { shape, convs, linears, mu, log_var })
    }

    /// q(z|x) of a batch: x `[B, side² · channels]` in [0, 1].
    pub fn forward(&self, x: &Tensor) -> Result<Posterior, ModelError> {
        let ImageShape { side, channels } = self.shape;
        let batch = x.dim(0)?;
        let mut h = x.clone(); // [B, P]
        if !self.convs.is_empty() {
            h = h.reshape((batch, side, side, channels))?; // [B, H, W, C]
            for conv in &self.convs {
                h = conv2d(&h, &conv.weight, &conv.bias, HALVING, Activation::Relu)?; // [B, H/2, W/2, C']
            }
            h = h.reshape((batch, ()))?; // [B, h·w·c]
        }
        for layer in &self.linears {
            h = linear(&h, &layer.weight, &layer.bias, Activation::Relu)?; // [B, hidden]
        }
        let mu = linear(&h, &self.mu.weight, &self.mu.bias, Activation::None)?; // [B, d]
        let log_var = match &self.log_var {
            Some(layer) => Some(linear(&h, &layer.weight, &layer.bias, Activation::None)?), // [B, d]
            None => None,
        };
        Ok(Posterior { mu, log_var })
    }
}
