//! The image at the point and the nearest real ones.

use egui::{Align, Button, Label, Layout, RichText, Sense, TextureOptions, Ui, vec2};
use rust_i18n::t;

use crate::config::Likelihood;
use crate::state::{Action, AppState, MapAction, PinSource, Topic, WalkAction};
use crate::ui::explain::{self, Figure};
use crate::ui::textures::{Key, picture};
use crate::ui::{Cache, commands, dimensions, format, nearest, theme, widgets};

/// Side of the decoded image.
const LARGE: f32 = 156.0;
/// Coordinates of z that are listed.
const SHOWN_AXES: usize = 4;
/// Below this percentile of the images' own densities a place is off what the model knows, and below the second at its
/// edge.
const UNKNOWN: f64 = 1.0;
const EDGE: f64 = 10.0;
/// Width of the bar beside the words, in points.
const BAR: f32 = 4.0;

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
    known_ui(ui, state);
    noise_ui(ui, state, actions);
    nearest::ui(ui, state, cache, actions);
    dimensions::ui(ui, state, actions);
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
    let first = state.map.axes.latent();
    let others = (0..z.len()).filter(|i| !first.clone().any(|axis| axis == *i));
    let order: Vec<usize> = first.clone().chain(others).collect();
    // The line that counts the rest takes the place of one.
    let listed = if order.len() > SHOWN_AXES { SHOWN_AXES - 1 } else { order.len() };
    for &axis in order.iter().take(listed) {
        let value = z.get(axis).copied().unwrap_or_default();
        widgets::text_row(ui, |ui| {
            let weak = theme::palette(ui).weak;
            ui.colored_label(weak, format::axis(axis));
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let told = format::signed(f64::from(value), 3);
                explain::label(ui, &told, Figure { topic: Topic::LatentCode, name: &format::axis(axis), value: &told });
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
    let [key, first, second] = [commands::PIN, commands::PIN_FIRST, commands::PIN_SECOND].map(|c| c.keys(ui.ctx()));
    let tip = t!("point.pin_tip", key = key, first = first, second = second);
    if ui.add_enabled(!state.walk.z.is_empty(), button).on_hover_text(tip).clicked() {
        actions.push(Action::Walk(WalkAction::PutPin(None, PinSource::Point)));
    }
}

/// How well known the place is, in words and colour. As the picture does, it follows the point one answer behind, and keeps
/// its line meanwhile, so that nothing below it jumps.
fn known_ui(ui: &mut Ui, state: &AppState) {
    let Some((_, percentile)) = &state.map.known else { return };
    let palette = theme::palette(ui);
    let (key, colour) = match *percentile {
        p if p < UNKNOWN => ("layers.unknown", palette.warning),
        p if p < EDGE => ("layers.edge", palette.warning),
        _ => ("layers.known", palette.good),
    };
    let text = t!(key, percentile = format!("{percentile:.0}"));
    widgets::text_row(ui, |ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        let (bar, _) = ui.allocate_exact_size(vec2(BAR, theme::TEXT_ROW - 6.0), Sense::hover());
        ui.painter().rect_filled(bar, 2, colour);
        let label = Label::new(RichText::new(&*text).color(colour)).truncate();
        let figure = Figure { topic: Topic::DensityPercentile, name: "", value: &text };
        explain::text_of(ui, label, figure)
            .on_hover_text(t!("layers.known_tip", percentile = format!("{percentile:.1}")));
    });
}

/// The mean of p(x|z), or a draw from it.
fn noise_ui(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    let run = state.training.model_run.as_ref();
    let gaussian = run.is_some_and(|run| run.config.model.likelihood != Likelihood::Bernoulli);
    if !gaussian || state.training.model.is_none() {
        return;
    }
    ui.horizontal(|ui| {
        let on = state.map.noise.is_some();
        let button = Button::selectable(on, t!("layers.noise")).frame_when_inactive(true);
        if ui.add(button).on_hover_text(t!("layers.noise_tip")).clicked() {
            actions.push(Action::Map(MapAction::DrawNoise(!on)));
        }
        if on && ui.button(t!("layers.draw")).on_hover_text(t!("layers.draw_tip")).clicked() {
            actions.push(Action::Map(MapAction::DrawNoise(true)));
        }
    });
}
