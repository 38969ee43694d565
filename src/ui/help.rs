//! Every key of the commands' table, and what the mouse does.

use std::borrow::Cow;

use egui::{Context, Frame, Grid, Id, Modal, RichText, Ui};
use rust_i18n::t;

use crate::state::{Action, AppState, ExplainAction, Topic};
use crate::ui::{commands, theme, widgets};

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
            ui.with_layout(right, |ui| {
                let close = ui.button(t!("help.close")).clicked();
                if ui.button(t!("explain.glossary")).on_hover_text(t!("explain.glossary_tip")).clicked() {
                    actions.push(ExplainAction::Look(Topic::Elbo).into());
                }
                close
            })
            .inner
        });
        ui.add_space(theme::GAP);
        ui.horizontal_top(|ui| {
            ui.vertical(|ui| list_ui(ui, &t!("help.keys"), &keys(ui.ctx())));
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

/// The keys of the commands, and those that are no command.
fn keys(ctx: &Context) -> Vec<Row> {
    let with_key = commands::all().filter(|command| !command.shortcuts.is_empty());
    let mut rows: Vec<Row> = with_key.map(|command| (command.all_keys(ctx).into(), command.name())).collect();
    rows.extend([
        (t!("help.key_arrows"), t!("help.arrows")),
        (t!("help.key_modified"), t!("help.arrows_more")),
        (t!("help.key_escape"), t!("help.escape")),
    ]);
    rows
}

fn on_the_map() -> [Row; 8] {
    [
        (t!("help.key_hover"), t!("help.hover")),
        (t!("help.key_drag"), t!("help.drag")),
        (t!("help.key_click"), t!("help.click")),
        (t!("help.key_pan"), t!("help.pan")),
        (t!("help.key_wheel"), t!("help.wheel")),
        (t!("help.key_double"), t!("help.double")),
        (t!("directions.key_lasso"), t!("directions.help_lasso")),
        (t!("directions.key_lasso_b"), t!("directions.help_lasso_b")),
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
