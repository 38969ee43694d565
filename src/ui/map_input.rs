//! What the pointer and the keys do on the map.

use egui::{CursorIcon, EventFilter, Key, Pos2, Rect, Response, Sense, Ui, vec2};
use rust_i18n::t;

use crate::state::walk::Held;
use crate::state::{Action, AppState, MapAction, Subject, WalkAction};
use crate::ui::{Cache, format, lasso, map, map_paint, theme, widgets};

/// The pointer may move this far in a click, in points.
const CLICK: f32 = 4.0;
/// An image is under the pointer within this distance, in points.
const REACH: f32 = 9.0;
/// An arrow key moves the point this far, in points.
const NUDGE: f32 = 4.0;

/// What the pointer does from press to release.
#[derive(Debug, Clone, Copy, Default)]
pub struct Pointer {
    /// Where the left button went down to move something.
    pressed_at: Option<Pos2>,
    /// Whether it has left the place where it went down.
    moved: bool,
    /// Whether the map has the keyboard because it was clicked.
    pub clicked: bool,
    /// Whether the space bar was used to pan: its release then toggles nothing.
    pub space_panned: bool,
}

/// Reads everything that happens on the map.
pub fn read(
    ui: &mut Ui,
    rect: Rect,
    response: &Response,
    state: &AppState,
    cache: &mut Cache,
    actions: &mut Vec<Action>,
) {
    let space = ui.input(|i| i.key_down(Key::Space));
    zoom(ui, rect, response, actions);
    pan(ui, response, space, cache, actions);
    drag(ui, rect, response, state, space, cache, actions);
    nudge(ui, response, state, actions);
    lasso::read(ui, rect, response, state, &mut cache.lasso, actions);
    if response.double_clicked() {
        // The two clicks have moved the point: take that back.
        actions.extend([Action::Undo, Action::Map(MapAction::Fit)]);
    }
    let resting = response.hovered() && cache.pointer.pressed_at.is_none() && !space && !cache.lasso.is_drawn();
    preview(ui, rect, response, state, resting, actions);
    if space && response.contains_pointer() {
        ui.ctx().set_cursor_icon(CursorIcon::Grab);
    } else if resting {
        hover(ui, rect, response, state, cache);
    }
}

fn zoom(ui: &Ui, rect: Rect, response: &Response, actions: &mut Vec<Action>) {
    let Some(at) = response.hover_pos() else { return };
    let (scroll, pinch) = ui.input(|i| (i.smooth_scroll_delta().y, i.zoom_delta()));
    let factor = pinch * (scroll / 240.0).exp();
    if (factor - 1.0).abs() > 1e-4 {
        actions.push(Action::Map(MapAction::Zoom(factor, map::offset(rect, at))));
    }
}

fn pan(ui: &Ui, response: &Response, space: bool, cache: &mut Cache, actions: &mut Vec<Action>) {
    let middle = response.dragged_by(egui::PointerButton::Middle);
    let with_space = response.dragged_by(egui::PointerButton::Primary) && space && cache.pointer.pressed_at.is_none();
    if !(middle || with_space) {
        return;
    }
    cache.pointer.space_panned |= with_space;
    ui.ctx().set_cursor_icon(CursorIcon::Grabbing);
    let by = response.drag_delta();
    if by != vec2(0.0, 0.0) {
        actions.push(Action::Map(MapAction::Pan([by.x, by.y])));
    }
}

/// The left button decodes at once, from the moment it goes down.
fn drag(
    ui: &Ui,
    rect: Rect,
    response: &Response,
    state: &AppState,
    space: bool,
    cache: &mut Cache,
    actions: &mut Vec<Action>,
) {
    let (pressed, released, at) =
        ui.input(|i| (i.pointer.primary_pressed(), i.pointer.primary_released(), i.pointer.latest_pos()));
    let Some(at) = at else { return };
    let latent = |at: Pos2| state.map.latent_from_offset(map::offset(rect, at));
    // Not `is_pointer_button_down_on`: a quick click is pressed and released within one frame.
    if pressed && !space && response.contains_pointer() {
        response.request_focus();
        cache.pointer.pressed_at = Some(at);
        cache.pointer.moved = false;
        cache.pointer.clicked = true;
        if state.map.is_turning() {
            actions.push(Action::Map(MapAction::TurnOn(f32::INFINITY)));
        }
        actions.push(Action::Walk(WalkAction::Grab(latent(at))));
    }
    let Some(from) = cache.pointer.pressed_at else { return };
    if from.distance(at) > CLICK {
        cache.pointer.moved = true;
    }
    if cache.pointer.moved && ui.input(|i| i.pointer.delta() != vec2(0.0, 0.0)) {
        actions.push(Action::Walk(WalkAction::DragTo(latent(at))));
    }
    if released || !ui.input(|i| i.pointer.primary_down()) {
        let clicked = !cache.pointer.moved && !matches!(state.walk.held, Held::Pin(_));
        cache.pointer.pressed_at = None;
        if clicked && let Some(subject) = image_under(state, cache, map::offset(rect, at)) {
            actions.push(Action::Walk(WalkAction::Select(Some(subject))));
        }
        actions.push(Action::Walk(WalkAction::Release));
    }
}

/// The image under a place in points from the middle of the map.
fn image_under(state: &AppState, cache: &Cache, at: [f32; 2]) -> Option<Subject> {
    let is_under = |[x, y]: [f32; 2]| (x - at[0]).abs().max((y - at[1]).abs()) <= map_paint::OWN / 2.0;
    let own = state.own_places().filter(|(_, place)| is_under(state.map.offset_from_latent(*place))).last();
    if let Some((idx, _)) = own {
        return Some(Subject::Own(idx));
    }
    if !state.map.layers.images {
        return None;
    }
    if state.map.layers.thumbnails {
        return cache.dots.thumb_at(state, at).map(Subject::Image);
    }
    let near = state.map.image_near(state.map.latent_from_offset(at));
    near.filter(|(_, distance)| *distance <= REACH).map(|(idx, _)| Subject::Image(idx))
}

/// Arrow keys move the point while the map has the keyboard, or nothing has.
fn nudge(ui: &Ui, response: &Response, state: &AppState, actions: &mut Vec<Action>) {
    let focused = ui.ctx().memory(egui::Memory::focused);
    if response.has_focus() {
        let filter = EventFilter { horizontal_arrows: true, vertical_arrows: true, ..EventFilter::default() };
        ui.ctx().memory_mut(|m| m.set_focus_lock_filter(response.id, filter));
    } else if focused.is_some() {
        return;
    }
    let keys = [
        (Key::ArrowLeft, [-1.0, 0.0]),
        (Key::ArrowRight, [1.0, 0.0]),
        (Key::ArrowUp, [0.0, 1.0]),
        (Key::ArrowDown, [0.0, -1.0]),
    ];
    let (modifiers, presses) = ui.input(|i| (i.modifiers, keys.map(|(key, by)| (i.num_presses(key) as f32, by))));
    let factor = if modifiers.shift {
        10.0
    } else if modifiers.alt {
        0.1
    } else {
        1.0
    };
    let unit = NUDGE * state.map.scale * factor;
    let by = presses.iter().fold([0.0, 0.0], |[x, y], (n, [dx, dy])| [x + n * dx * unit, y + n * dy * unit]);
    if by != [0.0, 0.0] {
        actions.push(Action::Walk(WalkAction::Nudge(by)));
    }
}

/// The place under the pointer is decoded as long as the pointer stays on the map. It has to move for that: after a
/// click or a nudge the point itself is shown.
fn preview(ui: &Ui, rect: Rect, response: &Response, state: &AppState, resting: bool, actions: &mut Vec<Action>) {
    let moved = ui.input(|i| i.pointer.delta() != vec2(0.0, 0.0));
    match response.hover_pos().filter(|_| resting) {
        Some(at) if moved => {
            actions.push(Action::Map(MapAction::Hover(Some(state.map.latent_from_offset(map::offset(rect, at))))));
        }
        None if state.map.hovered.is_some() => actions.push(Action::Map(MapAction::Hover(None))),
        _ => {}
    }
}

/// What lies under the pointer.
fn hover(ui: &mut Ui, rect: Rect, response: &Response, state: &AppState, cache: &mut Cache) {
    let (Some(at), Some(data)) = (response.hover_pos(), state.data.set.as_ref()) else { return };
    let Some(subject) = image_under(state, cache, map::offset(rect, at)) else {
        ui.ctx().set_cursor_icon(CursorIcon::Crosshair);
        return;
    };
    ui.ctx().set_cursor_icon(CursorIcon::PointingHand);
    let texture = cache.textures.subject(ui.ctx(), state, subject);
    let name = state.name_of(subject);
    let (label, outline) = match subject {
        Subject::Image(idx) => {
            let label = data.labels.get(idx).copied().flatten();
            (label, theme::class_colour(label))
        }
        Subject::Own(_) => (None, theme::OWN),
    };
    let class = label.and_then(|l| data.classes.get(usize::from(l))).map(|c| format::class_name(c).to_owned());
    let none = if matches!(subject, Subject::Own(_)) { t!("own.hover") } else { t!("map.no_class") };
    egui::Tooltip::always_open(ui.ctx().clone(), ui.layer_id(), response.id.with("hover"), egui::PopupAnchor::Pointer)
        .gap(14.0)
        .show(|ui| {
            ui.horizontal(|ui| {
                widgets::picture(ui, name, texture, theme::THUMB, Sense::hover(), Some(outline));
                ui.vertical(|ui| {
                    ui.spacing_mut().item_spacing.y = 2.0;
                    ui.style_mut().wrap_mode = Some(egui::TextWrapMode::Extend);
                    ui.label(name);
                    let weak = theme::palette(ui).weak;
                    ui.colored_label(weak, class.unwrap_or_else(|| none.into_owned()));
                    ui.colored_label(weak, t!("map.hover_selects"));
                });
            });
        });
}
