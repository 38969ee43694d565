//! Layers whose parameters no longer change: laid out once for the product, then run on plain slices, without a graph.

use candle_core::{Result, Tensor, bail};

use super::conv::{Down, Up};
use super::linear::FrozenLinear;
use super::op::{prepare, tensor_values};
use super::window::{Geometry, Map};
use super::{Activation, Window};

const NAME: &str = "frozen layer";

/// A layer ready to be run many times. Its answers are, to the last bit, those of [`super::linear`], [`super::conv2d`] and
/// [`super::conv_transpose2d`].
pub struct Frozen {
    layer: Layer,
    bias: Vec<f32>,
    activation: Activation,
}

enum Layer {
    Linear(FrozenLinear),
    Conv(Down),
    ConvTranspose(Up),
}

/// Images in a tile, at most, whatever the batch will be.
const MANY: usize = usize::MAX;

impl Frozen {
    /// w `[O, I]`, b `[O]`.
    ///
    /// Errors, as the other two, when a shape or type is another one.
    pub fn linear(w: &Tensor, b: &Tensor, activation: Activation) -> Result<Self> {
        let (n_out, n_in) = w.dims2()?;
        if b.dims() != [n_out] || n_in * n_out == 0 {
            bail!("{NAME}: expected w [O, I], b [O], got {:?}, {:?}", w.dims(), b.dims())
        }
        let layer = Layer::Linear(FrozenLinear::new(&copied(w)?, (n_in, n_out)));
        Ok(Self { layer, bias: copied(b)?, activation })
    }

    /// w `[O, k, k, C]`, b `[O]`, for maps of `size` (H, W).
    pub fn conv2d(
        w: &Tensor,
        b: &Tensor,
        (window, (height, width)): (Window, (usize, usize)),
        activation: Activation,
    ) -> Result<Self> {
        let (o, _, k, c) = w.dims4()?;
        let big = Map { h: height, w: width, c };
        let g = geometry(window, big, o)?;
        check(&[o, k, k, c], o, (w, b), &g)?;
        Ok(Self { layer: Layer::Conv(Down::new(g, MANY, &copied(w)?)), bias: copied(b)?, activation })
    }

    /// w `[C, k, k, O]`, b `[O]`, for answers of `size` (H, W).
    pub fn conv_transpose2d(
        w: &Tensor,
        b: &Tensor,
        (window, (height, width)): (Window, (usize, usize)),
        activation: Activation,
    ) -> Result<Self> {
        let (c, _, k, o) = w.dims4()?;
        let big = Map { h: height, w: width, c: o };
        let g = geometry(window, big, c)?;
        check(&[c, k, k, o], o, (w, b), &g)?;
        Ok(Self { layer: Layer::ConvTranspose(Up::new(g, MANY, &copied(w)?)), bias: copied(b)?, activation })
    }

    /// The answers for a batch, in the current pool: x `[B, I]` or `[B, h, w, C]`, row-major.
    ///
    /// Errors when x is not a whole number of inputs.
    pub fn run(&self, x: &[f32]) -> Result<Vec<f32>> {
        let inputs = match &self.layer {
            Layer::Linear(layer) => layer.inputs(),
            Layer::Conv(layer) => layer.inputs(),
            Layer::ConvTranspose(layer) => layer.inputs(),
        };
        if !x.len().is_multiple_of(inputs) {
            bail!("{NAME}: {} values are no multiple of {inputs}", x.len())
        }
        match &self.layer {
            Layer::Linear(layer) => layer.run(x, &self.bias, self.activation),
            Layer::Conv(layer) => layer.run(x, &self.bias, self.activation),
            Layer::ConvTranspose(layer) => layer.run(x, &self.bias, self.activation),
        }
    }
}

fn geometry(window: Window, big: Map, channels: usize) -> Result<Geometry> {
    let (Some(h), Some(w)) = (window.count(big.h), window.count(big.w)) else {
        bail!("{NAME}: {window:?} does not fit into {} x {} pixels", big.h, big.w)
    };
    Ok(Geometry { big, small: Map { h, w, c: channels }, window })
}

fn check(shape: &[usize], biases: usize, (w, b): (&Tensor, &Tensor), g: &Geometry) -> Result<()> {
    if w.dims() != shape || shape[1] != g.window.kernel || b.dims() != [biases] || g.cost() == 0 {
        bail!("{NAME}: {:?}, {:?} do not fit {:?}", w.dims(), b.dims(), g.window)
    }
    Ok(())
}

fn copied(tensor: &Tensor) -> Result<Vec<f32>> {
    let tensor = prepare(NAME, tensor)?;
    let (storage, layout) = tensor.storage_and_layout();
    Ok(tensor_values(NAME, &storage, layout)?.to_vec())
}
