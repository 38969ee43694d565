//! Speed of decoding, alone and while a model trains.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crossbeam_channel::tick;

use crate::cli::bench::model::Yardstick;
use crate::cli::bench::report::{DecodeSpeed, MixedSpeed, quantile};
use crate::cli::bench::train::timed;
use crate::rng::{Rng, Stream};
use crate::threads::pool;

/// A grid of 20 × 20.
const GRID: usize = 400;
/// The rhythm of a screen.
const FRAME: Duration = Duration::from_micros(16_667);

/// Decoding one point and a grid, on the one thread that the decoding service has.
pub fn measure(yardstick: &Yardstick, time: Duration) -> anyhow::Result<DecodeSpeed> {
    let pool = pool("decoder-pool", 1, false)?;
    let snapshot = yardstick.trainer()?.snapshot()?;
    let points = Rng::new(1, Stream::TrainNoise, 0).normals(GRID * snapshot.latent_dim());
    let one = points.get(..snapshot.latent_dim()).unwrap_or_default();
    let mut ones = timed(time / 2, || Ok(pool.install(|| snapshot.decode(one))?))?;
    let mut grids = timed(time / 2, || Ok(pool.install(|| snapshot.decode(&points))?))?;
    Ok(DecodeSpeed {
        one_p50_us: quantile(&mut ones, 0.5) * 1e6,
        one_p99_us: quantile(&mut ones, 0.99) * 1e6,
        grid400_ms: quantile(&mut grids, 0.5) * 1e3,
    })
}

/// Decoding one point sixty times a second while the same model trains.
pub fn measure_while_training(yardstick: &Yardstick, time: Duration) -> anyhow::Result<MixedSpeed> {
    let mut trainer = yardstick.trainer()?;
    let snapshot = trainer.snapshot()?;
    let z = vec![0.5; snapshot.latent_dim()];
    let (training, decoding) = (pool("trainer-pool", 0, true)?, pool("decoder-pool", 1, false)?);
    let (stop, steps) = (AtomicBool::new(false), AtomicU64::new(0));
    let began = Instant::now();
    let mut seconds = Vec::new();
    let trained = std::thread::scope(|scope| {
        let trained = std::thread::Builder::new().name("trainer".into()).spawn_scoped(scope, || {
            while !stop.load(Ordering::Relaxed) {
                training.install(|| trainer.step())?;
                steps.fetch_add(1, Ordering::Relaxed);
            }
            anyhow::Ok(())
        })?;
        let decoded = tick(FRAME).iter().take_while(|_| began.elapsed() < time).try_for_each(|_| {
            let start = Instant::now();
            decoding.install(|| snapshot.decode(&z))?;
            seconds.push(start.elapsed().as_secs_f64());
            anyhow::Ok(())
        });
        stop.store(true, Ordering::Relaxed);
        decoded?;
        trained.join().map_err(|_| anyhow::anyhow!("the training thread panicked"))?
    });
    let elapsed = began.elapsed().as_secs_f64();
    trained?;
    Ok(MixedSpeed {
        p50_us: quantile(&mut seconds, 0.5) * 1e6,
        p99_us: quantile(&mut seconds, 0.99) * 1e6,
        train_images_per_second: steps.into_inner() as f64 * yardstick.batch as f64 / elapsed,
    })
}
