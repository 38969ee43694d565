//! The values at the cursor: every plot's, as measured, smoothed, and of the held images.

use egui::{Grid, Response, RichText, Tooltip, Ui};
use rust_i18n::t;

use crate::curves::chart::{self, Look};
use crate::curves::column::{nearest, up_to};
use crate::curves::{Column, DrawnPlot, Scale, number, sheet};
use crate::ui::{format, theme};

/// Between the pointer and the table, in points.
const APART: f32 = 16.0;

/// Shows the table for the step nearest to `x`, and above it what happened where the pointer is.
pub fn ui(response: &Response, look: &Look<'_>, x: f64, on_mark: &dyn Fn(f64) -> bool) {
    let Some(at) = look.drawn.nearest(x) else { return };
    Tooltip::for_widget(response).at_pointer().gap(APART).width(460.0).show(|ui| {
        ui.style_mut().wrap_mode = Some(egui::TextWrapMode::Extend);
        ui.spacing_mut().item_spacing.y = 2.0;
        for mark in look.marks {
            if on_mark(look.drawn.want.x.of(mark.step, mark.epoch, mark.seconds)) {
                let colour = theme::palette(ui).error;
                let text = t!("curves.mark", what = mark.text, step = format::count(mark.step));
                ui.colored_label(colour, text);
            }
        }
        heading(ui, at);
        Grid::new("curve_table").num_columns(4).spacing([14.0, 2.0]).show(ui, |ui| rows(ui, look, at));
        if look.drawn.want.y_scale == Scale::Log {
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

fn rows(ui: &mut Ui, look: &Look<'_>, at: &Column) {
    let weak = theme::palette(ui).weak;
    let head = |ui: &mut Ui, text: &str| _ = ui.label(RichText::new(text).color(weak).size(theme::SMALL));
    head(ui, "");
    head(ui, &t!("curves.raw"));
    head(ui, &t!("curves.smoothed"));
    head(ui, &t!("curves.validation"));
    ui.end_row();
    for plot in &look.drawn.plots {
        for run in 0..look.drawn.runs.len() {
            row(ui, look, plot, run, at);
        }
    }
}

fn row(ui: &mut Ui, look: &Look<'_>, plot: &DrawnPlot, run: usize, at: &Column) {
    let Some(curve) = plot.curves.iter().find(|curve| curve.run == run) else { return };
    let palette = theme::palette(ui);
    // The step itself where this curve has it; in another run the one nearest to it.
    let step = nearest(&curve.train, at.x_last);
    let held = step.and_then(|step| up_to(&curve.held, step.step));
    let unit = look.drawn.want.unit.name_of(plot.metric);
    let mut name = sheet::name(plot);
    if let Some(run) = look.drawn.runs.get(run).filter(|_| look.drawn.runs.len() > 1) {
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
    let after = held.map(|held| t!("curves.after_epoch", epoch = number::figure(held.epoch)));
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 5.0;
        ui.label(RichText::new(figure(held.map(|held| held.last))).color(palette.validation));
        if let Some(after) = after {
            ui.label(RichText::new(after).color(palette.weak).size(theme::SMALL));
        }
    });
    ui.end_row();
}
