//! Steering a run under way: changes, cures, going on for longer, and another run from here.

use rust_i18n::t;

use crate::config::RunConfig;
use crate::state::{Action, AppState, Effect, NoticeKind, Phase, TrainingState};
use crate::train::{Change, Command, Cure, Event, StopReason, is_live};

/// Does what steers the run.
pub fn steer(state: &mut AppState, action: Action, effects: &mut Vec<Effect>) {
    match action {
        Action::Step if state.training.phase == Phase::Paused => effects.push(Effect::Command(Command::Step)),
        Action::Save => save(state, effects),
        Action::Change(changes) => change(state, changes, effects),
        Action::Cure(cure) => apply_cure(state, cure, effects),
        Action::DismissAlarm(kind) => state.training.dismissed.push(kind),
        Action::SetMoreEpochs(n) => state.training.more_epochs = n.clamp(1, 1_000_000),
        Action::ContinueForMore => continue_for_more(state, effects),
        Action::BranchRun => branch(state, effects),
        _ => {}
    }
}

/// Takes in what the training thread said, and begins what waited for its last word.
pub fn hear(state: &mut AppState, event: Event, effects: &mut Vec<Effect>) {
    if let Event::Stopped(StopReason::Failed(message)) | Event::Refused(message) = &event {
        state.notices.push(NoticeKind::Error(message.clone()));
    }
    if let Event::Saved(step) = &event {
        tell_saved(state, *step);
    }
    let over = matches!(event, Event::Stopped(_));
    let went_back = matches!(event, Event::Stopped(StopReason::Diverged(_)));
    state.training.apply(event);
    if let Some(config) = state.training.branch.take_if(|_| over) {
        begin_branch(state, config, effects);
    } else if went_back {
        let folder = state.training.run.as_ref().and_then(|r| r.folder.clone());
        effects.extend(folder.map(Effect::RereadRun));
    }
}

/// Changes the run under way at its next step, and what the next run will be made from.
fn change(state: &mut AppState, changes: Vec<Change>, effects: &mut Vec<Effect>) {
    let mut settings = state.settings.clone();
    let set = |config: &mut RunConfig| changes.iter().try_for_each(|c| config.set(&c.key, &c.to));
    if let Err(error) = set(&mut settings).and_then(|()| settings.validate()) {
        state.notices.push(NoticeKind::Error(error.to_string()));
        return;
    }
    state.settings = settings;
    if state.training.is_steerable() && !changes.is_empty() {
        // Seen at once; the training thread says what became of it.
        if let Some(run) = &mut state.training.run {
            let _checked_above = set(&mut run.config);
        }
        effects.push(Effect::Command(Command::Change(changes)));
    }
}

fn apply_cure(state: &mut AppState, cure: Cure, effects: &mut Vec<Effect>) {
    if cure == Cure::Stop {
        stop(state, effects);
        return;
    }
    let Some(run) = &state.training.run else { return };
    let epoch = state.training.history.last().map_or(0.0, |s| s.epoch);
    let mut config = run.config.clone();
    let mut changes = Vec::new();
    if state.training.is_at_its_end() {
        // What cures takes its time.
        config.train.epochs = more_epochs(&state.training);
        changes.push(Change::new("train.epochs", config.train.epochs));
    }
    changes.extend(cure.changes(&config, epoch));
    if state.training.is_active() {
        change(state, changes, effects);
    } else {
        go_on(state, changes, effects);
    }
}

/// Writes the run under way to the disk now. One that waits or has ended is there already.
fn save(state: &mut AppState, effects: &mut Vec<Effect>) {
    let training = &state.training;
    if matches!(training.phase, Phase::Running | Phase::Pausing) {
        effects.push(Effect::Command(Command::Save));
    } else if training.run.as_ref().is_some_and(|run| run.folder.is_some()) && training.phase != Phase::Starting {
        tell_saved(state, training.step());
    }
}

/// Says which run is on the disk, and how far.
fn tell_saved(state: &mut AppState, step: u64) {
    let name = state.training.run.as_ref().map_or("", |run| &run.name);
    let text = t!("saving.saved", name = name, step = step);
    state.notices.push(NoticeKind::Info(text.into_owned()));
}

/// Asks the run to end; it is kept.
pub fn stop(state: &mut AppState, effects: &mut Vec<Effect>) {
    if state.training.is_active() {
        state.training.phase = Phase::Stopping;
        effects.push(Effect::Command(Command::Stop));
    }
}

/// Whole epochs more, counted from the last one that was begun.
pub fn continue_for_more(state: &mut AppState, effects: &mut Vec<Effect>) {
    let training = &state.training;
    if !training.can_prolong() {
        return;
    }
    let epochs = more_epochs(training);
    go_on(state, vec![Change::new("train.epochs", epochs)], effects);
}

/// Epochs of the run when it is given more of them.
fn more_epochs(training: &TrainingState) -> usize {
    let done = training.history.last().map_or(0.0, |s| s.epoch);
    (done - 1e-9).ceil().max(0.0) as usize + training.more_epochs
}

/// Lets the ended run go on from where it is.
pub fn go_on(state: &mut AppState, changes: Vec<Change>, effects: &mut Vec<Effect>) {
    let training = &mut state.training;
    let Some(folder) = training.run.as_ref().and_then(|r| r.folder.clone()).filter(|_| !training.is_active()) else {
        return;
    };
    state.notices.clear_errors();
    training.phase = Phase::Starting;
    effects.push(Effect::ResumeRun { folder, changes });
}

/// Begins another run with the weights of this one, once this one has ended.
fn branch(state: &mut AppState, effects: &mut Vec<Effect>) {
    let Some(run) = &state.training.run else { return };
    // The images stay as they are; how many of them are held is the new run's own choice.
    let mut config = state.settings.clone();
    let held = config.data.validation_fraction;
    config.data = run.config.data.clone();
    config.data.validation_fraction = held;
    if let Err(error) = config.validate() {
        state.notices.push(NoticeKind::Error(error.to_string()));
        return;
    }
    if state.training.is_active() {
        state.training.branch = Some(Box::new(config));
        stop(state, effects);
    } else {
        begin_branch(state, Box::new(config), effects);
    }
}

/// Begins the run that waited for the one before to end.
fn begin_branch(state: &mut AppState, config: Box<RunConfig>, effects: &mut Vec<Effect>) {
    let Some(run) = &state.training.run else { return };
    let Some(from) = run.folder.clone() else { return };
    state.training.begin((*config).clone());
    effects.push(Effect::BranchRun { config, from });
}

/// Settings that differ from those of the run and cannot change in it.
pub fn need_new_run(run: &RunConfig, settings: &RunConfig) -> Vec<&'static str> {
    let own = |key: &&str| key.starts_with("model.") || key.starts_with("train.") || *key == "data.validation_fraction";
    let keys = crate::config::KEYS.iter().copied().filter(own);
    keys.filter(|key| !is_live(key) && *key != "train.timeline_mb" && run.get(key) != settings.get(key)).collect()
}

#[cfg(test)]
mod tests;
