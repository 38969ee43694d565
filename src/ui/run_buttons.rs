//! What can be done with the run beside the big button: step, stop and keep, go on for longer, a new run from here.

use egui::{Button, DragValue, Ui, vec2};
use rust_i18n::t;

use crate::state::{Action, AppState, Phase, Primary};
use crate::ui::widgets;

/// Height of the buttons.
pub const BUTTON: f32 = 30.0;
/// Width of the number of epochs.
const EPOCHS: f32 = 116.0;

/// Draws those that make sense now.
pub fn ui(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    let training = &state.training;
    if training.is_active() {
        let paused = training.phase == Phase::Paused;
        if button(ui, &t!("top.step_once"), &t!("top.step_once_tip"), paused) {
            actions.push(Action::Step);
        }
        if button(ui, &t!("top.stop"), &t!("top.stop_tip"), training.phase != Phase::Stopping) {
            actions.push(Action::Stop);
        }
        return;
    }
    let ready = state.data.loading.is_none();
    if training.can_prolong() {
        prolong_ui(ui, state, ready, actions);
    }
    if training.can_branch() && button(ui, &t!("top.branch"), &t!("top.branch_tip"), ready) {
        actions.push(Action::BranchRun);
    }
    if training.primary() == Primary::Continue && button(ui, &t!("top.new_run"), &t!("top.new_run_tip"), ready) {
        actions.push(Action::NewRun);
    }
}

fn prolong_ui(ui: &mut Ui, state: &AppState, ready: bool, actions: &mut Vec<Action>) {
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.x = 3.0;
        // Of a run that is done the big button does this.
        if state.training.can_continue && button(ui, &t!("top.continue_for"), &t!("top.continue_for_tip"), ready) {
            actions.push(Action::ContinueForMore);
        }
        let mut epochs = state.training.more_epochs;
        let suffix = format!(" {}", t!("top.more_epochs_unit"));
        let value = DragValue::new(&mut epochs).range(1..=1_000_000).speed(0.2).suffix(suffix);
        let response = ui.add_sized(vec2(EPOCHS, BUTTON), value.update_while_editing(false));
        widgets::label(&response, &t!("top.more_epochs"));
        if response.on_hover_text(t!("top.more_epochs")).changed() {
            actions.push(Action::SetMoreEpochs(epochs));
        }
    });
}

fn button(ui: &mut Ui, text: &str, tip: &str, enabled: bool) -> bool {
    let button = Button::new(text).min_size(vec2(0.0, BUTTON));
    ui.add_enabled(enabled, button).on_hover_text(tip).on_disabled_hover_text(tip).clicked()
}
