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

/// What tells a key of the window from one that is typed.
#[derive(Debug, Default)]
pub struct Typing {
    /// Whether text was being typed at the end of the last frame. Enter and Escape end that before they are read here.
    was: bool,
    /// Whether Space went down while it was the window's.
    space: bool,
}

impl Typing {
    /// Remembers who has the keyboard.
    pub fn end_frame(&mut self, ctx: &egui::Context) {
        self.was = ctx.text_edit_focused();
    }
}

/// Reads the keys. While text is typed they are the text's; those without a modifier are left to whatever has the
/// keyboard.
pub fn read(ui: &Ui, state: &AppState, cache: &mut Cache, actions: &mut Vec<Action>) {
    bring(ui, actions);
    if cache.typing.was || ui.ctx().text_edit_focused() {
        cache.typing.space = false;
        return;
    }
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
    let focused = ui.ctx().memory(egui::Memory::focused);
    if focused.is_some_and(|id| id != egui::Id::unique("latent_map")) {
        cache.typing.space = false;
        return;
    }
    // A menu or the list of keys is closed first, by itself.
    let escapes = state.comparison.is_some() && !state.help_open && !Popup::is_any_open(ui.ctx());
    if escapes && ui.input_mut(|i| i.consume_key(Modifiers::NONE, Key::Escape)) {
        actions.push(ComparisonAction::Close.into());
    }
    plain_keys(ui, cache, actions);
}

/// Files that were dropped, and pictures from the clipboard.
fn bring(ui: &Ui, actions: &mut Vec<Action>) {
    let sources: Vec<OwnSource> = ui.input(|i| {
        let files = i.raw.dropped_files.iter().map(|file| OwnSource::File(file.path().to_owned()));
        let pasted = i.events.iter().filter_map(|event| match event {
            Event::PasteImage(picture) => {
                let premultiplied = picture.as_raw().to_vec();
                Some(OwnSource::Pasted(Arc::new(Bitmap { size: picture.size, premultiplied })))
            }
            _ => None,
        });
        files.chain(pasted).collect()
    });
    if !sources.is_empty() {
        actions.push(OwnAction::Bring(sources).into());
    }
}

fn plain_keys(ui: &Ui, cache: &mut Cache, actions: &mut Vec<Action>) {
    let (space_released, help, pins, fit, play) = ui.input(|i| {
        cache.typing.space |= i.key_pressed(Key::Space);
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
    if space_released && std::mem::take(&mut cache.typing.space) && !std::mem::take(&mut cache.pointer.space_panned) {
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
