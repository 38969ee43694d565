//! A better z for the selected image than the encoder gave.

use egui::{Button, Label, RichText, Ui, vec2};
use rust_i18n::t;

use crate::state::{Action, AppState, Refinement, RefinementAction, Subject, Topic};
use crate::ui::explain::{self, Figure};
use crate::ui::{format, theme, widgets};

/// Draws a button; while it is looked for how far that is; then what was gained.
pub fn ui(ui: &mut Ui, state: &AppState, subject: Subject, actions: &mut Vec<Action>) {
    let refinement = &state.own.refinement;
    ui.horizontal(|ui| {
        if let Refinement::Running { share, nats, .. } = refinement {
            if ui.button(t!("refine.stop")).clicked() {
                actions.push(RefinementAction::Stop.into());
            }
            widgets::progress_bar(ui, &t!("refine.progress"), Some(*share), 72.0);
            if let Some(nats) = nats {
                let text = t!("refine.now", nats = format::signed(*nats, 1));
                let figure = Figure { topic: Topic::Refinement, name: "−log p(x|z)", value: &text };
                let weak = RichText::new(&*text).color(theme::palette(ui).weak);
                explain::text_of(ui, Label::new(weak).truncate(), figure);
            }
        } else {
            let button = Button::new(t!("refine.begin")).min_size(vec2(0.0, theme::CONTROL));
            let response = ui.add_enabled(state.walk.selected_view.is_some(), button);
            if response.on_hover_text(t!("refine.tip")).clicked() {
                actions.push(RefinementAction::Begin.into());
            }
            if refinement.found(subject).is_some() {
                if ui.button(t!("refine.go")).on_hover_text(t!("refine.go_tip")).clicked() {
                    actions.push(RefinementAction::Go.into());
                }
                if ui.button(t!("refine.pin")).on_hover_text(t!("refine.pin_tip")).clicked() {
                    actions.push(RefinementAction::Pin.into());
                }
            }
        }
    });
    if let Some(found) = refinement.found(subject) {
        let [before, after] = [found.before_nats, found.after_nats].map(|nats| format::signed(nats, 1));
        let text = t!("refine.gain", before = before, after = after);
        let weak = RichText::new(&*text).color(theme::palette(ui).weak);
        let figure = Figure { topic: Topic::Refinement, name: "", value: &text };
        explain::text_of(ui, Label::new(weak).truncate(), figure).on_hover_text(t!("refine.gain_tip"));
    }
}
