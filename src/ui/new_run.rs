//! Says which of the settings that were changed need a new run, and begins it.

use egui::{Button, Label, RichText, Ui, vec2};
use rust_i18n::t;

use crate::config::name_of;
use crate::state::steering::need_new_run;
use crate::state::{Action, AppState};
use crate::ui::theme;

/// Draws the hint, when there is something to say.
pub fn hint_ui(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    let training = &state.training;
    let Some(run) = training.run.as_ref().filter(|_| training.is_active()) else { return };
    let keys = need_new_run(&run.config, &state.settings);
    if keys.is_empty() {
        return;
    }
    let names: Vec<_> = keys.into_iter().map(name_of).collect();
    let palette = theme::palette(ui);
    egui::Frame::NONE.fill(palette.warning_soft).corner_radius(theme::RADIUS).inner_margin(8).show(ui, |ui| {
        ui.set_width(ui.available_width());
        let text = t!("model.needs_new_run", what = names.join(", "));
        ui.add(Label::new(RichText::new(text).size(theme::SMALL)).wrap());
        ui.add(Label::new(RichText::new(t!("model.only_fitting")).size(theme::SMALL)).wrap());
        let button = Button::new(t!("top.branch")).min_size(vec2(ui.available_width(), theme::CONTROL));
        let button = ui.add_enabled(training.can_branch(), button);
        if button.on_hover_text(t!("model.needs_new_run_tip", name = run.name)).clicked() {
            actions.push(Action::BranchRun);
        }
    });
}
