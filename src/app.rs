//! The window's owner: the only place that holds workers, dialogs and files on behalf of [`crate::ui`].
//!
//! Invariants: the thread that draws never computes, waits or reads a file. Every worker has a name, wakes the window
//! by [`crate::threads::WakeUp`], says what happened as an [`crate::state::Action`], and is joined at the end; a panic
//! in one becomes a message. Nothing polls: with no training and no input nothing runs.

pub mod comparison;
pub mod dialog;
pub mod export;
pub mod frame_log;
pub mod historian;
pub mod inspector;
pub mod keeper;
pub mod latest;
pub mod lens;
pub mod librarian;
pub mod loader;
pub mod opener;
pub mod own;
pub mod pathfinder;
pub mod runs;
pub mod save_curves;
pub mod start;
pub mod task;
pub mod window;
pub mod workers;

pub use frame_log::FrameLog;
pub use start::run;
pub use window::{Options, Window};
