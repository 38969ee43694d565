//! The right panel: the decoded point, and the selected image as the model sees it, images of one's own, the way.

use egui::Ui;

use crate::state::{Action, AppState};
use crate::ui::{Cache, analogy_panel, direction_panel, own_panel, point_panel, subject_panel, way_panel, widgets};

/// Draws the sections.
pub fn ui(ui: &mut Ui, state: &AppState, cache: &mut Cache, actions: &mut Vec<Action>) {
    point_panel::ui(ui, state, cache, actions);
    widgets::divider(ui);
    subject_panel::ui(ui, state, cache, actions);
    widgets::divider(ui);
    own_panel::ui(ui, state, cache, actions);
    widgets::divider(ui);
    way_panel::ui(ui, state, cache, actions);
    widgets::divider(ui);
    direction_panel::ui(ui, state, cache, actions);
    widgets::divider(ui);
    analogy_panel::ui(ui, state, cache, actions);
}
