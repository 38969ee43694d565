//! The error on the held images against the number of dimensions, both by their logarithms, and as a table.

use egui::{Grid, Label, Rect, RichText, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};
use rust_i18n::t;

use super::contest::{ink, name};
use crate::curves::scene::{Area, Hold, Ink, Item, Pen};
use crate::curves::{Axis, Scale, ticks};
use crate::run::contest::Method;
use crate::state::Topic;
use crate::state::lens::contest::{Contest, Entry, Scene};
use crate::ui::explain::{self, Figure};
use crate::ui::{format, scene as paint, theme, widgets};

/// Height of the plot.
const HEIGHT: f32 = 190.0;
/// Room for labels on the left, below, above and on the right.
const MARGIN: [f32; 4] = [56.0, 34.0, 8.0, 12.0];
/// Radius of a marker, and how far the pointer may be from it.
const MARKER: f32 = 4.0;
const NEAR: f32 = 24.0;

/// Draws the plot and the table.
pub fn ui(ui: &mut Ui, page: &Contest, scene: &Scene) {
    explain::title(ui, Topic::TestError, &t!("contest.error"), "");
    widgets::note(ui, &t!("contest.error_about", n = format::count(scene.n_held as u64)));
    if page.entries.is_empty() {
        return;
    }
    ui.horizontal_wrapped(|ui| {
        for method in Method::ALL {
            let colour = theme::ink(theme::palette(ui), ink(method));
            let sign = if method == Method::Pca { "- - " } else { "— " };
            ui.add(Label::new(RichText::new(format!("{sign}{}", name(method))).color(colour).size(theme::SMALL)));
        }
    });
    plot_ui(ui, page, scene);
    table_ui(ui, page);
}

/// Those of a method, by dimensions.
fn of(page: &Contest, method: Method) -> Vec<&Entry> {
    let mut found: Vec<&Entry> = page.entries.iter().filter(|entry| entry.method == method).collect();
    found.sort_by_key(|entry| entry.latent_dim);
    found
}

fn plot_ui(ui: &mut Ui, page: &Contest, scene: &Scene) {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), HEIGHT), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Image, true, t!("contest.error")));
    let [left, below, above, right] = MARGIN;
    let inside =
        Area { min: [rect.left() + left, rect.top() + above], max: [rect.right() - right, rect.bottom() - below] };
    let dims = page.dims();
    let ends = |values: &mut dyn Iterator<Item = f64>| {
        values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)))
    };
    let x_range = ends(&mut dims.iter().map(|d| *d as f64));
    let errors = page.entries.iter().map(|entry| entry.test_mse);
    let y_range = ends(&mut errors.filter(|v| Scale::Log.has(*v)));
    if !(x_range.0.is_finite() && y_range.0.is_finite()) {
        return;
    }
    // One alone stands in the middle.
    let apart = |(low, high): (f64, f64)| if high > low { (low, high) } else { (low / 1.5, low * 1.5) };
    let (x_axis, y_axis) = (Axis::new(Scale::Log, apart(x_range)), Axis::new(Scale::Log, apart(y_range)));
    let (x_axis, y_axis) = (x_axis.widened(0.06), y_axis.widened(0.1));
    let [width, height] = inside.size();
    let at = |entry: &Entry| {
        let [x, y] = [x_axis.share(entry.latent_dim as f64), y_axis.share(entry.test_mse)].map(|share| share as f32);
        [inside.min[0] + x * width, inside.max[1] - y * height]
    };
    let thin = Pen { ink: Ink::Grid, alpha: 1.0, width: 1.0, dash: None };
    let label = |at, hold, text| Item::Text { at, hold, size: theme::SMALL, strong: false, ink: Ink::Weak, text };
    let mut items = Vec::new();
    for dim in &dims {
        let x = inside.min[0] + x_axis.share(*dim as f64) as f32 * width;
        items.push(Item::Line(vec![[x, inside.min[1]], [x, inside.max[1]]], thin));
        items.push(label([x, inside.max[1] + 9.0], Hold::Middle, dim.to_string()));
    }
    for tick in ticks(&y_axis, f64::from(height) / 34.0, 1.0) {
        let y = inside.max[1] - y_axis.share(tick.value) as f32 * height;
        if let Some(text) = tick.label {
            items.push(Item::Line(vec![[inside.min[0], y], [inside.max[0], y]], thin));
            items.push(label([inside.min[0] - 6.0, y], Hold::End, text));
        }
    }
    items.push(label([inside.max[0], inside.max[1] + 24.0], Hold::End, t!("contest.error_axis").into_owned()));
    for method in Method::ALL {
        let places: Vec<_> = of(page, method).into_iter().map(at).collect();
        items.extend(places.iter().map(|place| Item::Dot(*place, MARKER, ink(method))));
        let dash = (method == Method::Pca).then_some(4.0);
        items.push(Item::Line(places, Pen { ink: ink(method), alpha: 1.0, width: 2.0, dash }));
    }
    paint::paint(ui, items);
    hover_ui(ui, page, scene, &response, &at);
}

/// Rings the marker under the pointer and tells its figures.
fn hover_ui(ui: &Ui, page: &Contest, scene: &Scene, response: &egui::Response, at: &dyn Fn(&Entry) -> [f32; 2]) {
    let Some(pointer) = response.hover_pos() else { return };
    let away = |entry: &&Entry| pos2(at(entry)[0], at(entry)[1]).distance(pointer);
    let nearest = page.entries.iter().min_by(|a, b| away(a).total_cmp(&away(b)));
    let Some(entry) = nearest.filter(|entry| away(entry) < NEAR) else { return };
    let place = at(entry);
    let stroke = Stroke::new(2.0, theme::palette(ui).text);
    ui.painter().circle_stroke(pos2(place[0], place[1]), MARKER + 2.0, stroke);
    let n_pixels = scene.side * scene.side * scene.channels;
    let told = t!(
        "contest.error_tip",
        method = name(entry.method),
        dim = entry.latent_dim,
        mse = format::signed(entry.test_mse, 6),
        sum = format::signed(entry.test_mse * n_pixels as f64, 3),
        n = format::count(n_pixels as u64),
        train = format::signed(entry.train_mse, 6)
    );
    let near = Rect::from_center_size(pos2(place[0], place[1]), vec2(NEAR, NEAR));
    egui::Tooltip::always_open(ui.ctx().clone(), ui.layer_id(), response.id.with("figures"), near)
        .gap(theme::GAP)
        .show(|ui| ui.label(told));
}

fn table_ui(ui: &mut Ui, page: &Contest) {
    Grid::new("contest_errors").num_columns(4).min_col_width(72.0).spacing(vec2(2.0 * theme::GAP, 2.0)).show(
        ui,
        |ui| {
            widgets::weak(ui, &t!("contest.dims"));
            for (method, topic) in Method::ALL.into_iter().zip([Topic::Pca, Topic::Autoencoder, Topic::Elbo]) {
                let (name, colour) = (name(method), theme::ink(theme::palette(ui), ink(method)));
                explain::label(ui, RichText::new(&name).color(colour), Figure { topic, name: &name, value: "" });
            }
            ui.end_row();
            for dim in page.dims() {
                ui.label(dim.to_string());
                let row: Vec<_> =
                    Method::ALL.map(|method| of(page, method)).into_iter().map(|all| at(&all, dim)).collect();
                let best = row.iter().flatten().copied().fold(f64::INFINITY, f64::min);
                for error in row {
                    let Some(error) = error else {
                        widgets::weak(ui, "…");
                        continue;
                    };
                    let font = if error <= best { theme::strong(theme::BODY) } else { theme::regular(theme::BODY) };
                    let told = format::signed(error, 6);
                    let figure = Figure { topic: Topic::TestError, name: &t!("contest.error"), value: &told };
                    explain::label(ui, RichText::new(&told).font(font), figure);
                }
                ui.end_row();
            }
        },
    );
}

fn at(entries: &[&Entry], dim: usize) -> Option<f64> {
    entries.iter().find(|entry| entry.latent_dim == dim).map(|entry| entry.test_mse)
}
