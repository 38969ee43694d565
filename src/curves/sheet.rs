//! All plots on one sheet of paper, with their names, units, what the lines mean and what was changed under way: what PNG
//! and SVG files show.

use rust_i18n::t;

use crate::curves::chart::{self, Look};
use crate::curves::scene::{Area, Hold, Ink, Item, Pen, Place, Scene};
use crate::curves::{Axis, Drawn, DrawnPlot, Metric, Scale, XAxis};
use crate::letters::breadth;
use crate::train::Mark;

/// Size of a plot with its title and the name of its axis.
const PLOT: Place = [520.0, 320.0];
/// Around the sheet and between plots.
const MARGIN: f32 = 24.0;
/// Above the plots: the runs, and what the lines mean.
const HEAD: f32 = 56.0;
/// A letter of the head is about this wide.
const LETTER: f32 = 6.3;
/// A line under the plots.
const FOOT_LINE: f32 = 18.0;
/// Above a plot's lines, and below them.
const TITLE: f32 = 26.0;
const AXIS_NAME: f32 = 18.0;

/// How the curves are looked at, for all plots.
#[derive(Debug, Clone, PartialEq)]
pub struct View {
    /// Whether single steps, the smoothed curve and the held images are shown.
    pub shows: [bool; 3],
    /// Whether what lies far out is left out of the range.
    pub without_outliers: bool,
    /// From where to where values are shown, for each of [`Metric::ALL`]; by what is there when `None`.
    pub y_ranges: [Option<(f64, f64)>; Metric::ALL.len()],
    /// Runs that are left out, as their places among [`Drawn::runs`].
    pub hidden: Vec<usize>,
    /// What happened, and in which of the runs.
    pub marks: Vec<(usize, Mark)>,
}

impl Default for View {
    fn default() -> Self {
        let y_ranges = [None; Metric::ALL.len()];
        Self { shows: [true; 3], without_outliers: true, y_ranges, hidden: Vec::new(), marks: Vec::new() }
    }
}

/// Columns of pixels that suit a plot on the sheet, at twice its size.
pub fn columns() -> usize {
    let inside = chart::inside(Area { min: [0.0, 0.0], max: PLOT });
    (2.0 * inside.size()[0]) as usize
}

/// The name of a plot; of what is shown as its negative, with a minus.
pub fn name(plot: &DrawnPlot) -> String {
    if plot.negated { format!("−{}", plot.metric.name()) } else { plot.metric.name() }
}

/// The name of the x axis with its unit.
pub fn x_name(x: XAxis, high: f64) -> String {
    match x.time_unit(high).short {
        "" => x.name(),
        short => format!("{} ({short})", x.name()),
    }
}

/// The sheet.
pub fn scene(drawn: &Drawn, view: &View) -> Scene {
    let n = drawn.plots.len().max(1);
    let across = match n {
        1 => 1,
        2 | 4 => 2,
        _ => 3,
    };
    let down = n.div_ceil(across);
    let width = MARGIN + across as f32 * (PLOT[0] + MARGIN);
    let foot = foot(drawn, view, width - 2.0 * MARGIN);
    let plots = HEAD + down as f32 * (PLOT[1] + MARGIN);
    let below = if foot.is_empty() { 0.0 } else { foot.len() as f32 * FOOT_LINE + MARGIN / 2.0 };
    let title = drawn.runs.join(", ");
    let mut items = Vec::new();
    head(drawn, view, width, &mut items);
    for (i, plot) in drawn.plots.iter().enumerate() {
        let x = MARGIN + (i % across) as f32 * (PLOT[0] + MARGIN);
        let y = HEAD + (i / across) as f32 * (PLOT[1] + MARGIN);
        one(drawn, plot, view, Area { min: [x, y], max: [x + PLOT[0], y + PLOT[1]] }, &mut items);
    }
    for (i, line) in foot.into_iter().enumerate() {
        let at = [MARGIN, plots + (i as f32 + 0.25) * FOOT_LINE];
        items.push(words(at, Hold::Start, 12.5, Ink::Mark, line));
    }
    Scene { size: [width, plots + below], items, title }
}

/// What was changed while the runs trained, as far as it lies in view, in lines that are no wider than `width`.
fn foot(drawn: &Drawn, view: &View, width: f32) -> Vec<String> {
    let in_view = |mark: &Mark| {
        let (low, high) = drawn.x;
        (low..=high).contains(&drawn.want.x.of(mark.step, mark.epoch, mark.seconds))
    };
    let mut lines: Vec<String> = Vec::new();
    for (run, mark) in view.marks.iter().filter(|(_, mark)| in_view(mark)) {
        let text = t!("curves.mark", what = mark.in_words(), step = mark.step);
        let name = drawn.runs.get(*run).filter(|_| drawn.runs.len() > 1);
        let text = name.map_or_else(|| text.clone().into_owned(), |name| format!("{name}: {text}"));
        let fits = |line: &&mut String| LETTER * (breadth(line) + breadth(&text) + 5) as f32 <= width;
        match lines.last_mut().filter(fits) {
            Some(line) => *line = format!("{line}  ·  {text}"),
            None => lines.push(text),
        }
    }
    lines
}

fn words(at: Place, hold: Hold, size: f32, ink: Ink, text: String) -> Item {
    Item::Text { at, hold, size, strong: ink == Ink::Text && size > 13.0, ink, text }
}

/// The runs on the left, the lines' meanings on the right.
fn head(drawn: &Drawn, view: &View, width: f32, items: &mut Vec<Item>) {
    let y = 30.0;
    // One run needs no colours; several are named in theirs.
    let mut x = MARGIN;
    for (run, name) in drawn.runs.iter().enumerate().filter(|(run, _)| !view.hidden.contains(run)) {
        let ink = if run == 0 { Ink::Text } else { Ink::Run(run) };
        x += 8.5 * breadth(name) as f32 + 24.0;
        let at = [x - 8.5 * breadth(name) as f32 - 24.0, y];
        items.push(words(at, Hold::Start, 15.0, ink, name.clone()));
    }
    let [raw, smooth, held] = view.shows;
    let smoothing = t!("curves.smoothed_by", s = drawn.want.smoothing.to_string());
    let entries = [
        (held, Ink::Validation, 1.0, Some(6.0), t!("curves.validation")),
        (smooth, Ink::Text, 1.0, None, smoothing),
        (raw, Ink::Text, 0.3, None, t!("curves.raw")),
    ];
    let mut right = width - MARGIN;
    for (_, ink, alpha, dash, text) in entries.into_iter().filter(|(shown, ..)| *shown) {
        let left = right - LETTER * breadth(&text) as f32;
        items.push(words([left, y], Hold::Start, 12.5, Ink::Weak, text.into_owned()));
        let pen = Pen { ink, alpha, width: 2.0, dash };
        items.push(Item::Line(vec![[left - 30.0, y], [left - 8.0, y]], pen));
        right = left - 48.0;
    }
}

fn one(drawn: &Drawn, plot: &DrawnPlot, view: &View, place: Area, items: &mut Vec<Item>) {
    let [left, top] = place.min;
    let lines = Area { min: [left, top + TITLE], max: [place.max[0], place.max[1] - AXIS_NAME] };
    items.push(words([left, top + 10.0], Hold::Start, 14.0, Ink::Text, name(plot)));
    let x_scale = drawn.want.x_scale;
    let unit = drawn.want.unit.name_of(plot.metric);
    let logarithmic = if drawn.want.y_scale == Scale::Log { t!("axis.log").into_owned() } else { String::new() };
    let beside = [unit, logarithmic].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" · ");
    items.push(words([place.max[0] - 8.0, top + 10.0], Hold::End, 12.5, Ink::Weak, beside));
    let middle = f32::midpoint(chart::inside(lines).min[0], chart::inside(lines).max[0]);
    let under = [middle, place.max[1] - 6.0];
    items.push(words(under, Hold::Middle, 12.5, Ink::Weak, x_name(drawn.want.x, drawn.x.1)));
    if let Some(why) = chart::nothing_to_see(drawn, plot) {
        let at = [middle, f32::midpoint(lines.min[1], lines.max[1])];
        items.push(words(at, Hold::Middle, 12.5, Ink::Weak, why));
        return;
    }
    let ranged = view.y_ranges.get(plot.metric.index()).copied().flatten();
    let y = ranged.map_or_else(
        || chart::y_axis(drawn, plot, view.shows, &view.hidden, view.without_outliers),
        |range| Axis::new(drawn.want.y_scale, range),
    );
    let x = Axis::new(x_scale, drawn.x);
    let marks: Vec<Mark> = view.marks.iter().map(|(_, mark)| mark.clone()).collect();
    let look = Look { drawn, plot, x, y, shows: view.shows, hidden: &view.hidden, marks: &marks, cursor: None };
    items.extend(look.items(lines));
}
