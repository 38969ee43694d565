//! A vector register, whatever this processor calls it. The micro-kernels are written once over [`Lanes`] and compiled
//! for each kind.

#![expect(unsafe_code, reason = "vector loads and stores take pointers, and intrinsics need a feature test")]

#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::{
    __m256, __m256i, __m512, __mmask16, _mm256_add_ps, _mm256_cmpgt_epi32, _mm256_fmadd_ps, _mm256_loadu_ps,
    _mm256_maskload_ps, _mm256_maskstore_ps, _mm256_max_ps, _mm256_set1_epi32, _mm256_set1_ps, _mm256_setr_epi32,
    _mm256_setzero_ps, _mm512_add_ps, _mm512_fmadd_ps, _mm512_loadu_ps, _mm512_mask_storeu_ps, _mm512_maskz_loadu_ps,
    _mm512_max_ps, _mm512_set1_ps, _mm512_setzero_ps,
};

/// A register of [`Lanes::N`] floats.
///
/// # Safety
/// The methods may be called only where the processor has the instructions of the implementation; loads and stores
/// touch the `N` floats at the pointer, or those of them that the mask selects, and need no alignment.
pub(super) trait Lanes: Copy {
    /// Floats in a register.
    const N: usize;
    /// The first lanes of a register.
    type Mask: Copy;

    unsafe fn zero() -> Self;
    unsafe fn splat(value: f32) -> Self;
    /// Selects the first `n` lanes, 0 to `N`.
    unsafe fn mask(n: usize) -> Self::Mask;
    unsafe fn load(from: *const f32) -> Self;
    /// Zeros in the other lanes.
    unsafe fn load_masked(from: *const f32, mask: Self::Mask) -> Self;
    unsafe fn store_masked(self, to: *mut f32, mask: Self::Mask);
    unsafe fn add(self, other: Self) -> Self;
    /// self + a·b, rounded once where the processor can.
    unsafe fn add_product(self, a: Self, b: Self) -> Self;
    /// 0 where negative; NaN stays NaN.
    unsafe fn relu(self) -> Self;
}

/// AVX-512F.
#[cfg(target_arch = "x86_64")]
impl Lanes for __m512 {
    const N: usize = 16;
    type Mask = __mmask16;

    #[inline(always)]
    unsafe fn zero() -> Self {
        unsafe { _mm512_setzero_ps() }
    }
    #[inline(always)]
    unsafe fn splat(value: f32) -> Self {
        unsafe { _mm512_set1_ps(value) }
    }
    #[inline(always)]
    unsafe fn mask(n: usize) -> __mmask16 {
        ((1_u32 << n) - 1) as __mmask16
    }
    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        unsafe { _mm512_loadu_ps(from) }
    }
    #[inline(always)]
    unsafe fn load_masked(from: *const f32, mask: __mmask16) -> Self {
        unsafe { _mm512_maskz_loadu_ps(mask, from) }
    }
    #[inline(always)]
    unsafe fn store_masked(self, to: *mut f32, mask: __mmask16) {
        unsafe { _mm512_mask_storeu_ps(to, mask, self) }
    }
    #[inline(always)]
    unsafe fn add(self, other: Self) -> Self {
        unsafe { _mm512_add_ps(self, other) }
    }
    #[inline(always)]
    unsafe fn add_product(self, a: Self, b: Self) -> Self {
        unsafe { _mm512_fmadd_ps(a, b, self) }
    }
    #[inline(always)]
    unsafe fn relu(self) -> Self {
        // The second operand is the answer when either is NaN.
        unsafe { _mm512_max_ps(_mm512_setzero_ps(), self) }
    }
}

/// AVX2 with FMA.
#[cfg(target_arch = "x86_64")]
impl Lanes for __m256 {
    const N: usize = 8;
    type Mask = __m256i;

    #[inline(always)]
    unsafe fn zero() -> Self {
        unsafe { _mm256_setzero_ps() }
    }
    #[inline(always)]
    unsafe fn splat(value: f32) -> Self {
        unsafe { _mm256_set1_ps(value) }
    }
    #[inline(always)]
    unsafe fn mask(n: usize) -> __m256i {
        unsafe { _mm256_cmpgt_epi32(_mm256_set1_epi32(n as i32), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7)) }
    }
    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        unsafe { _mm256_loadu_ps(from) }
    }
    #[inline(always)]
    unsafe fn load_masked(from: *const f32, mask: __m256i) -> Self {
        unsafe { _mm256_maskload_ps(from, mask) }
    }
    #[inline(always)]
    unsafe fn store_masked(self, to: *mut f32, mask: __m256i) {
        unsafe { _mm256_maskstore_ps(to, mask, self) }
    }
    #[inline(always)]
    unsafe fn add(self, other: Self) -> Self {
        unsafe { _mm256_add_ps(self, other) }
    }
    #[inline(always)]
    unsafe fn add_product(self, a: Self, b: Self) -> Self {
        unsafe { _mm256_fmadd_ps(a, b, self) }
    }
    #[inline(always)]
    unsafe fn relu(self) -> Self {
        unsafe { _mm256_max_ps(_mm256_setzero_ps(), self) }
    }
}

/// Any processor: the compiler makes of it what it can.
#[derive(Clone, Copy)]
pub(super) struct Portable([f32; 8]);

impl Lanes for Portable {
    const N: usize = 8;
    type Mask = usize;

    #[inline(always)]
    unsafe fn zero() -> Self {
        Self([0.0; 8])
    }
    #[inline(always)]
    unsafe fn splat(value: f32) -> Self {
        Self([value; 8])
    }
    #[inline(always)]
    unsafe fn mask(n: usize) -> usize {
        n
    }
    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        Self(unsafe { from.cast::<[f32; 8]>().read_unaligned() })
    }
    #[inline(always)]
    unsafe fn load_masked(from: *const f32, n: usize) -> Self {
        if n == 8 {
            return unsafe { Self::load(from) };
        }
        let mut lanes = [0.0; 8];
        for (i, lane) in lanes.iter_mut().enumerate().take(n) {
            *lane = unsafe { *from.add(i) };
        }
        Self(lanes)
    }
    #[inline(always)]
    unsafe fn store_masked(self, to: *mut f32, n: usize) {
        for (i, lane) in self.0.into_iter().enumerate().take(n) {
            unsafe { *to.add(i) = lane };
        }
    }
    #[inline(always)]
    unsafe fn add(self, other: Self) -> Self {
        Self(std::array::from_fn(|i| self.0[i] + other.0[i]))
    }
    #[inline(always)]
    unsafe fn add_product(self, a: Self, b: Self) -> Self {
        Self(std::array::from_fn(|i| {
            super::simd::mul_add::<{ cfg!(target_arch = "aarch64") }>(a.0[i], b.0[i], self.0[i])
        }))
    }
    #[inline(always)]
    unsafe fn relu(self) -> Self {
        Self(self.0.map(|v| if v < 0.0 { 0.0 } else { v }))
    }
}
