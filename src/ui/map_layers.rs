//! What else lies on the map: the density of the images, the posterior of the selected one, the grid by quantiles.

use std::f32::consts::TAU;

use egui::{
    Align2, Color32, ColorImage, CornerRadius, Mesh, Painter, Pos2, Rect, Shape, Stroke, TextureId, TextureOptions, Ui,
    pos2, vec2,
};
use rust_i18n::t;

use crate::latent::{Grid, Heat};
use crate::state::{AppState, Topic};
use crate::ui::explain::{self, Figure};
use crate::ui::textures::Key;
use crate::ui::{Cache, map, map_paint, theme};

/// Opacity of the density where it is largest.
const OPAQUE: f32 = 0.72;
/// Of the images so large a share lies in what is coloured; further out the colour fades.
const COLOURED: f32 = 0.995;
/// Corners of an ellipse.
const CORNERS: usize = 72;
/// Size of the scale, in points.
const SCALE: egui::Vec2 = vec2(120.0, 8.0);

/// Paints where the images are dense, with its scale.
pub fn heat(ui: &Ui, painter: &Painter, rect: Rect, state: &AppState, cache: &mut Cache) {
    let of_plane = |heat: &&std::sync::Arc<Heat>| {
        let plane = &heat.grid.plane;
        [&plane.u, &plane.v] == state.map.directions().each_ref()
    };
    let Some(heat) = state.map.heat.as_ref().filter(of_plane) else { return };
    let make = || picture(heat);
    let texture = cache.textures.get(ui.ctx(), Key::Heat, state.map.heat_version, TextureOptions::LINEAR, make);
    let grid = &heat.grid;
    let min = map::screen_from_latent(state, rect, [grid.a0 - grid.step / 2.0, grid.b0 + grid.step / 2.0]);
    let size = vec2(grid.columns as f32, grid.rows as f32) * (grid.step / state.map.scale);
    let uv = Rect::from_min_max(Pos2::ZERO, pos2(1.0, 1.0));
    painter.image(texture, Rect::from_min_size(min, size), uv, Color32::WHITE);
}

fn picture(heat: &Heat) -> ColorImage {
    let colour = |share: &f32| {
        let inside = ((1.0 - share) / (1.0 - COLOURED)).clamp(0.0, 1.0);
        theme::scale_colour(1.0 - share).gamma_multiply(inside * OPAQUE * (1.0 - 0.6 * share))
    };
    let pixels = heat.share.iter().map(colour).collect();
    ColorImage::new([heat.grid.columns, heat.grid.rows], pixels)
}

/// Which colour encloses which share of the images.
pub fn heat_scale(ui: &Ui, painter: &Painter, rect: Rect) {
    let font = theme::regular(theme::SMALL);
    let title = painter.layout_no_wrap(t!("layers.heat_scale").into_owned(), font.clone(), theme::ON_MAP);
    let size = vec2(title.size().x.max(SCALE.x + 76.0), title.size().y + SCALE.y + 12.0) + vec2(16.0, 8.0);
    let ground = Rect::from_min_size(rect.left_bottom() + vec2(8.0, -8.0 - size.y), size);
    painter.rect_filled(ground, CornerRadius::same(theme::RADIUS), theme::MAP_SHADE);
    let at = ground.min + vec2(8.0, 4.0);
    let below = at.y + title.size().y + 4.0;
    painter.galley(at, title, theme::ON_MAP);
    let bar = Rect::from_min_size(pos2(at.x + 34.0, below + 2.0), SCALE);
    gradient(painter, bar);
    painter.text(pos2(at.x, bar.center().y), Align2::LEFT_CENTER, "99 %", font.clone(), theme::ON_MAP);
    painter.text(bar.right_center() + vec2(6.0, 0.0), Align2::LEFT_CENTER, "0 %", font, theme::ON_MAP);
    let name = t!("layers.heat_scale");
    explain::over(ui, ground, Figure { topic: Topic::Density, name: &name, value: "99 % … 0 %" });
}

/// The colours from little to much.
pub fn gradient(painter: &Painter, bar: Rect) {
    let n = 24;
    for i in 0..n {
        let x = |i: usize| bar.left() + bar.width() * i as f32 / n as f32;
        let piece = Rect::from_min_max(pos2(x(i), bar.top()), pos2(x(i + 1), bar.bottom()));
        painter.rect_filled(piece, CornerRadius::ZERO, theme::scale_colour((i as f32 + 0.5) / n as f32));
    }
}

/// μ and the ellipses of q(z|x) at 1 and 2 σ, as they project onto the plane:
///
/// Σ = (Σ u_j² σ_j², Σ u_j v_j σ_j²; ·, Σ v_j² σ_j²), and with Σ = L Lᵀ the ellipse is μ + k L (cos t, sin t)
pub fn posterior(painter: &Painter, rect: Rect, state: &AppState) {
    let Some(view) = state.walk.selected_view.as_ref().filter(|view| view.sigma.iter().any(|s| *s > 0.0)) else {
        return;
    };
    let [u, v] = state.map.directions();
    let covariance =
        |p: &[f32], q: &[f32]| p.iter().zip(q).zip(&view.sigma).map(|((p, q), s)| p * q * s * s).sum::<f32>();
    let [aa, ab, bb] = [covariance(u, u), covariance(u, v), covariance(v, v)];
    let l = aa.max(f32::MIN_POSITIVE).sqrt();
    let (down, side) = (ab / l, (bb - ab * ab / aa.max(f32::MIN_POSITIVE)).max(0.0).sqrt());
    let [a, b] = state.map.coordinates(&view.mu);
    for k in [1.0, 2.0] {
        let corner = |i: usize| {
            let (sin, cos) = (TAU * i as f32 / CORNERS as f32).sin_cos();
            map::screen_from_latent(state, rect, [a + k * l * cos, b + k * (down * cos + side * sin)])
        };
        let corners: Vec<Pos2> = (0..CORNERS).map(corner).collect();
        painter.add(Shape::closed_line(corners.clone(), Stroke::new(3.5, theme::MAP_SHADE)));
        painter.add(Shape::closed_line(corners, Stroke::new(1.75, theme::POSTERIOR)));
    }
    let top = map::screen_from_latent(state, rect, [a, b + 2.0 * bb.max(0.0).sqrt()]);
    let font = theme::regular(theme::SMALL);
    map_paint::shaded_text(painter, top + vec2(0.0, -8.0), Align2::CENTER_CENTER, "2σ", font);
}

/// The grid's picture cut up: every image as a square about its place, as large as its cell allows, so that none is
/// stretched where cells are long.
pub fn by_quantiles(grid: &Grid, texture: TextureId, place: impl Fn([f32; 2]) -> Pos2) -> Shape {
    let mut mesh = Mesh::with_texture(texture);
    let (columns, rows) = (grid.column_edges(), grid.row_edges());
    let narrow = |edges: &[f32], i: usize, at: f32| {
        let ends = edges.get(i).zip(edges.get(i + 1));
        ends.map_or(0.0, |(from, to)| (from - at).abs().min((to - at).abs()))
    };
    let uv_size = vec2(1.0 / grid.columns as f32, 1.0 / grid.rows as f32);
    for cell in 0..grid.n_cells() {
        let (column, row) = (cell % grid.columns, cell / grid.columns);
        let [a, b] = grid.place(cell);
        let half = narrow(&columns, column, a).min(narrow(&rows, row, b));
        let square = Rect::from_two_pos(place([a - half, b + half]), place([a + half, b - half]));
        let corner = pos2(column as f32 * uv_size.x, row as f32 * uv_size.y);
        // A little inside, so that no neighbour shines in.
        let uv = Rect::from_min_size(corner, uv_size).shrink2(uv_size * 0.02);
        mesh.add_rect_with_uv(square, uv, theme::GRID_TINT);
    }
    Shape::mesh(mesh)
}
