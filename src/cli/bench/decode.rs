//! Speed of decoding, alone and while a model trains.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crossbeam_channel::tick;

use crate::cli::bench::model::Yardstick;
use crate::cli::bench::report::{DecodeSpeed, MixedSpeed, quantile};
use crate::cli::bench::train::{on_thread, timed};
use crate::latent::DECODING_THREADS;
use crate::rng::{Rng, Stream};

/// A grid of 20 × 20.
const GRID: usize = 400;
/// The rhythm of a screen.
const FRAME: Duration = Duration::from_micros(16_667);

/// Decoding one point as the decoding service does, and a grid with every core, as it is exported.
pub fn measure(yardstick: &Yardstick, time: Duration) -> anyhow::Result<DecodeSpeed> {
    let snapshot = yardstick.trainer()?.snapshot()?;
    let points = Rng::new(1, Stream::TrainNoise, 0).normals(GRID * snapshot.latent_dim());
    let one = points.get(..snapshot.latent_dim()).unwrap_or_default();
    let decode = |threads: usize, z: &[f32]| {
        on_thread("decoder", threads, false, |pool| timed(time / 2, || Ok(pool.install(|| snapshot.decode(z))?)))
    };
    let (mut ones, mut grids) = (decode(DECODING_THREADS, one)?, decode(0, &points)?);
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
    let (stop, steps) = (AtomicBool::new(false), AtomicU64::new(0));
    let began = Instant::now();
    let mut seconds = std::thread::scope(|scope| {
        let train = || {
            on_thread("trainer", 0, true, |pool| {
                while !stop.load(Ordering::Relaxed) {
                    pool.install(|| trainer.step())?;
                    steps.fetch_add(1, Ordering::Relaxed);
                }
                Ok(())
            })
        };
        let training = std::thread::Builder::new().name("bench".into()).spawn_scoped(scope, train)?;
        let decoded = on_thread("decoder", DECODING_THREADS, false, |pool| {
            let frames = tick(FRAME).into_iter().take_while(|_| began.elapsed() < time);
            let one = |_| {
                let start = Instant::now();
                pool.install(|| snapshot.decode(&z))?;
                Ok(start.elapsed().as_secs_f64())
            };
            frames.map(one).collect::<anyhow::Result<Vec<f64>>>()
        });
        stop.store(true, Ordering::Relaxed);
        training.join().map_err(|_| anyhow::anyhow!("the training thread panicked"))??;
        decoded
    })?;
    Ok(MixedSpeed {
        p50_us: quantile(&mut seconds, 0.5) * 1e6,
        p99_us: quantile(&mut seconds, 0.99) * 1e6,
        train_images_per_second: steps.into_inner() as f64 * yardstick.batch as f64 / began.elapsed().as_secs_f64(),
    })
}
