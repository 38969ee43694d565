//! Opening a file with the system's viewer, on the thread `opener`.

use std::path::PathBuf;

use rust_i18n::t;

use crate::app::task::Task;
use crate::state::Action;
use crate::threads::WakeUp;

/// Sends someone to open `file`.
pub fn spawn(wake: WakeUp, file: PathBuf) -> Result<Task<Action>, String> {
    Task::spawn("opener", wake, move |post| {
        if let Err(error) = open::that_detached(&file) {
            let text = t!("layers.open_failed", path = file.display(), reason = error.to_string());
            post.send(Action::Failed(text.into_owned()));
        }
    })
}
