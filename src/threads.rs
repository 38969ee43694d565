//! Named thread pools and how they yield to the window, and where a thread finds its latest order.

use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};
use rayon::{ThreadPool, ThreadPoolBuildError, ThreadPoolBuilder};

/// How long a message may wait before the screen shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wake {
    /// Progress: the next frame of a calm rhythm will do.
    Soon,
    /// A result or a last word.
    Now,
}

/// Asks whoever owns a worker to look at its messages.
pub type WakeUp = std::sync::Arc<dyn Fn(Wake) + Send + Sync>;

/// A place for one order to a thread: what waits there is replaced by the next.
#[derive(Debug)]
pub struct Tray<O> {
    orders: Option<Sender<O>>,
    /// The other end of the same place, to take back an order that nobody has begun.
    waiting: Receiver<O>,
}

impl<O> Tray<O> {
    /// An empty one, and where the thread takes its orders from until the tray is closed.
    pub fn new() -> (Self, Receiver<O>) {
        let (orders, waiting) = bounded(1);
        let begun = Receiver::clone(&waiting);
        (Self { orders: Some(orders), waiting }, begun)
    }

    /// Puts an order in place of what still waits.
    pub fn put(&self, mut order: O) {
        let Some(orders) = &self.orders else { return };
        while let Err(TrySendError::Full(again)) = orders.try_send(order) {
            let _replaced = self.waiting.try_recv();
            order = again;
        }
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Takes back what waits; the thread ends after the order it is at.
    pub fn close(&mut self) {
        let _unwanted = self.waiting.try_recv();
        self.orders = None;
    }
}

/// A pool of `threads` (0: one per core) called `name-0`, `name-1`, …; at low priority when it `yields`, so that
/// drawing and decoding come first (measured on two cores: 59 instead of 48 frames a second while training).
pub fn pool(name: &'static str, threads: usize, yields: bool) -> Result<ThreadPool, ThreadPoolBuildError> {
    builder(name, threads, yields).build()
}

/// The same with the calling thread as the first of its threads, which saves handing work over to another (measured:
/// decoding one point of a small model takes 35 instead of 120 µs). The caller must not be in a pool already, and
/// keeps its place in this one until it ends.
pub fn pool_here(name: &'static str, threads: usize, yields: bool) -> Result<ThreadPool, ThreadPoolBuildError> {
    if yields {
        lower_priority();
    }
    builder(name, threads, yields).use_current_thread().build()
}

fn builder(name: &'static str, threads: usize, yields: bool) -> ThreadPoolBuilder {
    let lower = move |_| {
        if yields {
            lower_priority();
        }
    };
    ThreadPoolBuilder::new().num_threads(threads).thread_name(move |i| format!("{name}-{i}")).start_handler(lower)
}

/// Gives the calling thread the lowest ordinary priority; where the system has none, nothing happens.
pub fn lower_priority() {
    #[cfg(target_os = "linux")]
    {
        // Refused only for an unknown thread or a priority raised: neither can be, and neither would matter.
        let _unchanged = rustix::process::setpriority_process(Some(rustix::thread::gettid()), 19);
    }
}

/// What a caught panic said.
pub fn panic_message(payload: &(dyn std::any::Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().map(|s| (*s).to_owned());
    text.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_else(|| "no reason given".to_owned())
}
