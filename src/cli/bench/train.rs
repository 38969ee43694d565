//! Speed of training, and of the matrix product it is measured against.

use std::time::{Duration, Instant};

use rayon::ThreadPool;

use crate::cli::bench::model::Yardstick;
use crate::cli::bench::report::{TrainSpeed, quantile};
use crate::kernels::SquareProduct;
use crate::threads::pool_here;

/// Steps before the clock starts.
const WARM_UP: usize = 3;

/// GFLOP/s of a 1024³ product in single precision on every core: the most a training step could reach here.
pub fn gemm_gflops(time: Duration) -> anyhow::Result<f64> {
    let product = SquareProduct::new(1024)?;
    let mut seconds = timed(time, || Ok(product.run()?))?;
    Ok(product.flops() / quantile(&mut seconds, 0.5) / 1e9)
}

/// Median training step of `yardstick`, as the program itself trains.
pub fn measure(yardstick: &Yardstick, time: Duration, gemm_gflops: f64) -> anyhow::Result<TrainSpeed> {
    let mut trainer = yardstick.trainer()?;
    let mut seconds = on_thread("trainer", 0, true, |pool| timed(time, || Ok(pool.install(|| trainer.step())?)))?;
    let median = quantile(&mut seconds, 0.5);
    let gflops = yardstick.flops_per_step() / median / 1e9;
    Ok(TrainSpeed {
        step_ms: median * 1e3,
        images_per_second: yardstick.batch as f64 / median,
        gflops,
        fraction_of_gemm: gflops / gemm_gflops,
    })
}

/// Runs `body` as the program's worker of that name runs: on a thread of its own, the first of its pool.
pub fn on_thread<T: Send>(
    name: &'static str,
    threads: usize,
    yields: bool,
    body: impl FnOnce(&ThreadPool) -> anyhow::Result<T> + Send,
) -> anyhow::Result<T> {
    std::thread::scope(|scope| {
        let work = move || body(&pool_here(name, threads, yields)?);
        let worker = std::thread::Builder::new().name(name.into()).spawn_scoped(scope, work)?;
        worker.join().map_err(|_| anyhow::anyhow!("the thread {name} panicked"))?
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
