//! The map: decoded images, encoded images, the point, the pins.

use egui::{Align, Button, ComboBox, Layout, Rect, Sense, Ui, UiBuilder, WidgetInfo, pos2, vec2};
use rust_i18n::t;

use crate::state::{Action, AppState, Axes, Layer, MapAction};
use crate::ui::{Cache, empty, format, legend, map_input, map_paint, strip, theme, timeline_bar, widgets};

/// Room for tick labels on the left.
pub const GUTTER_LEFT: f32 = 46.0;
/// Width of the toolbar with its title and the choice of axes.
const WITH_TITLE: f32 = 560.0;
/// Room for tick labels below.
const GUTTER_BELOW: f32 = 22.0;

/// Draws the map, its layers, its legend and the strip under it.
pub fn ui(ui: &mut Ui, state: &AppState, cache: &mut Cache, actions: &mut Vec<Action>) {
    ui.spacing_mut().item_spacing.y = 6.0;
    toolbar_ui(ui, state, actions);
    let gap = ui.spacing().item_spacing.y;
    let past = timeline_bar::height(state);
    let below = strip::HEIGHT + legend::height(state) + gap * 2.0 + if past > 0.0 { past + gap } else { 0.0 };
    let area = ui.available_rect_before_wrap();
    let whole = Rect::from_min_max(area.min, pos2(area.right(), (area.bottom() - below).max(area.top() + 80.0)));
    let rect = Rect::from_min_max(
        pos2(whole.left() + GUTTER_LEFT, whole.top()),
        pos2(whole.right(), whole.bottom() - GUTTER_BELOW),
    );
    ui.allocate_rect(whole, Sense::hover());
    map_ui(ui, rect, state, cache, actions);
    legend::ui(ui, state);
    timeline_bar::ui(ui, state, cache, actions);
    strip::ui(ui, state, cache, actions);
}

fn map_ui(ui: &mut Ui, rect: Rect, state: &AppState, cache: &mut Cache, actions: &mut Vec<Action>) {
    let size = [rect.width(), rect.height()];
    if state.map.size != size {
        actions.push(Action::Map(MapAction::Sized(size)));
    }
    let response = ui.interact(rect, egui::Id::unique("latent_map"), Sense::click_and_drag());
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Canvas, true, t!("map.name")));
    let [a, b] = state.map.coordinates(&state.walk.z);
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_value(format!("{a:.3}, {b:.3}")));
    map_paint::paint(ui, rect, state, cache);
    if state.training.model.is_some() {
        map_input::read(ui, rect, &response, state, cache, actions);
    } else {
        let mut child = ui.new_child(UiBuilder::new().max_rect(rect).layout(Layout::top_down(Align::Center)));
        empty::ui(&mut child, state);
    }
    // Who clicked knows; the line is for those who came by the keyboard.
    cache.pointer.clicked &= response.has_focus();
    if !cache.pointer.clicked {
        widgets::focus_ring(ui, &response);
    }
}

fn toolbar_ui(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    ui.horizontal(|ui| {
        ui.set_height(theme::CONTROL);
        let d = state.training.model.map_or(state.settings.model.latent_dim, |m| m.latent_dim);
        let has_axes = state.training.model.is_some() && d > 2;
        // In a narrow window the choice of axes needs the title's room.
        if !has_axes || ui.available_width() > WITH_TITLE {
            widgets::title(ui, &t!("map.title"));
            ui.add_space(4.0);
        }
        if has_axes {
            axes_ui(ui, state, d, actions);
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = 6.0;
            let fit = Button::new(t!("map.fit"));
            if ui.add_enabled(state.training.model.is_some(), fit).on_hover_text(t!("map.fit_tip")).clicked() {
                actions.push(Action::Map(MapAction::Fit));
            }
            timeline_bar::button_ui(ui, state, actions);
            ui.add_space(2.0);
            let layers = [
                (Layer::Prior, state.map.layers.prior, t!("map.prior"), t!("map.prior_tip")),
                (Layer::Images, state.map.layers.images, t!("map.images"), t!("map.images_tip")),
                (Layer::Grid, state.map.layers.grid, t!("map.grid"), t!("map.grid_tip")),
            ];
            for (layer, shown, text, tip) in layers {
                let button = Button::selectable(shown, text).frame_when_inactive(true);
                if ui.add(button).on_hover_text(tip).clicked() {
                    actions.push(Action::Map(MapAction::Toggle(layer)));
                }
            }
        });
    });
}

/// Which two of more than two axes are shown, or the main directions of the images.
fn axes_ui(ui: &mut Ui, state: &AppState, latent_dim: usize, actions: &mut Vec<Action>) {
    let mut set = |axes| actions.push(Action::Map(MapAction::SetAxes(axes)));
    let principal = state.map.axes == Axes::Principal;
    let button = Button::selectable(principal, t!("map.principal")).frame_when_inactive(true);
    let response = ui.add_enabled(state.map.knows_principal(), button).on_hover_text(t!("map.principal_tip"));
    if response.clicked() {
        set(if principal { Axes::default() } else { Axes::Principal });
    }
    let Axes::Pair(old_right, old_up) = state.map.axes else { return };
    let (mut right, mut up) = (old_right, old_up);
    for (salt, text, axis) in [("right", t!("map.axis_right"), &mut right), ("up", t!("map.axis_up"), &mut up)] {
        let label = widgets::weak(ui, &text);
        let combo = ComboBox::from_id_salt(salt).selected_text(format::axis(*axis)).width(52.0);
        let response = combo.show_ui(ui, |ui| {
            for i in 0..latent_dim {
                ui.selectable_value(axis, i, format::axis(i));
            }
        });
        response.response.labelled_by(label.id).on_hover_text(t!("map.axis_tip"));
    }
    if (right, up) != (old_right, old_up) {
        // Choosing the other axis' number swaps the two.
        set(if right == up { Axes::Pair(old_up, old_right) } else { Axes::Pair(right, up) });
    }
}

/// Place on the screen of (a, b).
pub fn screen_from_latent(state: &AppState, rect: Rect, at: [f32; 2]) -> egui::Pos2 {
    let [x, y] = state.map.offset_from_latent(at);
    rect.center() + vec2(x, y)
}

/// Place in points from the map's centre.
pub fn offset(rect: Rect, at: egui::Pos2) -> [f32; 2] {
    let offset = at - rect.center();
    [offset.x, offset.y]
}
