//! Parameters: their names, where their first values come from, and how they look to PyTorch.

use candle_core::{Device, Tensor, Var};

use crate::config::Init;
use crate::kernels::Activation;
use crate::model::ModelError;
use crate::model::shape::Map;
use crate::rng::{Rng, Stream};

/// How a parameter's axes differ from PyTorch's. Ours are channels last; files hold PyTorch's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TorchLayout {
    /// No difference.
    Same,
    /// Ours `[O, k, k, I]`, PyTorch's `[O, I, k, k]` (`Conv2d`), or `[I, k, k, O]` and `[I, O, k, k]`
    /// (`ConvTranspose2d`).
    Kernel,
    /// Columns of a `Linear` that reads a flattened map: ours `[O, h·w·c]`, PyTorch's `[O, c·h·w]`.
    FromMap(Map),
    /// Rows (or a bias) of a `Linear` that writes a flattened map: ours `[h·w·c, …]`, PyTorch's `[c·h·w, …]`.
    ToMap(Map),
}

/// A named parameter.
#[derive(Debug, Clone)]
pub struct Param {
    /// PyTorch's name, e.g. `encoder.conv1.weight`.
    pub name: String,
    /// The values, in our layout: a variable while the model is trained, a plain tensor in a frozen copy.
    pub values: Tensor,
    /// How a file holds it.
    pub layout: TorchLayout,
}

impl TorchLayout {
    /// `values` in PyTorch's layout and shape, with storage of their own: with one channel the layouts are the same, and
    /// `contiguous` would share it.
    pub fn to_torch(self, values: &Tensor) -> candle_core::Result<Tensor> {
        match self {
            Self::Same => values.copy(),
            Self::Kernel => values.permute((0, 3, 1, 2))?.force_contiguous(),
            Self::FromMap(Map { side, channels }) => {
                let rows = values.dim(0)?;
                values
                    .reshape((rows, side, side, channels))?
                    .permute((0, 3, 1, 2))?
                    .force_contiguous()?
                    .reshape(values.shape())
            }
            Self::ToMap(Map { side, channels }) => values
                .reshape((side, side, channels, ()))?
                .permute((2, 0, 1, 3))?
                .force_contiguous()?
                .reshape(values.shape()),
        }
    }

    /// The inverse of [`TorchLayout::to_torch`], with storage of their own too.
    pub fn from_torch(self, values: &Tensor) -> candle_core::Result<Tensor> {
        match self {
            Self::Same => values.copy(),
            Self::Kernel => values.permute((0, 2, 3, 1))?.force_contiguous(),
            Self::FromMap(Map { side, channels }) => {
                let rows = values.dim(0)?;
                values
                    .reshape((rows, channels, side, side))?
                    .permute((0, 2, 3, 1))?
                    .force_contiguous()?
                    .reshape(values.shape())
            }
            Self::ToMap(Map { side, channels }) => values
                .reshape((channels, side, side, ()))?
                .permute((1, 2, 0, 3))?
                .force_contiguous()?
                .reshape(values.shape()),
        }
    }
}

/// Where the values of a parameter come from.
pub enum Source<'a> {
    /// Drawn from this seed.
    Seed(u64, Init),
    /// Deep copies of another model's parameters, in the same order; no gradient is tracked through them.
    Frozen(&'a [Param]),
    /// A file's tensors, by name, in PyTorch's layout.
    Torch(&'a dyn Fn(&str) -> Option<Tensor>),
}

/// What the first values of a layer depend on.
#[derive(Debug, Clone, Copy)]
pub struct Fan {
    /// Inputs of the layer as PyTorch counts them.
    pub torch: usize,
    /// Inputs that one of its outputs sums up.
    pub inputs: usize,
    /// What follows the layer.
    pub activation: Activation,
}

impl Fan {
    /// How far from zero the first weights and biases may lie; they are drawn uniformly.
    ///
    /// PyTorch: 1/√fan_in for both. He: √(6/fan_in), of variance 2/fan_in, so that the sums before each ReLU vary as
    /// much as those before the last one (He et al. 2015, eq. 10), and biases of zero.
    fn bounds(self, init: Init) -> (f32, f32) {
        if init == Init::He && self.activation == Activation::Relu {
            return ((6.0 / self.inputs as f32).sqrt(), 0.0);
        }
        let bound = 1.0 / (self.torch as f32).sqrt();
        (bound, bound)
    }
}

/// Hands out parameters one by one while a model is built, and keeps the list.
pub struct Builder<'a> {
    source: Source<'a>,
    params: Vec<Param>,
}

impl<'a> Builder<'a> {
    /// Starts an empty list.
    pub fn new(source: Source<'a>) -> Self {
        Self { source, params: Vec::new() }
    }

    /// Every parameter that was handed out, in order.
    pub fn finish(self) -> Vec<Param> {
        self.params
    }

    /// The next layer's weight and bias, of these shapes in our layout.
    pub fn layer(
        &mut self,
        name: &str,
        (shape, layout): (&[usize], TorchLayout),
        (outputs, bias_layout): (usize, TorchLayout),
        fan: Fan,
    ) -> Result<(Tensor, Tensor), ModelError> {
        let (weight, bias) = match self.source {
            Source::Seed(_, init) => fan.bounds(init),
            Source::Frozen(_) | Source::Torch(_) => (0.0, 0.0),
        };
        let weight = self.param(&format!("{name}.weight"), shape, weight, layout)?;
        Ok((weight, self.param(&format!("{name}.bias"), &[outputs], bias, bias_layout)?))
    }

    /// The next parameter: `shape` in our layout, first values within `bound`.
    fn param(&mut self, name: &str, shape: &[usize], bound: f32, layout: TorchLayout) -> Result<Tensor, ModelError> {
        let wrong = |reason: String| ModelError::Parameter { name: name.to_owned(), reason };
        let values = match &self.source {
            Source::Seed(seed, _) => {
                let mut rng = Rng::new(*seed, Stream::Weights, self.params.len() as u64);
                Tensor::from_vec(rng.uniforms(shape.iter().product(), bound), shape, &Device::Cpu)?
            }
            Source::Frozen(params) => match params.get(self.params.len()) {
                Some(param) if param.name == name => param.values.copy()?.detach(),
                _ => return Err(wrong("missing from the model that is copied".into())),
            },
            Source::Torch(lookup) => {
                let stored = lookup(name).ok_or_else(|| wrong("missing from the file".into()))?;
                if stored.elem_count() != shape.iter().product::<usize>() || stored.rank() != shape.len() {
                    return Err(wrong(format!("has shape {:?}, expected the values of {shape:?}", stored.dims())));
                }
                layout.from_torch(&stored)?
            }
        };
        if values.dims() != shape {
            return Err(wrong(format!("has shape {:?}, expected {shape:?}", values.dims())));
        }
        self.keep(name, &values, layout)
    }

    /// A number `[1]` that is kept beside the parameters and has no gradient: from a file, or `first`.
    pub fn number(&self, name: &str, first: f32) -> Result<f32, ModelError> {
        let Source::Torch(lookup) = &self.source else { return Ok(first) };
        let wrong = |reason: String| ModelError::Parameter { name: name.to_owned(), reason };
        let stored = lookup(name).ok_or_else(|| wrong("missing from the file".into()))?;
        match stored.flatten_all()?.to_vec1::<f32>()?.as_slice() {
            [value] => Ok(*value),
            _ => Err(wrong(format!("has shape {:?}, expected one value", stored.dims()))),
        }
    }

    fn keep(&mut self, name: &str, values: &Tensor, layout: TorchLayout) -> Result<Tensor, ModelError> {
        let values = match self.source {
            Source::Frozen(_) => values.clone(),
            Source::Seed(..) | Source::Torch(_) => Var::from_tensor(values)?.into_inner(),
        };
        self.params.push(Param { name: name.to_owned(), values: values.clone(), layout });
        Ok(values)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(layout: TorchLayout, shape: &[usize], torch_shape: &[usize]) {
        let n = shape.iter().product::<usize>();
        let ours = Tensor::arange(0.0_f32, n as f32, &Device::Cpu).unwrap().reshape(shape).unwrap();
        let torch = layout.to_torch(&ours).unwrap();
        assert_eq!(torch.dims(), torch_shape);
        let back = layout.from_torch(&torch).unwrap();
        let flat = |t: &Tensor| t.flatten_all().unwrap().to_vec1::<f32>().unwrap();
        assert_eq!(flat(&back), flat(&ours));
        assert_eq!(flat(&torch) == flat(&ours), layout == TorchLayout::Same);
    }

    #[test]
    fn layouts_go_to_pytorch_and_back() {
        let map = Map { side: 3, channels: 2 };
        check(TorchLayout::Same, &[4, 5], &[4, 5]);
        check(TorchLayout::Kernel, &[5, 4, 4, 3], &[5, 3, 4, 4]);
        check(TorchLayout::FromMap(map), &[4, 18], &[4, 18]);
        check(TorchLayout::ToMap(map), &[18, 4], &[18, 4]);
        check(TorchLayout::ToMap(map), &[18], &[18]);
    }
}
