//! The curves under the map: what was measured at every step, smoothed, and on the held images.

use egui::{Align, Button, Frame, Label, Layout, Margin, Panel, RichText, Slider, Ui, vec2};
use rust_i18n::t;

use crate::state::{Action, AppState, Metric};
use crate::ui::{curve_legend, curve_plot, kl_bars, theme, widgets};

/// Space between two plots, in points.
const BETWEEN: f32 = 20.0;
/// The plots take at most this share of the window's height.
const MOST: f32 = 0.2;
/// From this width of the header on there is room for the unit, in points.
const WIDE: f32 = 640.0;
/// Height of a plot's title.
pub const TITLE: f32 = 18.0;

/// Height of the panel: in a low window it leaves the map its room.
fn height(ui: &Ui, state: &AppState) -> f32 {
    let share = ui.ctx().content_rect().height() * MOST;
    theme::CURVES_HEADER + if state.curves.open { theme::CURVES.min(share) } else { 0.0 }
}

/// Draws the panel: one line when closed.
pub fn panel_ui(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    let palette = theme::palette(ui);
    Panel::bottom("curves")
        .exact_size(height(ui, state))
        .resizable(false)
        .frame(Frame::NONE.fill(palette.panel).inner_margin(Margin::symmetric(theme::PAD, 0)))
        .show(ui, |ui| {
            header_ui(ui, state, actions);
            if state.curves.open {
                plots_ui(ui, state);
            }
        });
}

fn header_ui(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    ui.horizontal(|ui| {
        ui.set_height(theme::CURVES_HEADER);
        let sign = if state.curves.open { theme::UNFOLDED } else { theme::FOLDED };
        let text = RichText::new(t!("curves.title")).font(theme::strong(14.0));
        let toggle = ui.add(Button::new((RichText::new(sign).size(theme::SIGN), text)).frame(false));
        let tip = if state.curves.open { t!("curves.close") } else { t!("curves.open") };
        widgets::name(&toggle, &tip);
        if toggle.on_hover_text(tip).clicked() {
            actions.push(Action::ToggleCurves);
        }
        if !state.curves.open {
            return;
        }
        // One unit for all of them; in a narrow window it gives way.
        if ui.available_width() > WIDE {
            widgets::weak(ui, &t!("curves.unit"));
        }
        ui.add_space(6.0);
        curve_legend::ui(ui, state.curves, actions);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| smoothing_ui(ui, state, actions));
    });
}

fn smoothing_ui(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    let mut smoothing = state.training.history.smoothing();
    ui.label(format!("{smoothing:.3}"));
    ui.spacing_mut().slider_width = 110.0;
    let response = ui.add(Slider::new(&mut smoothing, 0.0..=0.999).show_value(false));
    let label = widgets::weak(ui, &t!("curves.smoothing")).on_hover_text(t!("curves.smoothing_tip"));
    if response.labelled_by(label.id).changed() {
        actions.push(Action::SetSmoothing(smoothing));
    }
}

fn plots_ui(ui: &mut Ui, state: &AppState) {
    let bars = 210.0_f32.min(ui.available_width() * 0.2);
    let width = (ui.available_width() - bars - 3.0 * BETWEEN) / 3.0;
    let height = ui.available_height() - 8.0;
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = BETWEEN;
        for metric in Metric::ALL {
            ui.allocate_ui_with_layout(vec2(width, height), Layout::top_down(Align::Min), |ui| {
                curve_plot::ui(ui, state, metric, height);
            });
        }
        ui.allocate_ui_with_layout(vec2(bars, height), Layout::top_down(Align::Min), |ui| {
            kl_bars::ui(ui, state, height);
        });
    });
}

/// A plot's name on the left, its last figures on the right.
pub fn title_ui(ui: &mut Ui, name: &str, tip: &str, values: impl FnOnce(&mut Ui)) {
    ui.horizontal(|ui| {
        ui.set_height(TITLE);
        ui.spacing_mut().item_spacing.x = theme::GAP;
        ui.add(Label::new(RichText::new(name).font(theme::strong(theme::BODY))).extend()).on_hover_text(tip);
        ui.with_layout(Layout::right_to_left(Align::Center), values);
    });
}
