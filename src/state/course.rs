//! What every step measured, in blocks that are shared rather than copied: a million steps are handed to another
//! thread at the cost of one block.

use std::sync::Arc;

use crate::train::{StepStats, Terms};

/// Steps in a block: few enough to copy, many enough that their list stays short.
const BLOCK: usize = 4096;

/// What a curve needs of a step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measured {
    /// Passes over the training images behind it.
    pub epoch: f64,
    /// In nats per image.
    pub terms: Terms,
}

/// Every step, in order.
#[derive(Debug, Clone, Default)]
pub struct Course {
    full: Vec<Arc<[Measured]>>,
    begun: Vec<Measured>,
}

impl Course {
    /// Adds a step.
    pub fn push(&mut self, step: &StepStats) {
        self.begun.push(Measured { epoch: step.epoch, terms: step.terms });
        if self.begun.len() == BLOCK {
            self.full.push(std::mem::take(&mut self.begun).into());
        }
    }

    /// Steps so far.
    pub fn len(&self) -> usize {
        self.full.len() * BLOCK + self.begun.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The steps after the first `n`.
    pub fn after(&self, n: usize) -> impl Iterator<Item = &Measured> {
        let full = self.full.get(n / BLOCK..).unwrap_or_default().iter().flat_map(|block| block.iter());
        let from_block = n / BLOCK;
        let passed = from_block.min(self.full.len()) * BLOCK;
        full.chain(&self.begun).skip(n - passed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_steps_after_any_step_are_those_that_were_added_after_it() {
        let terms = Terms { recon_nats: 1.0, kl_nats: 2.0 };
        let mut course = Course::default();
        assert!(course.is_empty());
        let n_steps = 2 * BLOCK + 10;
        for i in 0..n_steps {
            let (step, epoch) = (i as u64, i as f64);
            course.push(&StepStats { step, epoch, seconds: 0.0, terms, beta: 1.0, lr: 1.0, sigma: None, n_images: 1 });
        }
        assert_eq!(course.len(), n_steps);
        for n in [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK, 2 * BLOCK + 7, n_steps, n_steps + 1, 9 * BLOCK] {
            let after: Vec<f64> = course.after(n).map(|m| m.epoch).collect();
            assert_eq!(after, (n..n_steps.max(n)).map(|i| i as f64).collect::<Vec<_>>(), "{n}");
        }
    }
}
