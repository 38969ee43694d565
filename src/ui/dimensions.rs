//! Sliders for the dimensions that are not on the map.

use egui::{Align, Id, Label, Layout, RichText, Slider, SliderClamping, Ui};
use rust_i18n::t;

use crate::latent::by_weight;
use crate::state::{Action, AppState, MapAction, Topic};
use crate::ui::explain::{self, Figure};
use crate::ui::{format, theme, widgets};

/// Dimensions that are listed before all are asked for.
const FEW: usize = 5;
/// Where a slider ends, in σ of the prior; further out when the point is there.
const REACH: f32 = 4.0;
/// Width of a dimension's name, of its slider and of its KL, in points.
const NAME: f32 = 28.0;
const SLIDER: f32 = 78.0;

/// Draws the section; nothing with two dimensions.
pub fn ui(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    let z = &state.walk.z;
    if z.len() <= 2 || state.training.model.is_none_or(|model| model.latent_dim != z.len()) {
        return;
    }
    let kl = state.kl_per_dim();
    let order = sorted(z.len(), &state.map.axes.latent(), kl);
    let id = Id::unique("all_dimensions");
    let all: bool = ui.data(|data| data.get_temp(id)).unwrap_or_default();
    ui.add_space(4.0);
    ui.horizontal(|ui| {
        let title = if order.len() == z.len() { t!("layers.dimensions_all") } else { t!("layers.dimensions") };
        explain::head(ui, Topic::KlPerDim, &title).on_hover_text(t!("layers.dimensions_tip"));
        if order.len() > FEW {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let text = if all { t!("layers.fewer") } else { t!("layers.more", n = order.len()) };
                if ui.small_button(text).clicked() {
                    ui.data_mut(|data| data.insert_temp(id, !all));
                }
            });
        }
    });
    let shown = if all { order.len() } else { FEW };
    for &axis in order.iter().take(shown) {
        dimension_ui(ui, axis, z.get(axis).copied().unwrap_or_default(), kl.get(axis).copied(), actions);
    }
}

fn dimension_ui(ui: &mut Ui, axis: usize, value: f32, kl: Option<f64>, actions: &mut Vec<Action>) {
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        ui.set_height(theme::TEXT_ROW);
        let weak = theme::palette(ui).weak;
        ui.scope(|ui| {
            ui.set_width(NAME);
            ui.colored_label(weak, format::axis(axis));
        });
        let mut new = value;
        let reach = REACH.max(value.abs());
        ui.spacing_mut().slider_width = SLIDER;
        let slider = Slider::new(&mut new, -reach..=reach).clamping(SliderClamping::Never).fixed_decimals(2);
        let response = ui.add(slider);
        widgets::label(&response, &t!("layers.dimension", axis = format::axis(axis)));
        if begins(&response) {
            actions.push(Action::Map(MapAction::HoldDimension));
        }
        if response.changed() && new != value {
            actions.push(Action::Map(MapAction::MoveDimension(axis, new)));
        }
        if let Some(kl) = kl {
            let text = t!("layers.dimension_kl", kl = format::figure(kl));
            let name = t!("lens.kl_of", axis = format::axis(axis));
            let figure = Figure { topic: Topic::KlPerDim, name: &name, value: &text };
            let label = Label::new(RichText::new(&*text).color(weak)).truncate();
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| explain::text_of(ui, label, figure));
        }
    });
}

/// Whether a control begins to move something: a drag does so once, a key or a typed number each time.
pub fn begins(response: &egui::Response) -> bool {
    response.drag_started() || response.changed() && !response.dragged() && !response.drag_stopped()
}

/// Every dimension but those on the map, the one that carries most first.
fn sorted(n: usize, on_map: &(impl Iterator<Item = usize> + Clone), kl: &[f64]) -> Vec<usize> {
    by_weight(n, kl).into_iter().filter(|i| !on_map.clone().any(|axis| axis == *i)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_carries_most_comes_first_and_what_is_on_the_map_not_at_all() {
        assert_eq!(sorted(5, &[3, 0].into_iter(), &[9.0, 0.1, 2.0, 8.0, 0.5]), [2, 4, 1]);
        assert_eq!(sorted(3, &std::iter::empty(), &[]), [0, 1, 2]);
    }
}
