//! The one table of what the window can be asked for by name or by key: [`keys`](crate::ui::keys) dispatches by it, the
//! [`help`](crate::ui::help) lists its keys, the [`finder`](crate::ui::finder) searches its names, and texts that name a
//! key take it from here.

pub mod curves;
pub mod directions;
pub mod explain;
pub mod keyed;
pub mod lens;
pub mod listed;
pub mod map;
pub mod run;
pub mod walk;

use std::borrow::Cow;

use egui::{Context, KeyboardShortcut};
use rust_i18n::t;

pub use keyed::*;

use crate::state::{Action, AppState};

/// What a command comes to now: its action, or why there is nothing to be done.
pub type Outcome = Result<Action, String>;

/// Something the window can be asked for.
#[derive(Clone, Copy)]
pub struct Command {
    /// Its name's key in the catalogue.
    pub id: &'static str,
    /// The keys that ask for it, the one to be shown first.
    pub shortcuts: &'static [KeyboardShortcut],
    /// What it comes to now.
    pub outcome: fn(&AppState) -> Outcome,
    /// Whether what it switches is on, or what it chooses chosen.
    pub is_on: Option<fn(&AppState) -> bool>,
}

/// Every command but those of single runs.
pub fn all() -> impl Iterator<Item = &'static Command> {
    [
        KEYED,
        run::ALL,
        map::LAYERS,
        map::PLANES,
        walk::ALL,
        walk::EXPORTS,
        directions::ALL,
        lens::ALL,
        curves::ALL,
        curves::WINDOW,
        explain::ALL,
    ]
    .into_iter()
    .flatten()
}

impl Command {
    /// One without a key.
    pub const fn new(id: &'static str, outcome: fn(&AppState) -> Outcome) -> Self {
        Self { id, shortcuts: &[], outcome, is_on: None }
    }

    /// It, with keys.
    #[must_use]
    pub const fn with(self, shortcuts: &'static [KeyboardShortcut]) -> Self {
        Self { shortcuts, ..self }
    }

    /// It, with what says whether it is on.
    #[must_use]
    pub const fn on(self, is_on: fn(&AppState) -> bool) -> Self {
        Self { is_on: Some(is_on), ..self }
    }

    /// Its name.
    pub fn name(&self) -> Cow<'static, str> {
        t!(self.id)
    }

    /// The key to be shown, as it is written here; empty without one.
    pub fn keys(&self, ctx: &Context) -> String {
        self.shortcuts.first().map_or_else(String::new, |shortcut| written(ctx, *shortcut))
    }

    /// Every key.
    pub fn all_keys(&self, ctx: &Context) -> String {
        let keys: Vec<_> = self.shortcuts.iter().map(|shortcut| written(ctx, *shortcut)).collect();
        keys.join("  ")
    }
}

/// A shortcut as it is written on this system; a question mark, whichever keys give it, as one.
fn written(ctx: &Context, shortcut: KeyboardShortcut) -> String {
    match shortcut.logical_key {
        egui::Key::Questionmark => "?".to_owned(),
        _ => ctx.format_shortcut(&shortcut),
    }
}

/// The action, if `holds`.
fn when(holds: bool, reason: Cow<'_, str>, action: impl Into<Action>) -> Outcome {
    if holds { Ok(action.into()) } else { Err(reason.into_owned()) }
}

/// The action, once there is a model.
fn with_model(state: &AppState, action: impl Into<Action>) -> Outcome {
    when(state.training.model.is_some(), t!("export.needs_model"), action)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_command_has_a_name_of_its_own_and_no_two_share_a_key() {
        let (mut ids, mut names, mut keys) = (BTreeSet::new(), BTreeSet::new(), Vec::<KeyboardShortcut>::new());
        for command in all() {
            assert!(ids.insert(command.id), "{}", command.id);
            let name = command.name().into_owned();
            assert!(!name.starts_with("command."), "{name}");
            assert!(names.insert(name), "{}", command.id);
            keys.extend(command.shortcuts);
        }
        assert!(ids.len() > 90, "{}", ids.len());
        assert!(keys.iter().enumerate().all(|(i, key)| !keys[..i].contains(key)), "{keys:?}");
    }

    #[test]
    fn what_cannot_be_done_says_why() {
        let state = AppState::new();
        for command in all() {
            if let Err(reason) = (command.outcome)(&state) {
                assert!(!reason.is_empty(), "{}", command.id);
            }
        }
    }
}
