//! Class colours, in one line under the map.

use egui::{Align, Layout, RichText, ScrollArea, Sense, Ui, vec2};

use crate::state::AppState;
use crate::ui::{format, theme};

/// Height of the line; none without classes.
pub fn height(state: &AppState) -> f32 {
    if has_classes(state) { 20.0 } else { 0.0 }
}

fn has_classes(state: &AppState) -> bool {
    state.map.show_images && state.data.set.as_ref().is_some_and(|d| !d.classes.is_empty())
}

/// Draws the line; it scrolls sideways when there are many classes.
pub fn ui(ui: &mut Ui, state: &AppState) {
    let Some(data) = state.data.set.as_ref().filter(|_| has_classes(state)) else { return };
    let line = vec2(ui.available_width(), height(state));
    ui.allocate_ui_with_layout(line, Layout::left_to_right(Align::Center), |ui| {
        ui.set_min_size(line);
        ScrollArea::horizontal().id_salt("legend").auto_shrink([false, false]).show(ui, |ui| {
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                ui.spacing_mut().item_spacing.x = 5.0;
                ui.add_space(30.0);
                for (i, class) in data.classes.iter().enumerate() {
                    let (dot, _) = ui.allocate_exact_size(vec2(9.0, 9.0), Sense::hover());
                    ui.painter().circle_filled(dot.center(), 4.5, theme::class_colour(Some(i as u16)));
                    ui.add(egui::Label::new(RichText::new(format::class_name(class)).size(theme::SMALL)).extend());
                    ui.add_space(7.0);
                }
            });
        });
    });
}
