//! What every step measured, in blocks that are shared rather than copied: a million steps are handed to another
//! thread at the cost of one block.

use std::sync::Arc;

use crate::train::StepStats;

/// Steps in a block: few enough to copy, many enough that their list stays short.
const BLOCK: usize = 4096;

/// Every step, in order.
#[derive(Debug, Clone, Default)]
pub struct Course {
    full: Vec<Arc<[StepStats]>>,
    begun: Vec<StepStats>,
}

impl Course {
    /// Adds a step.
    pub fn push(&mut self, step: StepStats) {
        self.begun.push(step);
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

    /// The step at `index`, counted from 0.
    pub fn get(&self, index: usize) -> Option<&StepStats> {
        self.full.get(index / BLOCK).map_or_else(
            || self.begun.get(index.checked_sub(self.full.len() * BLOCK)?),
            |block| block.get(index % BLOCK),
        )
    }

    /// The last step.
    pub fn last(&self) -> Option<&StepStats> {
        self.get(self.len().checked_sub(1)?)
    }

    /// Every step, in order.
    pub fn iter(&self) -> impl Iterator<Item = &StepStats> {
        self.full.iter().flat_map(|block| block.iter()).chain(&self.begun)
    }

    /// How many steps come before the first for which `before` no longer holds; found without a look at each.
    pub fn partition_point(&self, before: impl Fn(&StepStats) -> bool) -> usize {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low.midpoint(high);
            if self.get(middle).is_some_and(&before) { low = middle + 1 } else { high = middle }
        }
        low
    }
}

impl FromIterator<StepStats> for Course {
    fn from_iter<I: IntoIterator<Item = StepStats>>(steps: I) -> Self {
        let mut course = Self::default();
        steps.into_iter().for_each(|step| course.push(step));
        course
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::Terms;

    #[test]
    fn steps_are_found_by_their_place_across_blocks() {
        let terms = Terms { recon_nats: 1.0, kl_nats: 2.0 };
        let step =
            |step| StepStats { step, epoch: 0.0, seconds: 0.0, terms, beta: 1.0, lr: 1.0, sigma: None, n_images: 1 };
        assert!(Course::default().is_empty() && Course::default().last().is_none());
        let n_steps = 2 * BLOCK + 10;
        let course: Course = (1..=n_steps as u64).map(step).collect();
        assert_eq!(course.len(), n_steps);
        for i in [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK - 1, 2 * BLOCK, 2 * BLOCK + 9] {
            assert_eq!(course.get(i).unwrap().step, i as u64 + 1);
            assert_eq!(course.partition_point(|s| s.step <= i as u64), i);
        }
        assert!(course.get(n_steps).is_none() && course.get(9 * BLOCK).is_none());
        assert_eq!(course.partition_point(|_| true), n_steps);
        assert!(course.iter().map(|s| s.step).eq(1..=n_steps as u64));
        assert_eq!(course.last().unwrap().step, n_steps as u64);
    }
}
