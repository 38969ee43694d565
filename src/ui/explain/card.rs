//! One topic: its name, the figure that was clicked, what it is, its formula, unit and source, and what to see besides.

use egui::{Align, Button, Label, Layout, RichText, Ui};
use rust_i18n::t;

use crate::state::{Action, Asked, ExplainAction, Topic};
use crate::ui::lens::formula::{laid_out, plain};
use crate::ui::{theme, widgets};

/// Width of the names of the rows, in points.
const NAMES: f32 = 84.0;

/// One of a topic's texts.
fn text(topic: Topic, part: &str) -> String {
    t!(format!("explain.topic.{}.{part}", topic.key())).into_owned()
}

/// What a topic is called.
pub fn name(topic: Topic) -> String {
    text(topic, "name")
}

/// Draws it; with a button that closes it, when it is a window of its own.
pub fn ui(ui: &mut Ui, asked: &Asked, closes: bool, actions: &mut Vec<Action>) {
    let topic = asked.topic;
    ui.spacing_mut().item_spacing.y = 6.0;
    ui.horizontal(|ui| {
        ui.with_layout(Layout::right_to_left(Align::Min), |ui| {
            if closes {
                let close = ui.add(widgets::close_button()).on_hover_text(t!("explain.close"));
                widgets::name(&close, &t!("explain.close"));
                if close.clicked() {
                    actions.push(ExplainAction::Close.into());
                }
            }
            ui.with_layout(Layout::left_to_right(Align::Min), |ui| {
                ui.add(Label::new(RichText::new(name(topic)).font(theme::strong(16.0))).wrap());
            });
        });
    });
    if let Some(value) = &asked.value {
        let colour = theme::palette(ui).good;
        row(ui, &t!("explain.value"), |ui| _ = ui.add(Label::new(laid_out(value, colour)).wrap()));
    }
    ui.add(Label::new(text(topic, "what")).wrap());
    plain(ui, &text(topic, "formula"), "");
    for (name, part) in [(t!("explain.unit"), "unit"), (t!("explain.source"), "source")] {
        row(ui, &name, |ui| _ = ui.add(Label::new(text(topic, part)).wrap()));
    }
    row(ui, &t!("explain.see"), |ui| {
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing = egui::vec2(2.0 * theme::GAP, 2.0);
            ui.spacing_mut().interact_size.y = 0.0;
            // A name that has no room goes to the next line as a whole.
            ui.style_mut().wrap_mode = Some(egui::TextWrapMode::Extend);
            for other in topic.see() {
                if ui.link(name(*other)).clicked() {
                    actions.push(ExplainAction::Ask(Asked::about(*other)).into());
                }
            }
        });
    });
    if topic.page().is_some() {
        let button = Button::new(t!("explain.push")).min_size(egui::vec2(0.0, theme::CONTROL));
        if ui.add(button).on_hover_text(t!("explain.push_tip")).clicked() {
            actions.push(ExplainAction::Push.into());
        }
    }
}

/// A quiet name on the left, and what it names.
fn row(ui: &mut Ui, name: &str, add: impl FnOnce(&mut Ui)) {
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = theme::GAP;
        ui.vertical(|ui| {
            ui.set_width(NAMES);
            let weak = theme::palette(ui).weak;
            ui.add(Label::new(RichText::new(name).color(weak)).wrap());
        });
        ui.vertical(add);
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_topic_has_all_its_texts_and_a_name_of_its_own() {
        let mut names = Vec::new();
        for topic in Topic::ALL {
            for part in ["name", "what", "formula", "unit", "source"] {
                let text = text(*topic, part);
                assert!(!text.is_empty() && !text.contains("explain.topic"), "{topic:?}: {part}");
            }
            names.push(name(*topic));
        }
        let n = names.len();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), n);
    }

    #[test]
    fn every_brace_of_a_formula_is_closed() {
        for topic in Topic::ALL {
            let formula = text(*topic, "formula");
            let opened = formula.matches("_{").count() + formula.matches("^{").count();
            assert_eq!((opened, opened), (formula.matches('{').count(), formula.matches('}').count()), "{formula}");
        }
    }
}
