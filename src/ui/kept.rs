//! The line about prepared images on disk: how much there is, how much there may be, and a way to be rid of it.

use egui::{Button, ComboBox, Ui};
use rust_i18n::t;

use crate::state::{Action, AppState, Kept};
use crate::ui::{format, widgets};

/// Draws the line, once it is known what there is.
pub fn ui(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    let Kept { bytes: Some(bytes), limit_gib } = state.data.kept else { return };
    widgets::row(ui, &t!("data.kept"), &t!("data.kept_tip"), |ui, label| {
        let text = |gib: u32| match gib {
            0 => t!("data.kept_off").into_owned(),
            gib => format::bytes(u64::from(gib) << 30),
        };
        let mut chosen = limit_gib;
        let combo = ComboBox::from_id_salt("kept").selected_text(text(limit_gib)).width(72.0);
        let response = combo.show_ui(ui, |ui| {
            for gib in Kept::LIMITS_GIB {
                ui.selectable_value(&mut chosen, gib, text(gib));
            }
        });
        response.response.labelled_by(label.id);
        if chosen != limit_gib {
            actions.push(Action::SetKeptLimit(chosen));
        }
        let clear = Button::new(t!("data.kept_clear", size = format::bytes(bytes)));
        if ui.add_enabled(bytes > 0, clear).on_hover_text(t!("data.kept_clear_tip")).clicked() {
            actions.push(Action::ClearKept);
        }
    });
}
