//! Painting a scene of [`crate::curves`] with the window's own colours and letters.

use egui::{Align2, Color32, Mesh, Painter, Rect, Shape, Stroke, Ui, pos2};

use crate::curves::scene::{Area, Hold, Ink, Item, Pen, Place};
use crate::ui::theme;

/// The scene's name for a rectangle of the window.
pub fn area(rect: Rect) -> Area {
    Area { min: [rect.left(), rect.top()], max: [rect.right(), rect.bottom()] }
}

/// The window's name for a rectangle of the scene.
pub fn rect(area: Area) -> Rect {
    Rect::from_min_max(area.min.into(), area.max.into())
}

/// Paints `items`.
pub fn paint(ui: &Ui, items: Vec<Item>) {
    paint_with(ui, ui.painter(), items);
}

fn paint_with(ui: &Ui, painter: &Painter, items: Vec<Item>) {
    let colour = |ink: Ink| theme::ink(theme::palette(ui), ink);
    for item in items {
        match item {
            Item::Line(places, pen) => line(painter, &places, pen, colour(pen.ink)),
            Item::Band(edges, ink, alpha) => _ = painter.add(band(&edges, colour(ink).gamma_multiply(alpha))),
            Item::Dot([x, y], radius, ink) => _ = painter.circle_filled(pos2(x, y), radius, colour(ink)),
            Item::Text { at: [x, y], hold, size, strong, ink, text } => {
                let align = match hold {
                    Hold::Start => Align2::LEFT_CENTER,
                    Hold::Middle => Align2::CENTER_CENTER,
                    Hold::End => Align2::RIGHT_CENTER,
                };
                let font = if strong { theme::strong(size) } else { theme::regular(size) };
                painter.text(pos2(x, y), align, text, font, colour(ink));
            }
            Item::Within(area, items) => {
                let clip = rect(area).intersect(ui.clip_rect());
                paint_with(ui, &painter.with_clip_rect(clip), items);
            }
        }
    }
}

fn band(edges: &[[f32; 3]], colour: Color32) -> Mesh {
    let mut mesh = Mesh::default();
    for [x, upper, lower] in edges {
        mesh.colored_vertex(pos2(*x, *upper), colour);
        mesh.colored_vertex(pos2(*x, *lower), colour);
    }
    // Two triangles between each column and the next.
    for i in (0..2 * edges.len().saturating_sub(1) as u32).step_by(2) {
        mesh.add_triangle(i, i + 1, i + 2);
        mesh.add_triangle(i + 1, i + 2, i + 3);
    }
    mesh
}

fn line(painter: &Painter, places: &[Place], pen: Pen, colour: Color32) {
    let points: Vec<_> = places.iter().map(|&place| place.into()).collect();
    let stroke = Stroke::new(pen.width, colour.gamma_multiply(pen.alpha));
    match pen.dash {
        Some(dash) => painter.extend(Shape::dashed_line(&points, stroke, dash, dash)),
        // Straight ones stay sharp.
        None if points.len() == 2 => _ = painter.line_segment([points[0], points[1]], stroke),
        None => _ = painter.line(points, stroke),
    }
}
