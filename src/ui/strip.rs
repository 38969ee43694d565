//! The way from pin A to pin B, decoded.

use egui::{
    Align, Align2, Button, DragValue, Layout, Rect, ScrollArea, Sense, TextureOptions, Ui, UiBuilder, pos2, vec2,
};
use rust_i18n::t;

use crate::latent::Path;
use crate::state::update::FRAMES;
use crate::state::{Action, AppState, ExportKind};
use crate::ui::textures::{Key, picture};
use crate::ui::{Cache, theme, widgets};

/// Height of the whole strip.
pub const HEIGHT: f32 = 98.0;
/// Smallest side of a frame.
const MIN_FRAME: f32 = 30.0;

/// Draws the strip's controls and frames.
pub fn ui(ui: &mut Ui, state: &AppState, cache: &mut Cache, actions: &mut Vec<Action>) {
    let walk = &state.walk;
    let pinned = !walk.strip_points().is_empty();
    ui.horizontal(|ui| {
        ui.set_height(theme::CONTROL);
        widgets::title(ui, &t!("strip.title"));
        ui.add_space(4.0);
        let tip = t!("strip.path_tip");
        let choices =
            [(Path::Lerp, t!("strip.path_lerp").into_owned()), (Path::Slerp, t!("strip.path_slerp").into_owned())];
        let chosen = ui.scope(|ui| widgets::segmented(ui, "path", walk.path, &choices));
        if let Some(path) = chosen.inner {
            actions.push(Action::SetPath(path));
        }
        chosen.response.on_hover_text(tip);
        let label = widgets::weak(ui, &t!("strip.frames")).on_hover_text(t!("strip.frames_tip"));
        let mut frames = walk.frames;
        let field = DragValue::new(&mut frames).range(FRAMES).speed(0.1).update_while_editing(false);
        if ui.add_sized(vec2(44.0, theme::CONTROL - 2.0), field).labelled_by(label.id).changed() {
            actions.push(Action::SetFrames(frames));
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let save = ui.add_enabled(pinned, Button::new(t!("strip.save")));
            if save.on_hover_text(t!("strip.save_tip")).clicked() {
                actions.push(Action::Export(ExportKind::Strip));
            }
            let any = walk.pins.iter().any(Option::is_some);
            if ui.add_enabled(any, Button::new(t!("strip.clear"))).on_hover_text(t!("strip.clear_tip")).clicked() {
                actions.push(Action::ClearPins);
            }
        });
    });
    let height = HEIGHT - theme::CONTROL - ui.spacing().item_spacing.y;
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::hover());
    if pinned {
        let mut child = ui.new_child(UiBuilder::new().max_rect(rect).layout(Layout::left_to_right(Align::Center)));
        frames_ui(&mut child, state, cache);
    } else {
        hint(ui, rect, state);
    }
}

fn frames_ui(ui: &mut Ui, state: &AppState, cache: &mut Cache) {
    let (walk, Some(model)) = (&state.walk, &state.training.model) else { return };
    let gap = 4.0;
    let n = walk.frames;
    let room = (ui.available_width() - gap * n as f32) / n as f32;
    let side = room.min(ui.available_height() - 4.0).max(MIN_FRAME);
    ScrollArea::horizontal().id_salt("strip").auto_shrink([false, false]).show(ui, |ui| {
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = gap;
            ui.add_space(2.0);
            for i in 0..n {
                let texture = walk.strip_view.images.get(i).map(|bytes| {
                    let make = || picture(bytes, model.shape.side, model.shape.channels);
                    cache.textures.get(ui.ctx(), Key::Frame(i), walk.version, TextureOptions::NEAREST, make)
                });
                let name = t!("strip.frame", i = i + 1, n = n);
                let outline = (i == 0 || i + 1 == n).then_some(theme::PIN);
                widgets::picture(ui, &name, texture, side, Sense::hover(), outline).on_hover_text(name);
            }
        });
    });
}

/// What to do before there is a strip.
fn hint(ui: &Ui, rect: Rect, state: &AppState) {
    let palette = theme::palette(ui);
    let painter = ui.painter();
    let outline = egui::Stroke::new(1.0, palette.outline);
    painter.rect_stroke(rect.shrink(0.5), 6, outline, egui::StrokeKind::Inside);
    let ready = state.training.model.is_some();
    let first = if ready { t!("strip.empty") } else { t!("strip.waiting") };
    let second = if ready { t!("strip.empty_keys") } else { "".into() };
    let middle = rect.center();
    let shift = if ready { 9.0 } else { 0.0 };
    painter.text(
        pos2(middle.x, middle.y - shift),
        Align2::CENTER_CENTER,
        first,
        theme::regular(theme::BODY),
        palette.weak,
    );
    painter.text(
        pos2(middle.x, middle.y + 9.0),
        Align2::CENTER_CENTER,
        second,
        theme::regular(theme::SMALL),
        palette.weak,
    );
}
