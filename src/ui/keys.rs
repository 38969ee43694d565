//! Keys that work everywhere in the window: those of the commands' table.

use egui::{Event, InputState, Key, KeyboardShortcut, Popup, Ui};

use crate::state::{Action, AppState, ComparisonAction};
use crate::ui::{Cache, commands};

/// Reads the keys. Those that type or edit are left to whatever has the keyboard; the list of commands has it alone.
pub fn read(ui: &Ui, state: &AppState, cache: &mut Cache, actions: &mut Vec<Action>) {
    for file in ui.input(|i| i.raw.dropped_files.clone()) {
        actions.push(Action::Open(file.path().display().to_string()));
    }
    let focused = ui.ctx().memory(egui::Memory::focused);
    let is_free = focused.is_none_or(|id| id == egui::Id::unique("latent_map"));
    let types = ui.ctx().text_edit_focused();
    for command in commands::all() {
        let listens = |shortcut: &KeyboardShortcut| {
            let is_free = if is_plain(*shortcut) { is_free } else { !types || !edits(*shortcut) };
            if state.finder.open { command.id == commands::FINDER.id } else { is_free }
        };
        let mut shortcuts = command.shortcuts.iter().copied().filter(listens);
        if shortcuts.any(|shortcut| ui.input_mut(|i| was_pressed(i, shortcut, cache))) {
            actions.push((command.outcome)(state).unwrap_or_else(Action::Tell));
        }
    }
    // A menu or a list is closed first, by itself.
    let open = state.help_open || state.finder.open || Popup::is_any_open(ui.ctx());
    let escapes = is_free && state.comparison.is_some() && !open;
    if escapes && ui.input_mut(|i| i.consume_key(egui::Modifiers::NONE, Key::Escape)) {
        actions.push(ComparisonAction::Close.into());
    }
}

/// Whether it is a key that would be typed into a field, or pressed on a button.
fn is_plain(shortcut: KeyboardShortcut) -> bool {
    shortcut.modifiers.is_none() && shortcut.logical_key != Key::F11
}

/// Whether a field of text has its own use for it.
fn edits(shortcut: KeyboardShortcut) -> bool {
    matches!(shortcut.logical_key, Key::Z | Key::Y)
}

/// Whether a shortcut was pressed; it is taken from whoever would read it later.
fn was_pressed(i: &mut InputState, shortcut: KeyboardShortcut, cache: &mut Cache) -> bool {
    match shortcut.logical_key {
        // Held down it drags the map, so it counts when it is let go.
        Key::Space => {
            i.modifiers.is_none() && i.key_released(Key::Space) && !std::mem::take(&mut cache.pointer.space_panned)
        }
        // Where it is on the keyboard differs from country to country.
        Key::Questionmark => i.events.iter().any(|event| matches!(event, Event::Text(text) if text == "?")),
        wanted => {
            let n_before = i.events.len();
            // Each key with the modifiers of its own moment: those of the frame may have changed since. A key that is
            // held down counts once, but for those that go step by step.
            i.events.retain(|event| {
                let Event::Key { key, pressed: true, repeat, modifiers, .. } = event else { return true };
                *key != wanted || !modifiers.matches_exact(shortcut.modifiers) || (*repeat && !edits(shortcut))
            });
            i.events.len() < n_before
        }
    }
}
