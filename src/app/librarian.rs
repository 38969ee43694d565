//! Errands among the runs on disk, on the thread `librarian`.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use rust_i18n::t;

use crate::app::task::{Post, Task};
use crate::curves::Source;
use crate::files::Trash;
use crate::run::{Listing, RunError, SavedRun};
use crate::state::Action;
use crate::state::runs::{Errand, RunsAction};
use crate::threads::WakeUp;

/// Where things are.
#[derive(Debug, Clone)]
pub struct Places {
    /// The folder of the window's runs.
    pub runs: PathBuf,
    /// The user's trash.
    pub trash: Option<Trash>,
}

/// Sends the librarian on an errand.
pub fn spawn(wake: WakeUp, places: Places, errand: Errand) -> Result<Task<Action>, String> {
    Task::spawn("librarian", wake, move |post| match errand {
        Errand::List { elsewhere, known } => list(&places.runs, &elsewhere, &known, post),
        Errand::ReadCurves(folder) => post.send(match curves(&folder) {
            Ok(source) => RunsAction::CurvesRead(folder, source).into(),
            Err(error) => RunsAction::CurvesFailed(folder, error.to_string()).into(),
        }),
        Errand::Rename { from, name } => post.send(match rename(&from, &name) {
            Ok(to) => RunsAction::Renamed { from, to }.into(),
            Err(reason) => Action::Failed(reason),
        }),
        Errand::Trash(folder) => post.send(match trash(places.trash.as_ref(), &folder) {
            Ok(()) => RunsAction::Trashed(folder).into(),
            Err(reason) => Action::Failed(reason),
        }),
        Errand::Reveal(folder) => {
            if let Err(error) = open::that_detached(&folder) {
                let text = t!("runs.reveal_failed", path = folder.display(), reason = error.to_string());
                post.send(Action::Failed(text.into_owned()));
            }
        }
    })
}

/// The list at once, and again with the pictures that had to be decoded.
fn list(runs: &Path, elsewhere: &[PathBuf], known: &Listing, post: &Post<Action>) {
    let mut listing = match Listing::read(runs, elsewhere, &known.runs) {
        Ok(listing) => listing,
        Err(error) => return post.send(Action::Failed(error.to_string())),
    };
    let lacking = listing.runs.iter().any(crate::run::Summary::lacks_picture);
    post.send(RunsAction::Listed(Arc::new(listing.clone())).into());
    if !lacking {
        return;
    }
    for run in listing.runs.iter_mut().filter(|run| run.lacks_picture()) {
        if post.cancel.load(Ordering::Relaxed) {
            return;
        }
        if let Err(error) = run.draw() {
            listing.unreadable.push(error.to_string());
        }
    }
    post.send(RunsAction::Listed(Arc::new(listing)).into());
}

fn curves(folder: &Path) -> Result<Source, RunError> {
    Ok(curves_of(&SavedRun::open(folder)?))
}

/// What the curves of `run` are drawn from.
pub(super) fn curves_of(run: &SavedRun) -> Source {
    Source::recorded(run.name(), run.record.shape().pixels(), run.steps(), run.validations())
}

fn rename(from: &Path, name: &str) -> Result<PathBuf, String> {
    let to = from.with_file_name(name);
    let failed = |reason: String| t!("runs.rename_failed", path = from.display(), reason = reason).into_owned();
    if to.symlink_metadata().is_ok() {
        return Err(t!("runs.name_taken", name = name).into_owned());
    }
    std::fs::rename(from, &to).map_err(|error| failed(error.to_string()))?;
    Ok(to)
}

fn trash(trash: Option<&Trash>, folder: &Path) -> Result<(), String> {
    let trash = trash.ok_or_else(|| t!("runs.no_trash").into_owned())?;
    trash.take(folder).map(drop).map_err(|error| error.to_string())
}
