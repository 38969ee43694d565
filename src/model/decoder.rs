//! The decoder network: a latent point to the logits of an image.

use crate::config::{Arch, ModelConfig};
use crate::kernels::Activation::None as Identity;
use crate::model::ModelError;
use crate::model::network::{Layer, Network, hidden_activation};
use crate::model::params::{Builder, TorchLayout};
use crate::model::shape::{ImageShape, Map};

/// z `[B, d]` → logits `[B, side² · channels]`, whose logistic function is the mean of p(x|z): the mirror image of the
/// encoder.
pub fn decoder(config: &ModelConfig, shape: ImageShape, builder: &mut Builder<'_>) -> Result<Network, ModelError> {
    use TorchLayout::{Same, ToMap};
    let mut maps = shape.maps();
    maps.reverse();
    let (d, hidden) = (config.latent_dim, hidden_activation(config));
    let first = *maps.first().unwrap_or(&Map { side: shape.side, channels: shape.channels });
    let mut layers = Vec::new();
    match config.arch {
        Arch::Mlp => {
            let image = maps.last().map_or(Same, |&map| ToMap(map));
            let h = config.hidden;
            layers.push(Layer::linear(builder, "decoder.fc1", (d, h), (Same, Same), hidden)?);
            layers.push(Layer::linear(builder, "decoder.fc2", (h, h), (Same, Same), hidden)?);
            layers.push(Layer::linear(builder, "decoder.fc3", (h, shape.pixels()), (image, image), Identity)?);
        }
        Arch::Conv => {
            let map = ToMap(first);
            let n_convs = maps.len() - 1;
            let after = |i: usize| if i < n_convs { hidden } else { Identity };
            layers.push(Layer::linear(builder, "decoder.fc", (d, first.len()), (map, map), after(0))?);
            for (i, (from, to)) in (1..).zip(maps.iter().zip(maps.iter().skip(1))) {
                let name = format!("decoder.conv{i}");
                layers.push(Layer::conv_transpose(builder, &name, (*from, *to), after(i))?);
            }
        }
    }
    Ok(Network(layers))
}
