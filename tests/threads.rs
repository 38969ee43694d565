//! Which threads a model in training starts, in a process that does nothing else.
#![cfg(target_os = "linux")]

use std::sync::Arc;

use latent_atlas::config::{Arch, RunConfig};
use latent_atlas::data::Dataset;
use latent_atlas::train::Trainer;

/// 80 images of 32 × 32: large enough for candle to share its own additions among threads.
fn images() -> Arc<Dataset> {
    let (n, side) = (80, 32);
    Arc::new(Dataset::made("ramp", (side, 1), (0..n * side * side).map(|i| (i * 7 % 251) as u8).collect()))
}

/// candle's second pool spins beside ours. Additions and the like of 65,536 values or more start it; ours never ask.
#[test]
fn training_and_decoding_leave_candles_spinning_threads_asleep() {
    for (arch, likelihood) in Arch::ALL.iter().zip(latent_atlas::config::Likelihood::ALL) {
        let mut config = RunConfig::default();
        config.model.arch = *arch;
        config.model.likelihood = *likelihood;
        config.train.batch = 64;
        let mut trainer = Trainer::new(config, images()).unwrap();
        trainer.step().unwrap();
        trainer.validate(&|_| true).unwrap().unwrap();
        trainer.checkpoint().unwrap();
        trainer.snapshot().unwrap().decode(&vec![0.5; 2 * 200]).unwrap();
    }
    let tasks = std::fs::read_dir("/proc/self/task").unwrap();
    let name = |task: std::io::Result<std::fs::DirEntry>| std::fs::read_to_string(task.unwrap().path().join("comm"));
    let names: Vec<String> = tasks.filter_map(|task| name(task).ok()).collect();
    assert!(!names.is_empty());
    assert!(!names.iter().any(|name| name.starts_with("candle")), "{names:?}");
}
