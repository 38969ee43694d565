//! What is remarkable among the images: those reconstructed worst, outliers and near-duplicates.

use std::path::PathBuf;
use std::sync::Arc;

use crate::export::Decoder;
use crate::latent::{List, Lists, Subject};
use crate::state::{Action, AppState, Effect, WalkAction, walk};

/// The lists of remarkable images.
#[derive(Debug, Clone, Default)]
pub struct ListsState {
    /// Whether they are shown in place of the settings.
    pub open: bool,
    /// Which of them is shown.
    pub list: List,
    /// The share of the work that is done, while the images are looked through.
    pub progress: Option<f32>,
    /// What was found last.
    pub found: Option<Arc<Listed>>,
}

/// What was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    /// The lists.
    pub lists: Lists,
    /// The model that judged.
    pub decoder: Decoder,
    /// Its run's folder.
    pub folder: Option<PathBuf>,
}

/// Something about the lists.
#[derive(Debug, Clone)]
pub enum ListsAction {
    /// Shows them in place of the settings, or the settings again.
    Show(bool),
    /// Shows one of them.
    Choose(List),
    /// Looks through all images with the model that is on the map.
    Look,
    /// Stops looking.
    Cancel,
    /// This share is done.
    Progress(f32),
    /// This was found.
    Found(Arc<Listed>),
    /// Nobody looks any more.
    Ended,
    /// Selects an image and brings its place into the middle of the map.
    Go(usize),
    /// Writes the list that is shown into its run's exports.
    Save,
}

/// Something to be done about them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListsErrand {
    /// Look through all images.
    Look,
    /// Stop looking.
    Cancel,
    /// Write a list.
    Save(List),
}

/// Applies one action.
pub fn apply(state: &mut AppState, action: ListsAction, effects: &mut Vec<Effect>) {
    let lists = &mut state.lists;
    match action {
        ListsAction::Show(open) => {
            lists.open = open;
            state.runs.open &= !open;
        }
        ListsAction::Choose(list) => lists.list = list,
        ListsAction::Look => {
            lists.open = true;
            state.runs.open = false;
            if lists.progress.is_none() && state.training.model.is_some() {
                lists.progress = Some(0.0);
                effects.push(Effect::Lists(ListsErrand::Look));
            }
        }
        ListsAction::Cancel => {
            lists.progress = None;
            effects.push(Effect::Lists(ListsErrand::Cancel));
        }
        ListsAction::Progress(share) => lists.progress = lists.progress.map(|_| share),
        ListsAction::Found(found) if lists.progress.is_some() => {
            (lists.found, lists.progress) = (Some(found), None);
        }
        ListsAction::Ended => lists.progress = None,
        ListsAction::Go(idx) => {
            walk::actions::apply(state, WalkAction::Select(Some(Subject::Image(idx))));
            if let Some(place) = state.map.places.get(idx).copied().filter(|place| place.iter().all(|v| v.is_finite()))
            {
                state.map.centre_on(place);
            }
        }
        ListsAction::Save if lists.found.is_some() => effects.push(Effect::Lists(ListsErrand::Save(lists.list))),
        // What was found of images that have been left is not heard any more.
        ListsAction::Found(_) | ListsAction::Save => {}
    }
}

/// Other images are opened: nothing is known of them.
pub(super) fn leave(state: &mut AppState, effects: &mut Vec<Effect>) {
    if state.lists.progress.take().is_some() {
        effects.push(Effect::Lists(ListsErrand::Cancel));
    }
    state.lists.found = None;
}

impl AppState {
    /// The model that is on the map, when it is another one than that which the lists are by: its run and its step.
    pub fn newer_than_lists(&self) -> Option<(&str, u64)> {
        let by = &self.lists.found.as_ref()?.decoder;
        let (model, run) = (self.training.model?, self.training.model_run.as_ref()?);
        let step = self.timeline.on_map.unwrap_or(model.step);
        ((run.name.as_str(), step) != (by.run.as_str(), by.step)).then_some((&run.name, step))
    }
}

impl From<ListsAction> for Action {
    fn from(action: ListsAction) -> Self {
        Self::Lists(action)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Kind, Likelihood, RunConfig};
    use crate::model::ImageShape;
    use crate::state::{Model, Run, update};

    fn listed(step: u64) -> Arc<Listed> {
        let (model, likelihood) = (Kind::Vae, Likelihood::Bernoulli);
        let (run, beta) = ("cats-01".into(), Some(1.0));
        let decoder = Decoder { run, step, epoch: 1.0, model, likelihood, sigma: None, beta, seed: 0 };
        Arc::new(Listed { lists: Lists::default(), decoder, folder: None })
    }

    fn state() -> AppState {
        let mut state = AppState::new();
        let shape = ImageShape { side: 16, channels: 1 };
        state.training.model = Some(Model { step: 8, latent_dim: 2, shape });
        state.training.model_run = Some(Run { name: "cats-01".into(), folder: None, config: RunConfig::default() });
        state
    }

    #[test]
    fn what_was_cancelled_is_not_heard_and_one_looks_at_a_time() {
        let mut state = state();
        let look = |state: &mut AppState| {
            let effects = update(state, ListsAction::Look.into());
            effects.contains(&Effect::Lists(ListsErrand::Look))
        };
        assert!(look(&mut state) && state.lists.open);
        assert!(!look(&mut state), "somebody looks already");
        assert!(update(&mut state, ListsAction::Cancel.into()).contains(&Effect::Lists(ListsErrand::Cancel)));
        update(&mut state, ListsAction::Progress(0.5).into());
        update(&mut state, ListsAction::Found(listed(8)).into());
        assert!(state.lists.found.is_none() && state.lists.progress.is_none());
        assert!(look(&mut state));
        update(&mut state, ListsAction::Found(listed(8)).into());
        assert!(state.lists.found.is_some() && state.lists.progress.is_none());
    }

    #[test]
    fn a_model_that_has_trained_on_is_told_from_the_one_that_judged() {
        let mut state = state();
        assert_eq!(state.newer_than_lists(), None);
        state.lists.found = Some(listed(8));
        assert_eq!(state.newer_than_lists(), None);
        state.lists.found = Some(listed(7));
        assert_eq!(state.newer_than_lists(), Some(("cats-01", 8)));
        // Looking back is looking at another model.
        state.timeline.on_map = Some(7);
        assert_eq!(state.newer_than_lists(), None);
    }
}
