//! Commands about what figures mean.

use egui::{Key, KeyboardShortcut, Modifiers};

use super::Command;
use crate::state::{ExplainAction, Topic};

/// The glossary.
pub const ALL: &[Command] =
    &[Command::new("explain.command_glossary", |_| Ok(ExplainAction::Look(Topic::Elbo).into()))
        .with(&[KeyboardShortcut::new(Modifiers::NONE, Key::F1)])
        .on(|state| state.explain.glossary)];
