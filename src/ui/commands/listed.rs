//! What can be done with each of the runs on disk, by the run's name.

use rust_i18n::t;

use super::{Outcome, when};
use crate::state::{Action, AppState, ComparisonAction, RunsAction};

/// A command of one run.
pub struct OfRun {
    /// Names it from list to list.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What it comes to now.
    pub outcome: Outcome,
    /// Whether what it switches is on.
    pub is_on: bool,
}

/// Opening, overlaying and comparing every run of the list.
pub fn all(state: &AppState) -> impl Iterator<Item = OfRun> {
    state.runs.listing.runs.iter().flat_map(|run| {
        let (folder, name) = (&run.folder, &run.name);
        let is_open = state.is_open_run(folder);
        let of = |what: &str, name: String, outcome, is_on| {
            let id = format!("{what} {}", folder.display());
            OfRun { id, name, outcome, is_on }
        };
        let other = |action: Action| when(!is_open, t!("finder.is_open"), action);
        let can_compare = !is_open && state.training.run.is_some();
        let compare = ComparisonAction::Toggle(folder.clone());
        [
            of("open", t!("command.open_run", name = name).into_owned(), other(open(folder)), is_open),
            of(
                "overlay",
                t!("command.overlay_run", name = name).into_owned(),
                other(RunsAction::Overlay(folder.clone()).into()),
                state.runs.is_overlaid(folder),
            ),
            of(
                "compare",
                t!("command.compare_run", name = name).into_owned(),
                when(can_compare, if is_open { t!("finder.is_open") } else { t!("finder.needs_run") }, compare),
                state.is_compared_with(folder),
            ),
        ]
    })
}

fn open(folder: &std::path::Path) -> Action {
    Action::Open(folder.display().to_string())
}
