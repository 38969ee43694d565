//! One curve over the epochs: every step, smoothed, and the held images.

use egui::{Color32, Ui};
use egui_plot::{
    GridMark, HoverPosition, Line, LineStyle, MarkerShape, Plot, PlotMemory, PlotPoint, PlotPoints, PlotUi, Points,
};
use rust_i18n::t;

use crate::state::{AppState, Bucket, Curve, Metric, Series};
use crate::train::ValidationStats;
use crate::ui::{curves, format, theme, widgets};

/// Room for the title and the gap under it, in points.
const ABOVE: f32 = curves::TITLE + 6.0;
/// Room for the labels on the left, in points.
const AXIS: f32 = 34.0;
/// A figure beside the title takes this much, in points.
const FIGURE: f32 = 52.0;

/// More validations than this are drawn without points and dashes: they would run together, and 300 of them in three
/// plots cost 2.5 ms a frame.
const MOST_MARKERS: usize = 100;

/// Draws the curve of `metric`; dragging pans it, Ctrl+wheel zooms, a double-click goes back.
pub fn ui(ui: &mut Ui, state: &AppState, metric: Metric, height: f32) {
    let palette = theme::palette(ui);
    let (name, tip, colour) = match metric {
        Metric::Recon => (t!("curves.recon"), t!("curves.recon_tip"), palette.recon),
        Metric::Kl => (t!("curves.kl"), t!("curves.kl_tip"), palette.kl),
        Metric::Elbo => (t!("curves.elbo"), t!("curves.elbo_tip"), palette.elbo),
    };
    ui.spacing_mut().item_spacing.y = 3.0;
    curves::title_ui(ui, &name, &tip, |ui| {
        if missing(state, metric).is_none() {
            last_ui(ui, state, metric, colour);
        }
    });
    if let Some(why) = missing(state, metric) {
        widgets::placeholder(ui, height - ABOVE, &why);
        return;
    }
    let (low, high) = range(state, metric);
    let last_x = state.training.history.last().map_or(1.0, |s| s.epoch);
    // A new run is seen whole, wherever the last one was looked at.
    let run = state.training.run.as_ref().map_or("", |r| r.name.as_str());
    let id = format!("plot_{metric:?}_{run}");
    let width = ui.available_width();
    let first_frame = PlotMemory::load(ui.ctx(), ui.make_persistent_id(&id)).is_none();
    let plot = Plot::new(&id)
        .height(height - ABOVE)
        .show_background(false)
        .show_x(false)
        .show_y(false)
        .allow_scroll(false)
        .allow_boxed_zoom(false)
        .default_x_bounds(0.0, last_x.max(1e-3))
        .default_y_bounds(low, high)
        .grid_color(palette.outline)
        .x_axis_formatter(|mark, _| tick(mark.value))
        .y_axis_formatter(|mark, _| tick(mark.value))
        .x_grid_spacer(move |input| marks(input.bounds, (width - AXIS) / 80.0, 0.0))
        .y_grid_spacer(move |input| marks(input.bounds, height / 36.0, 0.06))
        .grid_spacing(12.0..=28.0)
        .y_axis_min_width(AXIS)
        .label_formatter(|hover| match hover {
            HoverPosition::NearDataPoint { position, .. } => Some(
                t!("curves.hover", epoch = format!("{:.2}", position.x), value = format::figure(position.y))
                    .into_owned(),
            ),
            HoverPosition::Elsewhere { .. } => None,
        });
    plot.show(ui, |plot| {
        if first_frame {
            plot.set_auto_bounds(true);
        }
        lines(plot, state, metric, colour, palette.validation);
    });
}

/// Why there is no curve.
fn missing(state: &AppState, metric: Metric) -> Option<String> {
    let text = match metric {
        Metric::Kl if !state.training.is_variational() => t!("model.beta_ae"),
        Metric::Elbo if !state.training.is_variational() => t!("curves.elbo_ae"),
        _ if state.training.history.n_steps() == 0 => t!("curves.empty"),
        _ => return None,
    };
    Some(text.into_owned())
}

/// The last figures, as far as there is room.
fn last_ui(ui: &mut Ui, state: &AppState, metric: Metric, colour: Color32) {
    let history = &state.training.history;
    let train = history.curve(metric).last_smooth();
    let held = history.validation.last().map(|v| metric.of(v.terms));
    let figures = [
        (held.filter(|_| ui.available_width() > 2.0 * FIGURE), theme::palette(ui).validation, t!("curves.last_held")),
        (train.filter(|_| ui.available_width() > FIGURE), colour, t!("curves.last_train")),
    ];
    for (value, colour, tip) in figures {
        if let Some(value) = value {
            ui.colored_label(colour, format::figure(value)).on_hover_text(tip);
        }
    }
}

fn lines(plot: &mut PlotUi<'_>, state: &AppState, metric: Metric, colour: Color32, validation: Color32) {
    let history = &state.training.history;
    let buckets = history.curve(metric).buckets();
    let shows = |series| state.curves.shows(series);
    if shows(Series::Raw) {
        let faint = colour.gamma_multiply(0.28);
        plot.line(Line::new("raw", PlotPoints::Owned(extremes(buckets))).color(faint).width(1.0).allow_hover(false));
    }
    if shows(Series::Train) {
        let smooth = buckets.iter().map(|b| PlotPoint::new(b.x_last, b.smooth)).collect();
        plot.line(Line::new("train", PlotPoints::Owned(smooth)).color(colour).width(2.0));
    }
    if shows(Series::Validation) {
        held(plot, &history.validation, metric, validation);
    }
}

/// The held images: a point for each validation while they can be told apart, a line between their extremes after.
fn held(plot: &mut PlotUi<'_>, validation: &[ValidationStats], metric: Metric, colour: Color32) {
    let values = validation.iter().map(|v| (v.epoch, metric.of(v.terms)));
    if validation.len() > MOST_MARKERS {
        let mut curve = Curve::new(0.0);
        values.for_each(|(x, y)| curve.push(x, y));
        let line = Line::new("validation", PlotPoints::Owned(extremes(curve.buckets()))).color(colour).width(1.5);
        plot.line(line);
        return;
    }
    let points: Vec<_> = values.map(|(x, y)| PlotPoint::new(x, y)).collect();
    if points.len() > 1 {
        let line = Line::new("between", PlotPoints::Owned(points.clone())).color(colour).width(1.5);
        plot.line(line.style(LineStyle::Dashed { length: 6.0 }).allow_hover(false));
    }
    let points = Points::new("validation", PlotPoints::Owned(points)).color(colour);
    plot.points(points.radius(2.2).shape(MarkerShape::Circle));
}

fn extremes(buckets: &[Bucket]) -> Vec<PlotPoint> {
    buckets.iter().flat_map(|b| [PlotPoint::new(b.x_first, b.min), PlotPoint::new(b.x_last, b.max)]).collect()
}

/// What the plot shows until it is moved: the course of the curve and every validation after its first steep part.
fn range(state: &AppState, metric: Metric) -> (f64, f64) {
    let history = &state.training.history;
    let (mut low, mut high) = history.curve(metric).range().unwrap_or((0.0, 1.0));
    let skip = usize::from(history.validation.len() > 3);
    for stats in history.validation.iter().skip(skip) {
        let value = metric.of(stats.terms);
        low = low.min(value);
        high = high.max(value);
    }
    let margin = ((high - low) * 0.08).max(high.abs() * 1e-3).max(1e-6);
    (low - margin, high + margin)
}

/// Round ticks, about `target` of them, none in the outer `margin` of the range, where its label would be cut. The
/// plot's own are powers of ten only.
fn marks((low, high): (f64, f64), target: f32, margin: f64) -> Vec<GridMark> {
    let margin = (high - low) * margin;
    let (low, high) = (low + margin, high - margin);
    let (step, _) = format::tick_step((high - low) as f32, target);
    let step = f64::from(step);
    if !(low.is_finite() && high.is_finite() && step > 0.0) {
        return Vec::new();
    }
    let (first, last) = ((low / step).ceil() as i64, (high / step).floor() as i64);
    (first..=last.min(first + 100)).map(|i| GridMark { value: i as f64 * step, step_size: step }).collect()
}

/// A tick without superfluous zeros and with a true minus.
fn tick(value: f64) -> String {
    let rounded = (value * 1e4).round() / 1e4;
    if rounded < 0.0 { format!("−{}", -rounded) } else { format!("{}", rounded.abs()) }
}
