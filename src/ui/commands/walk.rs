//! Commands about pins, the way through them, and pictures that leave the window.

use rust_i18n::t;

use super::{Command, Outcome, when};
use crate::latent::Path;
use crate::state::walk::{PlayAction, Turn, WaysAction};
use crate::state::{Action, AppState, ExportAction, ExportKind, OwnAction, PinSource, WalkAction};
use crate::ui::export_menu;

/// Pins and the way.
pub const ALL: &[Command] = &[
    Command::new("command.pin_image", |state| {
        let pin = WalkAction::PutPin(None, PinSource::Selected);
        when(state.walk.selected_view.is_some(), t!("layers.image_none"), pin)
    }),
    Command::new("command.pin_own", |state| {
        when(!state.unpinned_own().is_empty(), t!("finder.no_own"), OwnAction::PinAll)
    }),
    Command::new("command.remove_pin", |state| match state.walk.pins.len().checked_sub(1) {
        Some(last) => Ok(WalkAction::RemovePin(last).into()),
        None => Err(t!("finder.no_pins").into_owned()),
    }),
    Command::new("command.clear_pins", |state| {
        when(!state.walk.pins.is_empty(), t!("finder.no_pins"), WalkAction::ClearPins)
    }),
    Command::new("command.close_loop", |state| Ok(WalkAction::SetClosed(!state.walk.closed).into()))
        .on(|state| state.walk.closed),
    Command::new("command.path_lerp", |_| Ok(path(Path::Lerp))).on(|state| state.walk.path == Path::Lerp),
    Command::new("command.path_slerp", |_| Ok(path(Path::Slerp))).on(|state| state.walk.path == Path::Slerp),
    Command::new("command.path_geodesic", |_| Ok(path(Path::Geodesic))).on(|state| state.walk.path == Path::Geodesic),
    Command::new("command.cancel_geodesic", |state| {
        when(state.walk.ways.progress.is_some(), t!("finder.nothing_searched"), Action::Ways(WaysAction::Cancel))
    }),
    Command::new("command.turn_once", |_| Ok(turn(Turn::Once))).on(|state| state.walk.play.turn == Turn::Once),
    Command::new("command.turn_loop", |_| Ok(turn(Turn::Loop))).on(|state| state.walk.play.turn == Turn::Loop),
    Command::new("command.turn_ping_pong", |_| Ok(turn(Turn::PingPong)))
        .on(|state| state.walk.play.turn == Turn::PingPong),
];

/// Pictures.
pub const EXPORTS: &[Command] = &[
    Command::new("command.export_animation", |state| export(state, ExportKind::Animation, ExportAction::Save)),
    Command::new("command.export_animation_as", |state| export(state, ExportKind::Animation, ExportAction::SaveAs)),
    Command::new("command.export_strip", |state| export(state, ExportKind::Strip, ExportAction::Save)),
    Command::new("command.export_strip_as", |state| export(state, ExportKind::Strip, ExportAction::SaveAs)),
    Command::new("command.export_grid", |state| export(state, ExportKind::Grid, ExportAction::Save)),
    Command::new("command.export_grid_as", |state| export(state, ExportKind::Grid, ExportAction::SaveAs)),
    Command::new("command.export_past", |state| export(state, ExportKind::Past, ExportAction::Save)),
    Command::new("command.export_past_as", |state| export(state, ExportKind::Past, ExportAction::SaveAs)),
    Command::new("command.export_sheet", |state| export(state, ExportKind::Sheet, ExportAction::Save)),
    Command::new("command.export_sheet_as", |state| export(state, ExportKind::Sheet, ExportAction::SaveAs)),
    Command::new("command.export_latents", |state| export(state, ExportKind::Latents, ExportAction::Save)),
    Command::new("command.export_latents_as", |state| export(state, ExportKind::Latents, ExportAction::SaveAs)),
    Command::new("command.export_cancel", |state| {
        let writes = state.exporting.progress.is_some();
        when(writes, t!("finder.nothing_written"), Action::Export(ExportAction::Cancel))
    }),
    Command::new("command.copy_point", |state| {
        let decoded = state.training.model.is_some() && state.walk.point_view.is_some();
        when(decoded, t!("export.needs_model"), Action::CopyPoint)
    }),
];

fn path(path: Path) -> Action {
    WalkAction::SetPath(path).into()
}

fn turn(turn: Turn) -> Action {
    Action::Ways(WaysAction::Play(PlayAction::SetTurn(turn)))
}

fn export(state: &AppState, kind: ExportKind, action: fn(ExportKind) -> ExportAction) -> Outcome {
    export_menu::missing(state, kind).map_or_else(|| Ok(Action::Export(action(kind))), Err)
}
