//! Progress of work that several threads share.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::data::Progress;

/// Least time between two reports of progress.
const REPORT_EVERY: Duration = Duration::from_millis(33);

/// Counts files and says so now and then, and at the end.
pub struct Meter<'a> {
    done: AtomicUsize,
    total: usize,
    last: Mutex<Option<Instant>>,
    progress: &'a (dyn Fn(Progress) + Sync),
}

impl<'a> Meter<'a> {
    /// None of `total` files are done.
    pub fn new(total: usize, progress: &'a (dyn Fn(Progress) + Sync)) -> Self {
        Self { done: AtomicUsize::new(0), total, last: Mutex::new(None), progress }
    }

    /// `files` more are done.
    pub fn advance(&self, files: usize) {
        let done = self.done.fetch_add(files, Ordering::Relaxed) + files;
        // Whoever finds the lock taken need not report, but for the end: another thread just does.
        let Ok(mut last) = self.last.try_lock() else { return };
        if done >= self.total || last.is_none_or(|t| t.elapsed() >= REPORT_EVERY) {
            *last = Some(Instant::now());
            (self.progress)(Progress { done, total: self.total });
        }
    }
}
