//! Prepared pixels on disk, on the thread `keeper`: kept and cleared while the window goes on.

use std::sync::Arc;

use rust_i18n::t;

use crate::app::task::Task;
use crate::data::{Cache, Dataset, Unsaved};
use crate::state::Action;
use crate::threads::{WakeUp, lower_priority};

/// What the keeper is to do before it says how much is kept.
pub enum Errand {
    /// Only that.
    Measure,
    /// Keep the pixels of these images.
    Save(Box<Unsaved>, Arc<Dataset>),
    /// Take everything away.
    Clear,
}

/// Starts the errand; the last thing said is [`Action::KeptMeasured`].
pub fn spawn(wake: WakeUp, cache: Cache, errand: Errand) -> Result<Task<Action>, String> {
    Task::spawn("keeper", wake, move |post| {
        lower_priority();
        let failed = match errand {
            Errand::Measure => None,
            Errand::Save(unsaved, data) => {
                let saved = unsaved.save(&data, &post.cancel);
                saved.err().map(|e| t!("notice.not_kept", reason = e.to_string()).into_owned())
            }
            Errand::Clear => cache.clear().err().map(|e| t!("notice.not_cleared", reason = e.to_string()).into_owned()),
        };
        if let Some(failed) = failed {
            post.send(Action::Failed(failed));
        }
        post.send(Action::KeptMeasured(cache.bytes()));
    })
}
