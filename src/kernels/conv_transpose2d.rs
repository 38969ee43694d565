//! The adjoint of a convolution over channels-last images, with bias and activation.

use candle_core::{CpuStorage, CustomOp3, Layout, Result, Shape, Tensor, bail};

use super::conv::Up;
use super::conv_backward::{Backward, Direction};
use super::op::{Gradients, prepare, values};
use super::window::{Geometry, Map};
use super::{Activation, Window};

const NAME: &str = "conv_transpose2d";

/// y = activation(adjoint of ⋆ w, at x, + b): x `[B, h, w, C]`, w `[C, k, k, O]`, b `[O]` → `[B, H, W, O]`.
///
/// `out` is (H, W), one of the sizes that the convolution with this `window` takes to (h, w); PyTorch's
/// `ConvTranspose2d` says it as `output_padding`.
///
/// Errors when a shape or type is another one, or no such convolution exists.
pub fn conv_transpose2d(
    x: &Tensor,
    w: &Tensor,
    b: &Tensor,
    window: Window,
    out: (usize, usize),
    activation: Activation,
) -> Result<Tensor> {
    let (x, w, b) = (prepare(NAME, x)?, prepare(NAME, w)?, prepare(NAME, b)?);
    x.apply_op3(&w, &b, ConvTranspose2d { window, out, activation })
}

/// The gradients of [`conv_transpose2d`]'s x, w and b, where y is its answer and dy = ∂loss/∂y; `None` for what tracks
/// none.
pub fn conv_transpose2d_backward(
    (x, w, b): (&Tensor, &Tensor, &Tensor),
    y: &Tensor,
    dy: &Tensor,
    window: Window,
    activation: Activation,
) -> Result<Gradients> {
    let &[_, height, width, _] = y.dims() else { bail!("{NAME}: expected y [B, H, W, O], got {:?}", y.dims()) };
    ConvTranspose2d { window, out: (height, width), activation }.bwd(x, w, b, y, dy)
}

struct ConvTranspose2d {
    window: Window,
    out: (usize, usize),
    activation: Activation,
}

impl ConvTranspose2d {
    fn geometry(&self, x: &[usize], w: &[usize], b: &[usize]) -> Result<(usize, Geometry)> {
        let (window, (big_h, big_w)) = (self.window, self.out);
        if let (&[batch, h, width, c], &[wc, kh, kw, o], &[biases]) = (x, w, b)
            && (window.count(big_h), window.count(big_w)) == (Some(h), Some(width))
            && (kh, kw, wc, biases) == (window.kernel, window.kernel, c, o)
            && big_h.min(big_w).min(c).min(o) > 0
        {
            let (big, small) = (Map { h: big_h, w: big_w, c: o }, Map { h, w: width, c });
            return Ok((batch, Geometry { big, small, window }));
        }
        bail!(
            "{NAME}: expected x [B, h, w, C], w [C, k, k, O], b [O], got {x:?}, {w:?}, {b:?} for {:?} with {window:?}",
            self.out
        )
    }
}

impl CustomOp3 for ConvTranspose2d {
    fn name(&self) -> &'static str {
        NAME
    }

    fn cpu_fwd(
        &self,
        x: &CpuStorage,
        x_layout: &Layout,
        w: &CpuStorage,
        w_layout: &Layout,
        b: &CpuStorage,
        b_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (batch, g) = self.geometry(x_layout.dims(), w_layout.dims(), b_layout.dims())?;
        let (x, w, b) = (values(NAME, x, x_layout)?, values(NAME, w, w_layout)?, values(NAME, b, b_layout)?);
        let y = Up::new(g, batch, w).run(x, b, self.activation)?;
        Ok((CpuStorage::F32(y), (batch, g.big.h, g.big.w, g.big.c).into()))
    }

    fn bwd(&self, x: &Tensor, w: &Tensor, b: &Tensor, y: &Tensor, dy: &Tensor) -> Result<Gradients> {
        let (batch, geometry) = self.geometry(x.dims(), w.dims(), b.dims())?;
        let layer = Backward { name: NAME, geometry, batch, direction: Direction::Up, activation: self.activation };
        layer.run((x, w, b), y, dy)
    }
}
