//! A small plot of a few lines, in the look of the curves.

use egui::{Rect, RichText, Sense, Ui, vec2};

use crate::curves::scene::{Area, Hold, Ink, Item, Pen, Place};
use crate::curves::{Axis, Scale, ticks};
use crate::state::Topic;
use crate::ui::explain::{self, Figure};
use crate::ui::{scene, theme};

/// Room for labels on the left, below, above and on the right.
const LEFT: f32 = 56.0;
const BELOW: f32 = 32.0;
const ABOVE: f32 = 6.0;
const RIGHT: f32 = 10.0;
/// Width of a letter of a label, about.
const LETTER: f32 = 6.5;
/// How near the pointer must be to a dot, in points.
const NEAR: f32 = 10.0;
/// Points between two labels, about.
const SPARSE: [f64; 2] = [70.0, 34.0];

/// A line through points.
pub struct Line {
    /// (x, y), x ascending.
    pub points: Vec<(f64, f64)>,
    /// Standard errors of y, as a band; as many as points, or none.
    pub errors: Vec<f64>,
    /// Its colour.
    pub ink: Ink,
    /// Whether it is dashed.
    pub dashed: bool,
    /// What kind of figure its points are.
    pub topic: Topic,
    /// What it is called.
    pub name: String,
    /// The figure that it comes to; empty when that is told elsewhere.
    pub told: String,
}

/// A point that stands out.
pub struct Dot {
    /// (x, y).
    pub at: (f64, f64),
    /// Its colour.
    pub ink: Ink,
    /// What is said under the pointer; nothing when empty.
    pub name: String,
}

/// What is drawn.
pub struct Plot {
    /// What kind of figure it is about.
    pub topic: Topic,
    /// What it shows, for those who cannot see it.
    pub name: String,
    /// What runs to the right.
    pub x_name: String,
    /// How x is spaced.
    pub x_scale: Scale,
    /// The lines.
    pub lines: Vec<Line>,
    /// Points that stand out.
    pub dots: Vec<Dot>,
    /// The range of x; `None` for all there is.
    pub x_range: Option<(f64, f64)>,
    /// The range of y; `None` for all there is.
    pub y_range: Option<(f64, f64)>,
}

/// Draws a plot over the whole width.
pub fn ui(ui: &mut Ui, plot: &Plot, height: f32) {
    ui.horizontal_wrapped(|ui| {
        for line in &plot.lines {
            let colour = theme::ink(theme::palette(ui), line.ink);
            let sign = if line.dashed { "- - " } else { "— " };
            let between = if line.told.is_empty() { "" } else { ":  " };
            let text = RichText::new(format!("{sign}{}{between}{}", line.name, line.told));
            let figure = Figure { topic: line.topic, name: &line.name, value: &line.told };
            explain::label(ui, text.color(colour).size(theme::SMALL), figure);
        }
    });
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::click());
    let response = explain::asks(ui, response, Figure { topic: plot.topic, name: &plot.name, value: "" });
    let Some(frame) = Frame::of(plot, rect) else { return };
    scene::paint(ui, items(plot, &frame, rect));
    let near = response.hover_pos().and_then(|pointer| {
        let off = |dot: &&Dot| pointer.distance(frame.place(dot.at).into());
        let nearest = plot.dots.iter().min_by(|a, b| off(a).total_cmp(&off(b)))?;
        (off(&nearest) < NEAR && !nearest.name.is_empty()).then_some(nearest)
    });
    if let Some(dot) = near {
        response.on_hover_text_at_pointer(&dot.name);
    }
}

impl Plot {
    /// Lines, as far as they reach.
    pub fn new(topic: Topic, name: String, x_name: String, x_scale: Scale, lines: Vec<Line>) -> Self {
        Self { topic, name, x_name, x_scale, lines, dots: Vec::new(), x_range: None, y_range: None }
    }
}

/// Where values are drawn.
struct Frame {
    inside: Area,
    x_axis: Axis,
    y_axis: Axis,
}

impl Frame {
    /// `None` when there is nothing to draw.
    fn of(plot: &Plot, rect: Rect) -> Option<Self> {
        let inside =
            Area { min: [rect.left() + LEFT, rect.top() + ABOVE], max: [rect.right() - RIGHT, rect.bottom() - BELOW] };
        let range = |values: &mut dyn Iterator<Item = f64>| {
            let finite = values.filter(|v| v.is_finite());
            finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)))
        };
        let points = || plot.lines.iter().flat_map(|line| &line.points).chain(plot.dots.iter().map(|dot| &dot.at));
        let x_range = plot.x_range.unwrap_or_else(|| range(&mut points().map(|(x, _)| *x)));
        let y_range = plot.y_range.unwrap_or_else(|| range(&mut points().map(|(_, y)| *y)));
        let finite = x_range.0.is_finite() && y_range.0.is_finite();
        finite.then(|| Self {
            inside,
            x_axis: Axis::new(plot.x_scale, x_range),
            y_axis: Axis::new(Scale::Linear, y_range).widened(0.06),
        })
    }

    fn place(&self, (x, y): (f64, f64)) -> Place {
        let [width, height] = self.inside.size();
        let (across, up) = (self.x_axis.share(x) as f32, self.y_axis.share(y) as f32);
        [self.inside.min[0] + across * width, self.inside.max[1] - up * height]
    }
}

fn items(plot: &Plot, frame: &Frame, rect: Rect) -> Vec<Item> {
    let Frame { inside, x_axis, y_axis } = frame;
    let inside = *inside;
    let [width, height] = inside.size();
    let across = |x: f64| frame.place((x, 0.0))[0];
    let down = |y: f64| frame.place((0.0, y))[1];
    let thin = Pen { ink: Ink::Grid, alpha: 1.0, width: 1.0, dash: None };
    let mut items = Vec::new();
    let label = |at: Place, hold: Hold, text: String| Item::Text {
        at,
        hold,
        size: theme::SMALL,
        strong: false,
        ink: Ink::Weak,
        text,
    };
    let mut free = f32::NEG_INFINITY;
    for tick in ticks(x_axis, f64::from(width) / SPARSE[0], 1.0) {
        let x = across(tick.value);
        if let Some(text) = tick.label {
            items.push(Item::Line(vec![[x, inside.min[1]], [x, inside.max[1]]], thin));
            // Long ones would run into each other.
            let half = 0.5 * LETTER * text.chars().count() as f32;
            if x - half > free && x + half < rect.right() + LETTER {
                free = x + half + LETTER;
                items.push(label([x, inside.max[1] + 9.0], Hold::Middle, text));
            }
        }
    }
    for tick in ticks(y_axis, f64::from(height) / SPARSE[1], 1.0) {
        let y = down(tick.value);
        if let Some(text) = tick.label {
            items.push(Item::Line(vec![[inside.min[0], y], [inside.max[0], y]], thin));
            items.push(label([inside.min[0] - 6.0, y], Hold::End, text));
        }
    }
    items.push(label([inside.max[0], inside.max[1] + 23.0], Hold::End, plot.x_name.clone()));
    let mut within = Vec::new();
    for line in &plot.lines {
        if line.errors.len() == line.points.len() {
            let edge = |((x, y), e): (&(f64, f64), &f64)| [across(*x), down(y + e), down(y - e)];
            within.push(Item::Band(line.points.iter().zip(&line.errors).map(edge).collect(), line.ink, 0.22));
        }
        let pen = Pen { ink: line.ink, alpha: 1.0, width: 2.0, dash: line.dashed.then_some(4.0) };
        within.push(Item::Line(line.points.iter().map(|(x, y)| [across(*x), down(*y)]).collect(), pen));
    }
    within.extend(plot.dots.iter().map(|dot| Item::Dot(frame.place(dot.at), 4.0, dot.ink)));
    items.push(Item::Within(inside, within));
    items
}
