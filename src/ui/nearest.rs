//! The real images nearest to the point.

use egui::{RichText, Sense, Ui};
use rust_i18n::t;

use crate::state::{Action, AppState, MapAction, Subject, Topic, WalkAction};
use crate::ui::explain::{self, Figure};
use crate::ui::{Cache, format, theme, widgets};

/// Draws them in a row, each with its distance.
pub fn ui(ui: &mut Ui, state: &AppState, cache: &mut Cache, actions: &mut Vec<Action>) {
    let (Some(view), Some(data)) = (&state.walk.point_view, &state.data.set) else { return };
    ui.add_space(2.0);
    explain::head(ui, Topic::NearestImages, &t!("point.nearest")).on_hover_text(t!("layers.nearest_tip"));
    if view.nearest.is_empty() {
        widgets::note(ui, &t!("point.nearest_none"));
        return;
    }
    ui.horizontal(|ui| {
        let gap = 8.0;
        ui.spacing_mut().item_spacing.x = gap;
        let side = ((ui.available_width() - 3.0 * gap) / 4.0).floor();
        for &(idx, distance) in view.nearest.iter().take(4) {
            ui.vertical(|ui| {
                ui.spacing_mut().item_spacing.y = 3.0;
                ui.set_width(side);
                let texture = cache.textures.image(ui.ctx(), data, state.data.version, idx);
                let name = data.names.get(idx).map_or("", String::as_str);
                let distance = format::signed(f64::from(distance), 2);
                // An image of a sample has no file.
                let has_file = data.root.is_some();
                let key = if has_file { "layers.open_one" } else { "layers.select_one" };
                let text = t!(key, name = name, distance = distance);
                let subject = Subject::Image(idx);
                let outline = (state.walk.selected == Some(subject)).then(|| theme::palette(ui).accent_hovered);
                let response = widgets::picture(ui, &text, Some(texture), side, Sense::click_and_drag(), outline);
                response.dnd_set_drag_payload(subject);
                let tip = if has_file { "layers.open_one_tip" } else { "layers.select_one_tip" };
                let response = response.on_hover_text(t!(tip, name = name));
                if response.clicked() && has_file {
                    actions.push(Action::Map(MapAction::OpenFile(idx)));
                } else if response.clicked() || response.secondary_clicked() {
                    actions.push(Action::Walk(WalkAction::Select(Some(subject))));
                }
                let weak = theme::palette(ui).weak;
                let told = format!("{distance} σ");
                let figure = Figure { topic: Topic::NearestImages, name, value: &told };
                let text = RichText::new(&distance).size(theme::SMALL).color(weak);
                ui.vertical_centered(|ui| explain::label(ui, text, figure));
            });
        }
    });
}
