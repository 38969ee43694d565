//! The values at the cursor: every plot's, as measured, smoothed, and of the held images.

use egui::{Grid, Rect, RectAlign, RichText, TextWrapMode, Tooltip, Ui};
use rust_i18n::t;

use crate::curves::chart;
use crate::curves::column::{nearest, up_to};
use crate::curves::{Column, Drawn, DrawnPlot, Scale, number, sheet};
use crate::train::Mark;
use crate::ui::curve_input::Hovered;
use crate::ui::{format, theme};

/// Between the panel and the table, in points.
const APART: f32 = 4.0;
/// Its width at most.
const WIDTH: f32 = 480.0;

/// Shows the table for the step nearest to the pointer, and above it what happened where the pointer is. It stands above
/// the whole `panel`, so that it covers no curve.
pub fn ui(hovered: &Hovered, panel: Rect, drawn: &Drawn, hidden: &[usize], marks: &[Mark]) {
    let Some(at) = drawn.nearest(hovered.x) else { return };
    let above = Rect::from_x_y_ranges(hovered.at.x..=hovered.at.x, panel.y_range());
    let mut tooltip = Tooltip::for_widget(&hovered.plot).gap(APART).width(WIDTH);
    tooltip.popup = tooltip.popup.anchor(above).align(RectAlign::TOP).align_alternatives(&[RectAlign::RIGHT_START]);
    tooltip.show(|ui| {
        ui.style_mut().wrap_mode = Some(TextWrapMode::Extend);
        ui.spacing_mut().item_spacing.y = 2.0;
        ui.spacing_mut().interact_size.y = theme::TEXT_ROW;
        for mark in marks {
            if hovered.around.contains(&drawn.want.x.of(mark.step, mark.epoch, mark.seconds)) {
                let text = t!("curves.mark", what = mark.in_words(), step = format::count(mark.step));
                ui.colored_label(theme::palette(ui).error, text);
            }
        }
        heading(ui, at);
        Grid::new("curve_table").num_columns(4).spacing([14.0, 2.0]).show(ui, |ui| rows(ui, drawn, hidden, at));
        if drawn.want.y_scale == Scale::Log {
            ui.label(RichText::new(t!("axis.log")).color(theme::palette(ui).weak).size(theme::SMALL));
        }
    });
}

fn heading(ui: &mut Ui, at: &Column) {
    let time = format::duration(at.seconds);
    let epoch = format!("{:.2}", at.epoch);
    let text = t!("curves.at", step = format::count(at.step), epoch = epoch, time = time);
    ui.label(RichText::new(text).font(theme::strong(theme::BODY)));
}

fn rows(ui: &mut Ui, drawn: &Drawn, hidden: &[usize], at: &Column) {
    let weak = theme::palette(ui).weak;
    let head = |ui: &mut Ui, text: &str| _ = ui.label(RichText::new(text).color(weak).size(theme::SMALL));
    head(ui, "");
    head(ui, &t!("curves.raw"));
    head(ui, &t!("curves.smoothed"));
    head(ui, &t!("curves.validation"));
    ui.end_row();
    for plot in &drawn.plots {
        for run in (0..drawn.runs.len()).filter(|run| !hidden.contains(run)) {
            row(ui, drawn, plot, run, at);
        }
    }
}

fn row(ui: &mut Ui, drawn: &Drawn, plot: &DrawnPlot, run: usize, at: &Column) {
    let Some(curve) = plot.curves.iter().find(|curve| curve.run == run) else { return };
    let palette = theme::palette(ui);
    // The step itself where this curve has it; in another run the one nearest to it.
    let step = nearest(&curve.train, at.x_last);
    let held = step.and_then(|step| up_to(&curve.held, step.step));
    let unit = drawn.want.unit.name_of(plot.metric);
    let mut name = sheet::name(plot);
    if let Some(run) = drawn.runs.get(run).filter(|_| drawn.runs.len() > 1) {
        name = format!("{name}, {run}");
    }
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 5.0;
        ui.label(RichText::new(name).color(theme::ink(palette, chart::ink(plot.metric, run))));
        ui.label(RichText::new(unit).color(palette.weak).size(theme::SMALL));
    });
    let figure = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), number::figure);
    ui.label(figure(step.map(|step| step.last)));
    ui.label(figure(step.map(|step| step.smooth)));
    let after = held.map(|held| t!("curves.after_epoch", epoch = (100.0 * held.epoch).round() / 100.0));
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 5.0;
        ui.label(RichText::new(figure(held.map(|held| held.last))).color(palette.validation));
        if let Some(after) = after {
            ui.label(RichText::new(after).color(palette.weak).size(theme::SMALL));
        }
    });
    ui.end_row();
}
