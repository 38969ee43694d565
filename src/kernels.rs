//! The heavy arithmetic of training, as fused f32 CPU operations for candle. Nothing here knows about models.
//!
//! Each operation is a candle custom op with a backward pass, a public function in front that checks its arguments,
//! and a test against candle's own operations and finite differences.
//!
//! Invariants:
//! - Images are `[B, H, W, C]`, kernels `[O, k, k, C]`; everything is f32, and made contiguous at the door.
//! - Arguments that don't fit are a candle error that names the operation and the shapes.
//! - Work runs in the rayon pool that is current at the call; there is no state beyond thread-local scratch memory.
//! - At a given number of threads the result is the same to the last bit: work is cut by the size of the problem,
//!   never by who is free, and partial sums are added in a fixed order.
//! - An argument that needs no gradient costs nothing on the way back.
//! - `unsafe` lives in `lanes` and `micro` (the inner loops of a product, on registers and pointers), `product` (which
//!   checks slices before it calls them) and `simd` (calls behind a feature test) only.
//!
//! To add an operation: a file with a public function and a `CustomOp1`/`2`/`3`, whose `cpu_fwd` takes its slices through
//! `op::values` and whose `bwd` answers `None` for arguments without `track_op()`; then a `check` in `tests.rs`.

#![expect(
    clippy::inline_always,
    reason = "the bodies behind `dispatch!` must be compiled with their caller's features"
)]

mod activation;
mod adam;
mod add;
mod conv;
mod conv2d;
mod conv_backward;
mod conv_transpose2d;
mod frozen;
mod lanes;
mod linear;
mod loss;
mod micro;
mod norm;
mod op;
mod pack;
mod product;
mod simd;
#[cfg(test)]
mod tests;
mod window;
mod yardstick;

pub use activation::Activation;
pub use adam::{Moments, adam_step};
pub use add::add;
pub use conv_transpose2d::{conv_transpose2d, conv_transpose2d_backward};
pub use conv2d::{conv2d, conv2d_backward};
pub use frozen::Frozen;
pub use linear::{linear, linear_backward};
pub use loss::{bernoulli_nll, bernoulli_nll_backward, sigmoid_sse, sigmoid_sse_backward};
pub use norm::{scaled, sum_of_squares};
pub use op::Gradients;
pub use simd::sigmoid;
pub use window::Window;
pub use yardstick::SquareProduct;
