//! Commands about images and training.

use rust_i18n::t;

use super::{Command, Outcome, when, with_model};
use crate::config::{ModelConfig, RunConfig, TrainConfig};
use crate::state::runs::RunsAction;
use crate::state::{Action, AppState, ComparisonAction, ListsAction, Phase, Primary, TimelineAction};

/// All of them.
pub const ALL: &[Command] = &[
    Command::new("command.step", |state| {
        when(state.training.phase == Phase::Paused, t!("finder.needs_pause"), Action::Step)
    }),
    Command::new("command.stop", |state| {
        let stops = state.training.is_active() && state.training.phase != Phase::Stopping;
        when(stops, t!("finder.needs_training"), Action::Stop)
    }),
    Command::new("command.continue_for", |state| {
        let can = state.training.can_prolong() && is_loaded(state);
        when(can, t!("finder.needs_end"), Action::ContinueForMore)
    }),
    Command::new("command.new_run", |state| {
        // Without a run that could go on, the big button begins a new one.
        match (state.training.is_active(), state.training.primary()) {
            (true, _) => Err(t!("finder.stop_first").into_owned()),
            (false, Primary::Train) => when(has_images(state), t!("notice.no_images"), Action::TogglePlay),
            (false, _) => when(has_images(state), t!("notice.no_images"), Action::NewRun),
        }
    }),
    Command::new("command.branch", |state| {
        when(state.training.can_branch() && is_loaded(state), t!("finder.needs_run"), Action::BranchRun)
    }),
    Command::new("command.defaults", |state| {
        let (model, train) = (ModelConfig::default(), TrainConfig::default());
        let config = RunConfig { model, train, ..state.settings.clone() };
        when(!state.training.is_active(), t!("finder.stop_first"), Action::Configure(Box::new(config)))
    }),
    Command::new("command.fashion", |_| Ok(Action::Open("sample:fashion".to_owned())))
        .on(|state| state.data.source == "sample:fashion"),
    Command::new("command.emoji", |_| Ok(Action::Open("sample:emoji".to_owned())))
        .on(|state| state.data.source == "sample:emoji"),
    Command::new("command.reload", |state| {
        let reason = if has_images(state) { t!("data.reload_locked") } else { t!("notice.no_images") };
        when(has_images(state) && !state.training.is_active(), reason, Action::Reload)
    }),
    Command::new("command.cancel_load", |state| {
        when(state.data.loading.is_some(), t!("finder.nothing_loads"), Action::CancelLoad)
    }),
    Command::new("command.clear_kept", |_| Ok(Action::ClearKept)),
    Command::new("command.runs", |state| Ok(RunsAction::Show(!state.runs.open).into())).on(|state| state.runs.open),
    Command::new("command.lists", |state| Ok(ListsAction::Show(!state.lists.open).into())).on(|state| state.lists.open),
    Command::new("command.look_through", |state| with_model(state, ListsAction::Look)),
    Command::new("command.save_list", |state| {
        when(state.lists.found.is_some(), t!("lists.none_yet"), ListsAction::Save)
    }),
    Command::new("command.show_folder", |state| {
        let folder = state.training.run.as_ref().and_then(|run| run.folder.clone());
        folder.map_or_else(|| Err(t!("finder.needs_run").into_owned()), |folder| Ok(RunsAction::Reveal(folder).into()))
    }),
    Command::new("command.close_comparison", |state| {
        when(state.comparison.is_some(), t!("finder.no_comparison"), ComparisonAction::Close)
    }),
    Command::new("command.history", |state| {
        let has_folder = state.training.model_run.as_ref().is_some_and(|run| run.folder.is_some());
        let toggle = Action::Timeline(TimelineAction::Toggle);
        when(has_folder || state.timeline.open, t!("export.needs_model"), toggle)
    })
    .on(|state| state.timeline.open),
    Command::new("command.history_play", |state| in_the_past(state, TimelineAction::Play))
        .on(|state| state.timeline.playing),
    Command::new("command.history_now", |state| in_the_past(state, TimelineAction::Show(None))),
];

fn is_loaded(state: &AppState) -> bool {
    state.data.loading.is_none()
}

fn has_images(state: &AppState) -> bool {
    is_loaded(state) && state.data.set.is_some()
}

fn in_the_past(state: &AppState, action: TimelineAction) -> Outcome {
    let has_past = state.timeline.open && state.timeline.moments.len() > 1;
    when(has_past, t!("finder.needs_history"), Action::Timeline(action))
}
