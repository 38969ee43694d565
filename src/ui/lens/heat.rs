//! p(z|x) as a heat map, with ellipses of Gaussians over it.

use egui::{Color32, ColorImage, Pos2, Rect, Sense, Shape, Stroke, TextureOptions, Ui, pos2, vec2};
use rust_i18n::t;

use crate::lens::PosteriorGrid;
use crate::math::Diagonal;
use crate::state::Topic;
use crate::ui::explain::{self, Figure};
use crate::ui::textures::Key;
use crate::ui::{Cache, format, theme};

/// Corners of an ellipse.
const CORNERS: usize = 72;
/// Room for labels on the left and below.
pub const GUTTER: f32 = 30.0;

/// A Gaussian over the map.
pub struct Ellipse<'a> {
    /// Which.
    pub q: &'a Diagonal,
    /// Its colour.
    pub colour: Color32,
    /// Whether it is dashed.
    pub dashed: bool,
}

/// Draws the map as a square of this side; each Gaussian at 1 and 2 σ. The texture is kept under `key` and `version`.
pub fn ui(
    ui: &mut Ui,
    cache: &mut Cache,
    (key, version): (Key, u64),
    grid: &PosteriorGrid,
    ellipses: &[Ellipse<'_>],
    side: f32,
) {
    let (whole, response) = ui.allocate_exact_size(vec2(side + GUTTER, side + GUTTER * 0.7), Sense::click());
    explain::asks(ui, response, Figure { topic: Topic::TruePosterior, name: &t!("lens.heat_name"), value: "" });
    let rect = Rect::from_min_size(whole.min + vec2(GUTTER, 0.0), vec2(side, side));
    let texture = cache.textures.get(ui.ctx(), key, version, TextureOptions::LINEAR, || picture(grid));
    let uv = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
    ui.painter().image(texture, rect, uv, Color32::WHITE);
    let palette = theme::palette(ui);
    let area = grid.area;
    let at = |z: [f64; 2]| -> Pos2 {
        let share = [0, 1].map(|i| ((z[i] - area.centre[i]) / area.half[i]) as f32 * 0.5 + 0.5);
        pos2(rect.left() + share[0] * rect.width(), rect.bottom() - share[1] * rect.height())
    };
    for (i, hold) in [(0, egui::Align2::CENTER_TOP), (1, egui::Align2::RIGHT_CENTER)] {
        for share in [-0.8, 0.0, 0.8] {
            let value = area.centre[i] + share * area.half[i];
            let z =
                if i == 0 { [value, area.centre[1] - area.half[1]] } else { [area.centre[0] - area.half[0], value] };
            let place = at(z) + if i == 0 { vec2(0.0, 4.0) } else { vec2(-5.0, 0.0) };
            ui.painter().text(place, hold, format::signed(value, 2), theme::regular(theme::SMALL - 1.0), palette.weak);
        }
    }
    let painter = ui.painter().with_clip_rect(rect);
    for Ellipse { q, colour, dashed } in ellipses {
        let stroke = Stroke::new(1.8, *colour);
        for k in [1.0, 2.0] {
            let corner = |i: usize| {
                let (sin, cos) = (std::f64::consts::TAU * i as f64 / CORNERS as f64).sin_cos();
                at([q.mu[0] + k * q.sigma[0] * cos, q.mu[1] + k * q.sigma[1] * sin])
            };
            let corners: Vec<Pos2> = (0..=CORNERS).map(corner).collect();
            if *dashed {
                painter.extend(Shape::dashed_line(&corners, stroke, 5.0, 4.0));
            } else {
                painter.line(corners, stroke);
            }
        }
        painter.circle_filled(at([q.mu[0], q.mu[1]]), 2.5, *colour);
    }
}

/// The density, the highest white, row by row from above.
fn picture(grid: &PosteriorGrid) -> ColorImage {
    let highest = grid.log_joint_nats.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let colour = |log: &f64| theme::scale_colour((log - highest).exp() as f32);
    let rows = grid.log_joint_nats.chunks_exact(grid.columns.max(1)).rev();
    ColorImage::new([grid.columns, grid.rows], rows.flatten().map(colour).collect())
}
