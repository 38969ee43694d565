//! Directions: the two groups, how far to go from one to the other, and what that gives.

use egui::{
    Align, Button, Id, Label, Layout, RichText, Sense, Slider, Stroke, TextureId, TextureOptions, Ui, pos2, vec2,
};
use rust_i18n::t;

use crate::state::directions::{FILM, STRENGTHS, Side, Start};
use crate::state::{Action, AppState, DirectionsAction, Topic};
use crate::ui::explain::{self, Figure};
use crate::ui::textures::{Key, picture};
use crate::ui::{Cache, directions_kept, format, groups, theme, widgets};

/// Side of the two pictures, in points.
const PICTURE: f32 = 84.0;
/// Height of the ruler under the slider, in points.
const RULER: f32 = 16.0;
/// Width of the strength in figures, in points.
const VALUE: f32 = 44.0;

/// Draws the section.
pub fn ui(ui: &mut Ui, state: &AppState, cache: &mut Cache, actions: &mut Vec<Action>) {
    let directions = &state.directions;
    let some = !directions.groups.are_empty();
    ui.horizontal(|ui| {
        widgets::title(ui, &t!("directions.title")).on_hover_text(t!("directions.title_tip"));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = 6.0;
            if some && ui.button(t!("directions.clear")).on_hover_text(t!("directions.clear_tip")).clicked() {
                actions.push(DirectionsAction::Clear.into());
            }
            if some && ui.button(t!("directions.swap")).on_hover_text(t!("directions.swap_tip")).clicked() {
                actions.push(DirectionsAction::Swap.into());
            }
        });
    });
    if some {
        groups_ui(ui, state);
    }
    directions_kept::list_ui(ui, state, actions);
    if state.direction().is_none() {
        widgets::note(ui, &missing(state));
        return;
    }
    strength_ui(ui, state, cache, actions);
    directions_kept::keep_ui(ui, state, actions);
}

/// What is to be done to have a direction.
fn missing(state: &AppState) -> String {
    let groups = &state.directions.groups;
    match (groups.a.is_empty(), groups.b.is_empty()) {
        (true, true) => t!("directions.empty"),
        (false, true) => t!("directions.needs_b"),
        (true, false) => t!("directions.needs_a"),
        (false, false) => t!("directions.coincide"),
    }
    .into_owned()
}

fn groups_ui(ui: &mut Ui, state: &AppState) {
    widgets::text_row(ui, |ui| {
        ui.spacing_mut().item_spacing.x = 5.0;
        for side in [Side::A, Side::B] {
            groups::sign_ui(ui, side);
            let n = state.directions.groups.of(side).len();
            let text = t!("directions.group", group = groups::letter(side), n = format::count(n as u64));
            ui.add(Label::new(text).selectable(false));
            ui.add_space(10.0);
        }
    });
}

/// What the direction is applied to, how far, and what that gives.
fn strength_ui(ui: &mut Ui, state: &AppState, cache: &mut Cache, actions: &mut Vec<Action>) {
    let directions = &state.directions;
    if let Some(direction) = state.direction() {
        let length = format::figure(f64::from(direction.scale));
        widgets::figure_row(
            ui,
            Topic::Direction,
            &t!("directions.length"),
            &t!("directions.length_tip"),
            &length,
            "σ",
            false,
        );
    }
    widgets::row(ui, &t!("directions.start"), &t!("directions.start_tip"), |ui, _| {
        let starts = [
            (Start::Point, t!("directions.point").into_owned()),
            (Start::Selected, t!("directions.selected").into_owned()),
        ];
        if let Some(start) = widgets::segmented(ui, "direction start", directions.start, &starts) {
            actions.push(DirectionsAction::SetStart(start).into());
        }
    });
    if state.direction_start().is_none() {
        widgets::note(ui, &t!("layers.image_none"));
        return;
    }
    pair_ui(ui, state, cache, actions);
    slider_ui(ui, directions.strength, actions);
    film_ui(ui, state, cache, actions);
}

/// One of the decoded pictures: 0 is where the direction leads, the others are those of the film.
fn texture(ui: &Ui, state: &AppState, cache: &mut Cache, idx: usize) -> Option<TextureId> {
    let (bytes, shape) = (state.directions.view.directed.get(idx)?, state.training.model?.shape);
    let make = || picture(bytes, shape.side, shape.channels);
    Some(cache.textures.get(ui.ctx(), Key::Directed(idx), state.walk.version, TextureOptions::NEAREST, make))
}

/// Where it begins and where it leads.
fn pair_ui(ui: &mut Ui, state: &AppState, cache: &mut Cache, actions: &mut Vec<Action>) {
    // The film's picture with no strength is the beginning.
    let begins = FILM.iter().position(|strength| *strength == 0.0).map_or(0, |at| at + 1);
    ui.horizontal_top(|ui| {
        let palette = theme::palette(ui);
        let beyond = overshoots(state.directions.strength);
        let to =
            if beyond { (t!("directions.overshoot"), palette.warning) } else { (t!("directions.to"), palette.weak) };
        for (idx, (text, colour)) in [(begins, (t!("directions.from"), palette.weak)), (0, to)] {
            ui.vertical(|ui| {
                ui.set_width(PICTURE);
                ui.spacing_mut().item_spacing.y = 3.0;
                let texture = texture(ui, state, cache, idx);
                widgets::picture(ui, &text, texture, PICTURE, Sense::hover(), None);
                ui.add(Label::new(RichText::new(text.as_ref()).size(theme::SMALL).color(colour)).extend());
            });
        }
        let button = Button::new(t!("directions.put_short")).min_size(vec2(ui.available_width(), theme::CONTROL));
        let response = ui.add(button);
        widgets::name_as(&response, &t!("directions.put_name"));
        if response.on_hover_text(t!("directions.put_tip")).clicked() {
            actions.push(DirectionsAction::PutPoint.into());
        }
    });
}

/// Whether it goes further than from one group to the other.
fn overshoots(strength: f32) -> bool {
    !(0.0..=1.0).contains(&strength)
}

/// The strength, with a ruler on which the way from A to B is marked: what lies outside it overshoots.
fn slider_ui(ui: &mut Ui, strength: f32, actions: &mut Vec<Action>) {
    let palette = theme::palette(ui);
    let inner = ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        ui.spacing_mut().slider_width = ui.available_width() - VALUE - 6.0;
        let mut new = strength;
        let response = ui.add(Slider::new(&mut new, STRENGTHS).show_value(false));
        widgets::label(&response, &t!("directions.strength"));
        if response.changed() {
            actions.push(DirectionsAction::SetStrength(new).into());
        }
        let colour = if overshoots(strength) { palette.warning } else { palette.text };
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let told = format::signed(f64::from(strength), 2);
            let label = Label::new(RichText::new(&told).color(colour)).extend();
            let name = t!("directions.strength");
            explain::text_of(ui, label, Figure { topic: Topic::Strength, name: &name, value: &told });
        });
        response.on_hover_text(t!("directions.strength_tip"))
    });
    let slider = inner.inner.rect;
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), RULER), Sense::hover());
    // The handle stays within the slider's ends.
    let track = slider.x_range().shrink(slider.height() / 2.5);
    let x = |strength: f32| egui::remap(strength, STRENGTHS, track);
    let way = egui::Rect::from_x_y_ranges(x(0.0)..=x(1.0), rect.top()..=rect.top() + 3.0);
    ui.painter().rect_filled(way, 1, palette.accent);
    let font = theme::regular(theme::SMALL);
    for tick in -2..=2_i8 {
        let tick = f32::from(tick);
        ui.painter().vline(x(tick), rect.top()..=rect.top() + 4.0, Stroke::new(1.0, palette.weak));
        let text = if tick == 0.0 { "0".to_owned() } else { format::signed(f64::from(tick), 0) };
        ui.painter().text(pos2(x(tick), rect.bottom()), egui::Align2::CENTER_BOTTOM, text, font.clone(), palette.weak);
    }
}

/// The same start with one strength after another; a click takes a strength over.
fn film_ui(ui: &mut Ui, state: &AppState, cache: &mut Cache, actions: &mut Vec<Action>) {
    ui.horizontal(|ui| {
        let gap = 3.0;
        ui.spacing_mut().item_spacing.x = gap;
        let n = FILM.len() as f32;
        let side = ((ui.available_width() - (n - 1.0) * gap) / n).floor();
        for (i, strength) in FILM.into_iter().enumerate() {
            let texture = texture(ui, state, cache, i + 1);
            let text = t!("directions.frame", strength = format::signed(f64::from(strength), 1));
            let is_shown = (state.directions.strength - strength).abs() < 0.005;
            let outline = is_shown.then(|| theme::palette(ui).accent);
            let response = widgets::picture(ui, &text, texture, side, Sense::click(), outline);
            if response.on_hover_text(&*text).clicked() {
                actions.push(DirectionsAction::SetStrength(strength).into());
            }
        }
    });
}

/// What is typed into the field called `id`, from frame to frame.
pub(super) fn typed(ui: &Ui, id: Id) -> String {
    ui.data(|data| data.get_temp(id)).unwrap_or_default()
}
