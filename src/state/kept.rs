//! Prepared images on disk, as far as the window knows.

/// Prepared images on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept {
    /// How much there is; `None` until it was measured, or when there is no place for it.
    pub bytes: Option<u64>,
    /// How much there may be, in GiB.
    pub limit_gib: u32,
}

impl Kept {
    /// Limits that can be chosen; with the first, nothing is kept or used.
    pub const LIMITS_GIB: [u32; 5] = [0, 1, 5, 10, 50];

    /// How much there may be, in bytes.
    pub fn limit(&self) -> u64 {
        u64::from(self.limit_gib) << 30
    }
}

impl Default for Kept {
    fn default() -> Self {
        Self { bytes: None, limit_gib: (crate::data::Cache::LIMIT >> 30) as u32 }
    }
}
