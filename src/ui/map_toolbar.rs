//! What is above the map: its layers, and with more than two dimensions the plane.

use egui::{Align, Button, ComboBox, Layout, RichText, Ui};
use rust_i18n::t;

use crate::state::map::axes::UNUSED_NATS;
use crate::state::{Action, AppState, Axes, Layer, MapAction, Topic};
use crate::ui::explain::{self, Figure};
use crate::ui::{format, lens, map_layers_menu, theme, timeline_bar, widgets};

/// From this width on there is room for the title and whole words.
const WIDE: f32 = 480.0;

/// Draws one line, and with more than two dimensions another one.
pub fn ui(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    // In a narrow window the layers need the whole line.
    if ui.available_width() <= WIDE {
        lens::tabs_ui(ui, state, actions);
    }
    ui.horizontal(|ui| {
        ui.set_height(theme::CONTROL);
        let wide = ui.available_width() > WIDE;
        if wide {
            lens::tabs_ui(ui, state, actions);
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = 6.0;
            // In a narrow window a double-click on the map has to do.
            let fit = Button::new(t!("map.fit"));
            if wide && ui.add_enabled(state.training.model.is_some(), fit).on_hover_text(t!("map.fit_tip")).clicked() {
                actions.push(Action::Map(MapAction::Fit));
            }
            timeline_bar::button_ui(ui, state, actions);
            map_layers_menu::ui(ui, state, actions);
            ui.add_space(2.0);
            let grid = if wide { t!("map.grid") } else { t!("layers.grid_short") };
            let layers = [
                (Layer::Prior, t!("map.prior"), t!("map.prior_tip")),
                (Layer::Density, t!("layers.density"), t!("layers.density_tip")),
                (Layer::Images, t!("map.images"), t!("map.images_tip")),
                (Layer::Grid, grid, t!("map.grid_tip")),
            ];
            for (layer, text, tip) in layers {
                let button = Button::selectable(state.map.layers.shows(layer), text).frame_when_inactive(true);
                if ui.add(button).on_hover_text(tip).clicked() {
                    actions.push(Action::Map(MapAction::Toggle(layer)));
                }
            }
        });
    });
    if let Some(model) = state.training.model.filter(|model| model.latent_dim > 2) {
        ui.horizontal(|ui| {
            ui.set_height(theme::CONTROL);
            ui.spacing_mut().item_spacing.x = 6.0;
            axes_ui(ui, state, model.latent_dim, actions);
            through_ui(ui, state, actions);
        });
    }
}

/// Which two of more than two axes are shown, or the main directions of the images.
fn axes_ui(ui: &mut Ui, state: &AppState, latent_dim: usize, actions: &mut Vec<Action>) {
    let mut set = |axes| actions.push(Action::Map(MapAction::SetAxes(axes)));
    let wide = ui.available_width() > WIDE;
    let principal = state.map.axes == Axes::Principal;
    let name = if wide { t!("map.principal") } else { t!("axes.principal_short") };
    let button = Button::selectable(principal, name).frame_when_inactive(true);
    let share: f64 = state.map.principal_share.iter().sum();
    let tip = if state.map.knows_principal() {
        t!("layers.share", share = format!("{:.0} %", 100.0 * share))
    } else {
        t!("map.principal_tip")
    };
    let response = ui.add_enabled(state.map.knows_principal(), button);
    if response.on_hover_text(tip).on_disabled_hover_text(t!("map.principal_tip")).clicked() {
        set(if principal { state.richest_axes().unwrap_or_default() } else { Axes::Principal });
    }
    let Axes::Pair(old_right, old_up) = state.map.axes else { return };
    let (mut right, mut up) = (old_right, old_up);
    let kl = state.kl_per_dim();
    for (salt, text, axis) in [("right", t!("map.axis_right"), &mut right), ("up", t!("map.axis_up"), &mut up)] {
        let label = widgets::weak(ui, &text);
        let unused = is_unused(kl, *axis);
        let mut selected = RichText::new(format::axis(*axis));
        if unused {
            selected = selected.color(theme::palette(ui).warning);
        }
        let combo = ComboBox::from_id_salt(salt).selected_text(selected).width(46.0);
        let response = combo.show_ui(ui, |ui| {
            for i in 0..latent_dim {
                ui.selectable_value(axis, i, choice(kl, i));
            }
        });
        let response = response.response.labelled_by(label.id);
        let tip = t!("axes.unused_tip", least = UNUSED_NATS);
        if unused && !wide {
            // The colour has to do.
            response.on_hover_text(tip);
        } else if unused {
            let unused = RichText::new(t!("axes.unused")).color(theme::palette(ui).warning).size(theme::SMALL);
            let value =
                kl.get(*axis).map_or_else(String::new, |kl| t!("layers.dimension_kl", kl = format::figure(*kl)).into());
            let name = t!("lens.kl_of", axis = format::axis(*axis));
            let figure = Figure { topic: Topic::KlPerDim, name: &name, value: &value };
            explain::label(ui, unused, figure).on_hover_text(tip);
        } else {
            response.on_hover_text(t!("map.axis_tip"));
        }
    }
    if (right, up) != (old_right, old_up) {
        // Choosing the other axis' number swaps the two.
        set(if right == up { Axes::Pair(old_up, old_right) } else { Axes::Pair(right, up) });
    }
}

/// Whether an axis carries nothing, as far as is known.
fn is_unused(kl: &[f64], axis: usize) -> bool {
    // Where every dimension is so, as in a plain autoencoder, it says nothing of one.
    kl.iter().any(|kl| *kl > 0.0) && kl.get(axis).is_some_and(|kl| *kl < UNUSED_NATS)
}

/// An axis in the list, with what it carries.
fn choice(kl: &[f64], axis: usize) -> String {
    let name = format::axis(axis);
    match kl.get(axis) {
        Some(_) if is_unused(kl, axis) => t!("axes.choice_unused", axis = name).into_owned(),
        Some(kl) if *kl > 0.0 => t!("axes.choice", axis = name, kl = format::figure(*kl)).into_owned(),
        _ => name,
    }
}

/// Where the plane lies in the dimensions that it does not show.
fn through_ui(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        let image = ui.add_enabled(state.selected_mean().is_some(), Button::new(t!("layers.image")));
        let image = image.on_hover_text(t!("layers.image_tip")).on_disabled_hover_text(t!("layers.image_none"));
        if image.clicked() {
            actions.push(Action::Map(MapAction::ThroughSelected));
        }
        if ui.button(t!("layers.origin")).on_hover_text(t!("layers.origin_tip")).clicked() {
            actions.push(Action::Map(MapAction::ThroughOrigin));
        }
        if ui.available_width() > 60.0 {
            widgets::weak(ui, &t!("layers.through"));
        }
    });
}
