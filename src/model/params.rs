//! Parameters: their names, where their first values come from, and how they look to PyTorch.

use candle_core::{Device, Tensor, Var};

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
    /// PyTorch's default initialisation, U(−1/√fan_in, 1/√fan_in), drawn from this seed.
    Seed(u64),
    /// Deep copies of another model's parameters, in the same order; no gradient is tracked through them.
    Frozen(&'a [Param]),
    /// A file's tensors, by name, in PyTorch's layout.
    Torch(&'a dyn Fn(&str) -> Option<Tensor>),
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

    /// The next parameter: `shape` in our layout, `fan_in` for its first values.
    pub fn param(
        &mut self,
        name: &str,
        shape: &[usize],
        fan_in: usize,
        layout: TorchLayout,
    ) -> Result<Tensor, ModelError> {
        let wrong = |reason: String| ModelError::Parameter { name: name.to_owned(), reason };
        let values = match &self.source {
            Source::Seed(seed) => {
                let mut rng = Rng::new(*seed, Stream::Weights, self.params.len() as u64);
                let bound = 1.0 / (fan_in as f32).sqrt();
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

    /// A scalar parameter with a given first value.
    pub fn scalar(&mut self, name: &str, value: f32) -> Result<Tensor, ModelError> {
        match self.source {
            Source::Seed(_) => self.keep(name, &Tensor::from_vec(vec![value], 1, &Device::Cpu)?, TorchLayout::Same),
            _ => self.param(name, &[1], 1, TorchLayout::Same),
        }
    }

    fn keep(&mut self, name: &str, values: &Tensor, layout: TorchLayout) -> Result<Tensor, ModelError> {
        let values = match self.source {
            Source::Frozen(_) => values.clone(),
            Source::Seed(_) | Source::Torch(_) => Var::from_tensor(values)?.into_inner(),
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
