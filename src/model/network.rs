//! Layers one after the other, and the way back through them.
//!
//! Training does not leave the way back to candle's `backward`: that adds every gradient to a map of zeros, in a pool
//! of threads that spins beside ours, which took half of a step of the yardstick models. The order here is the same,
//! each layer's gradients come from the same kernels, and the tests hold one way against the other.

use std::borrow::Cow;

use candle_core::Tensor;
use candle_core::backprop::GradStore;

use crate::config::{self, ModelConfig};
use crate::kernels::{
    Activation, Frozen, Gradients, Window, conv_transpose2d, conv_transpose2d_backward, conv2d, conv2d_backward,
    linear, linear_backward,
};
use crate::model::ModelError;
use crate::model::params::{Builder, Fan, TorchLayout};
use crate::model::shape::Map;

/// Kernel 4, stride 2, padding 1: each convolution halves the side, each transposed one doubles it.
pub const HALVING: Window = Window { kernel: 4, stride: 2, padding: 1 };

/// One layer: a weighted sum, a bias, a non-linearity. Maps are read and written flat, `[B, h·w·c]`.
#[derive(Debug, Clone)]
pub struct Layer {
    weight: Tensor,
    bias: Tensor,
    kind: LayerKind,
    activation: Activation,
}

/// How a layer sums.
#[derive(Debug, Clone, Copy)]
enum LayerKind {
    Linear,
    /// Reads this map and halves its side.
    Conv(Map),
    /// Reads the first map and writes the second, of twice the side.
    ConvTranspose(Map, Map),
}

/// What follows every layer but the last of a network.
pub fn hidden_activation(config: &ModelConfig) -> Activation {
    match config.activation {
        config::Activation::Relu => Activation::Relu,
        config::Activation::Tanh => Activation::Tanh,
    }
}

impl Layer {
    /// `Linear(inputs, outputs)` with its two parameters.
    pub fn linear(
        builder: &mut Builder<'_>,
        name: &str,
        (inputs, outputs): (usize, usize),
        (weight_layout, bias_layout): (TorchLayout, TorchLayout),
        activation: Activation,
    ) -> Result<Self, ModelError> {
        let fan = Fan { torch: inputs, inputs, activation };
        let weight = (&[outputs, inputs][..], weight_layout); // [O, I]
        let (weight, bias) = builder.layer(name, weight, (outputs, bias_layout), fan)?;
        Ok(Self { weight, bias, kind: LayerKind::Linear, activation })
    }

    /// `Conv2d(from.channels, to.channels, 4, 2, 1)`.
    pub fn conv(
        builder: &mut Builder<'_>,
        name: &str,
        (from, to): (Map, Map),
        activation: Activation,
    ) -> Result<Self, ModelError> {
        let k = HALVING.kernel;
        let fan_in = from.channels * k * k;
        let shape = [to.channels, k, k, from.channels];
        let fan = Fan { torch: fan_in, inputs: fan_in, activation };
        let weight = (&shape[..], TorchLayout::Kernel); // [O, k, k, C]
        let (weight, bias) = builder.layer(name, weight, (to.channels, TorchLayout::Same), fan)?;
        Ok(Self { weight, bias, kind: LayerKind::Conv(from), activation })
    }

    /// `ConvTranspose2d(from.channels, to.channels, 4, 2, 1)`, with the output padding that an odd side asks for.
    pub fn conv_transpose(
        builder: &mut Builder<'_>,
        name: &str,
        (from, to): (Map, Map),
        activation: Activation,
    ) -> Result<Self, ModelError> {
        let k = HALVING.kernel;
        // PyTorch counts the outputs of a transposed convolution; an output sums what a stride's share of the kernel sees.
        let fan = Fan { torch: to.channels * k * k, inputs: from.channels * (k / HALVING.stride).pow(2), activation };
        let shape = [from.channels, k, k, to.channels];
        let weight = (&shape[..], TorchLayout::Kernel); // [C, k, k, O]
        let (weight, bias) = builder.layer(name, weight, (to.channels, TorchLayout::Same), fan)?;
        Ok(Self { weight, bias, kind: LayerKind::ConvTranspose(from, to), activation })
    }

    /// The layer's answer: x `[B, I]` → `[B, O]`.
    pub fn forward(&self, x: &Tensor) -> Result<Tensor, ModelError> {
        let Self { weight, bias, activation, .. } = self;
        let y = match self.kind {
            LayerKind::Linear => return Ok(linear(x, weight, bias, *activation)?), // [B, O]
            LayerKind::Conv(from) => conv2d(&unflatten(x, from)?, weight, bias, HALVING, *activation)?, // [B, h, w, C']
            LayerKind::ConvTranspose(from, to) => {
                let size = (to.side, to.side);
                conv_transpose2d(&unflatten(x, from)?, weight, bias, HALVING, size, *activation)? // [B, 2h, 2w, C']
            }
        };
        Ok(y.flatten_from(1)?) // [B, h·w·C']
    }

    /// A copy laid out for use again and again.
    fn freeze(&self) -> Result<Frozen, ModelError> {
        let Self { weight, bias, activation, .. } = self;
        Ok(match self.kind {
            LayerKind::Linear => Frozen::linear(weight, bias, *activation)?,
            LayerKind::Conv(Map { side, .. }) => Frozen::conv2d(weight, bias, (HALVING, (side, side)), *activation)?,
            LayerKind::ConvTranspose(_, Map { side, .. }) => {
                Frozen::conv_transpose2d(weight, bias, (HALVING, (side, side)), *activation)?
            }
        })
    }

    /// From ∂loss/∂y to the gradients of the parameters, which go into `grads`, and to ∂loss/∂x `[B, I]`, `None` when x
    /// tracks no gradient. `y` is what [`Layer::forward`] made of `x`.
    pub fn backward(
        &self,
        x: &Tensor,
        y: &Tensor,
        dy: &Tensor,
        grads: &mut GradStore,
    ) -> Result<Option<Tensor>, ModelError> {
        let (weight, bias) = (&self.weight, &self.bias);
        let (dx, dw, db): Gradients = match self.kind {
            LayerKind::Linear => linear_backward((x, weight, bias), y, dy, self.activation)?,
            LayerKind::Conv(from) => {
                let x = unflatten(x, from)?; // [B, h, w, C]
                let [side, channels] = [from.side / 2, weight.dim(0)?];
                let to = Map { side, channels };
                let (y, dy) = (unflatten(y, to)?, unflatten(dy, to)?); // [B, h/2, w/2, C']
                conv2d_backward((&x, weight, bias), &y, &dy, HALVING, self.activation)?
            }
            LayerKind::ConvTranspose(from, to) => {
                let x = unflatten(x, from)?; // [B, h, w, C]
                let (y, dy) = (unflatten(y, to)?, unflatten(dy, to)?); // [B, 2h, 2w, C']
                conv_transpose2d_backward((&x, weight, bias), &y, &dy, HALVING, self.activation)?
            }
        };
        for (param, gradient) in [(weight, dw), (bias, db)] {
            if let Some(gradient) = gradient {
                grads.insert(param, gradient);
            }
        }
        Ok(dx.map(|dx| dx.flatten_from(1)).transpose()?)
    }
}

/// `[B, h·w·c]` as `[B, h, w, c]`.
fn unflatten(x: &Tensor, map: Map) -> Result<Tensor, ModelError> {
    Ok(x.reshape(((), map.side, map.side, map.channels))?)
}

/// A chain of layers.
#[derive(Debug, Clone, Default)]
pub struct Network(pub Vec<Layer>);

impl Network {
    /// The last layer's answer: x `[B, I]` → `[B, O]`.
    pub fn forward(&self, x: &Tensor) -> Result<Tensor, ModelError> {
        let mut h = x.clone();
        for layer in &self.0 {
            h = layer.forward(&h)?;
        }
        Ok(h)
    }

    /// A copy of the chain that runs on plain slices.
    pub fn freeze(&self) -> Result<FrozenNetwork, ModelError> {
        Ok(FrozenNetwork(self.0.iter().map(Layer::freeze).collect::<Result<_, _>>()?))
    }

    /// x and every layer's answer, in order: what [`Network::backward`] needs to know.
    pub fn trace(&self, x: &Tensor) -> Result<Vec<Tensor>, ModelError> {
        let mut maps = vec![x.clone()];
        for (i, layer) in self.0.iter().enumerate() {
            maps.extend(maps.get(i).map(|h| layer.forward(h)).transpose()?);
        }
        Ok(maps)
    }

    /// From ∂loss/∂(last answer) to the gradients of all parameters, which go into `grads`, and to ∂loss/∂x, `None` when
    /// x tracks no gradient.
    pub fn backward(&self, trace: &[Tensor], dy: Tensor, grads: &mut GradStore) -> Result<Option<Tensor>, ModelError> {
        let mut d = Some(dy);
        for (layer, io) in self.0.iter().zip(trace.windows(2)).rev() {
            let ([x, y], Some(dy)) = (io, &d) else { break };
            d = layer.backward(x, y, dy, grads)?;
        }
        Ok(d)
    }
}

/// A chain of layers whose parameters no longer change.
pub struct FrozenNetwork(Vec<Frozen>);

impl FrozenNetwork {
    /// The last layer's answer: x `[B, I]` → `[B, O]`, row-major.
    pub fn run(&self, x: &[f32]) -> Result<Vec<f32>, ModelError> {
        let mut h = Cow::Borrowed(x);
        for layer in &self.0 {
            h = Cow::Owned(layer.run(&h)?);
        }
        Ok(h.into_owned())
    }
}

impl std::fmt::Debug for FrozenNetwork {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "FrozenNetwork of {} layers", self.0.len())
    }
}
