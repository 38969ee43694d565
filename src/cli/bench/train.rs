//! Speed of training, and of the matrix product it is measured against.

use std::time::{Duration, Instant};

use candle_core::{Device, Tensor};

use crate::cli::bench::model::Yardstick;
use crate::cli::bench::report::{TrainSpeed, quantile};
use crate::threads::pool;

/// Steps before the clock starts.
const WARM_UP: usize = 3;

/// GFLOP/s of a 1024³ product in single precision on every core: the most a training step could reach here.
pub fn gemm_gflops(time: Duration) -> anyhow::Result<f64> {
    let n = 1024;
    let a = Tensor::ones((n, n), candle_core::DType::F32, &Device::Cpu)?; // [n, n]
    let mut seconds = timed(time, || Ok(a.matmul(&a)?))?;
    Ok(2.0 * (n * n * n) as f64 / quantile(&mut seconds, 0.5) / 1e9)
}

/// Median training step of `yardstick`, as the program itself trains.
pub fn measure(yardstick: &Yardstick, time: Duration, gemm_gflops: f64) -> anyhow::Result<TrainSpeed> {
    let pool = pool("trainer-pool", 0, true)?;
    let mut trainer = yardstick.trainer()?;
    let mut seconds = timed(time, || Ok(pool.install(|| trainer.step())?))?;
    let median = quantile(&mut seconds, 0.5);
    let gflops = yardstick.flops_per_step() / median / 1e9;
    Ok(TrainSpeed {
        step_ms: median * 1e3,
        images_per_second: yardstick.batch as f64 / median,
        gflops,
        fraction_of_gemm: gflops / gemm_gflops,
    })
}

/// Seconds of each call of `body`, for about `time`.
pub fn timed<T>(time: Duration, mut body: impl FnMut() -> anyhow::Result<T>) -> anyhow::Result<Vec<f64>> {
    for _ in 0..WARM_UP {
        body()?;
    }
    let began = Instant::now();
    let mut seconds = Vec::new();
    while seconds.is_empty() || began.elapsed() < time {
        let start = Instant::now();
        body()?;
        seconds.push(start.elapsed().as_secs_f64());
    }
    Ok(seconds)
}
