//! Curves as they are drawn: every step is looked at once, and a few columns are left. A million steps take longer
//! than a frame, so the window has this done elsewhere.

use std::sync::Arc;

use crate::curves::column::{Thinner, nearest};
use crate::curves::{Average, Axis, Column, Course, Held, Metric, Scale, Spread, Unit, XAxis};
use crate::train::{StepStats, ValidationStats};

/// What is wanted of the curves.
#[derive(Debug, Clone, PartialEq)]
pub struct Want {
    /// Which curves.
    pub metrics: Vec<Metric>,
    /// What runs to the right.
    pub x: XAxis,
    /// How that is spaced.
    pub x_scale: Scale,
    /// How values are spaced.
    pub y_scale: Scale,
    /// From where to where; the whole of it when `None`.
    pub range: Option<(f64, f64)>,
    /// Columns of pixels for the range.
    pub columns: usize,
    /// The weight of the past in the smoothed curves.
    pub smoothing: f64,
    /// In what amounts of information are given.
    pub unit: Unit,
}

/// What one run measured.
#[derive(Debug, Clone)]
pub struct Source {
    /// The run's name.
    pub run: String,
    /// Every step.
    pub steps: Course,
    /// Every validation, in order.
    pub held: Arc<Vec<Held>>,
    /// Values of an image: what "per pixel" divides by.
    pub n_values: usize,
}

impl Source {
    /// A run that was recorded.
    pub fn recorded<'a>(
        run: String,
        n_values: usize,
        steps: impl IntoIterator<Item = &'a StepStats>,
        validation: impl IntoIterator<Item = &'a ValidationStats>,
    ) -> Self {
        let steps: Course = steps.into_iter().copied().collect();
        let held = validation.into_iter().map(|stats| Held::new(stats, &steps)).collect();
        Self { run, held: Arc::new(held), steps, n_values }
    }
}

/// Curves to be drawn.
#[derive(Debug, Clone)]
pub struct Order {
    /// What is wanted.
    pub want: Want,
    /// Of which runs.
    pub sources: Vec<Source>,
}

/// Curves that were drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawn {
    /// What was wanted.
    pub want: Want,
    /// The range of the x axis.
    pub x: (f64, f64),
    /// The whole of the x axis.
    pub whole: (f64, f64),
    /// Names of the runs.
    pub runs: Vec<String>,
    /// Steps of the longest of them.
    pub n_steps: usize,
    /// A plot for each metric that was wanted.
    pub plots: Vec<DrawnPlot>,
}

/// The curves of one metric.
#[derive(Debug, Clone, PartialEq)]
pub struct DrawnPlot {
    /// What it shows.
    pub metric: Metric,
    /// Whether it shows the negative of it: the ELBO is below zero, where a logarithmic axis has no place.
    pub negated: bool,
    /// A curve for each run.
    pub curves: Vec<DrawnCurve>,
}

/// The curve of one metric and run.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DrawnCurve {
    /// Which run, as its place among [`Drawn::runs`].
    pub run: usize,
    /// The steps.
    pub train: Vec<Column>,
    /// The held images.
    pub held: Vec<Column>,
    /// How far single steps reach.
    pub raw_spread: Option<Spread>,
    /// How far the smoothed curve reaches.
    pub smooth_spread: Option<Spread>,
    /// How far the held images reach.
    pub held_spread: Option<Spread>,
    /// The smoothed value of the run's last step, wherever one looks.
    pub latest: Option<f64>,
    /// The value of the run's last validation.
    pub latest_held: Option<f64>,
    /// Values in the range that the axis cannot show.
    pub n_hidden: usize,
    /// Values in the range.
    pub n: usize,
}

impl Order {
    /// Draws them.
    pub fn draw(&self) -> Drawn {
        let Self { want, sources } = self;
        let whole = whole(want, sources);
        let x = want.range.unwrap_or(whole);
        let axis = Axis::new(want.x_scale, x);
        let plot = |&metric| {
            let negated = metric == Metric::Elbo && want.y_scale == Scale::Log;
            let brush = Brush { want, axis, metric, sign: if negated { -1.0 } else { 1.0 } };
            let curves = sources.iter().enumerate().map(|(run, source)| brush.curve(run, source)).collect();
            DrawnPlot { metric, negated, curves }
        };
        let plots = want.metrics.iter().map(plot).collect();
        let runs = sources.iter().map(|source| source.run.clone()).collect();
        let n_steps = sources.iter().map(|source| source.steps.len()).max().unwrap_or_default();
        Drawn { want: want.clone(), x, whole, runs, n_steps, plots }
    }
}

/// From the beginning to the last step of the longest run; a logarithmic axis begins with the first step.
fn whole(want: &Want, sources: &[Source]) -> (f64, f64) {
    let x = |step: &StepStats| want.x.of(step.step, step.epoch, step.seconds);
    let firsts = sources.iter().filter_map(|source| source.steps.iter().map(x).find(|x| *x > 0.0));
    let high = sources.iter().filter_map(|source| source.steps.last().map(x)).fold(0.0, f64::max);
    let low = if want.x_scale == Scale::Log { firsts.fold(f64::INFINITY, f64::min) } else { 0.0 };
    if low < high { (low, high) } else { (if low.is_finite() { low } else { 1.0 }, low.min(1.0) * 2.0 + 1.0) }
}

impl Drawn {
    /// The column of the first run nearest to `x`.
    pub fn nearest(&self, x: f64) -> Option<&Column> {
        self.plots.iter().find_map(|plot| nearest(&plot.curves.first()?.train, x))
    }

    /// The plot of `metric`.
    pub fn plot(&self, metric: Metric) -> Option<&DrawnPlot> {
        self.plots.iter().find(|plot| plot.metric == metric)
    }
}

struct Brush<'a> {
    want: &'a Want,
    axis: Axis,
    metric: Metric,
    sign: f64,
}

impl Brush<'_> {
    fn curve(&self, run: usize, source: &Source) -> DrawnCurve {
        let mut curve = DrawnCurve { run, ..DrawnCurve::default() };
        let factor = self.sign * self.want.unit.factor(self.metric, source.n_values);
        self.train(source, factor, &mut curve);
        self.held(source, factor, &mut curve);
        curve
    }

    fn train(&self, source: &Source, factor: f64, curve: &mut DrawnCurve) {
        let x = |step: &StepStats| self.want.x.of(step.step, step.epoch, step.seconds);
        let steps = &source.steps;
        // One step beyond each end, so that lines leave the picture.
        let from = steps.partition_point(|step| x(step) < self.axis.low).saturating_sub(1);
        let to = steps.partition_point(|step| x(step) <= self.axis.high);
        let mut thinner = Thinner::new(self.axis, self.want.columns);
        let mut average = Average::new(self.want.smoothing);
        let (mut seconds_before, mut values) = (0.0, Vec::new());
        for (i, step) in steps.iter().enumerate() {
            let value = self.metric.of_step(step, seconds_before);
            seconds_before = step.seconds;
            let Some(last) = value.map(|value| factor * value) else { continue };
            let smooth = self.metric.smoothed(step, last, factor, &mut average);
            curve.latest = Some(smooth);
            if !(from..=to).contains(&i) {
                continue;
            }
            let is_shown = self.want.y_scale.has(last);
            let (step, epoch, seconds, at) = (step.step, step.epoch, step.seconds, x(step));
            let column = Column { step, epoch, seconds, x_first: at, x_last: at, min: last, max: last, last, smooth };
            thinner.push(column, is_shown);
            if (self.axis.low..=self.axis.high).contains(&at) {
                curve.n += 1;
                if is_shown {
                    values.push(last);
                } else {
                    curve.n_hidden += 1;
                }
            }
        }
        curve.train = thinner.columns();
        curve.raw_spread = Spread::of(&mut values);
        curve.smooth_spread = self.spread(&curve.train, |column| column.smooth);
    }

    fn held(&self, source: &Source, factor: f64, curve: &mut DrawnCurve) {
        let mut thinner = Thinner::new(self.axis, self.want.columns);
        for held in source.held.iter() {
            let Some(last) = self.metric.of_held(held).map(|value| factor * value) else { continue };
            let (step, epoch, seconds) = (held.step, held.epoch, held.seconds);
            let at = self.want.x.of(step, epoch, seconds);
            let smooth = last;
            let column = Column { step, epoch, seconds, x_first: at, x_last: at, min: last, max: last, last, smooth };
            curve.latest_held = Some(last);
            thinner.push(column, self.want.y_scale.has(last));
        }
        curve.held = thinner.columns();
        curve.held_spread = self.spread(&curve.held, |column| column.last);
    }

    /// How far those in the range reach.
    fn spread(&self, columns: &[Column], value: impl Fn(&Column) -> f64) -> Option<Spread> {
        let inside = columns.iter().filter(|c| (self.axis.low..=self.axis.high).contains(&c.x_last));
        Spread::of(&mut inside.map(value).filter(|v| self.want.y_scale.has(*v)).collect::<Vec<_>>())
    }
}

#[cfg(test)]
mod tests;
