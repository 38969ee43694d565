//! Which lines of the curves are shown.

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

    fn index(self) -> usize {
        match self {
            Self::Raw => 0,
            Self::Train => 1,
            Self::Validation => 2,
        }
    }
}

/// How the curves are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CurvesView {
    /// Whether there is more than their title.
    pub open: bool,
    shown: [bool; 3],
}

impl Default for CurvesView {
    fn default() -> Self {
        Self { open: true, shown: [true; 3] }
    }
}

impl CurvesView {
    /// Whether a kind of line is shown.
    pub fn shows(&self, series: Series) -> bool {
        self.shown.get(series.index()).copied().unwrap_or_default()
    }

    /// Shows or hides one.
    pub fn toggle(&mut self, series: Series) {
        if let Some(shown) = self.shown.get_mut(series.index()) {
            *shown = !*shown;
        }
    }

    /// Shows one alone, or all when it was alone already.
    pub fn isolate(&mut self, series: Series) {
        let alone = Series::ALL.map(|s| s == series);
        self.shown = if self.shown == alone { [true; 3] } else { alone };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(view: CurvesView) -> [bool; 3] {
        Series::ALL.map(|s| view.shows(s))
    }

    #[test]
    fn a_line_is_hidden_isolated_and_brought_back() {
        let mut view = CurvesView::default();
        view.toggle(Series::Raw);
        assert_eq!(shown(view), [false, true, true]);
        view.isolate(Series::Validation);
        assert_eq!(shown(view), [false, false, true]);
        view.isolate(Series::Validation);
        assert_eq!(shown(view), [true, true, true]);
    }
}
