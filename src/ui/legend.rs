//! Class colours, in one line under the map.

use egui::{Align, Color32, Label, Layout, Response, RichText, Sense, Ui, vec2};
use rust_i18n::t;

use crate::state::AppState;
use crate::ui::{format, map, theme, widgets};

/// Diameter of a colour's dot and the space after it, in points.
const DOT: f32 = 9.0;
const AFTER_DOT: f32 = 5.0;
/// Space between two classes, in points.
const BETWEEN: f32 = 14.0;
/// Room for how many more there are, in points.
const MORE: f32 = 40.0;

/// Height of the line; none without classes.
pub fn height(state: &AppState) -> f32 {
    if has_classes(state) { theme::TEXT_ROW } else { 0.0 }
}

fn has_classes(state: &AppState) -> bool {
    state.map.layers.images && state.data.set.as_ref().is_some_and(|d| !d.classes.is_empty())
}

/// Draws the line: as many classes as there is room for, and how many more there are.
pub fn ui(ui: &mut Ui, state: &AppState) {
    let Some(data) = state.data.set.as_ref().filter(|_| has_classes(state)) else { return };
    let names: Vec<&str> = data.classes.iter().map(|class| format::class_name(class)).collect();
    let line = vec2(ui.available_width(), height(state));
    ui.allocate_ui_with_layout(line, Layout::left_to_right(Align::Center), |ui| {
        ui.set_min_size(line);
        ui.spacing_mut().item_spacing.x = 0.0;
        ui.add_space(map::GUTTER_LEFT);
        let shown = how_many_fit(ui, &names);
        for (i, name) in names.iter().take(shown).enumerate() {
            class_ui(ui, name, theme::class_colour(Some(i as u16)));
            ui.add_space(BETWEEN);
        }
        let rest = names.get(shown..).unwrap_or_default();
        if !rest.is_empty() {
            widgets::weak(ui, &t!("map.more_classes", n = rest.len())).on_hover_ui(|ui| {
                for (i, name) in rest.iter().enumerate() {
                    ui.horizontal(|ui| {
                        ui.spacing_mut().item_spacing.x = 0.0;
                        class_ui(ui, name, theme::class_colour(Some((shown + i) as u16)));
                    });
                }
            });
        }
    });
}

fn class_ui(ui: &mut Ui, name: &str, colour: Color32) -> Response {
    let (dot, _) = ui.allocate_exact_size(vec2(DOT, DOT), Sense::hover());
    ui.painter().circle_filled(dot.center(), DOT / 2.0, colour);
    ui.add_space(AFTER_DOT);
    ui.add(Label::new(RichText::new(name).size(theme::SMALL)).extend())
}

fn how_many_fit(ui: &Ui, names: &[&str]) -> usize {
    let font = theme::regular(theme::SMALL);
    let width = |name: &&str| {
        let galley = ui.painter().layout_no_wrap((*name).to_owned(), font.clone(), Color32::PLACEHOLDER);
        DOT + AFTER_DOT + galley.size().x + BETWEEN
    };
    let ends = names.iter().scan(0.0, |x, name| {
        *x += width(name);
        Some(*x)
    });
    let ends: Vec<f32> = ends.collect();
    let room = ui.available_width() + BETWEEN;
    if ends.last().is_none_or(|end| *end <= room) {
        return names.len();
    }
    ends.iter().take_while(|end| **end <= room - MORE).count()
}
