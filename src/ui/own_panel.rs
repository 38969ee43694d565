//! The images that were brought along: how they come, and where they are found again.

use egui::{Button, Label, RichText, Sense, Ui};
use rust_i18n::t;

use crate::state::{Action, AppState, OwnAction, Subject, Topic, WalkAction};
use crate::ui::explain::{self, Figure};
use crate::ui::{Cache, theme, widgets};

/// Side of a small picture, in points.
const SIDE: f32 = 44.0;

/// Draws the section.
pub fn ui(ui: &mut Ui, state: &AppState, cache: &mut Cache, actions: &mut Vec<Action>) {
    ui.horizontal(|ui| {
        widgets::title(ui, &t!("own.title"));
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = 6.0;
            if ui.add(Button::new(t!("own.paste"))).on_hover_text(t!("own.paste_tip")).clicked() {
                actions.push(OwnAction::Paste.into());
            }
            if ui.add(Button::new(t!("own.choose"))).on_hover_text(t!("own.choose_tip")).clicked() {
                actions.push(OwnAction::Choose.into());
            }
        });
    });
    let waiting = state.own.n_waiting();
    if waiting > 0 {
        widgets::note(ui, &t!("own.waiting", n = waiting));
    } else if state.own.shown().next().is_none() {
        widgets::note(ui, &t!("own.empty"));
    }
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = egui::vec2(6.0, 6.0);
        for idx in state.own.shown() {
            thumb_ui(ui, state, idx, cache, actions);
        }
    });
    let n = state.unpinned_own().len();
    if n > 1 && ui.button(t!("own.pin_all", n = n)).on_hover_text(t!("own.pin_all_tip")).clicked() {
        actions.push(OwnAction::PinAll.into());
    }
}

fn thumb_ui(ui: &mut Ui, state: &AppState, idx: usize, cache: &mut Cache, actions: &mut Vec<Action>) {
    let subject = Subject::Own(idx);
    let texture = cache.textures.subject(ui.ctx(), state, subject);
    let name = state.name_of(subject);
    let outline = (state.walk.selected == Some(subject)).then(|| theme::palette(ui).accent);
    let text = t!("own.show", name = name);
    let response = widgets::picture(ui, &text, texture, SIDE, Sense::click_and_drag(), outline);
    response.dnd_set_drag_payload(subject);
    if response.clicked() {
        actions.push(Action::Walk(WalkAction::Select(Some(subject))));
    }
    response.context_menu(|ui| {
        if ui.button(t!("own.remove")).clicked() {
            actions.push(OwnAction::Remove(idx).into());
        }
    });
    response.on_hover_text(name);
}

/// Whether the selected image is like those the model was trained on, when it was brought along.
pub fn standing_ui(ui: &mut Ui, state: &AppState) {
    let Some(standing) = state.own.standing.filter(|standing| state.walk.selected == Some(standing.subject)) else {
        return;
    };
    let better = format!("{:.0}", standing.error_percentile);
    let palette = theme::palette(ui);
    let (colour, text) = if standing.is_unlike() {
        (palette.warning, t!("own.unlike", share = better))
    } else {
        (palette.weak, t!("own.alike", share = better))
    };
    let label = Label::new(RichText::new(&*text).color(colour)).wrap();
    let figure = Figure { topic: Topic::ErrorPercentile, name: "", value: &text };
    explain::text_of(ui, label, figure).on_hover_text(t!("own.standing_tip"));
}
