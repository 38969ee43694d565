//! How the curves are looked at.

use crate::curves::sheet::View;
use crate::curves::{Metric, SMOOTHINGS, Scale, Unit, Want, XAxis};

/// A kind of line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Series {
    /// Every step as measured.
    Raw,
    /// The steps, smoothed.
    Train,
    /// The held images.
    Validation,
}

impl Series {
    /// Every kind, in the order of the legend.
    pub const ALL: [Self; 3] = [Self::Raw, Self::Train, Self::Validation];
}

/// Something about the curves' view changes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum CurvesChange {
    /// Shows or hides them all.
    Open,
    /// Shows or hides a kind of line.
    Toggle(Series),
    /// Shows this kind of line alone; done again, all of them.
    Isolate(Series),
    /// Shows or hides a plot.
    Plot(Metric),
    /// What runs to the right.
    X(XAxis),
    /// How that is spaced.
    XScale(Scale),
    /// How values are spaced.
    YScale(Scale),
    /// In what amounts of information are given.
    Unit(Unit),
    /// The weight of the past in the smoothed curves.
    Smoothing(f64),
    /// Whether what lies far out is left out of the range.
    WithoutOutliers(bool),
    /// From where to where along x.
    ZoomX((f64, f64)),
    /// From where to where in one plot along y.
    ZoomY(Metric, (f64, f64)),
    /// Everything, and follow the run.
    Fit,
    /// Where along x the pointer is, over any plot.
    Point(Option<f64>),
    /// Columns of pixels in the widest plot.
    Columns(usize),
}

/// How the curves are looked at. What is not of one run is kept from start to start.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct CurvesView {
    /// Whether there is more than their title.
    pub open: bool,
    /// What runs to the right.
    pub x: XAxis,
    /// How that is spaced.
    pub x_scale: Scale,
    /// How values are spaced.
    pub y_scale: Scale,
    /// In what amounts of information are given.
    pub unit: Unit,
    /// The weight of the past in the smoothed curves.
    pub smoothing: f64,
    /// Whether what lies far out is left out of the range.
    pub without_outliers: bool,
    /// From where to where along x, in every plot; the whole run when `None`.
    #[serde(skip)]
    pub x_range: Option<(f64, f64)>,
    /// Where along x the pointer is.
    #[serde(skip)]
    pub cursor: Option<f64>,
    shown: [bool; 3],
    plots: [bool; Metric::ALL.len()],
    #[serde(skip)]
    y_ranges: [Option<(f64, f64)>; Metric::ALL.len()],
    #[serde(skip)]
    columns: usize,
}

impl Default for CurvesView {
    fn default() -> Self {
        Self {
            open: true,
            x: XAxis::default(),
            x_scale: Scale::Linear,
            y_scale: Scale::Linear,
            unit: Unit::default(),
            smoothing: 0.9,
            without_outliers: true,
            x_range: None,
            cursor: None,
            shown: [true; 3],
            plots: Metric::ALL.map(|m| matches!(m, Metric::Recon | Metric::Kl | Metric::Elbo)),
            y_ranges: [None; Metric::ALL.len()],
            columns: 0,
        }
    }
}

impl CurvesView {
    /// As it was kept; what no longer makes sense is as at the first start.
    pub fn kept(text: &str) -> Option<Self> {
        let view: Self = serde_json::from_str(text).ok()?;
        SMOOTHINGS.contains(&view.smoothing).then_some(view)
    }

    /// Whether a kind of line is shown.
    pub fn shows(&self, series: Series) -> bool {
        self.shown.get(series as usize).copied().unwrap_or_default()
    }

    /// Whether a plot is shown.
    pub fn shows_plot(&self, metric: Metric) -> bool {
        self.plots.get(metric.index()).copied().unwrap_or_default()
    }

    /// The plots that are shown, in order.
    pub fn metrics(&self) -> impl Iterator<Item = Metric> {
        Metric::ALL.into_iter().filter(|metric| self.shows_plot(*metric))
    }

    /// From where to where `metric` is shown; by what is there when `None`.
    pub fn y_range(&self, metric: Metric) -> Option<(f64, f64)> {
        self.y_ranges.get(metric.index()).copied().flatten()
    }

    /// Whether anything is shown otherwise than by itself.
    pub fn is_zoomed(&self) -> bool {
        self.x_range.is_some() || self.y_ranges.iter().any(Option::is_some)
    }

    /// What is to be drawn; nothing while nobody looks.
    pub fn want(&self) -> Option<Want> {
        (self.open && self.columns > 0).then(|| self.want_for_file())
    }

    /// The same for a file, which is drawn whether or not anybody looks.
    pub fn want_for_file(&self) -> Want {
        let metrics = self.metrics().collect();
        let Self { x, x_scale, y_scale, unit, x_range: range, columns, smoothing, .. } = *self;
        Want { metrics, x, x_scale, y_scale, range, columns, smoothing, unit }
    }

    /// How a file looks at what is drawn.
    pub fn sheet(&self) -> View {
        let Self { shown: shows, without_outliers, y_ranges, .. } = *self;
        View { shows, without_outliers, y_ranges, hidden: Vec::new(), marks: Vec::new() }
    }

    /// Takes a change in.
    pub fn change(&mut self, change: CurvesChange) {
        match change {
            CurvesChange::Open => self.open = !self.open,
            CurvesChange::Toggle(series) => {
                if let Some(shown) = self.shown.get_mut(series as usize) {
                    *shown = !*shown;
                }
            }
            CurvesChange::Isolate(series) => {
                let alone = Series::ALL.map(|s| s == series);
                self.shown = if self.shown == alone { [true; 3] } else { alone };
            }
            CurvesChange::Plot(metric) => {
                if let Some(shown) = self.plots.get_mut(metric.index()) {
                    *shown = !*shown;
                }
            }
            // A range means nothing on another axis.
            CurvesChange::X(x) => (self.x, self.x_range, self.cursor) = (x, None, None),
            CurvesChange::XScale(scale) => (self.x_scale, self.x_range) = (scale, None),
            CurvesChange::YScale(scale) => {
                self.y_scale = scale;
                self.y_ranges = [None; Metric::ALL.len()];
            }
            CurvesChange::Unit(unit) => {
                self.unit = unit;
                self.y_ranges = [None; Metric::ALL.len()];
            }
            CurvesChange::Smoothing(smoothing) => {
                self.smoothing = smoothing.clamp(*SMOOTHINGS.start(), *SMOOTHINGS.end());
            }
            CurvesChange::WithoutOutliers(without) => self.without_outliers = without,
            CurvesChange::ZoomX(range) => self.x_range = Some(range).filter(is_range),
            CurvesChange::ZoomY(metric, range) => {
                if let Some(place) = self.y_ranges.get_mut(metric.index()) {
                    *place = Some(range).filter(is_range);
                }
            }
            CurvesChange::Fit => {
                self.x_range = None;
                self.y_ranges = [None; Metric::ALL.len()];
            }
            CurvesChange::Point(at) => self.cursor = at,
            CurvesChange::Columns(columns) => self.columns = columns,
        }
    }
}

fn is_range(&(low, high): &(f64, f64)) -> bool {
    low.is_finite() && high.is_finite() && low < high
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(view: &CurvesView) -> [bool; 3] {
        Series::ALL.map(|s| view.shows(s))
    }

    #[test]
    fn a_line_is_hidden_isolated_and_brought_back() {
        let mut view = CurvesView::default();
        view.change(CurvesChange::Toggle(Series::Raw));
        assert_eq!(shown(&view), [false, true, true]);
        view.change(CurvesChange::Isolate(Series::Validation));
        assert_eq!(shown(&view), [false, false, true]);
        view.change(CurvesChange::Isolate(Series::Validation));
        assert_eq!(shown(&view), [true, true, true]);
    }

    #[test]
    fn what_is_not_of_one_run_is_kept_from_start_to_start() {
        let mut view = CurvesView::default();
        let unit = Unit { bits: true, per_pixel: true };
        let changes = [
            CurvesChange::X(XAxis::Time),
            CurvesChange::YScale(Scale::Log),
            CurvesChange::Unit(unit),
            CurvesChange::Smoothing(0.5),
            CurvesChange::WithoutOutliers(false),
            CurvesChange::Plot(Metric::Lr),
            CurvesChange::Toggle(Series::Raw),
        ];
        for change in changes {
            view.change(change);
        }
        let expected = view.clone();
        view.change(CurvesChange::ZoomX((2.0, 3.0)));
        view.change(CurvesChange::Columns(300));
        view.change(CurvesChange::Point(Some(1.0)));
        assert_eq!(CurvesView::kept(&serde_json::to_string(&view).unwrap()), Some(expected));
        // Of an older version, which knew less; of one that knew other plots; of a careless hand.
        assert_eq!(CurvesView::kept("{}"), Some(CurvesView::default()));
        assert_eq!(CurvesView::kept("{\"plots\":[true]}"), None);
        assert_eq!(CurvesView::kept("{\"smoothing\":2.0}"), None);
    }

    #[test]
    fn a_range_is_kept_as_long_as_it_means_something() {
        let mut view = CurvesView::default();
        view.change(CurvesChange::ZoomX((2.0, 3.0)));
        view.change(CurvesChange::ZoomY(Metric::Kl, (1.0, 5.0)));
        view.change(CurvesChange::Unit(Unit { bits: true, per_pixel: false }));
        assert_eq!((view.x_range, view.y_range(Metric::Kl)), (Some((2.0, 3.0)), None));
        view.change(CurvesChange::X(XAxis::Time));
        assert!(!view.is_zoomed());
        view.change(CurvesChange::ZoomX((3.0, f64::NAN)));
        assert!(!view.is_zoomed());
        view.change(CurvesChange::ZoomY(Metric::Kl, (1.0, 5.0)));
        view.change(CurvesChange::Fit);
        assert_eq!(view, CurvesView { x: XAxis::Time, unit: view.unit, ..CurvesView::default() });
    }
}
