//! Commands about groups of images, directions and the analogy.

use rust_i18n::t;

use super::{Command, Outcome, when};
use crate::state::directions::Start;
use crate::state::{AppState, DirectionsAction};

/// All of them.
pub const ALL: &[Command] = &[
    Command::new("directions.command_put", |state| {
        let leads = state.directed(state.directions.strength).is_some();
        when(leads, t!("directions.none"), DirectionsAction::PutPoint)
    }),
    Command::new("directions.command_swap", |state| with_groups(state, DirectionsAction::Swap)),
    Command::new("directions.command_clear", |state| with_groups(state, DirectionsAction::Clear)),
    Command::new("directions.command_point", |_| Ok(DirectionsAction::SetStart(Start::Point).into()))
        .on(|state| state.directions.start == Start::Point),
    Command::new("directions.command_selected", |_| Ok(DirectionsAction::SetStart(Start::Selected).into()))
        .on(|state| state.directions.start == Start::Selected),
    Command::new("directions.command_copy", |state| {
        when(state.direction().is_some(), t!("directions.none"), DirectionsAction::Copy)
    }),
    Command::new("directions.command_export", |state| match state.directions_missing() {
        None => Ok(DirectionsAction::Export.into()),
        Some(reason) => Err(reason),
    }),
    Command::new("directions.command_slot_a", |state| fill(state, 0)),
    Command::new("directions.command_slot_b", |state| fill(state, 1)),
    Command::new("directions.command_slot_c", |state| fill(state, 2)),
    Command::new("directions.command_analogy", |state| {
        when(state.analogy().is_some(), t!("directions.analogy_empty"), DirectionsAction::PutAnalogy)
    }),
];

fn with_groups(state: &AppState, action: DirectionsAction) -> Outcome {
    when(!state.directions.groups.are_empty(), t!("directions.no_groups"), action)
}

fn fill(state: &AppState, slot: usize) -> Outcome {
    when(!state.walk.z.is_empty(), t!("export.needs_model"), DirectionsAction::Fill(slot))
}
