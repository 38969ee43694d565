//! What was measured, as figures and as a table.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

/// Every figure; parts that were not asked for are left out.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    /// GFLOP/s of a 1024³ product in single precision.
    pub gemm_gflops: f64,
    /// By model.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub train: BTreeMap<&'static str, TrainSpeed>,
    /// By model.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub decode: BTreeMap<&'static str, DecodeSpeed>,
    /// By model.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub decode_while_training: BTreeMap<&'static str, MixedSpeed>,
    /// Reading a folder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub load: Option<LoadSpeed>,
    /// Most memory the process held, in MiB; `None` where the system does not say.
    pub peak_memory_mib: Option<f64>,
}

/// A training step.
#[derive(Debug, Serialize)]
pub struct TrainSpeed {
    /// Median.
    pub step_ms: f64,
    /// At the median.
    pub images_per_second: f64,
    /// At the median.
    pub gflops: f64,
    /// Of `gemm_gflops`.
    pub fraction_of_gemm: f64,
}

/// Decoding alone.
#[derive(Debug, Serialize)]
pub struct DecodeSpeed {
    /// Median of one point.
    pub one_p50_us: f64,
    /// 99th percentile of one point.
    pub one_p99_us: f64,
    /// Median of 400 points.
    pub grid400_ms: f64,
}

/// Decoding one point at 60 Hz while training.
#[derive(Debug, Serialize)]
pub struct MixedSpeed {
    /// Median.
    pub p50_us: f64,
    /// 99th percentile.
    pub p99_us: f64,
    /// Of the training beside it.
    pub train_images_per_second: f64,
}

/// Reading a folder of small PNG files.
#[derive(Debug, Serialize)]
pub struct LoadSpeed {
    /// Files.
    pub images: usize,
    /// Wall time.
    pub seconds: f64,
    /// Files a second.
    pub images_per_second: f64,
    /// Wall time of opening the same folder again, from the cache.
    pub again_seconds: f64,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "matrix product  {:8.1} GFLOP/s", self.gemm_gflops)?;
        if !self.train.is_empty() {
            writeln!(f, "\ntraining            step  images/s  GFLOP/s  of product")?;
        }
        for (name, s) in &self.train {
            let share = s.fraction_of_gemm * 100.0;
            writeln!(f, "  {name:8} {:10.2} ms {:9.0} {:8.1} {share:9.0} %", s.step_ms, s.images_per_second, s.gflops)?;
        }
        if !self.decode.is_empty() {
            writeln!(f, "\ndecoding      one point, p50       p99    400 points")?;
        }
        for (name, s) in &self.decode {
            writeln!(f, "  {name:8} {:15.0} µs {:6.0} µs {:10.1} ms", s.one_p50_us, s.one_p99_us, s.grid400_ms)?;
        }
        if !self.decode_while_training.is_empty() {
            writeln!(f, "\n60 Hz while training, p50       p99    images/s trained")?;
        }
        for (name, s) in &self.decode_while_training {
            writeln!(f, "  {name:8} {:13.0} µs {:6.0} µs {:16.0}", s.p50_us, s.p99_us, s.train_images_per_second)?;
        }
        if let Some(s) = &self.load {
            let again = s.again_seconds * 1e3;
            writeln!(f, "\nloading {} PNG files  {:.0} images/s, again {again:.1} ms", s.images, s.images_per_second)?;
        }
        if let Some(mib) = self.peak_memory_mib {
            writeln!(f, "\npeak memory  {mib:.0} MiB")?;
        }
        Ok(())
    }
}

/// The value that the share `q` of `values` does not exceed (nearest rank); 0 for none.
pub fn quantile(values: &mut [f64], q: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let rank = (q * values.len() as f64).ceil() as usize;
    values.get(rank.saturating_sub(1)).copied().unwrap_or(0.0)
}

/// Most memory this process ever held, from the system's own account.
pub fn peak_memory_mib() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<f64>().ok().map(|kib| kib / 1024.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_nearest_ranks() {
        let mut values: Vec<f64> = (1..=100).rev().map(f64::from).collect();
        assert_eq!([0.5, 0.99, 1.0].map(|q| quantile(&mut values, q)), [50.0, 99.0, 100.0]);
        assert_eq!(quantile(&mut [3.0], 0.99), 3.0);
    }
}
