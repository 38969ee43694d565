//! The image at the point, the nearest real ones, and the selected one as the model sees it.

use egui::{Align, Button, Layout, RichText, Sense, TextureOptions, Ui, vec2};
use rust_i18n::t;

use crate::data::Dataset;
use crate::state::{Action, AppState, Pin, PinSource};
use crate::ui::textures::{Key, picture};
use crate::ui::{Cache, format, theme, widgets};

/// Side of the decoded image.
const LARGE: f32 = 156.0;
/// Coordinates of z that are listed.
const SHOWN_AXES: usize = 4;

/// Draws both sections.
pub fn ui(ui: &mut Ui, state: &AppState, cache: &mut Cache, actions: &mut Vec<Action>) {
    let title = if state.map.hovered.is_some() { t!("point.title_hovered") } else { t!("point.title") };
    widgets::title(ui, &title);
    ui.horizontal_top(|ui| {
        point_image_ui(ui, state, cache);
        ui.vertical(|ui| {
            let top = ui.cursor().top();
            ui.set_width(ui.available_width());
            z_ui(ui, state);
            // The buttons stand on the picture's lower edge.
            let gap = 4.0;
            ui.spacing_mut().item_spacing.y = gap;
            let buttons = 2.0 * theme::CONTROL + gap;
            ui.add_space((top + LARGE - buttons - ui.cursor().top()).max(0.0));
            pins_ui(ui, state, actions);
        });
    });
    nearest_ui(ui, state, cache, actions);
    widgets::divider(ui);
    selected_ui(ui, state, cache, actions);
}

fn point_image_ui(ui: &mut Ui, state: &AppState, cache: &mut Cache) {
    let walk = &state.walk;
    let texture = state.training.model.as_ref().zip(walk.point_view.as_ref()).map(|(model, view)| {
        let make = || picture(&view.image, model.shape.side, model.shape.channels);
        cache.textures.get(ui.ctx(), Key::Point, walk.version, TextureOptions::NEAREST, make)
    });
    widgets::picture(ui, &t!("point.image"), texture, LARGE, Sense::hover(), None);
}

fn z_ui(ui: &mut Ui, state: &AppState) {
    let z = &state.point_shown();
    ui.spacing_mut().item_spacing.y = 2.0;
    if z.is_empty() {
        widgets::note(ui, &t!("point.waiting"));
        return;
    }
    // The two axes on the map first.
    let (right, up) = state.map.axes;
    let others = (0..z.len()).filter(|&i| i != right && i != up);
    let order: Vec<usize> = [right, up].into_iter().chain(others).collect();
    // The line that counts the rest takes the place of one.
    let listed = if order.len() > SHOWN_AXES { SHOWN_AXES - 1 } else { order.len() };
    for &axis in order.iter().take(listed) {
        let value = z.get(axis).copied().unwrap_or_default();
        widgets::text_row(ui, |ui| {
            let weak = theme::palette(ui).weak;
            ui.colored_label(weak, format::axis(axis));
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                ui.label(format::signed(f64::from(value), 3));
            });
        });
    }
    if order.len() > SHOWN_AXES {
        let all: Vec<String> = z
            .iter()
            .enumerate()
            .map(|(i, v)| format!("{}  {}", format::axis(i), format::signed(f64::from(*v), 3)))
            .collect();
        let more = t!("point.more_z", n = order.len() - listed);
        widgets::note(ui, &more).on_hover_text(all.join("\n"));
    }
}

fn pins_ui(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    let width = ui.available_width();
    let pins = [(Pin::A, t!("point.pin_a"), t!("point.pin_a_tip")), (Pin::B, t!("point.pin_b"), t!("point.pin_b_tip"))];
    for (pin, text, tip) in pins {
        let button = Button::new(text).min_size(vec2(width, theme::CONTROL));
        if ui.add_enabled(!state.walk.z.is_empty(), button).on_hover_text(tip).clicked() {
            actions.push(Action::SetPin(pin, PinSource::Point));
        }
    }
}

fn nearest_ui(ui: &mut Ui, state: &AppState, cache: &mut Cache, actions: &mut Vec<Action>) {
    let (Some(view), Some(data)) = (&state.walk.point_view, &state.data.set) else { return };
    ui.add_space(2.0);
    widgets::weak(ui, &t!("point.nearest")).on_hover_text(t!("point.nearest_tip"));
    if view.nearest.is_empty() {
        widgets::note(ui, &t!("point.nearest_none"));
        return;
    }
    ui.horizontal(|ui| {
        let gap = 8.0;
        ui.spacing_mut().item_spacing.x = gap;
        let side = ((ui.available_width() - 3.0 * gap) / 4.0).floor();
        for &(idx, distance) in view.nearest.iter().take(4) {
            ui.vertical(|ui| {
                ui.spacing_mut().item_spacing.y = 3.0;
                ui.set_width(side);
                let texture = cache.textures.image(ui.ctx(), data, state.data.version, idx);
                let name = data.names.get(idx).map_or("", String::as_str);
                let distance = format::signed(f64::from(distance), 2);
                let text = t!("point.nearest_one", name = name, distance = distance);
                let outline = (state.walk.selected == Some(idx)).then(|| theme::palette(ui).accent_hovered);
                let response = widgets::picture(ui, &text, Some(texture), side, Sense::click(), outline);
                if response.on_hover_text(name).clicked() {
                    actions.push(Action::Select(Some(idx)));
                }
                let weak = theme::palette(ui).weak;
                ui.vertical_centered(|ui| ui.label(RichText::new(distance).size(theme::SMALL).color(weak)));
            });
        }
    });
}

fn selected_ui(ui: &mut Ui, state: &AppState, cache: &mut Cache, actions: &mut Vec<Action>) {
    ui.horizontal(|ui| {
        widgets::title(ui, &t!("selected.title"));
        if state.walk.selected.is_some() {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let close = ui.add(widgets::close_button()).on_hover_text(t!("selected.deselect"));
                widgets::name(&close, &t!("selected.deselect"));
                if close.clicked() {
                    actions.push(Action::Select(None));
                }
            });
        }
    });
    let (Some(idx), Some(data)) = (state.walk.selected, &state.data.set) else {
        widgets::note(ui, &t!("selected.empty"));
        return;
    };
    name_ui(ui, data, idx);
    pair_ui(ui, state, data, idx, cache, actions);
    if let Some(view) = &state.walk.selected_view {
        ui.spacing_mut().item_spacing.y = 1.0;
        let nats = t!("unit.nats");
        let figures = [
            (t!("selected.log_px"), t!("selected.log_px_tip"), -view.recon_nats, false),
            (t!("selected.kl"), t!("selected.kl_tip"), view.kl_nats, false),
            (t!("selected.elbo"), t!("selected.elbo_tip"), -view.recon_nats - view.kl_nats, true),
        ];
        // A plain autoencoder has only the first of them.
        let shown = if state.training.is_variational() { figures.len() } else { 1 };
        for (label, tip, value, strong) in figures.into_iter().take(shown) {
            widgets::figure_row(ui, &label, &tip, &format::signed(value, 1), &nats, strong);
        }
    }
}

fn name_ui(ui: &mut Ui, data: &Dataset, idx: usize) {
    let name = data.names.get(idx).map_or("", String::as_str);
    let label = data.labels.get(idx).copied().flatten();
    widgets::text_row(ui, |ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        if label.is_some() {
            let (dot, _) = ui.allocate_exact_size(vec2(9.0, 9.0), Sense::hover());
            ui.painter().circle_filled(dot.center(), 4.5, theme::class_colour(label));
        }
        widgets::weak(ui, name).on_hover_text(name);
    });
}

/// The image and what the model makes of it, side by side, with the pins.
fn pair_ui(ui: &mut Ui, state: &AppState, data: &Dataset, idx: usize, cache: &mut Cache, actions: &mut Vec<Action>) {
    let original = cache.textures.image(ui.ctx(), data, state.data.version, idx);
    let view = state.walk.selected_view.as_ref();
    let reconstruction = view.map(|view| {
        let make = || picture(&view.reconstruction, data.side, data.channels);
        cache.textures.get(ui.ctx(), Key::Reconstruction, state.walk.version, TextureOptions::NEAREST, make)
    });
    ui.horizontal_top(|ui| {
        let side = 84.0;
        for (texture, text) in
            [(Some(original), t!("selected.original")), (reconstruction, t!("selected.reconstruction"))]
        {
            ui.vertical(|ui| {
                ui.set_width(side);
                ui.spacing_mut().item_spacing.y = 3.0;
                widgets::picture(ui, &text, texture, side, Sense::hover(), None);
                let weak = theme::palette(ui).weak;
                ui.add(egui::Label::new(RichText::new(text.as_ref()).size(theme::SMALL).color(weak)).extend());
            });
        }
        ui.vertical(|ui| {
            let width = ui.available_width();
            let pins = [
                (Pin::A, t!("point.pin_a"), t!("selected.pin_a_tip")),
                (Pin::B, t!("point.pin_b"), t!("selected.pin_b_tip")),
            ];
            for (pin, text, tip) in pins {
                let button = Button::new(text).min_size(vec2(width, theme::CONTROL));
                if ui.add_enabled(view.is_some(), button).on_hover_text(tip).clicked() {
                    actions.push(Action::SetPin(pin, PinSource::Selected));
                }
            }
        });
    });
}
