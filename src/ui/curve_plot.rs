//! One plot: its name, its last figures, and its scene.

use egui::{Color32, Label, Rect, RichText, Role, Sense, Ui, WidgetInfo, vec2};
use rust_i18n::t;

use crate::curves::chart::{self, Look};
use crate::curves::{Axis, Drawn, DrawnPlot, Metric, number, sheet};
use crate::state::{Action, AppState, Series};
use crate::ui::curve_input::{self, Hovered};
use crate::ui::{curves, scene, theme, widgets};

/// Room for the title and the gap under it, in points.
const ABOVE: f32 = curves::TITLE + 6.0;
/// A figure beside the title takes this much, in points.
const FIGURE: f32 = 52.0;
/// Beside the title there is room for its unit from this width on, in points.
const UNIT: f32 = 240.0;

/// Draws the plot of `metric`; returns where the pointer is, when it is on this plot.
pub fn ui(ui: &mut Ui, state: &AppState, metric: Metric, height: f32, actions: &mut Vec<Action>) -> Option<Hovered> {
    ui.spacing_mut().item_spacing.y = 3.0;
    let drawn = state.curves_drawn().and_then(|drawn| Some((drawn, drawn.plot(metric)?)));
    title_ui(ui, state, metric, drawn);
    let why = match drawn {
        _ if metric.needs_prior() && !state.training.is_variational() => Some(no_prior(metric)),
        None => Some(t!("curves.empty").into_owned()),
        Some((drawn, plot)) => chart::nothing_to_see(drawn, plot),
    };
    let (None, Some((drawn, plot))) = (&why, drawn) else {
        widgets::placeholder(ui, height - ABOVE, &why.unwrap_or_default());
        return None;
    };
    let size = vec2(ui.available_width(), height - ABOVE);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click_and_drag());
    let name = t!("curves.plot_name", name = sheet::name(plot)).into_owned();
    response.widget_info(|| WidgetInfo::labeled(Role::Canvas, true, &name));
    let inside = scene::rect(chart::inside(scene::area(rect)));
    let look = look(state, drawn, plot);
    let hovered = curve_input::read(ui, &response, inside, &look, actions);
    if !ui.is_rect_visible(rect) {
        return hovered;
    }
    let items = look.items(scene::area(rect));
    scene::paint(ui, items);
    hovered
}

/// How the plot is looked at. What is on screen may be drawn for the view before: then it is shown as it was drawn.
fn look<'a>(state: &'a AppState, drawn: &'a Drawn, plot: &'a DrawnPlot) -> Look<'a> {
    let (view, want) = (&state.curves, &drawn.want);
    let same_x = (view.x, view.x_scale) == (want.x, want.x_scale);
    let x = if same_x { view.x_range.unwrap_or(drawn.whole) } else { drawn.x };
    let shows = Series::ALL.map(|series| view.shows(series));
    let same_y = (view.unit, view.y_scale) == (want.unit, want.y_scale);
    let y = view.y_range(plot.metric).filter(|_| same_y).map_or_else(
        || chart::y_axis(drawn, plot, shows, view.without_outliers),
        |range| Axis::new(want.y_scale, range),
    );
    let cursor = view.cursor.filter(|_| same_x).and_then(|x| drawn.nearest(x)).map(|column| column.x_last);
    let x = Axis::new(want.x_scale, x);
    Look { drawn, plot, x, y, shows, marks: &state.training.marks, cursor }
}

fn no_prior(metric: Metric) -> String {
    let text = if metric == Metric::Elbo { t!("curves.elbo_ae") } else { t!("model.beta_ae") };
    text.into_owned()
}

/// The name with its unit, and the last figures, as far as there is room.
fn title_ui(ui: &mut Ui, state: &AppState, metric: Metric, drawn: Option<(&Drawn, &DrawnPlot)>) {
    let palette = theme::palette(ui);
    let name = drawn.map_or_else(|| metric.name(), |(_, plot)| sheet::name(plot));
    let wide = ui.available_width() > UNIT;
    let unit = drawn.map_or(state.curves.unit, |(drawn, _)| drawn.want.unit).name_of(metric);
    let tip = metric.tip();
    let tip = if unit.is_empty() { tip } else { format!("{tip}\n{unit}") };
    curves::title_ui(ui, &name, &tip, Some(&unit).filter(|_| wide), |ui| {
        let is_missing = metric.needs_prior() && !state.training.is_variational();
        let Some(curve) = drawn.filter(|_| !is_missing).and_then(|(_, plot)| plot.curves.first()) else { return };
        let colour = theme::ink(palette, chart::ink(metric, 0));
        let held = curve.latest_held.filter(|_| ui.available_width() > 2.0 * FIGURE);
        let train = curve.latest.filter(|_| ui.available_width() > FIGURE);
        figure_ui(ui, held, palette.validation, &t!("curves.last_held"));
        figure_ui(ui, train, colour, &t!("curves.last_train"));
    });
}

fn figure_ui(ui: &mut Ui, value: Option<f64>, colour: Color32, tip: &str) {
    if let Some(value) = value {
        let text = RichText::new(number::figure(value)).color(colour);
        ui.add(Label::new(text).extend()).on_hover_text(tip);
    }
}

/// Columns of pixels inside a plot of this width.
pub fn columns(ui: &Ui, width: f32) -> usize {
    let place = Rect::from_min_size(egui::Pos2::ZERO, vec2(width, 100.0));
    let inside = scene::rect(chart::inside(scene::area(place)));
    // In steps, so that a window whose width is dragged asks for new curves only now and then.
    ((inside.width() * ui.ctx().pixels_per_point()).max(1.0) as usize).next_multiple_of(32)
}
