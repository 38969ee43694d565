//! `latent-atlas bench`: the speed of this program on this machine, with the machine's own matrix product beside it.
//!
//! Three yardstick models: `mlp` (28 × 28 grey, 784-400-400-2), `conv28` (28 × 28 grey, two stages, 2 dimensions) and
//! `conv64` (64 × 64 RGB, four stages, 32 dimensions). Weights and images are noise: speed does not depend on them.

mod decode;
mod load;
mod model;
mod report;
mod train;

use std::time::Duration;

pub use report::Report;

use crate::cli::bench::model::YARDSTICKS;

/// What to measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Part {
    /// Training steps.
    Train,
    /// Decoding alone.
    Decode,
    /// Decoding at 60 Hz while training.
    Mixed,
    /// Reading a folder of images.
    Load,
}

/// Options of the benchmark.
#[derive(Debug, Clone, clap::Args)]
pub struct Options {
    /// Measure one part only
    #[arg(long, value_name = "PART")]
    pub only: Option<Part>,
    /// Seconds for each figure
    #[arg(long, value_name = "N", default_value_t = 5.0)]
    pub seconds: f64,
}

/// Measures; `tell` is called with what is measured next.
pub fn run(options: &Options, tell: &dyn Fn(&str)) -> anyhow::Result<Report> {
    let wanted = |part| options.only.is_none_or(|only| only == part);
    let time = Duration::try_from_secs_f64(options.seconds)?;
    let mut report = Report { gemm_gflops: train::gemm_gflops(time.min(Duration::from_secs(2)))?, ..Report::default() };
    for yardstick in YARDSTICKS {
        let name = yardstick.name;
        if wanted(Part::Train) {
            tell(&format!("training {name}"));
            report.train.insert(name, train::measure(yardstick, time, report.gemm_gflops)?);
        }
        if wanted(Part::Decode) {
            tell(&format!("decoding {name}"));
            report.decode.insert(name, decode::measure(yardstick, time)?);
        }
        if wanted(Part::Mixed) {
            tell(&format!("decoding {name} at 60 Hz while it trains"));
            report.decode_while_training.insert(name, decode::measure_while_training(yardstick, time)?);
        }
    }
    if wanted(Part::Load) {
        tell("loading a folder");
        report.load = Some(load::measure()?);
    }
    report.peak_memory_mib = report::peak_memory_mib();
    Ok(report)
}
