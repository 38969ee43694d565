//! The run that the open one is held against: its settings, what it measured, and what it decodes at the point.

use std::path::{Path, PathBuf};

use crate::curves::Source;
use crate::latent::Answer;
use crate::run::RunRecord;
use crate::state::runs::Overlaid;
use crate::state::{Action, AppState, Effect, Model, NoticeKind};
use crate::train::ValidationStats;

/// Something about the comparison.
#[derive(Debug, Clone)]
pub enum ComparisonAction {
    /// Holds the open run against this one, or no longer.
    Toggle(PathBuf),
    /// It was read.
    Read(PathBuf, Box<OtherRun>),
    /// It could not be read; the sentence for the user.
    Failed(PathBuf, String),
    /// Its model answered.
    Answered(Answer),
    /// No longer.
    Close,
}

/// A run as it was read to be compared with.
#[derive(Debug, Clone)]
pub struct OtherRun {
    /// Its name.
    pub name: String,
    /// `run.json`.
    pub record: RunRecord,
    /// The validation with the highest ELBO.
    pub best: Option<ValidationStats>,
    /// Its curves.
    pub source: Source,
    /// Its model; `None` before its first checkpoint.
    pub model: Option<Model>,
}

/// What the other model decodes.
#[derive(Debug, Clone, PartialEq)]
pub struct OtherPoint {
    /// Where, `[d]`.
    pub z: Vec<f32>,
    /// Mean of p(x|z).
    pub image: Vec<u8>,
}

/// A comparison of the open run with another.
#[derive(Debug, Clone)]
pub struct Comparison {
    /// The other run's folder.
    pub folder: PathBuf,
    /// The other run, once it is read.
    pub run: Option<Box<OtherRun>>,
    /// The decoded point.
    pub point: Option<OtherPoint>,
    /// Changes whenever the decoded point does.
    pub version: u64,
    /// Whether its curves were drawn over those of the open run for this.
    overlaid: bool,
}

impl AppState {
    /// Whether the open run is held against the one in `folder`.
    pub fn is_compared_with(&self, folder: &Path) -> bool {
        self.comparison.as_ref().is_some_and(|comparison| comparison.folder == folder)
    }
}

/// Applies an action.
pub fn apply(state: &mut AppState, action: ComparisonAction, effects: &mut Vec<Effect>) {
    match action {
        ComparisonAction::Toggle(folder) => {
            let again = state.is_compared_with(&folder);
            close(state, effects);
            if !again && state.training.run.is_some() && !state.is_open_run(&folder) {
                let version = state.comparisons;
                state.comparison =
                    Some(Comparison { folder: folder.clone(), run: None, point: None, version, overlaid: false });
                effects.push(Effect::ReadOther(folder));
            }
        }
        ComparisonAction::Read(folder, run) => read(state, &folder, run),
        ComparisonAction::Failed(folder, reason) => {
            if state.is_compared_with(&folder) {
                close(state, effects);
                state.notices.push(NoticeKind::Error(reason));
            }
        }
        ComparisonAction::Answered(Answer::Point { z, image, .. }) => {
            if let Some(comparison) = &mut state.comparison {
                comparison.point = Some(OtherPoint { z, image });
                comparison.version += 1;
                state.comparisons = comparison.version;
            }
        }
        ComparisonAction::Answered(Answer::Failed(reason)) => state.notices.push(NoticeKind::Error(reason)),
        ComparisonAction::Answered(_) => {}
        ComparisonAction::Close => close(state, effects),
    }
}

/// Takes the other run in, and draws its curves over those of the open one.
fn read(state: &mut AppState, folder: &Path, run: Box<OtherRun>) {
    let Some(comparison) = state.comparison.as_mut().filter(|comparison| comparison.folder == folder) else { return };
    if !state.runs.is_overlaid(folder) {
        comparison.overlaid = true;
        state.runs.overlaid.push(Overlaid { folder: folder.to_owned(), source: Some(run.source.clone()) });
        state.runs.overlays += 1;
    }
    comparison.run = Some(run);
}

/// Ends the comparison; curves that were drawn for it go with it.
pub fn close(state: &mut AppState, effects: &mut Vec<Effect>) {
    let Some(comparison) = state.comparison.take() else { return };
    if comparison.overlaid {
        state.runs.overlaid.retain(|overlaid| overlaid.folder != comparison.folder);
        state.runs.overlays += 1;
    }
    effects.push(Effect::LeaveOther);
}

/// The folder of the other run is called otherwise.
pub fn renamed(state: &mut AppState, from: &Path, to: &Path, name: &str) {
    if let Some(comparison) = state.comparison.as_mut().filter(|comparison| comparison.folder == from) {
        to.clone_into(&mut comparison.folder);
        if let Some(run) = &mut comparison.run {
            name.clone_into(&mut run.name);
        }
    }
}

impl From<ComparisonAction> for Action {
    fn from(action: ComparisonAction) -> Self {
        Self::Comparison(action)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::RunConfig;
    use crate::data::Dataset;
    use crate::model::ImageShape;
    use crate::state::{RunsAction, update};

    fn other() -> PathBuf {
        "runs/cats-02".into()
    }

    /// A window that holds a run against another.
    fn comparing() -> AppState {
        let mut state = AppState::new();
        state.training.begin(RunConfig::default());
        update(&mut state, Action::RunStarted { name: "cats-01".into(), folder: "runs/cats-01".into() });
        assert_eq!(update(&mut state, ComparisonAction::Toggle(other()).into()), [Effect::ReadOther(other())]);
        let record = RunRecord::new(&Dataset::made("cats", (16, 1), vec![0; 256]), RunConfig::default());
        let source = Source::recorded("cats-02".into(), 256, &[], &[]);
        let model = Some(Model { step: 9, latent_dim: 2, shape: ImageShape { side: 16, channels: 1 } });
        let run = OtherRun { name: "cats-02".into(), record, best: None, source, model };
        update(&mut state, ComparisonAction::Read(other(), Box::new(run)).into());
        state
    }

    #[test]
    fn its_curves_come_and_go_with_it_unless_they_were_drawn_before() {
        let mut state = comparing();
        assert!(state.runs.is_overlaid(&other()));
        assert_eq!(update(&mut state, ComparisonAction::Close.into()), [Effect::LeaveOther]);
        assert!(!state.runs.is_overlaid(&other()) && state.comparison.is_none());
        update(&mut state, RunsAction::Overlay(other()).into());
        update(&mut state, ComparisonAction::Toggle(other()).into());
        update(&mut state, ComparisonAction::Toggle(other()).into());
        assert!(state.runs.is_overlaid(&other()) && state.comparison.is_none());
    }

    #[test]
    fn it_ends_with_either_of_the_runs_and_follows_a_new_name() {
        let mut state = comparing();
        update(&mut state, RunsAction::Renamed { from: other(), to: "runs/tom".into() }.into());
        let comparison = state.comparison.as_ref().unwrap();
        assert_eq!(
            (comparison.folder.as_path(), comparison.run.as_ref().unwrap().name.as_str()),
            (Path::new("runs/tom"), "tom")
        );
        assert!(update(&mut state, RunsAction::Trashed("runs/tom".into()).into()).contains(&Effect::LeaveOther));
        let mut state = comparing();
        let opened = crate::state::Opened {
            source: "dogs".into(),
            data: std::sync::Arc::new(Dataset::made("dogs", (16, 1), vec![0; 256])),
            config: RunConfig::default().data,
            run: None,
        };
        assert!(update(&mut state, Action::Opened(Box::new(opened))).contains(&Effect::LeaveOther));
        // There is no run to hold one against.
        assert_eq!(update(&mut state, ComparisonAction::Toggle(other()).into()), []);
        assert!(state.comparison.is_none() && !state.runs.is_overlaid(&other()));
    }
}
