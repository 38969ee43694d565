//! Commands about the lens.

use rust_i18n::t;

use super::{Command, Outcome, when};
use crate::lens::Start;
use crate::state::lens::Page;
use crate::state::{AppState, LensAction};

/// Its pages, and what they do.
pub const ALL: &[Command] = &[
    Command::new("command.lens_image", |_| Ok(LensAction::Turn(Page::Image).into()))
        .on(|state| state.lens.page == Page::Image),
    Command::new("command.lens_bound", |_| Ok(LensAction::Turn(Page::Bound).into()))
        .on(|state| state.lens.page == Page::Bound),
    Command::new("command.lens_ascent", |_| Ok(LensAction::Turn(Page::Ascent).into()))
        .on(|state| state.lens.page == Page::Ascent),
    Command::new("command.lens_divergences", |_| Ok(LensAction::Turn(Page::Divergences).into()))
        .on(|state| state.lens.page == Page::Divergences),
    Command::new("command.lens_code", |_| Ok(LensAction::Turn(Page::Code).into()))
        .on(|state| state.lens.page == Page::Code),
    Command::new("command.lens_generate", |_| Ok(LensAction::Turn(Page::Generate).into()))
        .on(|state| state.lens.page == Page::Generate),
    Command::new("command.lens_contest", |_| Ok(LensAction::Turn(Page::Contest).into()))
        .on(|state| state.lens.page == Page::Contest),
    Command::new("command.lens_bits", |state| Ok(LensAction::SetBits(!state.lens.bits).into()))
        .on(|state| state.lens.bits),
    Command::new("command.lens_next", |state| when(state.lens.open, t!("lens.closed"), LensAction::Step(1))),
    Command::new("command.lens_previous", |state| when(state.lens.open, t!("lens.closed"), LensAction::Step(-1))),
    Command::new("command.lens_refresh", |state| when(state.lens.open, t!("lens.closed"), LensAction::Refresh)),
    Command::new("command.lens_play", |state| climbs(state, LensAction::Play(!state.lens.climbs()))),
    Command::new("command.lens_step", |state| climbs(state, LensAction::Climb(1))),
    Command::new("command.lens_prior", |state| climbs(state, LensAction::Begin(Start::Prior))),
    Command::new("command.lens_encoder", |state| climbs(state, LensAction::Begin(Start::Encoder))),
];

fn climbs(state: &AppState, action: LensAction) -> Outcome {
    let shown = state.lens.open && state.lens.page == Page::Ascent;
    when(shown, t!("lens.closed_ascent"), action)
}
