//! Thinning: of all steps that fall on one column of pixels the smallest and largest value stay, and the last.

use crate::curves::Axis;

/// The steps on one column of pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Column {
    /// The last of them.
    pub step: u64,
    /// Passes over the training images after it.
    pub epoch: f64,
    /// Wall time of training after it.
    pub seconds: f64,
    /// Where the first of them lies.
    pub x_first: f64,
    /// Where the last lies.
    pub x_last: f64,
    /// Smallest value; above `max` when the axis can show none of them.
    pub min: f64,
    /// Largest value.
    pub max: f64,
    /// Value of the last step.
    pub last: f64,
    /// The smoothed curve at the last step.
    pub smooth: f64,
}

/// Puts steps that come in order into columns.
pub struct Thinner {
    axis: Axis,
    n: usize,
    at: f64,
    columns: Vec<Column>,
}

impl Thinner {
    /// Into `n` columns along `axis`. What lies before and after it makes one more each.
    pub fn new(axis: Axis, n: usize) -> Self {
        Self { axis, n: n.max(1), at: f64::NAN, columns: Vec::new() }
    }

    /// Adds a step: a column of its own. `is_shown` when the axis has a place for its value.
    pub fn push(&mut self, step: Column, is_shown: bool) {
        let n = self.n as f64;
        let share = self.axis.share(step.x_last);
        // The end of the axis belongs to its last column.
        let at = if share > 1.0 { n } else { (share * n).floor().clamp(-1.0, n - 1.0) };
        let (min, max) = if is_shown { (step.min, step.max) } else { (f64::INFINITY, f64::NEG_INFINITY) };
        match self.columns.last_mut() {
            Some(column) if at == self.at => {
                let (min, max) = (column.min.min(min), column.max.max(max));
                *column = Column { x_first: column.x_first, min, max, ..step };
            }
            _ => self.columns.push(Column { min, max, ..step }),
        }
        self.at = at;
    }

    /// The columns, left to right.
    pub fn columns(self) -> Vec<Column> {
        self.columns
    }
}

/// The column whose last step lies nearest to `x`.
pub fn nearest(columns: &[Column], x: f64) -> Option<&Column> {
    let after = columns.partition_point(|column| column.x_last < x);
    let around = [after.checked_sub(1), Some(after)].into_iter().flatten().filter_map(|i| columns.get(i));
    around.min_by(|a, b| (a.x_last - x).abs().total_cmp(&(b.x_last - x).abs()))
}

/// The last column whose last step is not after `step`.
pub fn up_to(columns: &[Column], step: u64) -> Option<&Column> {
    columns.get(columns.partition_point(|column| column.step <= step).checked_sub(1)?)
}
