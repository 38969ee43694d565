//! The menu of pictures that can be written.

use egui::containers::menu::MenuButton;
use egui::{Button, DragValue, RichText, Ui, vec2};
use rust_i18n::t;

use crate::state::update::UPSCALES;
use crate::state::{Action, AppState, ExportKind};
use crate::ui::{theme, widgets};

/// Width of the menu, in points.
const MENU: f32 = 230.0;

/// Draws the menu's button.
pub fn ui(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    let sign = RichText::new(theme::UNFOLDED).size(theme::SIGN);
    let button = Button::new((t!("export.menu").into_owned(), sign)).min_size(vec2(0.0, 30.0));
    let (response, _) = MenuButton::from_button(button).ui(ui, |ui| {
        ui.set_width(MENU);
        let reason = missing(state, ExportKind::Strip);
        let entries = [
            (ExportKind::Strip, false, t!("export.strip"), "Ctrl+E"),
            (ExportKind::Strip, true, t!("export.strip_as"), ""),
            (ExportKind::Grid, false, t!("export.grid"), ""),
            (ExportKind::Grid, true, t!("export.grid_as"), ""),
        ];
        for (i, (kind, asks, text, keys)) in entries.into_iter().enumerate() {
            if i == 2 {
                ui.separator();
            }
            let reason = if kind == ExportKind::Strip { reason.clone() } else { missing(state, kind) };
            let button = Button::new(text);
            let button = if keys.is_empty() { button } else { button.shortcut_text(keys) };
            let response = ui.add_enabled(reason.is_none(), button);
            if response.clicked() {
                actions.push(if asks { Action::ExportAs(kind) } else { Action::Export(kind) });
                ui.close();
            }
            if let Some(reason) = reason {
                response.on_disabled_hover_text(reason);
            }
        }
        ui.separator();
        widgets::row(ui, &t!("export.enlarge"), &t!("export.enlarge_tip"), |ui, label| {
            let mut upscale = state.upscale;
            let value = DragValue::new(&mut upscale).range(UPSCALES).speed(0.1).prefix("× ");
            if ui.add(value).labelled_by(label.id).changed() {
                actions.push(Action::SetUpscale(upscale));
            }
        });
    });
    widgets::name(&response, &t!("export.menu"));
}

/// Why a picture cannot be written yet.
pub fn missing(state: &AppState, kind: ExportKind) -> Option<String> {
    if state.training.model.is_none() {
        return Some(t!("export.needs_model").into_owned());
    }
    let no_pins = kind == ExportKind::Strip && state.walk.strip_points().is_empty();
    no_pins.then(|| t!("export.needs_pins").into_owned())
}
