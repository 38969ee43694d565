//! What the map looks like.

use std::f32::consts::FRAC_PI_2;

use egui::epaint::TextShape;
use egui::{
    Align2, Color32, CornerRadius, FontId, Painter, Pos2, Rect, Shape, Stroke, StrokeKind, Ui, Vec2, pos2, vec2,
};
use rust_i18n::t;

use crate::config::Kind;
use crate::latent::Spacing;
use crate::state::{AppState, Axes, GridPicture, Subject};
use crate::ui::{Cache, format, groups, map, map_layers, theme};

/// Paints everything on the map, back to front.
pub fn paint(ui: &Ui, rect: Rect, state: &AppState, cache: &mut Cache) {
    let painter = ui.painter_at(rect);
    painter.rect_filled(rect, CornerRadius::ZERO, theme::PICTURE_BACK);
    axes(ui, rect, state);
    if state.training.model.is_none() {
        return;
    }
    if let Some(picture) = state.map.grid.as_ref().filter(|_| state.map.layers.grid) {
        grid(ui, &painter, rect, state, cache, picture);
    }
    if state.map.layers.density {
        map_layers::heat(ui, &painter, rect, state, cache);
    }
    if state.map.layers.images {
        cache.dots.ui(&painter, rect, state);
    }
    if state.map.layers.prior {
        prior(&painter, rect, state);
    }
    if state.map.layers.density {
        map_layers::heat_scale(ui, &painter, rect);
    }
    if state.map.layers.posterior {
        map_layers::posterior(&painter, rect, state);
    }
    groups::paint(&painter, rect, state);
    own(ui, &painter, rect, state, cache);
    selected(&painter, rect, state);
    crosshair(&painter, map::screen_from_latent(state, rect, state.map.coordinates(&state.walk.z)));
    way(&painter, rect, state);
    groups::paint_direction(&painter, rect, state);
    cache.lasso.paint(&painter, rect, state);
}

fn grid(ui: &Ui, painter: &Painter, rect: Rect, state: &AppState, cache: &mut Cache, picture: &GridPicture) {
    let texture = cache.textures.grid(ui.ctx(), picture);
    let grid = &picture.grid;
    if grid.spacing == Spacing::Quantile {
        painter.add(map_layers::by_quantiles(grid, texture, |at| map::screen_from_latent(state, rect, at)));
        return;
    }
    let half = grid.step / 2.0;
    let size = vec2(grid.columns as f32, grid.rows as f32) * (grid.step / state.map.scale);
    let min = map::screen_from_latent(state, rect, [grid.a0 - half, grid.b0 + half]);
    let uv = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
    painter.image(texture, Rect::from_min_size(min, size), uv, theme::GRID_TINT);
}

fn prior(painter: &Painter, rect: Rect, state: &AppState) {
    let centre = map::screen_from_latent(state, rect, [0.0, 0.0]);
    for sigma in 1..=3 {
        let radius = sigma as f32 / state.map.scale;
        painter.circle_stroke(centre, radius, Stroke::new(3.0, theme::MAP_SHADE));
        painter.circle_stroke(centre, radius, Stroke::new(1.5, theme::PRIOR));
        let text = format!("{sigma}σ");
        shaded_text(painter, centre + vec2(0.0, -radius), Align2::CENTER_CENTER, &text, theme::regular(theme::SMALL));
    }
}

/// Pieces of the line from pin to pin.
const LINE_PIECES: usize = 48;

/// The pins and the way between them.
fn way(painter: &Painter, rect: Rect, state: &AppState) {
    let place = |z: &[f32]| map::screen_from_latent(state, rect, state.map.coordinates(z));
    let points: Vec<Pos2> = state.walk.strip_points().iter().map(|z| place(z)).collect();
    // Through every pin, however few frames there are.
    let course = state.walk.course();
    let line = (0..=course.legs() * LINE_PIECES).map(|i| course.at(i as f32 / LINE_PIECES as f32));
    let line: Vec<Pos2> = line.filter(|z| !z.is_empty()).map(|z| place(&z)).collect();
    painter.add(Shape::line(line.clone(), Stroke::new(4.0, theme::MAP_SHADE)));
    painter.extend(Shape::dashed_line(&line, Stroke::new(2.0, theme::PIN), 7.0, 5.0));
    for point in &points {
        painter.circle_filled(*point, 2.5, theme::PIN);
    }
    for (idx, pinned) in state.walk.pins.iter().enumerate() {
        let (at, letter) = (place(&pinned.z), format::pin(idx));
        painter.circle(at, 10.0, theme::PIN, Stroke::new(2.0, theme::MAP_SHADE));
        painter.text(at, Align2::CENTER_CENTER, letter, theme::strong(12.0), theme::ON_PIN);
    }
}

/// Side of an image that was brought along, in points.
pub const OWN: f32 = 28.0;

/// The images that were brought along, each where it is encoded.
fn own(ui: &Ui, painter: &Painter, rect: Rect, state: &AppState, cache: &mut Cache) {
    for (idx, place) in state.own_places() {
        let at = map::screen_from_latent(state, rect, place);
        let Some(texture) = cache.textures.subject(ui.ctx(), state, Subject::Own(idx)) else { continue };
        let frame = Rect::from_center_size(at, Vec2::splat(OWN));
        let uv = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
        painter.image(texture, frame, uv, Color32::WHITE);
        for (width, colour) in [(5.0, theme::MAP_SHADE), (2.0, theme::OWN)] {
            painter.rect_stroke(frame, CornerRadius::same(3), Stroke::new(width, colour), StrokeKind::Outside);
        }
    }
}

fn selected(painter: &Painter, rect: Rect, state: &AppState) {
    let place = match state.walk.selected {
        Some(Subject::Image(idx)) => state.map.places.get(idx).copied(),
        Some(own) => state.mean_of(own).map(|mean| state.map.coordinates(mean)),
        None => None,
    };
    let Some(place) = place else { return };
    let at = map::screen_from_latent(state, rect, place);
    painter.circle_stroke(at, 7.0, Stroke::new(4.0, theme::MAP_SHADE));
    painter.circle_stroke(at, 7.0, Stroke::new(2.0, theme::ON_MAP));
}

/// The point: readable on black, white and everything between.
fn crosshair(painter: &Painter, at: Pos2) {
    for (width, colour) in [(4.0, theme::MAP_SHADE), (1.5, theme::ON_MAP)] {
        let stroke = Stroke::new(width, colour);
        painter.circle_stroke(at, 10.0, stroke);
        for direction in [vec2(1.0, 0.0), vec2(-1.0, 0.0), vec2(0.0, 1.0), vec2(0.0, -1.0)] {
            painter.line_segment([at + direction * 6.0, at + direction * 15.0], stroke);
        }
    }
}

/// Ticks and names of the axes, in the margins.
fn axes(ui: &Ui, rect: Rect, state: &AppState) {
    let palette = theme::palette(ui);
    let painter = ui.painter();
    let font = theme::regular(theme::SMALL);
    let tick = Stroke::new(1.0, palette.weak);
    let map = &state.map;
    let (step, decimals) =
        crate::curves::ticks::step(f64::from(rect.width() * map.scale), f64::from(rect.width() / 80.0));
    let step = step as f32;
    let variational =
        state.training.run.as_ref().map_or(state.settings.model.kind, |r| r.config.model.kind) == Kind::Vae;
    let name = |axis: String| {
        let key = if variational { "map.sigma_unit" } else { "map.plain_unit" };
        t!(key, axis = axis).into_owned()
    };
    let [right, up] = match map.axes {
        Axes::Pair(right, up) => [right, up].map(format::axis),
        Axes::Principal => [1, 2].map(|n| t!("map.component", n = n).into_owned()),
    };
    let right_name = painter.layout_no_wrap(name(right), font.clone(), palette.weak);
    let name_left = rect.right() - right_name.size().x;
    let [low, _] = map.latent_from_offset([-rect.width() / 2.0, 0.0]);
    let [high, _] = map.latent_from_offset([rect.width() / 2.0, 0.0]);
    for value in ticks(low, high, step) {
        let x = map::screen_from_latent(state, rect, [value, 0.0]).x;
        painter.line_segment([pos2(x, rect.bottom()), pos2(x, rect.bottom() + 4.0)], tick);
        let text = painter.layout_no_wrap(format::signed(f64::from(value), decimals), font.clone(), palette.weak);
        let left = x - text.size().x / 2.0;
        if left + text.size().x < name_left - 8.0 && left > rect.left() - 16.0 {
            painter.galley(pos2(left, rect.bottom() + 5.0), text, palette.weak);
        }
    }
    painter.galley(pos2(name_left, rect.bottom() + 5.0), right_name, palette.weak);
    let [_, low] = map.latent_from_offset([0.0, rect.height() / 2.0]);
    let [_, high] = map.latent_from_offset([0.0, -rect.height() / 2.0]);
    for value in ticks(low, high, step) {
        let y = map::screen_from_latent(state, rect, [0.0, value]).y;
        painter.line_segment([pos2(rect.left() - 4.0, y), pos2(rect.left(), y)], tick);
        if y > rect.top() + 4.0 && y < rect.bottom() - 4.0 {
            let text = format::signed(f64::from(value), decimals);
            painter.text(pos2(rect.left() - 7.0, y), Align2::RIGHT_CENTER, text, font.clone(), palette.weak);
        }
    }
    // Upwards along the left edge.
    let up_name = painter.layout_no_wrap(name(up), font, palette.weak);
    let at = pos2(rect.left() - map::GUTTER_LEFT, rect.top() + up_name.size().x);
    painter.add(TextShape::new(at, up_name, palette.weak).with_angle(-FRAC_PI_2));
}

/// Multiples of `step` from `low` to `high`.
fn ticks(low: f32, high: f32, step: f32) -> impl Iterator<Item = f32> {
    let (first, last) = ((low / step).ceil() as i64, (high / step).floor() as i64);
    (first..=last.min(first + 200)).map(move |i| i as f32 * step)
}

/// Text on its dark ground.
pub fn shaded_text(painter: &Painter, at: Pos2, align: Align2, text: &str, font: FontId) {
    let galley = painter.layout_no_wrap(text.to_owned(), font, theme::ON_MAP);
    let rect = align.anchor_size(at, galley.size());
    painter.rect_filled(rect.expand2(vec2(4.0, 1.0)), CornerRadius::same(3), theme::MAP_SHADE);
    painter.galley(rect.min, galley, theme::ON_MAP);
}
