//! A named thread that does one thing for the window and reports it.

use std::fmt::Display;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};
use rust_i18n::t;

use crate::state::Action;
use crate::threads::{Wake, WakeUp, panic_message, pool_here};

/// Messages that may wait unread.
const CAPACITY: usize = 64;

/// A thread that does one thing. Dropping it asks it to stop and waits for it.
pub struct Task<T> {
    cancel: Arc<AtomicBool>,
    messages: Receiver<T>,
    handle: Option<JoinHandle<()>>,
}

/// What the thread may use to report.
pub struct Post<T> {
    messages: Sender<T>,
    wake: WakeUp,
    /// Set when nobody wants the result any more.
    pub cancel: Arc<AtomicBool>,
}

impl<T> Post<T> {
    /// Whether somebody still wants the result.
    pub fn go_on(&self) -> ControlFlow<()> {
        if self.cancel.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    /// Says something that may be dropped when the window is slow.
    pub fn progress(&self, message: T) {
        if !matches!(self.messages.try_send(message), Err(TrySendError::Disconnected(_))) {
            (self.wake)(Wake::Soon);
        }
    }

    /// Says something that may not be lost.
    pub fn send(&self, message: T) {
        if self.messages.send(message).is_ok() {
            (self.wake)(Wake::Now);
        }
    }
}

impl<T: From<Action> + Send + 'static> Task<T> {
    /// Starts the thread `name`; a panic inside becomes [`Action::Failed`].
    pub fn spawn(
        name: &'static str,
        wake: WakeUp,
        body: impl FnOnce(&Post<T>) + Send + 'static,
    ) -> Result<Self, String> {
        let (sender, messages) = bounded(CAPACITY);
        let cancel = Arc::new(AtomicBool::new(false));
        let post = Post { messages: sender, wake, cancel: Arc::clone(&cancel) };
        let work = move || {
            if let Err(panic) = catch_unwind(AssertUnwindSafe(|| body(&post))) {
                let reason = panic_message(&*panic);
                post.send(T::from(Action::Failed(
                    t!("notice.worker_panicked", worker = name, reason = reason).into_owned(),
                )));
            }
        };
        let handle = std::thread::Builder::new().name(name.into()).spawn(work);
        let handle = handle.map_err(|e| t!("error.thread", name = name, reason = e.to_string()).into_owned())?;
        Ok(Self { cancel, messages, handle: Some(handle) })
    }
}

impl<T> Task<T> {
    /// Asks the thread to stop.
    pub fn cancel(&self) {
        self.cancel.store(true, Ordering::Relaxed);
    }

    /// Whether it was asked to stop.
    pub fn is_cancelled(&self) -> bool {
        self.cancel.load(Ordering::Relaxed)
    }

    /// What it has said, and whether that was its last word.
    pub fn poll(&self) -> (Vec<T>, bool) {
        let ended = self.handle.as_ref().is_none_or(JoinHandle::is_finished);
        (self.messages.try_iter().collect(), ended)
    }

    /// Puts what it has said into `into`, and says whether that was its last word.
    pub fn poll_into(&self, into: &mut Vec<T>) -> bool {
        let (messages, ended) = self.poll();
        into.extend(messages);
        ended
    }

    /// Leaves a thread that cannot be told to stop, because the system keeps it, to its own end.
    pub fn leave(mut self) {
        self.handle = None;
    }
}

/// Does `work` in a pool of its own, where it queues behind nothing and nothing behind it; `threads` 0 is one for each core,
/// `low` as low as training. What fails is a sentence for the user.
pub fn in_own_pool<R: Send, E: Display + Send>(
    name: &'static str,
    threads: usize,
    low: bool,
    work: impl FnOnce() -> Result<R, E> + Send,
) -> Result<R, String> {
    let pool = pool_here(name, threads, low);
    let pool = pool.map_err(|e| t!("error.thread", name = name, reason = e.to_string()).into_owned())?;
    pool.install(work).map_err(|e| format!("{e:#}"))
}

/// Threads that take over from one another: only the last one is heard, the others were told to stop.
#[derive(Default)]
pub struct Relay {
    tasks: Vec<Task<Action>>,
}

impl Relay {
    /// Tells whoever works to stop.
    pub fn cancel(&self) {
        self.tasks.iter().for_each(Task::cancel);
    }

    /// Hands over to another one.
    pub fn push(&mut self, task: Task<Action>) {
        self.tasks.push(task);
    }

    /// What the last one says.
    pub fn poll(&mut self, actions: &mut Vec<Action>) {
        self.tasks.retain(|task| {
            let (messages, ended) = task.poll();
            if !task.is_cancelled() {
                actions.extend(messages);
            }
            !ended
        });
    }
}

impl<T> Drop for Task<T> {
    fn drop(&mut self) {
        self.cancel();
        if let Some(handle) = self.handle.take() {
            // It may be waiting for room: listen until it hangs up.
            while self.messages.recv().is_ok() {}
            let _caught_inside = handle.join();
        }
    }
}
