//! The decoder network: a latent point to the logits of an image.

use candle_core::Tensor;

use crate::config::{Arch, ModelConfig};
use crate::kernels::{Activation, conv_transpose2d, linear};
use crate::model::ModelError;
use crate::model::encoder::{HALVING, Layer, linear_layer};
use crate::model::params::{Builder, TorchLayout};
use crate::model::shape::{ImageShape, Map};

/// z → logits; the mean of p(x|z) is their logistic function.
#[derive(Debug, Clone)]
pub struct Decoder {
    linears: Vec<Layer>,
    /// Each with the map it writes.
    convs: Vec<(Layer, Map)>,
    /// The map the first transposed convolution reads.
    first: Map,
}

impl Decoder {
    /// Builds the mirror image of the encoder.
    pub fn new(config: &ModelConfig, shape: ImageShape, builder: &mut Builder<'_>) -> Result<Self, ModelError> {
        use TorchLayout::{Same, ToMap};
        let mut maps = shape.maps();
        maps.reverse();
        let d = config.latent_dim;
        let first = *maps.first().unwrap_or(&Map { side: shape.side, channels: shape.channels });
        let (mut linears, mut convs) = (Vec::new(), Vec::new());
        match config.arch {
            Arch::Mlp => {
                let image = maps.last().map_or(Same, |&map| ToMap(map));
                let h = config.hidden;
                linears.push(linear_layer(builder, "decoder.fc1", (d, h), (Same, Same))?);
                linears.push(linear_layer(builder, "decoder.fc2", (h, h), (Same, Same))?);
                linears.push(linear_layer(builder, "decoder.fc3", (h, shape.pixels()), (image, image))?);
            }
            Arch::Conv => {
                linears.push(linear_layer(builder, "decoder.fc", (d, first.len()), (ToMap(first), ToMap(first)))?);
                for (i, (from, to)) in maps.iter().zip(maps.iter().skip(1)).enumerate() {
                    let k = HALVING.kernel;
                    // PyTorch counts the outputs of a transposed convolution as its fan-in.
                    let fan_in = to.channels * k * k;
                    let name = format!("decoder.conv{}", i + 1);
                    let kernel = [from.channels, k, k, to.channels];
                    let layer = Layer {
                        weight: builder.param(&format!("{name}.weight"), &kernel, fan_in, TorchLayout::Kernel)?,
                        bias: builder.param(&format!("{name}.bias"), &[to.channels], fan_in, Same)?,
                    };
                    convs.push((layer, *to));
                }
            }
        }
        Ok(Self { linears, convs, first })
    }

    /// Logits of a batch: z `[B, d]` → `[B, side² · channels]`.
    pub fn forward(&self, z: &Tensor) -> Result<Tensor, ModelError> {
        let batch = z.dim(0)?;
        let n_layers = self.linears.len() + self.convs.len();
        let activation = |i: usize| if i + 1 < n_layers { Activation::Relu } else { Activation::None };
        let mut h = z.clone(); // [B, d]
        for (i, layer) in self.linears.iter().enumerate() {
            h = linear(&h, &layer.weight, &layer.bias, activation(i))?; // [B, hidden] … [B, P]
        }
        if !self.convs.is_empty() {
            h = h.reshape((batch, self.first.side, self.first.side, self.first.channels))?; // [B, h, w, C]
        }
        for (i, (layer, to)) in self.convs.iter().enumerate() {
            let act = activation(self.linears.len() + i);
            h = conv_transpose2d(&h, &layer.weight, &layer.bias, HALVING, (to.side, to.side), act)?; // [B, 2h, 2w, C']
        }
        Ok(h.reshape((batch, ()))?) // [B, P]
    }
}
