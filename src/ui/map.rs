//! The map: decoded images, encoded images, the point, the pins.

use egui::{Align, Layout, Rect, Sense, Ui, UiBuilder, WidgetInfo, pos2, vec2};
use rust_i18n::t;

use crate::state::{Action, AppState, MapAction};
use crate::ui::{Cache, empty, legend, map_input, map_paint, map_toolbar, strip, timeline_bar, widgets};

/// Room for tick labels on the left.
pub const GUTTER_LEFT: f32 = 46.0;
/// Room for tick labels below.
const GUTTER_BELOW: f32 = 22.0;

/// Draws the map, its layers, its legend and the strip under it.
pub fn ui(ui: &mut Ui, state: &AppState, cache: &mut Cache, actions: &mut Vec<Action>) {
    ui.spacing_mut().item_spacing.y = 6.0;
    map_toolbar::ui(ui, state, actions);
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
    legend::ui(ui, state, actions);
    timeline_bar::ui(ui, state, cache, actions);
    strip::ui(ui, state, cache, actions);
}

fn map_ui(ui: &mut Ui, rect: Rect, state: &AppState, cache: &mut Cache, actions: &mut Vec<Action>) {
    let size = [rect.width(), rect.height()];
    if state.map.size != size {
        actions.push(Action::Map(MapAction::Sized(size)));
    }
    if state.map.is_turning() {
        let seconds = ui.input(|i| i.stable_dt);
        actions.push(Action::Map(MapAction::TurnOn(seconds)));
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
