//! Looking back at the training: the model as it was at earlier epochs takes the place of the newest one on the map.

use std::path::PathBuf;

use crate::run::Moment;
use crate::state::{AppState, Effect};

/// The run's past.
#[derive(Debug, Clone, Default)]
pub struct TimelineState {
    /// Whether its slider is shown.
    pub open: bool,
    /// The moments on disk, in order.
    pub moments: Vec<Moment>,
    /// Which of them is looked at; `None` is the model as it is now.
    pub shown: Option<usize>,
    /// The step of the model that is on the map; `None` is the newest.
    pub on_map: Option<u64>,
    /// Whether one follows the other by itself.
    pub playing: bool,
}

/// What is done with it.
#[derive(Debug, Clone, PartialEq)]
pub enum TimelineAction {
    /// Shows or hides the slider; hidden, the map is that of the newest model.
    Toggle,
    /// These moments of a run are on disk.
    Listed(PathBuf, Vec<Moment>),
    /// Looks at a moment, or at the model as it is now.
    Show(Option<usize>),
    /// Plays from the beginning when at the end, else from here; or stops.
    Play,
    /// Time for the next moment.
    Tick,
    /// The model of this step is on the map.
    Shown(u64),
}

/// What must be read for it: the moments of a run, and one of its models.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// The run's folder.
    pub folder: PathBuf,
    /// The steps of the model; `None` is the newest, which needs no reading.
    pub step: Option<u64>,
}

impl TimelineState {
    /// The moment that is looked at.
    pub fn moment(&self) -> Option<Moment> {
        self.moments.get(self.shown?).copied()
    }

    /// Whether what is looked at is on the map.
    pub fn is_there(&self) -> bool {
        self.moment().map(|moment| moment.step) == self.on_map
    }
}

/// Applies one action.
pub fn apply(state: &mut AppState, action: TimelineAction, effects: &mut Vec<Effect>) {
    let before = state.timeline.moment();
    let folder = state.training.model_run.as_ref().and_then(|run| run.folder.as_ref());
    let timeline = &mut state.timeline;
    match action {
        TimelineAction::Toggle => {
            (timeline.open, timeline.playing) = (!timeline.open, false);
            (timeline.shown, timeline.on_map) = (None, None);
            effects.extend(look(state));
            return;
        }
        TimelineAction::Listed(of, moments) if Some(&of) == folder => {
            // Some may have made room: the one that is looked at stays what it is.
            let at = |moment: Moment| moments.iter().position(|m| m.step == moment.step);
            timeline.shown = timeline.moment().and_then(at);
            timeline.moments = moments;
        }
        TimelineAction::Show(at) => {
            timeline.playing = false;
            timeline.shown = at.filter(|at| *at < timeline.moments.len());
        }
        TimelineAction::Play => {
            timeline.playing = !timeline.playing && timeline.moments.len() > 1;
            if timeline.playing && timeline.shown.is_none() {
                timeline.shown = Some(0);
            }
        }
        TimelineAction::Tick if timeline.playing => {
            timeline.shown = timeline.shown.map(|at| at + 1).filter(|at| *at < timeline.moments.len());
            timeline.playing = timeline.shown.is_some();
        }
        TimelineAction::Listed(..) | TimelineAction::Tick => {}
        TimelineAction::Shown(step) => timeline.on_map = Some(step),
    }
    if timeline.shown.is_none() {
        timeline.on_map = None;
    }
    if timeline.moment() != before {
        effects.extend(look(state));
    }
}

/// Another run's model is shown, or none's.
pub fn leave(state: &mut AppState, effects: &mut Vec<Effect>) {
    state.timeline = TimelineState { open: state.timeline.open, ..TimelineState::default() };
    effects.extend(look(state));
}

/// Reads the moments again while the slider is shown.
pub fn list_if_open(state: &AppState) -> Option<Effect> {
    look(state).filter(|_| state.timeline.open)
}

fn look(state: &AppState) -> Option<Effect> {
    let folder = state.training.model_run.as_ref()?.folder.clone()?;
    Some(Effect::Look(Look { folder, step: state.timeline.moment().map(|moment| moment.step) }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::RunConfig;
    use crate::state::{Action, Run, update};

    /// A window that shows a run with three moments, its slider open.
    fn shown() -> AppState {
        let mut state = AppState::new();
        state.training.model_run =
            Some(Run { name: "a".into(), folder: Some("a".into()), config: RunConfig::default() });
        let effects = update(&mut state, Action::Timeline(TimelineAction::Toggle));
        // The run's directions are read too.
        assert!(effects.starts_with(&look_at(None)), "{effects:?}");
        listed(&mut state, "a", &[0, 10, 20]);
        state
    }

    fn listed(state: &mut AppState, of: &str, steps: &[u64]) -> Vec<Effect> {
        let moments = steps.iter().map(|&step| Moment { step, epoch: step as f64 / 10.0 }).collect();
        update(state, Action::Timeline(TimelineAction::Listed(of.into(), moments)))
    }

    fn look_at(step: Option<u64>) -> Vec<Effect> {
        vec![Effect::Look(Look { folder: "a".into(), step })]
    }

    #[test]
    fn it_plays_from_the_first_moment_to_now() {
        let mut state = shown();
        let mut act = |action| update(&mut state, Action::Timeline(action));
        assert_eq!(act(TimelineAction::Play), look_at(Some(0)));
        assert_eq!(act(TimelineAction::Tick), look_at(Some(10)));
        assert_eq!(act(TimelineAction::Tick), look_at(Some(20)));
        assert_eq!(act(TimelineAction::Tick), look_at(None));
        assert_eq!(act(TimelineAction::Tick), []);
        assert!(!state.timeline.playing);
    }

    #[test]
    fn what_is_looked_at_stays_when_others_make_room_and_goes_when_it_is_gone() {
        let mut state = shown();
        update(&mut state, Action::Timeline(TimelineAction::Show(Some(2))));
        assert_eq!(listed(&mut state, "a", &[0, 20, 40]), []);
        assert_eq!(state.timeline.moment().map(|m| m.step), Some(20));
        assert_eq!(listed(&mut state, "another", &[0]), []);
        assert_eq!(listed(&mut state, "a", &[0, 40]), look_at(None));
        assert_eq!(state.timeline.shown, None);
    }

    #[test]
    fn a_closed_slider_shows_the_newest_model() {
        let mut state = shown();
        update(&mut state, Action::Timeline(TimelineAction::Show(Some(1))));
        assert_eq!(update(&mut state, Action::Timeline(TimelineAction::Toggle)), look_at(None));
        assert!(!state.timeline.open && state.timeline.shown.is_none());
    }
}
