//! The glossary: every topic, to be searched by name, with the one that is chosen beside the list.

use egui::{Button, Frame, Id, Key, Modal, RichText, ScrollArea, TextEdit, Ui, vec2};
use rust_i18n::t;

use super::{card, name};
use crate::state::explain::Part;
use crate::state::{Action, AppState, Asked, ExplainAction, Topic};
use crate::ui::{search, theme, widgets};

/// Size of the list and of what is beside it, in points.
const LIST: f32 = 260.0;
const CARD: f32 = 380.0;
const HEIGHT: f32 = 480.0;
/// The most of the window's height that both take.
const SHARE_OF_HEIGHT: f32 = 0.72;

fn part_name(part: Part) -> String {
    t!(format!("explain.part.{}", part.key())).into_owned()
}

/// Draws it.
pub fn ui(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    let height = HEIGHT.min(SHARE_OF_HEIGHT * ui.ctx().content_rect().height());
    let open = state.explain.open.as_ref();
    let found = found(&state.explain.query);
    let escaped = ui.input(|i| i.key_pressed(Key::Escape));
    let frame = Frame::window(ui.style()).inner_margin(2.0 * theme::GAP);
    let modal = Modal::new(Id::unique("glossary")).frame(frame).show(ui.ctx(), |ui| {
        ui.set_width(LIST + CARD + 2.0 * theme::GAP);
        let close = ui.horizontal(|ui| {
            ui.label(RichText::new(t!("explain.glossary")).font(theme::strong(16.0)));
            let right = egui::Layout::right_to_left(egui::Align::Center);
            ui.with_layout(right, |ui| {
                let close = ui.add(widgets::close_button());
                widgets::name(&close, &t!("explain.glossary_close"));
                close.clicked()
            })
            .inner
        });
        ui.add_space(theme::GAP);
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = 2.0 * theme::GAP;
            ui.vertical(|ui| {
                ui.set_width(LIST);
                field_ui(ui, &state.explain.query, actions);
                ui.add_space(4.0);
                list_ui(ui, &found, open.map(|asked| asked.topic), height - theme::CONTROL, actions);
            });
            ui.vertical(|ui| {
                ui.set_width(CARD);
                let scroll = ScrollArea::vertical().id_salt("glossary_card").max_height(height);
                scroll.auto_shrink([false, false]).min_scrolled_height(height).show(ui, |ui| {
                    if let Some(asked) = open {
                        card::ui(ui, asked, false, actions);
                    }
                });
            });
        });
        widgets::note(ui, &t!("explain.conventions"));
        close.inner
    });
    if modal.inner || escaped || modal.should_close() {
        actions.push(ExplainAction::Close.into());
    }
}

/// The topics that have the words: all in their order, or the best first.
fn found(query: &str) -> Vec<Topic> {
    let fits = |topic: &Topic| {
        let of_name = search::fit(query, &name(*topic));
        // A part is found by its name too.
        Some((of_name.or_else(|| search::fit(query, &part_name(topic.part())).map(|_| 0))?, *topic))
    };
    let mut found: Vec<_> = Topic::ALL.iter().filter_map(fits).collect();
    found.sort_by_key(|(fit, _)| std::cmp::Reverse(*fit));
    found.into_iter().map(|(_, topic)| topic).collect()
}

fn field_ui(ui: &mut Ui, query: &str, actions: &mut Vec<Action>) {
    let mut text = query.to_owned();
    let hint = t!("explain.search").into_owned();
    let response = ui.add(TextEdit::singleline(&mut text).hint_text(hint).desired_width(f32::INFINITY));
    widgets::label(&response, &t!("explain.search"));
    if ui.memory(|memory| memory.focused().is_none()) {
        response.request_focus();
    }
    if response.changed() {
        // The best is shown at once.
        let best = found(&text).first().copied().filter(|_| !text.trim().is_empty());
        actions.push(ExplainAction::Type(text).into());
        actions.extend(best.map(|topic| ExplainAction::Ask(Asked::about(topic)).into()));
    }
}

fn list_ui(ui: &mut Ui, found: &[Topic], open: Option<Topic>, height: f32, actions: &mut Vec<Action>) {
    if found.is_empty() {
        widgets::note(ui, &t!("explain.none"));
    }
    let before = ui.data(|data| data.get_temp::<&'static str>(Id::unique("glossary_at")));
    let scroll = ScrollArea::vertical().id_salt("glossary_list").max_height(height).min_scrolled_height(height);
    scroll.auto_shrink([false, false]).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 1.0;
        let mut part = None;
        for topic in found {
            if part != Some(topic.part()) {
                part = Some(topic.part());
                ui.add_space(theme::GAP);
                let head = RichText::new(part_name(topic.part())).font(theme::strong(theme::SMALL));
                ui.label(head.color(theme::palette(ui).weak));
            }
            let chosen = open == Some(*topic);
            ui.spacing_mut().interact_size.y = theme::TEXT_ROW;
            ui.spacing_mut().button_padding.y = 1.0;
            let button = Button::selectable(chosen, name(*topic)).min_size(vec2(ui.available_width(), 0.0)).truncate();
            let response = ui.add(button);
            if chosen && before != Some(topic.key()) {
                response.scroll_to_me(Some(egui::Align::Center));
            }
            if response.clicked() {
                actions.push(ExplainAction::Ask(Asked::about(*topic)).into());
            }
        }
    });
    if let Some(topic) = open {
        ui.data_mut(|data| data.insert_temp(Id::unique("glossary_at"), topic.key()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_finds_its_topics_the_best_first() {
        assert_eq!(found(""), Topic::ALL);
        assert_eq!(found("elbo")[0], Topic::Elbo);
        assert!(found("gap").contains(&Topic::AmortisationGap));
        assert_eq!(found("zzz"), []);
        // A whole part by its name.
        assert!(found("training").contains(&Topic::Speed));
    }
}
