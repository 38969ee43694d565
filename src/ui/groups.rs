//! The two groups of images on the map, and where the direction between them leads.

use egui::{Align2, Color32, CornerRadius, Painter, Pos2, Rect, Shape, Stroke, StrokeKind, Vec2, pos2, vec2};

use crate::state::AppState;
use crate::state::directions::Side;
use crate::ui::{format, map, theme};

/// At most so many images of a group are marked, evenly taken: more would hide the map.
const MARKED: usize = 150;
/// Half the size of a mark, in points.
const MARK: f32 = 4.5;
/// Radius of the mark where the direction leads, in points.
const END: f32 = 6.0;

/// The colour of a group.
pub fn colour(side: Side) -> Color32 {
    match side {
        Side::A => theme::GROUPS[0],
        Side::B => theme::GROUPS[1],
    }
}

/// What a group is called.
pub fn letter(side: Side) -> &'static str {
    match side {
        Side::A => "A",
        Side::B => "B",
    }
}

/// A ring for A, a square for B.
pub fn mark(painter: &Painter, side: Side, at: Pos2, half: f32, stroke: Stroke) {
    match side {
        Side::A => painter.circle_stroke(at, half, stroke),
        Side::B => {
            let square = Rect::from_center_size(at, Vec2::splat(2.0 * half * 0.9));
            painter.rect_stroke(square, CornerRadius::ZERO, stroke, StrokeKind::Middle)
        }
    };
}

/// Marks the images of both groups that are in view, and writes how many there are at each group's mean.
pub fn paint(painter: &Painter, rect: Rect, state: &AppState) {
    let directions = &state.directions;
    if directions.groups.are_empty() || !state.map.layers.images {
        return;
    }
    for (side, centre) in [Side::A, Side::B].into_iter().zip(&directions.between.centres) {
        let members = directions.groups.of(side);
        let place = |idx: &u32| state.map.shown.get(*idx as usize).filter(|[a, b]| a.is_finite() && b.is_finite());
        for at in members.iter().step_by(members.len().div_ceil(MARKED).max(1)).filter_map(place) {
            let at = map::screen_from_latent(state, rect, *at);
            if rect.contains(at) {
                mark(painter, side, at, MARK, Stroke::new(1.5, colour(side)));
            }
        }
        if let Some(centre) = centre {
            let at = map::screen_from_latent(state, rect, state.map.coordinates(centre));
            let text = format!("{} {}", letter(side), format::count(members.len() as u64));
            let galley = painter.layout_no_wrap(text, theme::strong(theme::SMALL), theme::ON_PIN);
            let label = Align2::CENTER_CENTER.anchor_size(at, galley.size());
            let label_back = label.expand2(vec2(5.0, 2.0));
            painter.rect_filled(label_back.expand(2.0), CornerRadius::same(6), theme::MAP_SHADE);
            painter.rect_filled(label_back, CornerRadius::same(4), colour(side));
            painter.galley(label.min, galley, theme::ON_PIN);
        }
    }
}

/// From where the direction is applied to where it leads.
pub fn paint_direction(painter: &Painter, rect: Rect, state: &AppState) {
    let place = |z: &[f32]| map::screen_from_latent(state, rect, state.map.coordinates(z));
    let (Some(from), Some(to)) = (state.direction_start(), state.directed(state.directions.strength)) else { return };
    let (from, to) = (place(from), place(&to));
    if from.distance(to) > 2.0 * END {
        let end = to - (to - from).normalized() * END;
        for (width, colour) in [(4.0, theme::MAP_SHADE), (2.0, theme::ON_MAP)] {
            painter.line_segment([from, end], Stroke::new(width, colour));
        }
    }
    let diamond = [vec2(END, 0.0), vec2(0.0, END), vec2(-END, 0.0), vec2(0.0, -END)].map(|by| to + by);
    let outline = Stroke::new(2.0, theme::MAP_SHADE);
    painter.add(Shape::convex_polygon(diamond.to_vec(), theme::ON_MAP, outline));
}

/// A group's mark as a sign in a line of text.
pub fn sign_ui(ui: &mut egui::Ui, side: Side) {
    let (rect, _) = ui.allocate_exact_size(Vec2::splat(14.0), egui::Sense::hover());
    let colour = theme::group_on_panel(ui, side == Side::B);
    mark(ui.painter(), side, pos2(rect.center().x, rect.center().y), 5.0, Stroke::new(2.0, colour));
}
