//! Keys that work everywhere in the window: those of the commands' table.

use std::sync::Arc;

use egui::{Event, InputState, Key, KeyboardShortcut, Popup, Ui};

use crate::data::Bitmap;
use crate::state::{Action, AppState, ComparisonAction, OwnAction, OwnSource};
use crate::ui::{Cache, commands};

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

/// Reads the keys. While text is typed they are the text's, and those without a modifier are left to whatever has the
/// keyboard; the list of commands has it alone.
pub fn read(ui: &Ui, state: &AppState, cache: &mut Cache, actions: &mut Vec<Action>) {
    bring(ui, actions);
    let focused = ui.ctx().memory(egui::Memory::focused);
    let types = cache.typing.was || ui.ctx().text_edit_focused();
    let is_free = !types && focused.is_none_or(|id| id == egui::Id::unique("latent_map"));
    cache.typing.space = is_free && (cache.typing.space || ui.input(|i| i.key_pressed(Key::Space)));
    for command in commands::all() {
        let listens = |shortcut: &KeyboardShortcut| {
            let is_free = if is_plain(*shortcut) { is_free } else { !types };
            if state.finder.open { command.id == commands::FINDER.id } else { is_free }
        };
        let mut shortcuts = command.shortcuts.iter().copied().filter(listens);
        if shortcuts.any(|shortcut| ui.input_mut(|i| was_pressed(i, shortcut, cache))) {
            actions.push((command.outcome)(state).unwrap_or_else(Action::Tell));
        }
    }
    // A menu or a list is closed first, by itself.
    let open = state.help_open || state.finder.open || state.explain.is_open() || Popup::is_any_open(ui.ctx());
    let escapes = is_free && state.comparison.is_some() && !open;
    if escapes && ui.input_mut(|i| i.consume_key(egui::Modifiers::NONE, Key::Escape)) {
        actions.push(ComparisonAction::Close.into());
    }
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

/// Whether it is a key that would be typed into a field, or pressed on a button.
fn is_plain(shortcut: KeyboardShortcut) -> bool {
    shortcut.modifiers.is_none() && shortcut.logical_key != Key::F11
}

/// Whether it goes on step by step while it is held down.
fn repeats(shortcut: KeyboardShortcut) -> bool {
    matches!(shortcut.logical_key, Key::Z | Key::Y)
}

/// Whether a shortcut was pressed; it is taken from whoever would read it later.
fn was_pressed(i: &mut InputState, shortcut: KeyboardShortcut, cache: &mut Cache) -> bool {
    match shortcut.logical_key {
        // Held down it drags the map, so it counts when it is let go, and only when it went down as the window's.
        Key::Space => {
            i.modifiers.is_none()
                && i.key_released(Key::Space)
                && std::mem::take(&mut cache.typing.space)
                && !std::mem::take(&mut cache.pointer.space_panned)
        }
        // Where it is on the keyboard differs from country to country.
        Key::Questionmark => i.events.iter().any(|event| matches!(event, Event::Text(text) if text == "?")),
        wanted => {
            let n_before = i.events.len();
            // Each key with the modifiers of its own moment: those of the frame may have changed since. A key that is
            // held down counts once, but for those that go step by step.
            i.events.retain(|event| {
                let Event::Key { key, pressed: true, repeat, modifiers, .. } = event else { return true };
                *key != wanted || !modifiers.matches_exact(shortcut.modifiers) || (*repeat && !repeats(shortcut))
            });
            i.events.len() < n_before
        }
    }
}
