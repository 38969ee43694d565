//! What every operation shares: slices out of tensors, tensors out of vectors, the cut into tiles, scratch memory.

use std::cell::Cell;
use std::mem::MaybeUninit;

use candle_core::{CpuStorage, DType, Device, Layout, Result, Storage, Tensor, bail};

/// ∂loss/∂ of a layer's input, weight and bias; `None` for an argument through which no gradient is tracked.
pub type Gradients = (Option<Tensor>, Option<Tensor>, Option<Tensor>);

/// The contiguous f32 values of an argument of operation `name`.
pub(super) fn values<'a>(name: &str, storage: &'a CpuStorage, layout: &Layout) -> Result<&'a [f32]> {
    let Some((start, end)) = layout.contiguous_offsets() else {
        bail!("{name}: expected a contiguous tensor, got shape {:?} with strides {:?}", layout.dims(), layout.stride())
    };
    let Some(values) = storage.as_slice::<f32>()?.get(start..end) else {
        bail!("{name}: shape {:?} reaches past its storage", layout.dims())
    };
    Ok(values)
}

/// Like [`values`], for what [`Tensor::storage_and_layout`] returns.
pub(super) fn tensor_values<'a>(name: &str, storage: &'a Storage, layout: &Layout) -> Result<&'a [f32]> {
    match storage {
        Storage::Cpu(storage) => values(name, storage, layout),
        _ => bail!("{name}: only CPU tensors are supported"),
    }
}

/// The argument as a contiguous f32 CPU tensor.
pub(super) fn prepare(name: &str, tensor: &Tensor) -> Result<Tensor> {
    if tensor.dtype() != DType::F32 || !tensor.device().is_cpu() {
        bail!("{name}: expected f32 on the CPU, got {:?} of shape {:?}", tensor.dtype(), tensor.dims())
    }
    tensor.contiguous()
}

/// A gradient, which nothing differentiates again, as a tensor.
pub(super) fn gradient(values: Vec<f32>, like: &Tensor) -> Result<Tensor> {
    Tensor::from_vec(values, like.shape(), &Device::Cpu)
}

/// Below this many multiplications a task costs less than handing it to another thread (some 10 µs).
const MIN_TASK: usize = 1 << 18;

/// How many of `n_items` make one task, when each costs `item_cost` multiplications: the work is cut into one equal
/// part per thread, or fewer when it is small. A function of sizes and thread count only.
pub(super) fn items_per_task(n_items: usize, item_cost: usize) -> usize {
    let n_tasks = (n_items.saturating_mul(item_cost) / MIN_TASK).clamp(1, rayon::current_num_threads());
    n_items.div_ceil(n_tasks).max(1)
}

/// `len` floats, all of which `fill` writes: nothing is set to zero first.
///
/// # Safety
/// When `fill` answers `Ok`, every element must have been written.
#[expect(unsafe_code, reason = "setting large maps to zero takes as long as reading them")]
pub(super) unsafe fn filled(len: usize, fill: impl FnOnce(&mut [MaybeUninit<f32>]) -> Result<()>) -> Result<Vec<f32>> {
    let mut values = Vec::with_capacity(len);
    fill(values.spare_capacity_mut().get_mut(..len).unwrap_or_default())?;
    // SAFETY: the caller's promise; the capacity is at least `len`.
    unsafe { values.set_len(len) };
    Ok(values)
}

/// Runs `f` on `len` floats of this thread's scratch memory, with whatever they last held. Calls may nest.
pub(super) fn with_scratch<R>(len: usize, f: impl FnOnce(&mut [f32]) -> R) -> R {
    thread_local! {
        /// What is not in use, the outermost call's last.
        static FREE: Cell<Vec<Vec<f32>>> = const { Cell::new(Vec::new()) };
    }
    let mut free = FREE.take();
    let mut scratch = free.pop().unwrap_or_default();
    FREE.set(free);
    if scratch.len() < len {
        scratch.resize(len, 0.0);
    }
    let (head, _) = scratch.split_at_mut(len);
    let result = f(head);
    let mut free = FREE.take();
    free.push(scratch);
    FREE.set(free);
    result
}
