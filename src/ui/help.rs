//! Every key, and what the mouse does.

use std::borrow::Cow;

use egui::{Frame, Grid, Id, Modal, RichText, Ui};
use rust_i18n::t;

use crate::state::{Action, AppState};
use crate::ui::{theme, widgets};

/// A key or a movement, and what it does.
type Row = (Cow<'static, str>, Cow<'static, str>);

/// Width of a column of keys, in points.
const KEY: f32 = 128.0;
/// Width of a list, in points.
const LIST: f32 = 330.0;

/// Draws the overlay while it is open.
pub fn ui(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    if !state.help_open {
        return;
    }
    let frame = Frame::window(ui.style()).inner_margin(2.0 * theme::GAP);
    let modal = Modal::new(Id::unique("help")).frame(frame).show(ui.ctx(), |ui| {
        ui.set_width(2.0 * LIST + theme::GAP);
        let close = ui.horizontal(|ui| {
            ui.label(RichText::new(t!("help.title")).font(theme::strong(16.0)));
            let right = egui::Layout::right_to_left(egui::Align::Center);
            ui.with_layout(right, |ui| ui.button(t!("help.close")).clicked()).inner
        });
        ui.add_space(theme::GAP);
        ui.horizontal_top(|ui| {
            ui.vertical(|ui| list_ui(ui, &t!("help.keys"), &keys()));
            ui.vertical(|ui| {
                list_ui(ui, &t!("help.mouse"), &on_the_map());
                ui.add_space(theme::GAP);
                list_ui(ui, &t!("help.curves"), &on_the_curves());
            });
        });
        close.inner
    });
    if modal.inner || modal.should_close() {
        actions.push(Action::ToggleHelp);
    }
}

fn list_ui(ui: &mut Ui, title: &str, rows: &[Row]) {
    ui.set_width(LIST);
    widgets::title(ui, title);
    ui.spacing_mut().interact_size.y = theme::TEXT_ROW;
    Grid::new(title).num_columns(2).min_col_width(KEY).spacing([theme::GAP, 4.0]).show(ui, |ui| {
        for (key, what) in rows {
            ui.label(RichText::new(key.as_ref()).font(theme::strong(theme::BODY)));
            ui.label(what.as_ref());
            ui.end_row();
        }
    });
}

fn keys() -> [Row; 14] {
    [
        (t!("help.key_space"), t!("help.space")),
        ("Ctrl+O".into(), t!("help.open")),
        ("Ctrl+E".into(), t!("help.export")),
        ("Ctrl+Z".into(), t!("help.undo")),
        ("Ctrl+Shift+Z".into(), t!("help.redo")),
        ("P  A  B".into(), t!("help.pins")),
        ("K".into(), t!("way.key")),
        ("F".into(), t!("help.fit")),
        (t!("help.key_arrows"), t!("help.arrows")),
        (t!("help.key_modified"), t!("help.arrows_more")),
        ("Ctrl+T".into(), t!("help.theme")),
        ("F11".into(), t!("help.fullscreen")),
        (t!("help.key_escape"), t!("help.escape")),
        ("?".into(), t!("help.this")),
    ]
}

fn on_the_map() -> [Row; 6] {
    [
        (t!("help.key_hover"), t!("help.hover")),
        (t!("help.key_drag"), t!("help.drag")),
        (t!("help.key_click"), t!("help.click")),
        (t!("help.key_pan"), t!("help.pan")),
        (t!("help.key_wheel"), t!("help.wheel")),
        (t!("help.key_double"), t!("help.double")),
    ]
}

fn on_the_curves() -> [Row; 7] {
    [
        (t!("help.key_hover"), t!("help.curves_point")),
        (t!("help.key_drag"), t!("help.curves_drag")),
        (t!("help.key_zoom"), t!("help.curves_zoom")),
        (t!("help.key_zoom_up"), t!("help.curves_zoom_up")),
        (t!("help.key_double"), t!("help.curves_reset")),
        (t!("help.key_legend"), t!("help.curves_hide")),
        (t!("help.key_legend_alt"), t!("help.curves_alone")),
    ]
}
