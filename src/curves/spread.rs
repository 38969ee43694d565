//! How far values reach, with and without those that lie far out.

/// What "without outliers" leaves out at each end: a twentieth, as TensorBoard does.
pub const TAIL: f64 = 0.05;

/// How far some values reach.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    /// The smallest.
    pub min: f64,
    /// The largest.
    pub max: f64,
    /// The 5th percentile.
    pub low: f64,
    /// The 95th percentile.
    pub high: f64,
    /// The last one.
    pub last: f64,
}

impl Spread {
    /// Of `values`, which are put out of order; `None` when there are none.
    pub fn of(values: &mut [f64]) -> Option<Self> {
        let last = *values.last()?;
        let (low, high) = (percentile(values, TAIL)?, percentile(values, 1.0 - TAIL)?);
        let min = values.iter().copied().min_by(f64::total_cmp)?;
        let max = values.iter().copied().max_by(f64::total_cmp)?;
        Some(Self { min, max, low, high, last })
    }

    /// From where to where to look: everything, or the percentiles and the last value, which is never left out.
    pub fn range(&self, without_outliers: bool) -> (f64, f64) {
        if without_outliers { (self.low.min(self.last), self.high.max(self.last)) } else { (self.min, self.max) }
    }
}

/// The value below which a share `p` of the values lies, by linear interpolation between the two nearest (NumPy's
/// default; Hyndman & Fan 1996, type 7).
fn percentile(values: &mut [f64], p: f64) -> Option<f64> {
    let at = p * values.len().checked_sub(1)? as f64;
    let below = at.floor() as usize;
    let (_, value, above) = values.select_nth_unstable_by(below, f64::total_cmp);
    let value = *value;
    let next = above.iter().copied().min_by(f64::total_cmp).unwrap_or(value);
    Some(value + (at - at.floor()) * (next - value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_those_of_numpy() {
        // numpy.percentile([9, 1, 4, 16, 25, 36, 49], [5, 95]) = [1.9, 45.1]
        let spread = Spread::of(&mut [9.0, 1.0, 4.0, 16.0, 25.0, 36.0, 49.0]).unwrap();
        assert!((spread.low - 1.9).abs() < 1e-12 && (spread.high - 45.1).abs() < 1e-12, "{spread:?}");
        assert_eq!((spread.min, spread.max, spread.last), (1.0, 49.0, 49.0));
        assert_eq!(Spread::of(&mut []), None);
        assert_eq!(Spread::of(&mut [3.0]).unwrap().range(true), (3.0, 3.0));
    }

    #[test]
    fn an_outlier_is_left_out_and_the_last_value_is_not() {
        let mut values: Vec<f64> = (0..100).map(f64::from).collect();
        values[50] = 1e6;
        values.push(-7.0);
        let spread = Spread::of(&mut values).unwrap();
        let (low, high) = spread.range(true);
        assert!(low == -7.0 && high < 100.0, "{low} {high}");
        assert_eq!(spread.range(false), (-7.0, 1e6));
    }
}
