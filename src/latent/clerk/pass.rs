//! Work in pieces: with one model from the first to the last, and no oftener than leaves training its time.

use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::model::Snapshot;

/// A pass that only follows the training begins after a rest of this many times its length: a tenth of two cores.
const REST_PER_WORK: u32 = 4;

/// Work in pieces.
pub struct Pass<T> {
    /// What it goes through.
    pub what: Arc<T>,
    /// The model it asks.
    pub snapshot: Arc<Snapshot>,
    /// The next item.
    pub next: usize,
    /// Items in all.
    pub total: usize,
    worked: Duration,
    ended: Instant,
}

impl<T> Pass<T> {
    /// Nothing is done.
    pub fn new(what: Arc<T>, total: usize, snapshot: Arc<Snapshot>) -> Self {
        Self { what, snapshot, next: 0, total, worked: Duration::ZERO, ended: Instant::now() }
    }

    /// Whether every item had its turn.
    pub fn is_over(&self) -> bool {
        self.next >= self.total
    }

    /// The next piece, of at most so many items.
    pub fn advance(&mut self, n_items: usize) -> Range<usize> {
        let from = self.next;
        self.next = (from + n_items).min(self.total);
        from..self.next
    }

    /// A piece is done; how long it took.
    pub fn rest(&mut self, began: Instant) -> Duration {
        self.ended = Instant::now();
        let took = self.ended - began;
        self.worked += took;
        took
    }

    /// When one that only follows the training may begin.
    pub fn rested(&self) -> Instant {
        self.ended + self.worked * REST_PER_WORK
    }
}

/// When the next piece is due: at once for a pass that has not begun or not ended, after a rest for one that would
/// only follow the training, never (`None`) for one that is up to date.
pub fn due<T>(pass: Option<&Pass<T>>, newest: &Arc<Snapshot>, now: Instant) -> Option<Instant> {
    match pass {
        None => Some(now),
        Some(pass) if !pass.is_over() => Some(now),
        Some(pass) if Arc::ptr_eq(&pass.snapshot, newest) => None,
        Some(pass) => Some(pass.rested()),
    }
}

/// The pass to go on with: the one under way, or a new one with the newest snapshot.
pub fn under_way<'a, T>(
    pass: &'a mut Option<Pass<T>>,
    begin: impl FnOnce() -> (Arc<T>, usize),
    newest: &Arc<Snapshot>,
) -> Option<&'a mut Pass<T>> {
    if pass.as_ref().is_none_or(Pass::is_over) {
        let (what, total) = begin();
        *pass = Some(Pass::new(what, total, Arc::clone(newest)));
    }
    pass.as_mut()
}
