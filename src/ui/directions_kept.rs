//! The directions that are kept with the run, under names of the user's.

use egui::containers::menu::MenuButton;
use egui::{Align, Button, Id, Key, Layout, TextEdit, Ui, vec2};
use rust_i18n::t;

use crate::state::{Action, AppState, DirectionsAction};
use crate::ui::{direction_panel::typed, theme, widgets};

/// Room for the button of a direction's menu, in points.
const MENU: f32 = 30.0;
/// Width of a menu, in points.
const WIDTH: f32 = 190.0;

/// Lists the direction between the groups and those that are kept; a click uses one.
pub fn list_ui(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    let directions = &state.directions;
    if directions.saved.is_empty() {
        return;
    }
    ui.spacing_mut().item_spacing.y = 3.0;
    if directions.between.direction.is_some() {
        let is_used = directions.chosen.is_none();
        if used_ui(ui, is_used, &t!("directions.between"), ui.available_width()) {
            actions.push(DirectionsAction::Choose(None).into());
        }
    }
    for name in directions.saved.keys() {
        ui.horizontal(|ui| {
            let is_used = directions.chosen.as_ref() == Some(name);
            if used_ui(ui, is_used, name, ui.available_width() - MENU) {
                actions.push(DirectionsAction::Choose(Some(name.clone())).into());
            }
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| menu_ui(ui, name, actions));
        });
    }
}

fn used_ui(ui: &mut Ui, is_used: bool, name: &str, width: f32) -> bool {
    let button = Button::selectable(is_used, name).frame_when_inactive(true).truncate();
    ui.add(button.min_size(vec2(width, theme::CONTROL))).on_hover_text(name).clicked()
}

/// Another name for one, or its end.
fn menu_ui(ui: &mut Ui, name: &str, actions: &mut Vec<Action>) {
    let (response, _) = MenuButton::from_button(Button::new("…")).ui(ui, |ui| {
        ui.set_width(WIDTH);
        let id = Id::unique(("direction renamed", name));
        let mut new = ui.data(|data| data.get_temp(id)).unwrap_or_else(|| name.to_owned());
        let field = ui.add(TextEdit::singleline(&mut new).desired_width(f32::INFINITY));
        widgets::label(&field, &t!("directions.new_name"));
        ui.data_mut(|data| data.insert_temp(id, new.clone()));
        let wanted = new.trim();
        let enters = field.lost_focus() && ui.input(|i| i.key_pressed(Key::Enter));
        let can = !wanted.is_empty() && wanted != name;
        if (ui.add_enabled(can, Button::new(t!("directions.rename"))).clicked() || enters) && can {
            actions.push(DirectionsAction::Rename(name.to_owned(), wanted.to_owned()).into());
            ui.close();
        }
        ui.separator();
        if ui.button(t!("directions.forget")).on_hover_text(t!("directions.forget_tip")).clicked() {
            actions.push(DirectionsAction::Forget(name.to_owned()).into());
            ui.close();
        }
    });
    widgets::name(&response, &t!("directions.menu", name = name));
}

/// A name to keep the direction under, and its way out of the window.
pub fn keep_ui(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    let id = Id::unique("direction_name");
    let mut name = typed(ui, id);
    ui.add_space(2.0);
    ui.horizontal(|ui| {
        let folder = state.directions_folder().is_some();
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let wanted = name.trim().to_owned();
            let can = folder && !wanted.is_empty() && !state.directions.saved.contains_key(&wanted);
            let keep = ui.add_enabled(can, Button::new(t!("directions.keep"))).on_hover_text(t!("directions.keep_tip"));
            let reason = match (folder, wanted.is_empty()) {
                (false, _) => t!("directions.needs_run"),
                (true, true) => t!("directions.needs_name"),
                (true, false) => t!("directions.name_taken", name = wanted),
            };
            let clicked = keep.on_disabled_hover_text(reason).clicked();
            let hint = TextEdit::singleline(&mut name).hint_text(t!("directions.name_hint"));
            let field = ui.add(hint.desired_width(ui.available_width()));
            widgets::label(&field, &t!("directions.name"));
            let enters = field.lost_focus() && ui.input(|i| i.key_pressed(Key::Enter));
            if (clicked || enters) && can {
                actions.push(DirectionsAction::Keep(wanted).into());
                name.clear();
            }
        });
    });
    ui.data_mut(|data| data.insert_temp(id, name));
    ui.horizontal(|ui| {
        if ui.button(t!("directions.copy")).on_hover_text(t!("directions.copy_tip")).clicked() {
            actions.push(DirectionsAction::Copy.into());
        }
        let missing = state.directions_missing();
        let export = ui.add_enabled(missing.is_none(), Button::new(t!("directions.export")));
        if export
            .on_hover_text(t!("directions.export_tip"))
            .on_disabled_hover_text(missing.unwrap_or_default())
            .clicked()
        {
            actions.push(DirectionsAction::Export.into());
        }
    });
}
