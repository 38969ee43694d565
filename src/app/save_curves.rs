//! Writing curves, on the thread `exporter`.

use std::path::PathBuf;

use rust_i18n::t;

use crate::app::task::Task;
use crate::curves::{CurvesError, Format, Saving};
use crate::files::Clash;
use crate::state::{Action, AppState};
use crate::threads::WakeUp;
use crate::ui::theme;

/// Where in a run's folder its pictures are.
const FOLDER: &str = "exports";

/// What to write, and where to.
pub struct SaveOrder {
    saving: Saving,
    target: Target,
}

enum Target {
    /// Into this file.
    File(PathBuf, Clash),
    /// Into this folder, under the next number.
    Folder(PathBuf, Format),
}

impl SaveOrder {
    /// The curves as they are looked at, into `file`, or into the run's exports under a new number; the sentence for
    /// the user when there is no such place.
    pub fn new(state: &AppState, format: Format, file: Option<PathBuf>) -> Result<Self, String> {
        let mut view = state.curves.sheet();
        view.marks.clone_from(&state.training.history.marks);
        let saving = Saving { order: state.curves_for_file(), view, colours: theme::ink_on_paper };
        let target = match file {
            // The dialog has asked about the file it was given, and not about one with another ending.
            Some(file) if Format::of(&file).is_ok_and(|of| of == format) => Target::File(file, Clash::Replace),
            Some(file) => {
                let name = format!("{}.{}", file.display(), format.ending());
                Target::File(name.into(), Clash::Refuse)
            }
            None => {
                let run = state.training.run.as_ref().and_then(|run| run.folder.as_ref());
                let folder = run.ok_or_else(|| t!("export.no_folder").into_owned())?;
                Target::Folder(folder.join(FOLDER), format)
            }
        };
        Ok(Self { saving, target })
    }

    fn write(&self) -> Result<PathBuf, CurvesError> {
        match &self.target {
            Target::File(file, clash) => self.saving.write(file, *clash).map(|()| file.clone()),
            Target::Folder(folder, format) => self.saving.write_numbered(folder, *format),
        }
    }
}

/// Writes the curves.
pub fn spawn(wake: WakeUp, order: SaveOrder) -> Result<Task<Action>, String> {
    Task::spawn("exporter", wake, move |post| {
        post.send(Action::Exported(order.write().map_err(|error| error.to_string())));
    })
}
