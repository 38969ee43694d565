//! The commands that have a key, in the order in which help lists them.

use egui::{Key, KeyboardShortcut, Modifiers};
use rust_i18n::t;

use super::{Command, when, with_model};
use crate::state::walk::{PlayAction, WaysAction};
use crate::state::{
    Action, AppState, ExportAction, ExportKind, FinderAction, LensAction, MapAction, Phase, PinSource, Primary,
    WalkAction,
};
use crate::ui::export_menu;

const CTRL: Modifiers = Modifiers::COMMAND;

const fn key(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::NONE, key)
}

const fn ctrl(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(CTRL, key)
}

/// All of them.
pub const KEYED: &[Command] = &[
    TRAIN, OPEN, SAVE, EXPORT, FINDER, UNDO, REDO, PIN, PIN_FIRST, PIN_SECOND, PLAY, FIT, LENS, THEME, FULLSCREEN, HELP,
];

/// Trains, pauses or continues.
pub const TRAIN: Command = Command::new("command.train", |state| {
    let training = &state.training;
    let has_images = state.data.set.is_some() && state.data.loading.is_none();
    match training.primary() {
        Primary::Wait => Err(waits(&training.phase)),
        Primary::Pause => Ok(Action::TogglePlay),
        Primary::Train | Primary::Continue => when(has_images, t!("notice.no_images"), Action::TogglePlay),
    }
})
.with(&[key(Key::Space)]);

/// Opens a folder.
pub const OPEN: Command = Command::new("command.open", |_| Ok(Action::OpenDialog)).with(&[ctrl(Key::O)]);

/// Writes the run to the disk.
pub const SAVE: Command = Command::new("command.save", |state| {
    let has_folder = state.training.run.as_ref().is_some_and(|run| run.folder.is_some());
    match state.training.phase {
        Phase::Starting | Phase::Stopping => Err(waits(&state.training.phase)),
        _ => when(has_folder, t!("saving.nothing"), Action::Save),
    }
})
.with(&[ctrl(Key::S)]);

/// Shows what can be exported.
pub const EXPORT: Command =
    Command::new("command.export", |state| match export_menu::missing(state, ExportKind::Grid) {
        None => Ok(Action::Export(ExportAction::Toggle)),
        Some(reason) => Err(reason),
    })
    .with(&[ctrl(Key::E)]);

/// Shows the list of commands.
pub const FINDER: Command = Command::new("command.finder", |_| Ok(FinderAction::Toggle.into())).with(&[ctrl(Key::K)]);

/// Takes the last move back.
pub const UNDO: Command =
    Command::new("command.undo", |state| when(state.past.has_undo(), t!("finder.no_undo"), Action::Undo))
        .with(&[ctrl(Key::Z)]);

/// Does it again.
pub const REDO: Command =
    Command::new("command.redo", |state| when(state.past.has_redo(), t!("finder.no_redo"), Action::Redo))
        .with(&[KeyboardShortcut::new(CTRL.plus(Modifiers::SHIFT), Key::Z), ctrl(Key::Y)]);

/// Puts a pin at the end of the way.
pub const PIN: Command = Command::new("command.pin", |state| pin(state, None)).with(&[key(Key::P)]);

/// Moves the first pin.
pub const PIN_FIRST: Command = Command::new("command.pin_first", |state| pin(state, Some(0))).with(&[key(Key::A)]);

/// Moves the second pin.
pub const PIN_SECOND: Command = Command::new("command.pin_second", |state| pin(state, Some(1))).with(&[key(Key::B)]);

/// Plays the way.
pub const PLAY: Command = Command::new("command.play", |state| {
    let play = Action::Ways(WaysAction::Play(PlayAction::Toggle));
    when(!state.walk.strip_points().is_empty(), t!("export.needs_pins"), play)
})
.with(&[key(Key::K)]);

/// Shows the whole map.
pub const FIT: Command = Command::new("command.fit", |state| with_model(state, MapAction::Fit)).with(&[key(Key::F)]);

/// The lens in place of the map, or the map again.
pub const LENS: Command = Command::new("command.lens", |state| Ok(LensAction::Show(!state.lens.open).into()))
    .with(&[key(Key::L)])
    .on(|state| state.lens.open);

/// Light or dark.
pub const THEME: Command = Command::new("command.theme", |_| Ok(Action::ToggleTheme)).with(&[ctrl(Key::T)]);

/// Fills the screen.
pub const FULLSCREEN: Command = Command::new("command.fullscreen", |_| Ok(Action::ToggleFullscreen))
    .with(&[key(Key::F11)])
    .on(|state| state.fullscreen);

/// Lists the keys.
pub const HELP: Command = Command::new("command.help", |_| Ok(Action::ToggleHelp)).with(&[key(Key::Questionmark)]);

fn pin(state: &AppState, at: Option<usize>) -> super::Outcome {
    when(!state.walk.z.is_empty(), t!("export.needs_model"), WalkAction::PutPin(at, PinSource::Point))
}

/// Why a run takes nothing now.
fn waits(phase: &Phase) -> String {
    match phase {
        Phase::Pausing => t!("top.pausing"),
        Phase::Stopping => t!("top.stopping"),
        _ => t!("top.building"),
    }
    .into_owned()
}
