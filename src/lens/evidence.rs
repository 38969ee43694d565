//! stub
pub const SAMPLES: std::ops::RangeInclusive<usize> = 1..=5000;
pub struct Evidence;
impl Evidence {
    pub fn mean_nats(&self) -> f64 {
        0.0
    }
    pub fn se_nats(&self) -> f64 {
        0.0
    }
}
pub fn log_evidence(
    _: &crate::model::Vae,
    _: &crate::data::Dataset,
    _: &[u32],
    _: usize,
    _: u64,
    _: &dyn Fn(usize) -> bool,
) -> Result<Option<Evidence>, crate::model::ModelError> {
    Ok(None)
}
