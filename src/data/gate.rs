//! How many bytes may be in work at once, over all threads.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Lets work begin while what is in work fits into a limit. Work that is larger than the limit waits until it is alone.
pub struct Gate {
    limit: usize,
    inside: Mutex<Inside>,
    left: Condvar,
}

#[derive(Default)]
struct Inside {
    now: usize,
    most: usize,
}

/// Work under way; ends when it is dropped.
pub struct Pass<'a> {
    gate: &'a Gate,
    bytes: usize,
}

impl Gate {
    /// A gate that holds `limit` bytes.
    pub fn new(limit: usize) -> Self {
        Self { limit, inside: Mutex::default(), left: Condvar::new() }
    }

    /// Waits until `bytes` more fit, or until nothing else is in work.
    pub fn enter(&self, bytes: usize) -> Pass<'_> {
        let full = |inside: &mut Inside| inside.now > 0 && inside.now.saturating_add(bytes) > self.limit;
        let mut inside = self.left.wait_while(self.inside(), full).unwrap_or_else(PoisonError::into_inner);
        inside.now = inside.now.saturating_add(bytes);
        inside.most = inside.most.max(inside.now);
        Pass { gate: self, bytes }
    }

    /// The most that ever was in work.
    #[cfg(test)]
    pub fn most(&self) -> usize {
        self.inside().most
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        let mut inside = self.gate.inside();
        inside.now = inside.now.saturating_sub(self.bytes);
        drop(inside);
        self.gate.left.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use rayon::prelude::*;

    use super::*;

    #[test]
    fn what_is_in_work_never_passes_the_limit_and_all_of_it_is_done() {
        let gate = Gate::new(100);
        let pool = crate::threads::pool("gate-test", 4, false).unwrap();
        let done: usize = pool.install(|| {
            let one = |i: usize| {
                let _pass = gate.enter(i % 60);
                std::thread::yield_now();
                1
            };
            (0..2000_usize).into_par_iter().map(one).sum()
        });
        assert_eq!(done, 2000);
        assert!(gate.most() <= 100, "{}", gate.most());
        drop(gate.enter(1000));
        assert_eq!(gate.most(), 1000, "alone, anything may");
    }
}
