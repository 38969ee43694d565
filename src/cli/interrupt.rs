//! Ctrl+C and a polite `kill`: the first asks the command to end, the second ends the program at once.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crossbeam_channel::{Receiver, bounded};

/// Exit code of an interrupted program: 128 + SIGINT.
const CODE: i32 = 130;

/// Whether the user wants the command to end.
pub struct Interrupt {
    flag: Arc<AtomicBool>,
    asked: Receiver<()>,
}

impl Interrupt {
    /// Listens from now on.
    pub fn watch() -> anyhow::Result<Self> {
        let flag = Arc::new(AtomicBool::new(false));
        let (sender, asked) = bounded(1);
        let heard = Arc::clone(&flag);
        ctrlc::set_handler(move || {
            if heard.swap(true, Ordering::SeqCst) {
                std::process::exit(CODE);
            }
            let _first_and_only = sender.try_send(());
        })?;
        Ok(Self { flag, asked })
    }

    /// Set once the user has asked.
    pub fn flag(&self) -> &AtomicBool {
        &self.flag
    }

    /// Whether the user has asked.
    pub fn is_asked(&self) -> bool {
        self.flag.load(Ordering::SeqCst)
    }

    /// Whether work goes on.
    pub fn go_on(&self) -> ControlFlow<()> {
        if self.is_asked() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    /// Gets one message when the user asks.
    pub fn asked(&self) -> &Receiver<()> {
        &self.asked
    }
}
