//! Every key and what the mouse does on the map.

use egui::{Grid, Id, Key, Modal, RichText, Ui};
use rust_i18n::t;

use crate::state::{Action, AppState};
use crate::ui::{theme, widgets};

/// Draws the overlay while it is open.
pub fn ui(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    if !state.help_open {
        return;
    }
    let modal = Modal::new(Id::unique("help")).show(ui.ctx(), |ui| {
        ui.set_width(520.0);
        ui.add_space(4.0);
        ui.horizontal(|ui| {
            ui.label(RichText::new(t!("help.title")).font(theme::strong(16.0)));
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                ui.button(t!("help.close")).clicked() || ui.input(|i| i.key_pressed(Key::Escape))
            })
            .inner
        })
        .inner
            | {
                ui.add_space(6.0);
                lists_ui(ui);
                false
            }
    });
    if modal.inner || modal.should_close() {
        actions.push(Action::ToggleHelp);
    }
}

fn lists_ui(ui: &mut Ui) {
    let keys = [
        (t!("help.key_space"), t!("help.space")),
        ("Ctrl+O".into(), t!("help.open")),
        ("Ctrl+E".into(), t!("help.export")),
        ("Ctrl+Z".into(), t!("help.undo")),
        ("Ctrl+Shift+Z".into(), t!("help.redo")),
        ("A  B".into(), t!("help.pins")),
        ("F".into(), t!("help.fit")),
        (t!("help.key_arrows"), t!("help.arrows")),
        (t!("help.key_modified"), t!("help.arrows_more")),
        ("Ctrl+T".into(), t!("help.theme")),
        ("F11".into(), t!("help.fullscreen")),
        ("?".into(), t!("help.this")),
    ];
    let mouse = [
        (t!("help.key_hover"), t!("help.hover")),
        (t!("help.key_drag"), t!("help.drag")),
        (t!("help.key_click"), t!("help.click")),
        (t!("help.key_pan"), t!("help.pan")),
        (t!("help.key_wheel"), t!("help.wheel")),
        (t!("help.key_double"), t!("help.double")),
    ];
    let curves = [
        (t!("help.key_drag"), t!("help.curves_drag")),
        (t!("help.key_zoom"), t!("help.curves_zoom")),
        (t!("help.key_double"), t!("help.curves_reset")),
        (t!("help.key_legend"), t!("help.curves_hide")),
        (t!("help.key_legend_alt"), t!("help.curves_alone")),
    ];
    let lists = [
        (t!("help.keys"), keys.as_slice()),
        (t!("help.mouse"), mouse.as_slice()),
        (t!("help.curves"), curves.as_slice()),
    ];
    for (title, rows) in lists {
        widgets::title(ui, &title);
        Grid::new(title.as_ref()).num_columns(2).min_col_width(200.0).spacing([16.0, 5.0]).show(ui, |ui| {
            for (key, what) in rows {
                ui.label(RichText::new(key.as_ref()).font(theme::strong(theme::BODY)));
                ui.label(what.as_ref());
                ui.end_row();
            }
        });
        ui.add_space(8.0);
    }
}
