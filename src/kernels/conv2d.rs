//! A convolution over channels-last images, with bias and activation.

use candle_core::{CpuStorage, CustomOp3, Layout, Result, Shape, Tensor, bail};

use super::conv::Down;
use super::conv_backward::{Backward, Direction};
use super::op::{Gradients, prepare, values};
use super::window::{Geometry, Map};
use super::{Activation, Window};

const NAME: &str = "conv2d";

/// y = activation(x ⋆ w + b): x `[B, H, W, C]`, w `[O, k, k, C]`, b `[O]` → `[B, H', W', O]`,
/// H' = (H + 2·padding − k)/stride + 1. Like PyTorch's `Conv2d`, with channels last.
///
/// Errors when a shape or type is another one, or the window is larger than the padded image.
pub fn conv2d(x: &Tensor, w: &Tensor, b: &Tensor, window: Window, activation: Activation) -> Result<Tensor> {
    let (x, w, b) = (prepare(NAME, x)?, prepare(NAME, w)?, prepare(NAME, b)?);
    x.apply_op3(&w, &b, Conv2d { window, activation })
}

/// The gradients of [`conv2d`]'s x, w and b, where y is its answer and dy = ∂loss/∂y; `None` for what tracks none.
pub fn conv2d_backward(
    (x, w, b): (&Tensor, &Tensor, &Tensor),
    y: &Tensor,
    dy: &Tensor,
    window: Window,
    activation: Activation,
) -> Result<Gradients> {
    Conv2d { window, activation }.bwd(x, w, b, y, dy)
}

struct Conv2d {
    window: Window,
    activation: Activation,
}

impl Conv2d {
    fn geometry(&self, x: &[usize], w: &[usize], b: &[usize]) -> Result<(usize, Geometry)> {
        let window = self.window;
        if let (&[batch, h, width, c], &[o, kh, kw, wc], &[biases]) = (x, w, b)
            && let (Some(small_h), Some(small_w)) = (window.count(h), window.count(width))
            && (kh, kw, wc, biases) == (window.kernel, window.kernel, c, o)
            && h.min(width).min(c).min(o) > 0
        {
            let (big, small) = (Map { h, w: width, c }, Map { h: small_h, w: small_w, c: o });
            return Ok((batch, Geometry { big, small, window }));
        }
        bail!("{NAME}: expected x [B, H, W, C], w [O, k, k, C], b [O], got {x:?}, {w:?}, {b:?} with {window:?}")
    }
}

impl CustomOp3 for Conv2d {
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
        let y = Down::new(g, batch, w).run(x, b, self.activation)?;
        Ok((CpuStorage::F32(y), (batch, g.small.h, g.small.w, g.small.c).into()))
    }

    fn bwd(&self, x: &Tensor, w: &Tensor, b: &Tensor, y: &Tensor, dy: &Tensor) -> Result<Gradients> {
        let (batch, geometry) = self.geometry(x.dims(), w.dims(), b.dims())?;
        let layer = Backward { name: NAME, geometry, batch, direction: Direction::Down, activation: self.activation };
        layer.run((x, w, b), y, dy)
    }
}
