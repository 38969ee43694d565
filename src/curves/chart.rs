//! One plot as a scene: grid, labels, lines, marks.

use rust_i18n::t;

use crate::curves::scene::{Area, Hold, Ink, Item, Pen, Place};
use crate::curves::ticks::{Tick, ticks};
use crate::curves::{Axis, Column, Drawn, DrawnCurve, DrawnPlot, Metric, Scale, number};
use crate::train::Mark;

/// Room for the labels on the left and below.
const LEFT: f32 = 44.0;
const BELOW: f32 = 18.0;
/// And at the other ends, for half a label.
const RIGHT: f32 = 8.0;
const ABOVE: f32 = 4.0;
/// Height of the labels' letters.
const LETTERS: f32 = 11.5;
/// A letter is about this wide.
const LETTER: f32 = 6.6;
/// A label needs this much, across and down.
const LABEL: Place = [66.0, 36.0];
/// More validations than this are drawn without points and dashes: they would run together.
const MOST_DOTS: usize = 100;
/// From so many steps in a column on, single steps are a band: a line up and down in each column would flicker.
const DENSE: usize = 3;
/// Values reach this share of the height beyond the plot at most: what is drawn there is not seen.
const BEYOND: f32 = 8.0;

/// How a plot is looked at.
#[derive(Debug, Clone)]
pub struct Look<'a> {
    /// What was drawn.
    pub drawn: &'a Drawn,
    /// Which of its plots.
    pub plot: &'a DrawnPlot,
    /// From where to where along x.
    pub x: Axis,
    /// From where to where along y.
    pub y: Axis,
    /// Whether single steps, the smoothed curve and the held images are shown.
    pub shows: [bool; 3],
    /// Runs that are not shown, as their places among [`Drawn::runs`].
    pub hidden: &'a [usize],
    /// What happened in the run.
    pub marks: &'a [Mark],
    /// Where the cursor stands.
    pub cursor: Option<f64>,
}

/// From where to where values are shown: all of them or without those far out, and always the last.
pub fn y_axis(drawn: &Drawn, plot: &DrawnPlot, shows: [bool; 3], hidden: &[usize], without_outliers: bool) -> Axis {
    let [raw, smooth, held] = shows;
    let spreads = plot.curves.iter().filter(|curve| !hidden.contains(&curve.run)).flat_map(|curve| {
        let kinds = [(raw, curve.raw_spread), (smooth, curve.smooth_spread), (held, curve.held_spread)];
        kinds.into_iter().filter_map(|(shown, spread)| spread.filter(|_| shown))
    });
    let reach = |(low, high): (f64, f64), (l, h): (f64, f64)| (low.min(l), high.max(h));
    let range = spreads.map(|spread| spread.range(without_outliers)).reduce(reach);
    let scale = drawn.want.y_scale;
    let (low, high) = range.unwrap_or(if scale == Scale::Log { (1.0, 10.0) } else { (0.0, 1.0) });
    // A constant, such as a learning rate, stands in the middle of round numbers.
    let is_constant = high - low <= 1e-6 * low.abs();
    let air = if is_constant { (low.abs() / 2.0).max(1e-6) } else { 0.0 };
    let (low, high) = (low - air, high + air);
    let low = if scale == Scale::Log { low.max(f64::MIN_POSITIVE) } else { low };
    Axis::new(scale, (low, high)).widened(0.08)
}

/// Where the lines are, inside a plot's place.
pub fn inside(place: Area) -> Area {
    Area { min: [place.min[0] + LEFT, place.min[1] + ABOVE], max: [place.max[0] - RIGHT, place.max[1] - BELOW] }
}

/// Why an empty plot is empty; `None` for one that is not.
pub fn nothing_to_see(drawn: &Drawn, plot: &DrawnPlot) -> Option<String> {
    let hidden: usize = plot.curves.iter().map(|curve| curve.n_hidden).sum();
    let n: usize = plot.curves.iter().map(|curve| curve.n).sum();
    let held = plot.curves.iter().any(|curve| curve.held_spread.is_some());
    if drawn.want.y_scale == Scale::Log && n > 0 && hidden == n && !held {
        return Some(t!("curves.all_hidden").into_owned());
    }
    let nothing = plot.curves.iter().all(|curve| curve.train.is_empty() && curve.held.is_empty());
    let text = if plot.metric == Metric::Sigma { t!("curves.no_sigma") } else { t!("curves.empty") };
    nothing.then(|| text.into_owned())
}

/// What the axis cannot show, in a few words.
fn hidden(plot: &DrawnPlot) -> Option<String> {
    let hidden: usize = plot.curves.iter().map(|curve| curve.n_hidden).sum();
    let n: usize = plot.curves.iter().map(|curve| curve.n).sum();
    (hidden > 0)
        .then(|| t!("curves.hidden", n = number::figure(hidden as f64), of = number::figure(n as f64)).into_owned())
}

/// What a curve is drawn in.
pub fn ink(metric: Metric, run: usize) -> Ink {
    match (run, metric) {
        (0, Metric::Recon) => Ink::Recon,
        (0, Metric::Kl | Metric::BetaKl) => Ink::Kl,
        (0, Metric::Elbo) => Ink::Elbo,
        (0, _) => Ink::Plain,
        (run, _) => Ink::Run(run),
    }
}

impl Look<'_> {
    /// Everything in the plot, in its place.
    pub fn items(&self, place: Area) -> Vec<Item> {
        let within = inside(place);
        let mut items = Vec::new();
        let mut lines = Vec::new();
        self.grid(within, &mut lines, &mut items);
        self.marks(within, &mut lines);
        // The open run lies over the others.
        for curve in self.curves().rev() {
            self.curve(within, curve, &mut lines);
        }
        if let Some(x) = self.cursor {
            let x = self.across(within, x);
            let pen = Pen { ink: Ink::Weak, alpha: 0.8, width: 1.0, dash: None };
            lines.push(Item::Line(vec![[x, within.min[1]], [x, within.max[1]]], pen));
            self.cursor_dots(within, &mut lines);
        }
        items.push(Item::Within(within, lines));
        if let Some(text) = hidden(self.plot) {
            let at = [within.max[0] - 4.0, within.min[1] + LETTERS];
            items.push(Item::Text { at, hold: Hold::End, size: LETTERS, strong: false, ink: Ink::Weak, text });
        }
        items
    }

    /// The curves that are shown.
    fn curves(&self) -> impl DoubleEndedIterator<Item = &DrawnCurve> {
        self.plot.curves.iter().filter(|curve| !self.hidden.contains(&curve.run))
    }

    fn across(&self, within: Area, x: f64) -> f32 {
        within.min[0] + (self.x.share(x).clamp(-1.0, 2.0) as f32) * within.size()[0]
    }

    fn down(&self, within: Area, y: f64) -> f32 {
        let share = (self.y.share(y) as f32).clamp(-BEYOND, 1.0 + BEYOND);
        within.max[1] - share * within.size()[1]
    }

    fn grid(&self, within: Area, lines: &mut Vec<Item>, labels: &mut Vec<Item>) {
        let [width, height] = within.size();
        let x_unit = self.drawn.want.x.time_unit(self.x.high).secs;
        let pen = |tick: &Tick| {
            let alpha = if tick.label.is_some() { 1.0 } else { 0.45 };
            Pen { ink: Ink::Grid, alpha, width: 1.0, dash: None }
        };
        let label = |at, hold, text| Item::Text { at, hold, size: LETTERS, strong: false, ink: Ink::Weak, text };
        let mut along = ticks(&self.x, f64::from(width / LABEL[0]), x_unit);
        self.thin_labels(within, &mut along);
        for tick in along {
            let x = self.across(within, tick.value);
            lines.push(Item::Line(vec![[x, within.min[1]], [x, within.max[1]]], pen(&tick)));
            labels.extend(tick.label.map(|text| label([x, within.max[1] + 10.0], Hold::Middle, text)));
        }
        for tick in ticks(&self.y, f64::from((height / LABEL[1]).max(2.0)), 1.0) {
            let y = self.down(within, tick.value);
            lines.push(Item::Line(vec![[within.min[0], y], [within.max[0], y]], pen(&tick)));
            labels.extend(tick.label.map(|text| label([within.min[0] - 6.0, y], Hold::End, text)));
        }
    }

    /// Leaves out labels that would run into each other; their lines stay.
    fn thin_labels(&self, within: Area, ticks: &mut [Tick]) {
        let mut free_from = f32::NEG_INFINITY;
        for tick in ticks {
            let at = self.across(within, tick.value);
            let half = tick.label.as_ref().map_or(0.0, |text| LETTER * text.chars().count() as f32 / 2.0);
            if at - half < free_from {
                tick.label = None;
            } else if tick.label.is_some() {
                free_from = at + half + LETTER;
            }
        }
    }

    fn marks(&self, within: Area, lines: &mut Vec<Item>) {
        for mark in self.marks {
            let x = self.drawn.want.x.of(mark.step, mark.epoch, mark.seconds);
            if (self.x.low..=self.x.high).contains(&x) {
                let x = self.across(within, x);
                let pen = Pen { ink: Ink::Mark, alpha: 0.9, width: 1.0, dash: Some(3.0) };
                lines.push(Item::Line(vec![[x, within.min[1]], [x, within.max[1]]], pen));
            }
        }
    }

    fn curve(&self, within: Area, curve: &DrawnCurve, lines: &mut Vec<Item>) {
        let [raw, smooth, held] = self.shows;
        let ink = ink(self.plot.metric, curve.run);
        let columns = curve.train.iter().filter(|c| c.min <= c.max);
        if raw && curve.n >= DENSE * curve.train.len() {
            let edges = columns.map(|c| {
                let [upper, lower] = [c.max, c.min].map(|y| self.down(within, y));
                let [left, right] = [c.x_first, c.x_last].map(|x| self.across(within, x));
                // A column that is flat is still seen.
                [f32::midpoint(left, right), upper - 0.5, lower + 0.5]
            });
            lines.push(Item::Band(edges.collect(), ink, 0.3));
        } else if raw {
            // Up and down by turns, so that the line between two columns is short.
            let ends = columns.enumerate().flat_map(|(i, c)| {
                let (first, last) = if i % 2 == 0 { (c.min, c.max) } else { (c.max, c.min) };
                let ends = [(c.x_first, first), (c.x_last, last)];
                ends.into_iter().skip(usize::from(c.x_first == c.x_last && first == last))
            });
            let pen = Pen { ink, alpha: 0.3, width: 1.0, dash: None };
            lines.push(Item::Line(self.places(within, ends), pen));
        }
        if smooth {
            let pen = Pen { ink, alpha: 1.0, width: 2.0, dash: None };
            lines.push(Item::Line(self.places(within, curve.train.iter().map(|c| (c.x_last, c.smooth))), pen));
        }
        if held {
            self.held(within, curve, lines);
        }
    }

    /// The held images: a point for each validation while they can be told apart, a line after.
    fn held(&self, within: Area, curve: &DrawnCurve, lines: &mut Vec<Item>) {
        let ink = if curve.run == 0 { Ink::Validation } else { Ink::Run(curve.run) };
        let places = self.places(within, curve.held.iter().map(|c| (c.x_last, c.last)));
        let apart = places.len() <= MOST_DOTS;
        let pen = Pen { ink, alpha: 1.0, width: 1.5, dash: apart.then_some(6.0) };
        if apart {
            lines.extend(places.iter().map(|&at| Item::Dot(at, 2.2, ink)));
        }
        lines.push(Item::Line(places, pen));
    }

    fn cursor_dots(&self, within: Area, lines: &mut Vec<Item>) {
        let Some(x) = self.cursor else { return };
        for curve in self.curves() {
            let at = crate::curves::column::nearest(&curve.train, x).filter(|_| self.shows[1]);
            let ink = ink(self.plot.metric, curve.run);
            lines.extend(
                at.map(|c: &Column| [self.across(within, c.x_last), self.down(within, c.smooth)])
                    .map(|at| Item::Dot(at, 3.5, ink)),
            );
        }
    }

    /// Where values lie; those without a place are left out.
    fn places(&self, within: Area, values: impl Iterator<Item = (f64, f64)>) -> Vec<Place> {
        let shown = values.filter(|(_, y)| self.y.scale.has(*y));
        shown.map(|(x, y)| [self.across(within, x), self.down(within, y)]).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::curves::{Spread, Unit, Want, XAxis};

    fn drawn(y_scale: Scale, raw: Spread, held: Spread) -> Drawn {
        let want = Want {
            metrics: vec![Metric::Lr],
            x: XAxis::Step,
            x_scale: Scale::Linear,
            y_scale,
            range: None,
            columns: 100,
            smoothing: 0.0,
            unit: Unit::default(),
        };
        let curve = DrawnCurve { raw_spread: Some(raw), held_spread: Some(held), ..DrawnCurve::default() };
        let plots = vec![DrawnPlot { metric: Metric::Lr, negated: false, curves: vec![curve] }];
        Drawn { want, x: (0.0, 9.0), whole: (0.0, 9.0), runs: vec!["a".into()], n_steps: 9, plots }
    }

    #[test]
    fn the_range_is_that_of_what_is_shown_with_a_margin() {
        let raw = Spread { min: -100.0, low: 0.0, high: 10.0, max: 900.0, last: 4.0 };
        let held = Spread { min: 5.0, low: 5.0, high: 20.0, max: 20.0, last: 20.0 };
        let drawn = drawn(Scale::Linear, raw, held);
        let range = |shows, without| {
            let axis = y_axis(&drawn, &drawn.plots[0], shows, &[], without);
            [axis.low, axis.high].map(|v| (v * 1e6).round() / 1e6)
        };
        assert_eq!(range([true, true, true], true), [-1.6, 21.6]);
        assert_eq!(range([false, true, true], true), [3.8, 21.2]);
        assert_eq!(range([true, true, true], false), [-180.0, 980.0]);
    }

    #[test]
    fn a_constant_stands_in_the_middle() {
        for scale in [Scale::Linear, Scale::Log] {
            let constant = Spread { min: 1e-3, low: 1e-3, high: 1e-3, max: 1e-3, last: 1e-3 };
            let drawn = drawn(scale, constant, constant);
            let axis = y_axis(&drawn, &drawn.plots[0], [true; 3], &[], true);
            assert!(axis.low > 0.0 && axis.low < 6e-4 && axis.high > 1.4e-3, "{axis:?}");
        }
    }
}
