//! The two inner loops of every product, on registers (Goto & van de Geijn 2008): a block of at most [`Isa::rows`] rows
//! and two registers of columns stays in registers while the depth runs by.
//!
//! Operands are read where they lie. What would be packed elsewhere is described by where its rows start, so that the
//! windows of a convolution are never copied out (Dukhan 2019, "The Indirect Convolution Algorithm").

#![expect(unsafe_code, reason = "the innermost loops work on pointers that `product` has checked")]

use super::lanes::{Lanes, Portable};

/// Registers side by side in a block.
pub(super) const VECTORS: usize = 2;
/// Rows of the tallest block of any kind of processor.
pub(super) const MAX_ROWS: usize = 8;

/// dst[i, j] ← activation(bias[j] + Σₖ a[i, k] · b[k, j]) for some rows i and at most `VECTORS` registers of columns j.
/// Row i of a consists of `runs` runs of `run_len` floats, `run_stride` apart.
pub(super) struct RowsBlock {
    pub a: *const f32,
    /// As many as the block has rows.
    pub a_starts: *const usize,
    pub runs: usize,
    pub run_len: usize,
    pub run_stride: usize,
    pub b: *const f32,
    /// From one row of b to the next.
    pub b_stride: usize,
    pub dst: *mut f32,
    pub dst_starts: *const usize,
    /// Null for none.
    pub bias: *const f32,
    pub relu: bool,
    /// Lanes used of the last register.
    pub last_lanes: usize,
}

/// dst[i, j] (+)= Σₚ a[p, i] · b[p, j] for some neighbouring i and at most `VECTORS` registers of neighbouring j.
pub(super) struct OuterBlock {
    pub a: *const f32,
    pub a_starts: *const usize,
    pub b: *const f32,
    pub b_starts: *const usize,
    /// How many p.
    pub depth: usize,
    pub dst: *mut f32,
    /// From one row of dst to the next.
    pub dst_stride: usize,
    /// Whether dst holds something to add to.
    pub add: bool,
    /// Lanes used of the last register.
    pub last_lanes: usize,
}

/// # Safety
/// Every index that the block describes must be valid for the pointers.
#[inline(always)]
unsafe fn rows_block<V: Lanes, const ROWS: usize, const N: usize, const WHOLE: bool>(block: &RowsBlock) {
    // SAFETY: the caller's promise; masked accesses touch the lanes that exist.
    unsafe {
        let last = V::mask(block.last_lanes);
        let rows: [*const f32; ROWS] = std::array::from_fn(|i| block.a.add(*block.a_starts.add(i)));
        let mut sums = [[V::zero(); N]; ROWS];
        let mut b = block.b;
        for run in 0..block.runs {
            let start = run * block.run_stride;
            for k in start..start + block.run_len {
                let columns = load::<V, N, WHOLE>(b, last);
                for (sums, row) in sums.iter_mut().zip(rows) {
                    let a = V::splat(*row.add(k));
                    for (sum, column) in sums.iter_mut().zip(columns) {
                        *sum = sum.add_product(a, column);
                    }
                }
                b = b.add(block.b_stride);
            }
        }
        let bias = if block.bias.is_null() { [V::zero(); N] } else { load::<V, N, WHOLE>(block.bias, last) };
        for (i, sums) in sums.into_iter().enumerate() {
            let dst = block.dst.add(*block.dst_starts.add(i));
            for (j, (sum, bias)) in sums.into_iter().zip(bias).enumerate() {
                let sum = sum.add(bias);
                let sum = if block.relu { sum.relu() } else { sum };
                sum.store_masked(dst.add(j * V::N), if j + 1 == N { last } else { V::mask(V::N) });
            }
        }
    }
}

/// # Safety
/// Every index that the block describes must be valid for the pointers.
#[inline(always)]
unsafe fn outer_block<V: Lanes, const ROWS: usize, const N: usize, const WHOLE: bool>(block: &OuterBlock) {
    // SAFETY: the caller's promise; masked accesses touch the lanes that exist.
    unsafe {
        let last = V::mask(block.last_lanes);
        let mut sums = [[V::zero(); N]; ROWS];
        for p in 0..block.depth {
            let columns = load::<V, N, WHOLE>(block.b.add(*block.b_starts.add(p)), last);
            let row = block.a.add(*block.a_starts.add(p));
            for (i, sums) in sums.iter_mut().enumerate() {
                let a = V::splat(*row.add(i));
                for (sum, column) in sums.iter_mut().zip(columns) {
                    *sum = sum.add_product(a, column);
                }
            }
        }
        for (i, sums) in sums.into_iter().enumerate() {
            let dst = block.dst.add(i * block.dst_stride);
            let before = if block.add { load::<V, N, WHOLE>(dst, last) } else { [V::zero(); N] };
            for (j, (sum, before)) in sums.into_iter().zip(before).enumerate() {
                sum.add(before).store_masked(dst.add(j * V::N), if j + 1 == N { last } else { V::mask(V::N) });
            }
        }
    }
}

/// # Safety
/// N − 1 whole registers and the lanes of `last` must be readable.
#[inline(always)]
unsafe fn load<V: Lanes, const N: usize, const WHOLE: bool>(from: *const f32, last: V::Mask) -> [V; N] {
    // SAFETY: the caller's promise.
    std::array::from_fn(|j| unsafe {
        let from = from.add(j * V::N);
        if WHOLE || j + 1 < N { V::load(from) } else { V::load_masked(from, last) }
    })
}

type RowsFn = unsafe fn(&RowsBlock);
type OuterFn = unsafe fn(&OuterBlock);

/// The inner loops as compiled for one kind of processor.
pub(super) struct Isa {
    /// Rows of a block: what fits into the registers.
    pub rows: usize,
    /// Floats in a register.
    pub lanes: usize,
    /// By rows − 1 and registers − 1.
    rows_fns: [[RowsFn; VECTORS]; MAX_ROWS],
    outer_fns: [[OuterFn; VECTORS]; MAX_ROWS],
}

impl Isa {
    /// # Safety
    /// The processor must have the instructions, 1 ≤ `rows` ≤ `self.rows` and 1 ≤ `vectors` ≤ [`VECTORS`], and every
    /// index that the block describes must be valid for the pointers.
    pub(super) unsafe fn run_rows(&self, rows: usize, vectors: usize, block: &RowsBlock) {
        // SAFETY: the caller's promise.
        unsafe { self.rows_fns[rows - 1][vectors - 1](block) }
    }

    /// # Safety
    /// As for [`Isa::run_rows`].
    pub(super) unsafe fn run_outer(&self, rows: usize, vectors: usize, block: &OuterBlock) {
        // SAFETY: the caller's promise.
        unsafe { self.outer_fns[rows - 1][vectors - 1](block) }
    }
}

/// Compiles both loops for each size of block, with the instructions of `$feature`.
macro_rules! isa {
    ($name:ident, $rows_fn:ident, $outer_fn:ident, $lanes:ty, $rows:literal, $(#[$feature:meta])?) => {
        $(#[$feature])?
        unsafe fn $rows_fn<const ROWS: usize, const N: usize>(block: &RowsBlock) {
            // SAFETY: the caller's promise.
            unsafe {
                if block.last_lanes == <$lanes as Lanes>::N {
                    rows_block::<$lanes, ROWS, N, true>(block);
                } else {
                    rows_block::<$lanes, ROWS, N, false>(block);
                }
            }
        }

        $(#[$feature])?
        unsafe fn $outer_fn<const ROWS: usize, const N: usize>(block: &OuterBlock) {
            // SAFETY: the caller's promise.
            unsafe {
                if block.last_lanes == <$lanes as Lanes>::N {
                    outer_block::<$lanes, ROWS, N, true>(block);
                } else {
                    outer_block::<$lanes, ROWS, N, false>(block);
                }
            }
        }

        pub(super) static $name: Isa = Isa {
            rows: $rows,
            lanes: <$lanes as Lanes>::N,
            rows_fns: [
                [$rows_fn::<1, 1>, $rows_fn::<1, 2>],
                [$rows_fn::<2, 1>, $rows_fn::<2, 2>],
                [$rows_fn::<3, 1>, $rows_fn::<3, 2>],
                [$rows_fn::<4, 1>, $rows_fn::<4, 2>],
                [$rows_fn::<5, 1>, $rows_fn::<5, 2>],
                [$rows_fn::<6, 1>, $rows_fn::<6, 2>],
                [$rows_fn::<7, 1>, $rows_fn::<7, 2>],
                [$rows_fn::<8, 1>, $rows_fn::<8, 2>],
            ],
            outer_fns: [
                [$outer_fn::<1, 1>, $outer_fn::<1, 2>],
                [$outer_fn::<2, 1>, $outer_fn::<2, 2>],
                [$outer_fn::<3, 1>, $outer_fn::<3, 2>],
                [$outer_fn::<4, 1>, $outer_fn::<4, 2>],
                [$outer_fn::<5, 1>, $outer_fn::<5, 2>],
                [$outer_fn::<6, 1>, $outer_fn::<6, 2>],
                [$outer_fn::<7, 1>, $outer_fn::<7, 2>],
                [$outer_fn::<8, 1>, $outer_fn::<8, 2>],
            ],
        };
    };
}

#[cfg(target_arch = "x86_64")]
isa!(AVX512, rows_avx512, outer_avx512, std::arch::x86_64::__m512, 8, #[target_feature(enable = "avx512f")]);
#[cfg(target_arch = "x86_64")]
isa!(AVX2, rows_avx2, outer_avx2, std::arch::x86_64::__m256, 6, #[target_feature(enable = "avx2,fma")]);
isa!(PORTABLE, rows_portable, outer_portable, Portable, 4,);

/// Every kind that this processor can run, best first.
pub(super) fn available() -> Vec<&'static Isa> {
    let mut kinds = Vec::new();
    #[cfg(target_arch = "x86_64")]
    {
        if is_x86_feature_detected!("avx512f") {
            kinds.push(&AVX512);
        }
        if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
            kinds.push(&AVX2);
        }
    }
    kinds.push(&PORTABLE);
    kinds
}

/// The best kind that this processor can run.
pub(super) fn isa() -> &'static Isa {
    static ISA: std::sync::LazyLock<&'static Isa> =
        std::sync::LazyLock::new(|| available().first().copied().unwrap_or(&PORTABLE));
    &ISA
}
