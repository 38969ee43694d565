//! The runs that are drawn over each other, each with its colour: a click hides one.

use egui::{Align, Label, Layout, RichText, Role, Sense, Stroke, Ui, WidgetInfo, vec2};
use rust_i18n::t;

use crate::curves::scene::Ink;
use crate::state::{Action, AppState, RunsAction};
use crate::ui::{theme, widgets};

/// Height of the line with the gap under it, in points.
const LINE: f32 = 26.0;
/// Length of a sample of a line, in points.
const SAMPLE: f32 = 18.0;

/// Height of the legend: none as long as one run is drawn alone.
pub fn height(state: &AppState) -> f32 {
    if state.drawn_runs().nth(1).is_some() { LINE } else { 0.0 }
}

/// Draws the legend.
pub fn ui(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    if height(state) == 0.0 {
        return;
    }
    let hidden = state.hidden_runs();
    let place = vec2(ui.available_width(), LINE - ui.spacing().item_spacing.y);
    ui.allocate_ui_with_layout(place, Layout::left_to_right(Align::Center), |ui| {
        ui.set_min_size(place);
        ui.spacing_mut().interact_size.y = place.y;
        ui.spacing_mut().item_spacing.x = 2.0 * theme::GAP;
        for (run, (folder, name)) in state.drawn_runs().enumerate() {
            let response = entry_ui(ui, run, name, !hidden.contains(&run));
            if response.on_hover_text(t!("curves.run_tip")).clicked() {
                actions.push(RunsAction::Hide(folder.to_owned()).into());
            }
        }
    });
}

fn entry_ui(ui: &mut Ui, run: usize, name: &str, shown: bool) -> egui::Response {
    let palette = theme::palette(ui);
    let fade = |colour: egui::Color32| if shown { colour } else { colour.gamma_multiply(0.35) };
    // The open run has the colours of its plots.
    let own = [Ink::Recon, Ink::Kl, Ink::Elbo];
    let inks: &[Ink] = if run == 0 { &own } else { &[Ink::Run(run)] };
    let inner = ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 5.0;
        let (rect, _) = ui.allocate_exact_size(vec2(SAMPLE, 12.0), Sense::hover());
        let piece = rect.width() / inks.len() as f32;
        for (i, ink) in inks.iter().enumerate() {
            let left = rect.left() + i as f32 * piece;
            let stroke = Stroke::new(3.0, fade(theme::ink(palette, *ink)));
            ui.painter().hline(left..=left + piece, rect.center().y, stroke);
        }
        ui.add(Label::new(RichText::new(name).color(fade(palette.text))).truncate().selectable(false));
    });
    let response = ui.interact(inner.response.rect, ui.scope_id().with(("run", run)), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::CheckBox, true, shown, name));
    widgets::focus_ring(ui, &response);
    response
}
