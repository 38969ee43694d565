//! The picture of two Gaussians, with dots that are dragged.

use egui::{Color32, CursorIcon, Pos2, Rect, Sense, Shape, Stroke, Ui, Vec2, WidgetInfo, pos2, vec2};
use rust_i18n::t;

use crate::math::divergence::Gaussian2;
use crate::state::lens::divergence::{MEAN, SIGMA};
use crate::ui::{format, theme};

/// How far z is shown.
const REACH: f64 = 5.0;
/// Room for labels below.
const BELOW: f32 = 18.0;
/// How near the pointer must be to a dot.
const GRAB: f32 = 11.0;
/// Corners of a curve.
const CORNERS: usize = 160;

/// Names and colours of p and q.
pub fn looks(ui: &Ui) -> [(&'static str, Color32); 2] {
    let palette = theme::palette(ui);
    [("p", palette.recon), ("q", palette.validation)]
}

fn within(value: f64, range: std::ops::RangeInclusive<f64>) -> f64 {
    value.clamp(*range.start(), *range.end())
}

/// Two bells. Returns which one was changed, and to what.
pub fn line_ui(ui: &mut Ui, gaussians: &[Gaussian2; 2], height: f32) -> Option<(usize, Gaussian2)> {
    let (whole, rect) = ground(ui, vec2(ui.available_width(), height));
    let highest = gaussians.iter().map(|g| 1.0 / g.sigma[0]).fold(0.0, f64::max);
    let scale = f64::from(rect.width()) / (2.0 * REACH);
    let place = |z: f64, share: f64| {
        pos2(
            rect.center().x + (z * scale) as f32,
            rect.bottom() - 1.0 - share as f32 * (rect.height() - 2.0 * theme::GAP),
        )
    };
    for z in [-4.0, -2.0, 0.0, 2.0, 4.0] {
        tick(ui, pos2(place(z, 0.0).x, whole.bottom()), z);
    }
    let mut changed = None;
    for (which, ((name, colour), g)) in looks(ui).into_iter().zip(gaussians).enumerate() {
        let [mu, sigma] = [g.mean[0], g.sigma[0]];
        let share = |z: f64| (-0.5 * ((z - mu) / sigma).powi(2)).exp() / (sigma * highest);
        let points = (0..=CORNERS * 2).map(|i| REACH * (i as f64 / CORNERS as f64 - 1.0));
        let points: Vec<Pos2> = points.map(|z| place(z, share(z))).collect();
        ui.painter().with_clip_rect(rect).line(points, Stroke::new(2.0, colour));
        let name_at = place(mu, share(mu)) - vec2(0.0, 7.0);
        ui.painter().text(name_at, egui::Align2::CENTER_BOTTOM, name, theme::strong(theme::BODY), colour);
        let middle = handle(ui, place(mu, share(mu)), (which, 0), &t!("divergence.mean", name = name), mu, colour);
        let edge = place(mu + sigma, share(mu + sigma));
        let edge = handle(ui, edge, (which, 1), &t!("divergence.sigma", name = name), sigma, colour);
        let mut next = *g;
        next.mean[0] = within(mu + f64::from(middle.x) / scale, MEAN);
        next.sigma[0] = within(sigma + f64::from(edge.x) / scale, SIGMA);
        if next != *g {
            changed = Some((which, next));
        }
    }
    changed
}

/// Two ellipses, each at 1 and 2 σ.
pub fn plane_ui(ui: &mut Ui, gaussians: &[Gaussian2; 2], side: f32) -> Option<(usize, Gaussian2)> {
    let (whole, rect) = ground(ui, vec2(side, side));
    let scale = f64::from(rect.height()) / (2.0 * REACH);
    let place = |z: [f64; 2]| pos2(rect.center().x + (z[0] * scale) as f32, rect.center().y - (z[1] * scale) as f32);
    for z in [-4.0, -2.0, 0.0, 2.0, 4.0] {
        tick(ui, pos2(place([z, 0.0]).x, whole.bottom()), z);
    }
    let mut changed = None;
    for (which, ((name, colour), g)) in looks(ui).into_iter().zip(gaussians).enumerate() {
        for k in [1.0, 2.0] {
            let corner = |i: usize| {
                let (sin, cos) = (std::f64::consts::TAU * i as f64 / CORNERS as f64).sin_cos();
                place(g.place([k * cos, k * sin]))
            };
            let stroke = Stroke::new(if k < 2.0 { 2.0 } else { 1.0 }, colour);
            ui.painter().with_clip_rect(rect).add(Shape::closed_line((0..CORNERS).map(corner).collect(), stroke));
        }
        let [right, top] = [place([g.mean[0] + g.sigma[0], g.mean[1]]), place([g.mean[0], g.mean[1] + g.sigma[1]])];
        let name_at = place(g.mean) + vec2(-8.0, 3.0);
        ui.painter().text(name_at, egui::Align2::RIGHT_TOP, name, theme::strong(theme::BODY), colour);
        let told = |axis: usize| t!("divergence.sigma_along", name = name, axis = format::axis(axis));
        let middle = handle(ui, place(g.mean), (which, 0), &t!("divergence.mean", name = name), g.mean[0], colour);
        let right = handle(ui, right, (which, 1), &told(0), g.sigma[0], colour);
        let top = handle(ui, top, (which, 2), &told(1), g.sigma[1], colour);
        let mut next = *g;
        let by = |pixels: f32| f64::from(pixels) / scale;
        next.mean = [within(g.mean[0] + by(middle.x), MEAN), within(g.mean[1] - by(middle.y), MEAN)];
        next.sigma = [within(g.sigma[0] + by(right.x), SIGMA), within(g.sigma[1] - by(top.y), SIGMA)];
        if next != *g {
            changed = Some((which, next));
        }
    }
    changed
}

/// The ground of a picture, and the part of it that is drawn on.
fn ground(ui: &mut Ui, size: Vec2) -> (Rect, Rect) {
    let (whole, response) = ui.allocate_exact_size(size + vec2(0.0, BELOW), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Image, true, t!("divergence.picture")));
    let rect = Rect::from_min_size(whole.min, size);
    ui.painter().rect_filled(rect, theme::RADIUS, theme::palette(ui).sunken);
    (whole, rect)
}

fn tick(ui: &Ui, at: Pos2, value: f64) {
    let colour = theme::palette(ui).weak;
    ui.painter().text(at, egui::Align2::CENTER_BOTTOM, format::signed(value, 0), theme::regular(theme::SMALL), colour);
}

/// A dot; by how much it was dragged.
fn handle(ui: &Ui, at: Pos2, id: (usize, usize), name: &str, value: f64, colour: Color32) -> Vec2 {
    let area = Rect::from_center_size(at, Vec2::splat(2.0 * GRAB));
    let response = ui.interact(area, ui.scope_id().with(("handle", id)), Sense::drag());
    response.widget_info(|| WidgetInfo::slider(true, value, name));
    let response = response.on_hover_and_drag_cursor(CursorIcon::Grab);
    let radius = if response.hovered() || response.dragged() { 7.0 } else { 5.0 };
    ui.painter().circle(at, radius, colour, Stroke::new(1.5, theme::palette(ui).background));
    response.drag_delta()
}
