//! Commands about the map.

use rust_i18n::t;

use super::{Command, Outcome, when, with_model};
use crate::config::Likelihood;
use crate::latent::{Spacing, Subject};
use crate::state::{Action, AppState, Axes, AxesBy, Colour, EpsilonAction, Layer, MapAction, WalkAction};

/// How far one step zooms.
const ZOOM: f32 = 1.5;

/// What is shown on it.
pub const LAYERS: &[Command] = &[
    Command::new("command.grid", |_| Ok(toggle(Layer::Grid))).on(|state| state.map.layers.grid),
    Command::new("command.images", |_| Ok(toggle(Layer::Images))).on(|state| state.map.layers.images),
    Command::new("command.density", |_| Ok(toggle(Layer::Density))).on(|state| state.map.layers.density),
    Command::new("command.prior", |_| Ok(toggle(Layer::Prior))).on(|state| state.map.layers.prior),
    Command::new("command.posterior", |_| Ok(toggle(Layer::Posterior))).on(|state| state.map.layers.posterior),
    Command::new("command.spacing_uniform", |_| Ok(MapAction::SetSpacing(Spacing::Uniform).into()))
        .on(|state| state.map.layers.spacing == Spacing::Uniform),
    Command::new("command.spacing_quantile", |_| Ok(MapAction::SetSpacing(Spacing::Quantile).into()))
        .on(|state| state.map.layers.spacing == Spacing::Quantile),
    Command::new("command.points", |_| Ok(MapAction::SetThumbnails(false).into()))
        .on(|state| !state.map.layers.thumbnails),
    Command::new("command.thumbnails", |_| Ok(MapAction::SetThumbnails(true).into()))
        .on(|state| state.map.layers.thumbnails),
    Command::new("command.by_class", |_| Ok(colour(Colour::Class)))
        .on(|state| state.map.layers.colour == Colour::Class),
    Command::new("command.by_error", |_| Ok(colour(Colour::Error)))
        .on(|state| state.map.layers.colour == Colour::Error),
    Command::new("command.by_kl", |_| Ok(colour(Colour::Kl))).on(|state| state.map.layers.colour == Colour::Kl),
    Command::new("command.by_split", |_| Ok(colour(Colour::Split)))
        .on(|state| state.map.layers.colour == Colour::Split),
    Command::new("command.show_all", |state| {
        when(!state.map.images.hidden.is_empty(), t!("finder.nothing_hidden"), MapAction::ShowAllGroups)
    }),
    Command::new("command.zoom_in", |state| with_model(state, MapAction::Zoom(ZOOM, [0.0; 2]))),
    Command::new("command.zoom_out", |state| with_model(state, MapAction::Zoom(1.0 / ZOOM, [0.0; 2]))),
];

/// Which plane it is, and what is done at the point and with the selected image.
pub const PLANES: &[Command] = &[
    Command::new("command.main_directions", |state| {
        when(state.map.knows_principal(), t!("finder.needs_dimensions"), MapAction::SetAxes(Axes::Principal))
    })
    .on(|state| state.map.axes == Axes::Principal),
    Command::new("command.richest_axes", |state| match state.richest_axes() {
        Some(axes) => Ok(MapAction::SetAxes(axes).into()),
        None => Err(t!("finder.needs_kl").into_owned()),
    })
    .on(|state| state.map.axes_by == AxesBy::Kl),
    Command::new("command.first_axes", |state| axes(state, Axes::default()))
        .on(|state| state.map.axes == Axes::default()),
    Command::new("command.swap_axes", |state| match state.map.axes {
        Axes::Pair(right, up) => with_model(state, MapAction::SetAxes(Axes::Pair(up, right))),
        Axes::Principal => Err(t!("finder.needs_axes").into_owned()),
    }),
    Command::new("command.through_origin", |state| {
        when(has_more_dimensions(state), t!("finder.needs_dimensions"), MapAction::ThroughOrigin)
    }),
    Command::new("command.through_image", |state| {
        let can = has_more_dimensions(state) && state.selected_mean().is_some();
        when(can, t!("layers.image_none"), MapAction::ThroughSelected)
    }),
    Command::new("command.noise", |state| {
        let run = state.training.model_run.as_ref();
        let gaussian = run.is_some_and(|run| run.config.model.likelihood != Likelihood::Bernoulli);
        when(gaussian, t!("finder.needs_gaussian"), MapAction::DrawNoise(state.map.noise.is_none()))
    })
    .on(|state| state.map.noise.is_some()),
    Command::new("command.resample", |state| {
        when(state.walk.selected_view.is_some(), t!("layers.image_none"), EpsilonAction::Draw)
    }),
    Command::new("command.deselect", |state| {
        when(state.walk.selected.is_some(), t!("layers.image_none"), WalkAction::Select(None))
    }),
    Command::new("command.open_file", |state| {
        let has_files = state.data.set.as_ref().is_some_and(|data| data.root.is_some());
        match state.walk.selected {
            Some(Subject::Image(idx)) if has_files => Ok(MapAction::OpenFile(idx).into()),
            _ => Err(t!("finder.needs_file").into_owned()),
        }
    }),
];

fn toggle(layer: Layer) -> Action {
    MapAction::Toggle(layer).into()
}

fn colour(colour: Colour) -> Action {
    MapAction::SetColour(colour).into()
}

fn has_more_dimensions(state: &AppState) -> bool {
    state.training.model.is_some_and(|model| model.latent_dim > 2)
}

fn axes(state: &AppState, axes: Axes) -> Outcome {
    when(has_more_dimensions(state), t!("finder.needs_dimensions"), MapAction::SetAxes(axes))
}
