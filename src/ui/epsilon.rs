//! Other codes of the selected image.

use egui::{Button, Slider, Ui, vec2};
use rust_i18n::t;

use crate::state::epsilon::RANGE;
use crate::state::{Action, AppState, EpsilonAction};
use crate::ui::{dimensions, theme, widgets};

/// Draws a button and, after the first draw, a slider along what was drawn; nothing without σ.
pub fn ui(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    let Some(view) = state.walk.selected_view.as_ref().filter(|_| state.training.is_variational()) else { return };
    let epsilon = &state.epsilon;
    let drawn = epsilon.subject == Some(view.subject) && epsilon.drawn.len() == view.mu.len();
    ui.horizontal(|ui| {
        let button = Button::new(t!("layers.epsilon")).min_size(vec2(0.0, theme::CONTROL));
        if ui.add(button).on_hover_text(t!("layers.epsilon_tip")).clicked() {
            actions.push(Action::Epsilon(EpsilonAction::Draw));
        }
        if drawn {
            let mut t = epsilon.t;
            ui.spacing_mut().slider_width = 84.0;
            let response = ui.add(Slider::new(&mut t, RANGE).fixed_decimals(2));
            widgets::label(&response, &t!("layers.scrub"));
            if dimensions::begins(&response) {
                actions.push(Action::Epsilon(EpsilonAction::Hold));
            }
            if response.on_hover_text(t!("layers.scrub_tip")).changed() {
                actions.push(Action::Epsilon(EpsilonAction::Scrub(t)));
            }
        }
    });
}
