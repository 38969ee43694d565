//! The way through the pins, decoded.

use egui::{
    Align, Align2, Button, DragValue, Layout, Rect, ScrollArea, Sense, TextureOptions, Ui, UiBuilder, pos2, vec2,
};
use rust_i18n::t;

use crate::latent::Path;
use crate::state::update::FRAMES;
use crate::state::walk::{PlayAction, WaysAction};
use crate::state::{Action, AppState, ExportAction, ExportKind, Subject, WalkAction};
use crate::ui::textures::{Key, picture};
use crate::ui::{Cache, commands, format, theme, widgets};

/// Height of the whole strip.
pub const HEIGHT: f32 = 98.0;
/// Width of the controls with their title.
const WITH_TITLE: f32 = 540.0;
/// Longest time between two frames of what plays, in seconds: a window that was covered does not jump.
const LONGEST_TICK: f32 = 0.1;
/// Smallest side of a frame.
const MIN_FRAME: f32 = 30.0;
/// Between two frames.
const GAP: f32 = 4.0;
/// Between an original and the frames.
const APART: f32 = 18.0;

/// Draws the strip's controls and frames.
pub fn ui(ui: &mut Ui, state: &AppState, cache: &mut Cache, actions: &mut Vec<Action>) {
    let walk = &state.walk;
    let pinned = !walk.strip_points().is_empty();
    ui.horizontal(|ui| {
        ui.set_height(theme::CONTROL);
        // In a narrow window the controls need the title's room.
        let wide = ui.available_width() > WITH_TITLE;
        if wide {
            widgets::title(ui, &t!("strip.title"));
            ui.add_space(4.0);
        }
        play_button(ui, state, pinned, actions);
        let tip = t!("strip.path_tip");
        let choices = [
            (Path::Lerp, t!("strip.path_lerp").into_owned()),
            (Path::Slerp, t!("strip.path_slerp").into_owned()),
            (Path::Geodesic, t!("way.geodesic").into_owned()),
        ];
        let chosen = ui.scope(|ui| widgets::segmented(ui, "path", walk.path, &choices));
        if let Some(path) = chosen.inner {
            actions.push(Action::Walk(WalkAction::SetPath(path)));
        }
        chosen.response.on_hover_text(tip);
        if wide {
            widgets::weak(ui, &t!("strip.frames"));
        }
        let mut frames = walk.frames;
        let field = DragValue::new(&mut frames).range(FRAMES).speed(0.1).update_while_editing(false);
        let response = ui.add_sized(vec2(44.0, theme::CONTROL - 2.0), field).on_hover_text(t!("strip.frames_tip"));
        widgets::label(&response, &t!("strip.frames"));
        if response.changed() {
            actions.push(Action::Walk(WalkAction::SetFrames(frames)));
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let save = ui.add_enabled(pinned, Button::new(t!("strip.save")));
            if save.on_hover_text(t!("strip.save_tip")).clicked() {
                actions.push(Action::Export(ExportAction::Save(ExportKind::Strip)));
            }
        });
    });
    let height = HEIGHT - theme::CONTROL - ui.spacing().item_spacing.y;
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::hover());
    if pinned {
        let mut child = ui.new_child(UiBuilder::new().max_rect(rect).layout(Layout::left_to_right(Align::Center)));
        frames_ui(&mut child, state, cache, actions);
    } else {
        hint(ui, rect, state);
    }
}

/// Plays the way, or stops it.
fn play_button(ui: &mut Ui, state: &AppState, pinned: bool, actions: &mut Vec<Action>) {
    let (sign, text) = if state.walk.plays() { (theme::STOP, t!("way.stop")) } else { (theme::FOLDED, t!("way.play")) };
    let button =
        Button::new(egui::RichText::new(sign).size(theme::SIGN)).min_size(vec2(theme::CONTROL, theme::CONTROL));
    let response = ui.add_enabled(pinned, button);
    widgets::name_as(&response, &text);
    if response.on_hover_text(t!("way.play_tip", key = commands::PLAY.keys(ui.ctx()))).clicked() {
        actions.push(Action::Ways(WaysAction::Play(PlayAction::Toggle)));
    }
}

/// Moves what plays on; asks for frames only while something does.
pub fn play(ui: &Ui, state: &AppState, actions: &mut Vec<Action>) {
    if state.walk.plays() {
        let seconds = ui.input(|i| i.stable_dt).min(LONGEST_TICK);
        actions.push(Action::Ways(WaysAction::Play(PlayAction::Tick(seconds))));
        ui.ctx().request_repaint();
    }
}

fn frames_ui(ui: &mut Ui, state: &AppState, cache: &mut Cache, actions: &mut Vec<Action>) {
    let (walk, Some(model)) = (&state.walk, &state.training.model) else { return };
    let n = walk.frames;
    let ends = [walk.pins.first(), walk.pins.last().filter(|_| !walk.closed)];
    let originals = ends.map(|pin| pin.and_then(|pin| pin.subject));
    let n_originals = originals.iter().flatten().count();
    let taken = GAP * n as f32 + APART * n_originals as f32;
    let room = (ui.available_width() - taken) / (n + n_originals) as f32;
    let side = room.min(ui.available_height() - 4.0).max(MIN_FRAME);
    ScrollArea::horizontal().id_salt("strip").auto_shrink([false, false]).show(ui, |ui| {
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = 0.0;
            ui.add_space(2.0);
            let [at_a, at_b] = originals;
            if let Some(subject) = at_a {
                original_ui(ui, state, cache, 0, subject, side);
                ui.add_space(APART);
            }
            for i in 0..n {
                let texture = walk.strip_view.images.get(i).map(|bytes| {
                    let make = || picture(bytes, model.shape.side, model.shape.channels);
                    cache.textures.get(ui.ctx(), Key::Frame(i), walk.version, TextureOptions::NEAREST, make)
                });
                if i > 0 {
                    ui.add_space(GAP);
                }
                let name = t!("strip.frame", i = i + 1, n = n);
                let on_pin = walk.pin_of_frame(i).map(|_| theme::PIN);
                let plays = (walk.playing_frame() == Some(i)).then(|| theme::palette(ui).accent_hovered);
                let response = widgets::picture(ui, &name, texture, side, Sense::click(), plays.or(on_pin));
                if response.on_hover_text(name).clicked() {
                    actions.push(Action::Ways(WaysAction::Play(PlayAction::ShowFrame(i))));
                }
            }
            if let Some(subject) = at_b {
                ui.add_space(APART);
                original_ui(ui, state, cache, walk.pins.len() - 1, subject, side);
            }
        });
    });
}

/// The image a pin was put on: the frame beside it is its reconstruction.
fn original_ui(ui: &mut Ui, state: &AppState, cache: &mut Cache, pin: usize, subject: Subject, side: f32) {
    let name = t!("strip.original", pin = format::pin(pin), name = state.name_of(subject));
    let texture = cache.textures.subject(ui.ctx(), state, subject);
    widgets::picture(ui, &name, texture, side, Sense::hover(), None).on_hover_text(name);
}

/// What to do before there is a strip.
fn hint(ui: &Ui, rect: Rect, state: &AppState) {
    let palette = theme::palette(ui);
    let painter = ui.painter();
    let outline = egui::Stroke::new(1.0, palette.outline);
    painter.rect_stroke(rect.shrink(0.5), 6, outline, egui::StrokeKind::Inside);
    let ready = state.training.model.is_some();
    let first = if ready { t!("strip.empty") } else { t!("strip.waiting") };
    let second = if ready { t!("strip.empty_keys", key = commands::PIN.keys(ui.ctx())) } else { "".into() };
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use egui_kittest::Harness;
    use egui_kittest::kittest::Queryable;

    use super::*;
    use crate::data::{Dataset, ScanReport};
    use crate::model::ImageShape;
    use crate::state::{Model, Pinned};

    #[test]
    fn originals_stand_outside_the_frames_and_apart() {
        let mut state = AppState::new();
        state.training.model = Some(Model { step: 0, latent_dim: 2, shape: ImageShape { side: 16, channels: 1 } });
        state.data.set = Some(Arc::new(Dataset {
            name: "shades".into(),
            side: 16,
            channels: 1,
            pixels: [[40; 256], [90; 256]].concat().into(),
            classes: Vec::new(),
            labels: vec![None; 2],
            names: vec!["dark.png".into(), "light.png".into()],
            root: None,
            report: ScanReport::default(),
            fingerprint: std::sync::OnceLock::new(),
        }));
        state.walk.frames = 3;
        state.walk.strip_view.images = vec![vec![10; 256], vec![120; 256], vec![230; 256]];
        state.walk.pins = [1, 0].map(|idx| Pinned { z: vec![0.0, 1.0], subject: Some(Subject::Image(idx)) }).into();

        let mut cache = Cache::default();
        let view = |ui: &mut Ui| {
            theme::install(ui.ctx());
            super::ui(ui, &state, &mut cache, &mut Vec::new());
            cache.textures.end_frame();
        };
        let mut harness = Harness::builder().with_size(vec2(700.0, 110.0)).allow_missing_glyphs().build_ui(view);
        harness.run();
        let rect = |name: &str| harness.get_by_label(name).rect();
        let row =
            ["Original at A: light.png", "Frame 1 of 3", "Frame 2 of 3", "Frame 3 of 3", "Original at B: dark.png"];
        let gaps: Vec<f32> = row.windows(2).map(|w| rect(w[1]).left() - rect(w[0]).right()).collect();
        for (gap, expected) in gaps.iter().zip([APART, GAP, GAP, APART]) {
            assert!((gap - expected).abs() < 0.6, "{gaps:?}");
        }
    }
}
