//! Writing curves, on the thread `exporter`.

use std::path::PathBuf;

use rust_i18n::t;

use crate::app::export::FOLDER;
use crate::app::task::Task;
use crate::curves::{CurvesError, Format, Saving};
use crate::files::Clash;
use crate::state::{Action, AppState};
use crate::threads::WakeUp;
use crate::ui::theme;

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
        view.hidden = state.hidden_runs();
        view.marks = state.training.marks.iter().map(|mark| (0, mark.clone())).collect();
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

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::config::RunConfig;
    use crate::state::{History, Run};
    use crate::train::{StepStats, Terms};

    fn state(folder: Option<PathBuf>) -> AppState {
        let mut state = AppState::new();
        let terms = Terms { recon_nats: 1.0, kl_nats: 2.0 };
        let step = |step| {
            let (epoch, seconds) = (step as f64, step as f64);
            StepStats { step, epoch, seconds, terms, beta: 1.0, lr: 1.0, sigma: None, n_images: 1 }
        };
        state.training.history = History::recorded(&[step(1), step(2)], Vec::new());
        state.training.run = Some(Run { name: "cats-01".into(), folder, config: RunConfig::default() });
        state
    }

    #[test]
    fn a_run_numbers_its_files_whatever_their_endings() {
        let folder = tempfile::tempdir().unwrap();
        let state = state(Some(folder.path().to_owned()));
        for (format, name) in
            [(Format::Csv, "curves-001.csv"), (Format::Svg, "curves-002.svg"), (Format::Csv, "curves-003.csv")]
        {
            let written = SaveOrder::new(&state, format, None).unwrap().write().unwrap();
            assert_eq!(written, folder.path().join("exports").join(name));
        }
        let table = fs::read_to_string(folder.path().join("exports/curves-003.csv")).unwrap();
        assert_eq!(table.lines().count(), 3);
    }

    #[test]
    fn a_chosen_file_is_replaced_and_a_name_nobody_was_asked_about_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let state = state(None);
        let chosen = |name: &str| SaveOrder::new(&state, Format::Csv, Some(folder.path().join(name))).unwrap().write();
        fs::write(folder.path().join("a.csv"), "old").unwrap();
        assert!(chosen("a").unwrap_err().to_string().contains("a.csv exists already"));
        assert_eq!(fs::read(folder.path().join("a.csv")).unwrap(), b"old");
        assert_eq!(chosen("a.csv").unwrap(), folder.path().join("a.csv"));
        assert_ne!(fs::read(folder.path().join("a.csv")).unwrap(), b"old");
        // A dot in a name is no ending.
        assert_eq!(chosen("b.0.9").unwrap(), folder.path().join("b.0.9.csv"));
        assert!(SaveOrder::new(&state, Format::Csv, None).is_err());
    }
}
