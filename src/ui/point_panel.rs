//! The image at the point and the nearest real ones.

use egui::{Align, Button, Layout, RichText, Sense, TextureOptions, Ui, vec2};
use rust_i18n::t;

use crate::state::{Action, AppState, Axes, PinSource, Subject, WalkAction};
use crate::ui::textures::{Key, picture};
use crate::ui::{Cache, format, theme, widgets};

/// Side of the decoded image.
const LARGE: f32 = 156.0;
/// Coordinates of z that are listed.
const SHOWN_AXES: usize = 4;

/// Draws the section.
pub fn ui(ui: &mut Ui, state: &AppState, cache: &mut Cache, actions: &mut Vec<Action>) {
    let title = if state.map.hovered.is_some() { t!("point.title_hovered") } else { t!("point.title") };
    widgets::title(ui, &title);
    ui.horizontal_top(|ui| {
        point_image_ui(ui, state, cache);
        ui.vertical(|ui| {
            let top = ui.cursor().top();
            ui.set_width(ui.available_width());
            z_ui(ui, state);
            // The button stands on the picture's lower edge.
            ui.add_space((top + LARGE - theme::CONTROL - ui.cursor().top()).max(0.0));
            pin_ui(ui, state, actions);
        });
    });
    nearest_ui(ui, state, cache, actions);
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
    let first: &[usize] = match state.map.axes {
        Axes::Pair(right, up) => &[right, up],
        Axes::Principal => &[],
    };
    let others = (0..z.len()).filter(|i| !first.contains(i));
    let order: Vec<usize> = first.iter().copied().chain(others).collect();
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

fn pin_ui(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    let button = Button::new(t!("point.pin")).min_size(vec2(ui.available_width(), theme::CONTROL));
    if ui.add_enabled(!state.walk.z.is_empty(), button).on_hover_text(t!("point.pin_tip")).clicked() {
        actions.push(Action::Walk(WalkAction::PutPin(None, PinSource::Point)));
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
                let subject = Subject::Image(idx);
                let outline = (state.walk.selected == Some(subject)).then(|| theme::palette(ui).accent_hovered);
                let response = widgets::picture(ui, &text, Some(texture), side, Sense::click(), outline);
                if response.on_hover_text(name).clicked() {
                    actions.push(Action::Walk(WalkAction::Select(Some(subject))));
                }
                let weak = theme::palette(ui).weak;
                ui.vertical_centered(|ui| ui.label(RichText::new(distance).size(theme::SMALL).color(weak)));
            });
        }
    });
}
