//! Keys that work everywhere in the window.

use std::sync::Arc;

use egui::{Event, Key, Modifiers, Popup, Ui};

use crate::data::Bitmap;
use crate::state::walk::{PlayAction, WaysAction};
use crate::state::{
    Action, AppState, ComparisonAction, ExportAction, ExportKind, MapAction, OwnAction, OwnSource, PinSource,
    ThemeChoice, WalkAction,
};
use crate::ui::{Cache, export_menu};

/// Reads the keys. Those without a modifier are left to whatever has the keyboard.
pub fn read(ui: &Ui, state: &AppState, cache: &mut Cache, actions: &mut Vec<Action>) {
    let (redo, undo, open, export, theme, fullscreen) = ui.input_mut(|i| {
        // Ctrl+Shift+Z before Ctrl+Z, which it contains.
        let redo =
            i.consume_key(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z) || i.consume_key(Modifiers::COMMAND, Key::Y);
        let undo = i.consume_key(Modifiers::COMMAND, Key::Z);
        let open = i.consume_key(Modifiers::COMMAND, Key::O);
        let export = i.consume_key(Modifiers::COMMAND, Key::E);
        let theme = i.consume_key(Modifiers::COMMAND, Key::T);
        (redo, undo, open, export, theme, i.consume_key(Modifiers::NONE, Key::F11))
    });
    if redo {
        actions.push(Action::Redo);
    }
    if undo {
        actions.push(Action::Undo);
    }
    if open {
        actions.push(Action::OpenDialog);
    }
    if export {
        match export_menu::missing(state, ExportKind::Grid) {
            None => actions.push(Action::Export(ExportAction::Toggle)),
            Some(reason) => actions.push(Action::Tell(reason)),
        }
    }
    if theme {
        actions.push(Action::SetTheme(if ui.visuals().dark_mode { ThemeChoice::Light } else { ThemeChoice::Dark }));
    }
    if fullscreen {
        actions.push(Action::ToggleFullscreen);
    }
    let mut dropped = Vec::new();
    for file in ui.input(|i| i.raw.dropped_files.clone()) {
        dropped.push(OwnSource::File(file.path().to_owned()));
    }
    for picture in ui.input(pasted) {
        let premultiplied = picture.as_raw().to_vec();
        dropped.push(OwnSource::Pasted(Arc::new(Bitmap { size: picture.size, premultiplied })));
    }
    if !dropped.is_empty() {
        actions.push(OwnAction::Bring(dropped).into());
    }
    let focused = ui.ctx().memory(egui::Memory::focused);
    if focused.is_some_and(|id| id != egui::Id::unique("latent_map")) {
        return;
    }
    // A menu or the list of keys is closed first, by itself.
    let escapes = state.comparison.is_some() && !state.help_open && !Popup::is_any_open(ui.ctx());
    if escapes && ui.input_mut(|i| i.consume_key(Modifiers::NONE, Key::Escape)) {
        actions.push(ComparisonAction::Close.into());
    }
    plain_keys(ui, cache, actions);
}

/// Pictures that came from the clipboard.
fn pasted(input: &egui::InputState) -> Vec<Arc<egui::ColorImage>> {
    let picture = |event: &Event| match event {
        Event::PasteImage(picture) => Some(Arc::clone(picture)),
        _ => None,
    };
    input.events.iter().filter_map(picture).collect()
}

fn plain_keys(ui: &Ui, cache: &mut Cache, actions: &mut Vec<Action>) {
    let (space_released, help, pins, fit, play) = ui.input(|i| {
        let plain = i.modifiers.is_none();
        // Each key with the modifiers of its own moment: those of the frame may have changed since.
        let pressed = |wanted| {
            let is = |e: &Event| matches!(e, Event::Key { key, pressed: true, modifiers, .. } if *key == wanted && modifiers.is_none());
            i.events.iter().any(is)
        };
        let help = i.events.iter().any(|e| matches!(e, Event::Text(text) if text == "?"));
        let pins = [(Key::A, Some(0)), (Key::B, Some(1)), (Key::P, None)].map(|(key, at)| pressed(key).then_some(at));
        (plain && i.key_released(Key::Space), help, pins, pressed(Key::F), pressed(Key::K))
    });
    if space_released && !std::mem::take(&mut cache.pointer.space_panned) {
        actions.push(Action::TogglePlay);
    }
    if help {
        actions.push(Action::ToggleHelp);
    }
    for at in pins.into_iter().flatten() {
        actions.push(Action::Walk(WalkAction::PutPin(at, PinSource::Point)));
    }
    if play {
        actions.push(Action::Ways(WaysAction::Play(PlayAction::Toggle)));
    }
    if fit {
        actions.push(Action::Map(MapAction::Fit));
    }
}
