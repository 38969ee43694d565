//! How the curves are looked at, and what they are saved as.

use egui::containers::menu::{MenuButton, MenuConfig};
use egui::{Button, Checkbox, PopupCloseBehavior, RichText, Ui};
use rust_i18n::t;

use crate::curves::{Format, Metric, Scale, Unit, XAxis};
use crate::state::{Action, AppState, CurvesChange};
use crate::ui::{theme, widgets};

/// Widths of the menus, in points.
const VIEW: f32 = 270.0;
const SAVE: f32 = 190.0;

/// The menu of plots, axes and units; `wide` when there is room for the x axis on its button.
pub fn view_ui(ui: &mut Ui, state: &AppState, wide: bool, actions: &mut Vec<Action>) {
    let view = &state.curves;
    let unit = view.unit.name();
    let text = if wide { t!("curves.unit_by", unit = unit, x = view.x.name()).into_owned() } else { unit };
    let sign = RichText::new(theme::UNFOLDED).size(theme::SIGN);
    let config = MenuConfig::new().close_behavior(PopupCloseBehavior::CloseOnClickOutside);
    let mut change = |change| actions.push(Action::Curves(change));
    let (response, _) = MenuButton::from_button(Button::new((text, sign))).config(config).ui(ui, |ui| {
        ui.set_width(VIEW);
        widgets::title(ui, &t!("curves.plots"));
        for metric in Metric::ALL {
            let mut shown = view.shows_plot(metric);
            if ui.add(Checkbox::new(&mut shown, metric.name())).on_hover_text(metric.tip()).changed() {
                change(CurvesChange::Plot(metric));
            }
        }
        ui.separator();
        let axes = XAxis::ALL.map(|axis| (axis, axis.name()));
        widgets::row(ui, &t!("curves.x"), &t!("curves.x_tip"), |ui, _| {
            if let Some(axis) = widgets::segmented(ui, "x", view.x, &axes) {
                change(CurvesChange::X(axis));
            }
        });
        let units = [(false, t!("unit.nats").into_owned()), (true, t!("unit.bits").into_owned())];
        widgets::row(ui, &t!("curves.information"), &t!("curves.information_tip"), |ui, _| {
            if let Some(bits) = widgets::segmented(ui, "information", view.unit.bits, &units) {
                change(CurvesChange::Unit(Unit { bits, ..view.unit }));
            }
        });
        let per = [(false, t!("unit.image").into_owned()), (true, t!("unit.pixel").into_owned())];
        widgets::row(ui, &t!("curves.per"), &t!("curves.per_tip"), |ui, _| {
            if let Some(per_pixel) = widgets::segmented(ui, "per", view.unit.per_pixel, &per) {
                change(CurvesChange::Unit(Unit { per_pixel, ..view.unit }));
            }
        });
        ui.separator();
        let switch = |ui: &mut Ui, mut on: bool, text: &str, tip: &str| {
            ui.add(Checkbox::new(&mut on, text)).on_hover_text(tip).changed().then_some(on)
        };
        let (log_x, log_y) = (view.x_scale == Scale::Log, view.y_scale == Scale::Log);
        if let Some(on) = switch(ui, log_x, &t!("curves.log_x"), &t!("curves.log_x_tip")) {
            change(CurvesChange::XScale(scale(on)));
        }
        if let Some(on) = switch(ui, log_y, &t!("curves.log_y"), &t!("curves.log_y_tip")) {
            change(CurvesChange::YScale(scale(on)));
        }
        let tip = t!("curves.without_outliers_tip");
        if let Some(on) = switch(ui, view.without_outliers, &t!("curves.without_outliers"), &tip) {
            change(CurvesChange::WithoutOutliers(on));
        }
    });
    widgets::name(&response, &t!("curves.view"));
    response.on_hover_text(t!("curves.view_tip"));
}

fn scale(log: bool) -> Scale {
    if log { Scale::Log } else { Scale::Linear }
}

/// The menu of files.
pub fn save_ui(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    let sign = RichText::new(theme::UNFOLDED).size(theme::SIGN);
    let is_empty = state.training.history.n_steps() == 0;
    ui.add_enabled_ui(!is_empty, |ui| {
        let button = Button::new((t!("curves.save").into_owned(), sign));
        let (response, _) = MenuButton::from_button(button).ui(ui, |ui| {
            ui.set_width(SAVE);
            for asks in [false, true] {
                for format in Format::ALL {
                    let (text, tip) = words(format, asks);
                    if ui.button(text).on_hover_text(tip).clicked() {
                        actions.push(Action::SaveCurves(format, asks));
                        ui.close();
                    }
                }
                if !asks {
                    ui.separator();
                }
            }
        });
        let enabled = ui.is_enabled();
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, enabled, t!("curves.save_name")));
        response.on_disabled_hover_text(t!("curves.empty"));
    });
}

fn words(format: Format, asks: bool) -> (String, String) {
    let (name, tip) = match format {
        Format::Png => ("PNG", t!("curves.save_picture_tip")),
        Format::Svg => ("SVG", t!("curves.save_picture_tip")),
        Format::Csv => ("CSV", t!("curves.save_table_tip")),
    };
    let text = if asks { t!("curves.save_as", format = name).into_owned() } else { name.to_owned() };
    (text, tip.into_owned())
}
