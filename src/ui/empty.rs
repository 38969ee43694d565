//! What the map says before there is a model.

use egui::{RichText, Ui};
use rust_i18n::t;

use crate::state::{AppState, Phase};
use crate::ui::theme;

/// Draws two lines in the middle: what is missing, and what to do.
pub fn ui(ui: &mut Ui, state: &AppState) {
    let (title, hint) = if state.data.loading.is_some() {
        (t!("map.empty_loading"), "".into())
    } else if state.data.set.is_none() {
        (t!("map.empty_data_title"), t!("map.empty_data"))
    } else if matches!(state.training.phase, Phase::Idle | Phase::Ended(_)) {
        (t!("map.empty_title"), t!("map.empty_train"))
    } else {
        (t!("map.empty_building"), "".into())
    };
    ui.add_space((ui.available_height() / 2.0 - 28.0).max(0.0));
    ui.label(RichText::new(title).font(theme::strong(17.0)).color(theme::ON_MAP));
    ui.label(RichText::new(hint).color(theme::ON_MAP_WEAK));
}
