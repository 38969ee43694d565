//! One plot: its name, its last figures, and its scene.

use std::borrow::Cow;

use egui::{Rect, Role, Sense, Ui, WidgetInfo, vec2};
use rust_i18n::t;

use crate::curves::chart::{self, Look};
use crate::curves::{Axis, Drawn, DrawnPlot, Metric, number, sheet};
use crate::state::{Action, AppState, Series, Topic};
use crate::ui::curve_input::{self, Hovered};
use crate::ui::{curves, scene, theme, widgets};

/// Between the title and the plot, in points.
const UNDER_TITLE: f32 = 6.0;

/// Draws the plot of `metric`; returns where the pointer is, when it is on this plot.
pub fn ui(ui: &mut Ui, state: &AppState, metric: Metric, height: f32, actions: &mut Vec<Action>) -> Option<Hovered> {
    ui.spacing_mut().item_spacing.y = 3.0;
    let height = height - curves::title_height(ui.available_width()) - UNDER_TITLE;
    let drawn = state.curves_drawn().and_then(|drawn| Some((drawn, drawn.plot(metric)?)));
    title_ui(ui, state, metric, drawn);
    let why = match drawn {
        _ if metric.needs_prior() && !state.training.is_variational() => Some(no_prior(metric)),
        None => Some(t!("curves.empty").into_owned()),
        Some((drawn, plot)) => chart::nothing_to_see(drawn, plot),
    };
    let (None, Some((drawn, plot))) = (&why, drawn) else {
        widgets::placeholder(ui, height, &why.unwrap_or_default());
        return None;
    };
    let size = vec2(ui.available_width(), height);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click_and_drag());
    let name = t!("curves.plot_name", name = sheet::name(plot)).into_owned();
    response.widget_info(|| WidgetInfo::labeled(Role::Canvas, true, &name));
    let inside = scene::rect(chart::inside(scene::area(rect)));
    let hidden = state.hidden_runs();
    let look = look(state, drawn, plot, &hidden);
    let hovered = curve_input::read(ui, &response, inside, &look, actions);
    if !ui.is_rect_visible(rect) {
        return hovered;
    }
    let items = look.items(scene::area(rect));
    scene::paint(ui, items);
    hovered
}

/// How the plot is looked at. What is on screen may be drawn for the view before: then it is shown as it was drawn.
fn look<'a>(state: &'a AppState, drawn: &'a Drawn, plot: &'a DrawnPlot, hidden: &'a [usize]) -> Look<'a> {
    let (view, want) = (&state.curves, &drawn.want);
    let same_x = (view.x, view.x_scale) == (want.x, want.x_scale);
    let x = if same_x { view.x_range.unwrap_or(drawn.whole) } else { drawn.x };
    let shows = Series::ALL.map(|series| view.shows(series));
    let same_y = (view.unit, view.y_scale) == (want.unit, want.y_scale);
    let y = view.y_range(plot.metric).filter(|_| same_y).map_or_else(
        || chart::y_axis(drawn, plot, shows, hidden, view.without_outliers),
        |range| Axis::new(want.y_scale, range),
    );
    let cursor = view.cursor.filter(|_| same_x).and_then(|x| drawn.nearest(x)).map(|column| column.x_last);
    let x = Axis::new(want.x_scale, x);
    Look { drawn, plot, x, y, shows, hidden, marks: &state.training.marks, cursor }
}

fn no_prior(metric: Metric) -> String {
    let text = if metric == Metric::Elbo { t!("curves.elbo_ae") } else { t!("model.beta_ae") };
    text.into_owned()
}

/// What is told of a metric.
fn topic(metric: Metric) -> Topic {
    match metric {
        Metric::Recon => Topic::Recon,
        Metric::Kl => Topic::KlPrior,
        Metric::Elbo => Topic::Elbo,
        Metric::BetaKl => Topic::BetaKl,
        Metric::Sigma => Topic::Sigma,
        Metric::Lr => Topic::LearningRate,
        Metric::Rate => Topic::Speed,
    }
}

/// The name with its unit, and the last figures.
fn title_ui(ui: &mut Ui, state: &AppState, metric: Metric, drawn: Option<(&Drawn, &DrawnPlot)>) {
    let palette = theme::palette(ui);
    let name = drawn.map_or_else(|| metric.name(), |(_, plot)| sheet::name(plot));
    let unit = drawn.map_or(state.curves.unit, |(drawn, _)| drawn.want.unit).name_of(metric);
    let tip = metric.tip();
    let tip = if unit.is_empty() { tip } else { format!("{tip}\n{unit}") };
    let is_missing = metric.needs_prior() && !state.training.is_variational();
    let curve = drawn.filter(|_| !is_missing).and_then(|(_, plot)| plot.curves.first());
    let figure = |value: Option<f64>, of: Cow<'_, str>, colour, tip: Cow<'_, str>| {
        let (of, tip) = (of.into_owned(), tip.into_owned());
        value.map(|value| curves::Figure { topic: topic(metric), of, text: number::figure(value), colour, tip })
    };
    let ink = theme::ink(palette, chart::ink(metric, 0));
    let train = curve.and_then(|c| figure(c.latest, t!("curves.train"), ink, t!("curves.last_train")));
    let held =
        curve.and_then(|c| figure(c.latest_held, t!("curves.validation"), palette.validation, t!("curves.last_held")));
    let figures: Vec<_> = train.into_iter().chain(held).collect();
    curves::title_ui(ui, topic(metric), &name, &tip, &unit, &figures);
}

/// Columns of pixels inside a plot of this width.
pub fn columns(ui: &Ui, width: f32) -> usize {
    let place = Rect::from_min_size(egui::Pos2::ZERO, vec2(width, 100.0));
    let inside = scene::rect(chart::inside(scene::area(place)));
    // In steps, so that a window whose width is dragged asks for new curves only now and then.
    ((inside.width() * ui.ctx().pixels_per_point()).max(1.0) as usize).next_multiple_of(32)
}
