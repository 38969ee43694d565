//! When a run is saved of its own accord. A SIGKILL or a power cut loses what came after the last checkpoint: never 30
//! seconds of work, and less while the run is young, when somebody may have set it up with care a moment ago.

use std::time::{Duration, Instant};

/// The first checkpoint comes this soon.
const FIRST: Duration = Duration::from_millis(250);
/// Between two checkpoints. Short of the 30 s that are promised by the steps, the validation and the writing, which all
/// end before the next checkpoint is on the disk.
const MOST: Duration = Duration::from_secs(20);

/// The clock of one start of a run.
pub struct Autosave {
    began: Instant,
    saved: Instant,
}

impl Autosave {
    /// Training begins.
    pub fn begin() -> Self {
        let now = Instant::now();
        Self { began: now, saved: now }
    }

    /// A checkpoint is on the disk.
    pub fn saved(&mut self) {
        self.saved = Instant::now();
    }

    /// Whether it is time for the next.
    pub fn is_due(&self) -> bool {
        self.saved.elapsed() >= wait_after(self.saved - self.began)
    }
}

/// How long after a checkpoint at `age` the next one comes: as long again as the run has lived.
fn wait_after(age: Duration) -> Duration {
    age.clamp(FIRST, MOST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_young_run_is_saved_often_and_an_old_one_every_twenty_seconds() {
        let mut ages = vec![Duration::ZERO];
        for i in 0..12 {
            ages.push(ages[i] + wait_after(ages[i]));
        }
        let seconds: Vec<_> = ages.iter().map(Duration::as_secs_f64).collect();
        assert_eq!(seconds, [0.0, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 52.0, 72.0, 92.0, 112.0]);
    }
}
