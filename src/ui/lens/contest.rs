//! AE, VAE and PCA on the same images.

use egui::Ui;
use rust_i18n::t;

use crate::state::{Action, AppState};
use crate::ui::{Cache, widgets};

/// Draws the page.
pub fn ui(ui: &mut Ui, _: &AppState, _: &mut Cache, _: &mut Vec<Action>) {
    widgets::title(ui, &t!("contest.title"));
}
