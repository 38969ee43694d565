//! One action in, the next state and the effects out. Pure: the same actions always give the same window.

use std::path::Path;

use rust_i18n::t;

use crate::export;
use crate::latent::{Subject, Survey};
use crate::state::map::AxesBy;
use crate::state::{
    Action, AppState, Colour, CurvesChange, Directions, Effect, Loading, Model, NoticeKind, Opened, Past, Phase,
    Primary, Run, View, answer, comparison, directions, epsilon, explain, exporting, finder, lens, lists, map, own,
    runs, steering, timeline, walk,
};
use crate::train::{Command, Event, StopReason};

/// Frames a strip may have.
pub const FRAMES: std::ops::RangeInclusive<usize> = export::FRAMES;
/// How many times larger an exported image may be.
pub const UPSCALES: std::ops::RangeInclusive<usize> = export::UPSCALES;

/// Applies one action.
pub fn update(state: &mut AppState, action: Action) -> Vec<Effect> {
    let mut effects = Vec::new();
    apply(state, action, &mut effects);
    walk::ways::seek(state, &mut effects);
    lens::seek(state, &mut effects);
    directions::keep_up(state, &mut effects);
    let view = wanted(state);
    if state.training.model.is_some() && view != state.asked {
        state.asked = view.clone();
        effects.push(Effect::Ask(view));
    }
    if state.asks_for_curves() {
        effects.push(Effect::DrawCurves);
    }
    effects
}

/// What the screen wants decoded.
fn wanted(state: &AppState) -> View {
    let Some(model) = &state.training.model else { return View::default() };
    let walk = &state.walk;
    let fits = |z: &Vec<f32>| z.len() == model.latent_dim;
    // The frames, then what is decoded at the pins, then where directions lead.
    let mut strip = walk.strip_points();
    strip.extend(walk.pins.iter().map(|pin| pin.z.clone()));
    strip.extend(state.directions_wanted());
    View {
        point: Some(state.point_shown()).filter(fits),
        selected: walk.selected,
        selection: walk.selection,
        own: walk.own.clone(),
        grid: Some(&walk.z).filter(|z| fits(z)).and_then(|z| state.map.wanted_grid(z)),
        strip: if strip.iter().all(fits) { strip } else { Vec::new() },
        noise: state.map.noise,
        survey: Box::new(survey(state)),
    }
}

/// What is asked of all images, for their colours and the density.
fn survey(state: &AppState) -> Survey {
    let layers = &state.map.layers;
    let is = |colour| layers.images && layers.colour == colour;
    let config = state.training.model_run.as_ref().map(|run| &run.config);
    Survey {
        errors: is(Colour::Error) || matches!(state.walk.selected, Some(Subject::Own(_))),
        split: config.filter(|_| is(Colour::Split)).map(|c| (c.data.validation_fraction, c.train.seed)),
        heat: Some(state.map.directions()).filter(|_| layers.density && !state.map.is_turning()).cloned(),
    }
}

fn apply(state: &mut AppState, action: Action, effects: &mut Vec<Effect>) {
    match action {
        Action::OpenDialog => effects.push(Effect::OpenDialog),
        Action::DialogClosed(Some(folder)) => {
            state.data.dialog_hint = false;
            open(state, folder.display().to_string(), effects);
        }
        Action::DialogClosed(None) => state.data.dialog_hint = true,
        Action::Open(source) => open(state, source.trim().to_owned(), effects),
        Action::TypePath(text) => state.data.path_text = text,
        Action::Reload => reload(state, effects),
        Action::CancelLoad => effects.push(Effect::CancelLoad),
        Action::LoadProgress(progress, seconds) => {
            if let Some(loading) = &mut state.data.loading {
                loading.advance(progress, seconds);
            }
        }
        Action::Opened(opened) => hear_opened(state, *opened, effects),
        Action::LoadFailed(message) => {
            state.data.loading = None;
            state.data.train_when_loaded = false;
            if let Some(message) = message {
                state.notices.push(NoticeKind::Error(message));
            }
        }

        Action::KeptMeasured(bytes) => state.data.kept.bytes = Some(bytes),
        Action::ClearKept => effects.push(Effect::ClearKept),
        Action::SetKeptLimit(gib) => state.data.kept.limit_gib = gib,

        Action::Configure(config) => state.settings = *config,
        Action::TogglePlay => toggle_play(state, effects),
        Action::Stop => steering::stop(state, effects),
        Action::NewRun => start_anew(state, effects),
        Action::RunStarted { name, folder } => {
            if let Some(run) = &mut state.training.run {
                run.name = name;
                run.folder = Some(folder);
            }
            effects.extend(state.list_runs_if_shown());
        }
        Action::RunReread(kept) => state.training.reread(*kept),
        Action::RunFailed(message) => {
            state.training.phase = Phase::Ended(StopReason::Failed(message.clone()));
            state.training.can_continue = false;
            state.notices.push(NoticeKind::Error(message));
        }
        Action::Training(event) => hear(state, event, effects),
        Action::ModelReady(model) => show_model(state, model, effects),
        Action::Answered(answer) => answer::take(state, answer),

        Action::Map(action) => effects.extend(map::actions::apply(state, action)),
        Action::Walk(action) => walk::actions::apply(state, action),
        Action::Timeline(action) => timeline::apply(state, action, effects),
        Action::Ways(action) => walk::ways::apply(state, action, effects),
        Action::Epsilon(action) => epsilon::apply(state, action),
        Action::Lens(action) => lens::apply(state, action, effects),
        Action::Directions(action) => directions::apply(state, action, effects),
        Action::Own(action) => own::apply(state, action, effects),
        Action::Undo => state.undo(),
        Action::Redo => state.redo(),
        Action::Export(action) => exporting::apply(state, action, effects),
        Action::Exported(Ok(path)) => state.notices.push(NoticeKind::Saved(path)),
        Action::Exported(Err(message)) | Action::Failed(message) => state.notices.push(NoticeKind::Error(message)),

        Action::Runs(action) => runs::apply(state, action, effects),
        Action::Comparison(action) => comparison::apply(state, action, effects),
        Action::Lists(action) => lists::apply(state, action, effects),
        Action::Curves(change) => state.curves.change(change),
        Action::LookAtCurves(view) => state.curves = *view,
        Action::CurvesDrawn(drawn) => state.drawing.take(drawn, &state.training.history),
        Action::SaveCurves(format, asks) => effects.push(Effect::SaveCurves(format, asks)),
        Action::SaveCurvesTo(format, path) => effects.push(Effect::SaveCurvesTo(format, path)),
        Action::Finder(action) => finder::apply(state, action, effects),
        Action::Explain(action) => explain::apply(state, action, effects),
        Action::CopyPoint => effects.push(Effect::CopyPoint),
        Action::ToggleTheme => effects.push(Effect::ToggleTheme),
        Action::ToggleHelp => state.help_open = !state.help_open,
        Action::SetTheme(theme) => {
            state.theme = theme;
            effects.push(Effect::SetTheme(theme));
        }
        Action::SetLanguage(language) => {
            state.language = language;
            effects.push(Effect::SetLanguage(language));
        }
        Action::ToggleFullscreen => {
            state.fullscreen = !state.fullscreen;
            effects.push(Effect::SetFullscreen(state.fullscreen));
        }
        Action::Dismiss(id) => state.notices.dismiss(id),
        Action::Tell(text) => state.notices.push(NoticeKind::Info(text)),
        Action::Copy(text) => effects.push(Effect::Copy(text)),
        Action::Step
        | Action::Save
        | Action::Change(_)
        | Action::Cure(_)
        | Action::DismissAlarm(_)
        | Action::SetMoreEpochs(_)
        | Action::ContinueForMore
        | Action::BranchRun => steering::steer(state, action, effects),
    }
}

/// Takes in what the training thread said; what is kept of runs on disk has changed with their epochs and their end.
fn hear(state: &mut AppState, event: Event, effects: &mut Vec<Effect>) {
    let (over, epoch) = (matches!(event, Event::Stopped(_)), matches!(event, Event::Validation(_)));
    steering::hear(state, event, effects);
    if over {
        effects.extend(state.list_runs_if_shown());
    }
    if epoch {
        state.choose_axes();
    }
    if over || epoch {
        effects.extend(timeline::list_if_open(state));
    }
}

fn open(state: &mut AppState, source: String, effects: &mut Vec<Effect>) {
    if source.is_empty() {
        return;
    }
    state.notices.clear_errors();
    state.data.train_when_loaded = false;
    state.data.loading = Some(Loading::new(source.clone()));
    effects.push(Effect::Load { source, config: state.settings.data.clone() });
}

/// Opens the same images with the settings as they are now; of a run folder, the images it was trained on.
fn reload(state: &mut AppState, effects: &mut Vec<Effect>) {
    if let Some(data) = &state.data.set {
        let source = data.name.clone();
        open(state, source, effects);
    }
}

/// Shows other images; a run on the old ones is stopped and kept.
fn show_opened(state: &mut AppState, opened: Opened, effects: &mut Vec<Effect>) {
    leave_run(state, opened.run.as_ref().map(|run| run.folder.as_path()));
    let Opened { source, data, config, run } = opened;
    state.data.loading = None;
    state.data.dialog_hint = false;
    state.data.path_text.clone_from(&source);
    state.data.source = source;
    state.data.loaded_with = config;
    state.data.set = Some(data);
    state.data.version += 1;
    state.training.clear();
    state.reread_own(effects);
    lists::leave(state, effects);
    state.curves.change(CurvesChange::Fit);
    state.directions = Directions::default();
    state.map.clear();
    state.map.set_images(state.data.set.clone());
    state.map.latent_dim = None;
    state.map.fit();
    state.walk.start_anew();
    state.past = Past::default();
    state.asked = View::default();
    if let Some(run) = run {
        state.settings = run.config.clone();
        state.training.show(run);
    }
}

/// Says that the run was closed and leads back to it, unless it was done or is what was opened.
fn leave_run(state: &mut AppState, opened: Option<&Path>) {
    let training = &state.training;
    let (active, unfinished) = (training.is_active(), training.is_active() || training.can_continue);
    let Some(folder) = training.run.as_ref().and_then(|run| run.folder.clone()) else { return };
    if active {
        state.runs.left(Some(folder.clone()));
    }
    if unfinished && opened != Some(&folder) {
        state.notices.push(NoticeKind::Closed(folder));
    }
}

/// Images, or a run with its images, were read.
fn hear_opened(state: &mut AppState, opened: Opened, effects: &mut Vec<Effect>) {
    comparison::close(state, effects);
    if let Some(run) = &opened.run {
        state.runs.opened(&run.folder);
    }
    show_opened(state, opened, effects);
    effects.extend(state.list_runs_if_shown());
    if std::mem::take(&mut state.data.train_when_loaded) {
        start(state, effects);
    }
}

fn toggle_play(state: &mut AppState, effects: &mut Vec<Effect>) {
    let training = &mut state.training;
    match training.primary() {
        Primary::Train => start(state, effects),
        Primary::Pause => {
            training.phase = Phase::Pausing;
            effects.push(Effect::Command(Command::Pause));
        }
        Primary::Continue if training.phase == Phase::Paused => {
            training.phase = Phase::Running;
            effects.push(Effect::Command(Command::Resume));
        }
        Primary::Continue if training.can_continue => steering::go_on(state, Vec::new(), effects),
        // What is done goes on for longer; a new run has a button of its own.
        Primary::Continue => steering::continue_for_more(state, effects),
        Primary::Wait => {}
    }
}

/// A new run, unless one is under way.
fn start_anew(state: &mut AppState, effects: &mut Vec<Effect>) {
    if !state.training.is_active() {
        start(state, effects);
    }
}

fn start(state: &mut AppState, effects: &mut Vec<Effect>) {
    if state.data.set.is_none() || state.data.loading.is_some() {
        state.notices.push(NoticeKind::Info(t!("notice.no_images").into_owned()));
        return;
    }
    let config = state.settings.clone();
    if let Err(error) = config.validate() {
        state.notices.push(NoticeKind::Error(error.to_string()));
        return;
    }
    if state.data.needs_reload(&config.data) {
        // What is on screen is what is trained: the images first, as the settings ask for them.
        reload(state, effects);
        state.data.train_when_loaded = true;
        return;
    }
    state.notices.clear_errors();
    // A new run is seen whole, wherever the last one was looked at.
    state.curves.change(CurvesChange::Fit);
    state.training.begin(config.clone());
    effects.push(Effect::StartRun(Box::new(config)));
}

/// A newer model; a first one, or one of another shape, starts the walk anew.
fn show_model(state: &mut AppState, model: Model, effects: &mut Vec<Effect>) {
    let old = state.training.model.replace(model);
    let folder = |run: &Option<Run>| run.as_ref().and_then(|run| run.folder.clone());
    let same_run = folder(&state.training.model_run) == folder(&state.training.run);
    state.training.model_run.clone_from(&state.training.run);
    if !same_run {
        timeline::leave(state, effects);
        if state.map.axes_by == AxesBy::Kl {
            state.map.axes_by = AxesBy::Nobody;
        }
    }
    let same_space = old.is_some_and(|o| o.latent_dim == model.latent_dim && o.shape == model.shape);
    if !same_space {
        if state.walk.z.len() != model.latent_dim {
            state.past = Past::default();
        }
        state.map.enter(model.latent_dim);
        state.walk.enter(model.latent_dim);
        state.walk.clear_views();
        state.reread_own(effects);
    }
    if !same_run || !same_space {
        state.choose_axes();
    }
}

#[cfg(test)]
mod tests;
