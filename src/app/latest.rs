//! A named thread that answers the latest order: one that waits is replaced by the next.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread::JoinHandle;

use crossbeam_channel::{Receiver, bounded};
use rust_i18n::t;

use crate::threads::{Tray, Wake, WakeUp, panic_message};

/// Answers orders of type `O` with results of type `R`. Dropping it ends the thread and waits for it, which takes one
/// order.
pub struct Latest<O, R> {
    orders: Tray<O>,
    results: Option<Receiver<Result<R, String>>>,
    handle: Option<JoinHandle<()>>,
}

impl<O: Send + 'static, R: Send + 'static> Latest<O, R> {
    /// Starts the thread `name`; `work` turns an order into its result. A panic inside becomes a sentence for the user.
    pub fn spawn(name: &'static str, wake: WakeUp, work: fn(O) -> R) -> Result<Self, String> {
        let (orders, begun) = Tray::new();
        let (sender, results) = bounded(1);
        let serve = move || {
            while let Ok(order) = begun.recv() {
                let result = catch_unwind(AssertUnwindSafe(|| work(order))).map_err(|panic| {
                    t!("notice.worker_panicked", worker = name, reason = panic_message(&*panic)).into_owned()
                });
                if sender.send(result).is_err() {
                    return;
                }
                wake(Wake::Now);
            }
        };
        let handle = std::thread::Builder::new().name(name.into()).spawn(serve);
        let handle = handle.map_err(|e| t!("error.thread", name = name, reason = e.to_string()).into_owned())?;
        Ok(Self { orders, results: Some(results), handle: Some(handle) })
    }

    /// Orders something in place of what still waits.
    pub fn order(&self, order: O) {
        self.orders.put(order);
    }

    /// What is done, in the order it was asked for.
    pub fn results(&self) -> impl Iterator<Item = Result<R, String>> {
        self.results.iter().flat_map(Receiver::try_iter)
    }
}

impl<O, R> Drop for Latest<O, R> {
    fn drop(&mut self) {
        self.orders.close();
        // The thread may be waiting for room.
        self.results = None;
        if let Some(handle) = self.handle.take() {
            let _caught_inside = handle.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    /// Waits for the next result.
    fn next<O, R>(latest: &Latest<O, R>) -> Result<R, String> {
        latest.results.as_ref().unwrap().recv().unwrap()
    }

    #[test]
    fn an_order_that_waits_is_replaced() {
        let (go, wait) = bounded::<()>(0);
        let latest = Latest::spawn("echo", Arc::new(|_| {}), |(n, wait): (u8, Receiver<()>)| {
            let _gone = wait.recv();
            n
        });
        let latest = latest.unwrap();
        latest.order((1, wait.clone()));
        // Begun once it can be let go on.
        go.send(()).unwrap();
        assert_eq!(next(&latest), Ok(1));
        latest.order((2, wait.clone()));
        while !latest.orders.is_empty() {
            std::thread::yield_now();
        }
        (3..=9).for_each(|n| latest.order((n, wait.clone())));
        drop(go);
        assert_eq!([next(&latest), next(&latest)], [Ok(2), Ok(9)]);
    }

    #[test]
    fn a_panic_is_a_sentence_and_not_the_end() {
        let latest = Latest::spawn("divider", Arc::new(|_| {}), |n: u8| 10_u8.checked_div(n).unwrap()).unwrap();
        latest.order(0);
        assert!(next(&latest).unwrap_err().contains("divider"));
        latest.order(5);
        assert_eq!(next(&latest), Ok(2));
    }
}
