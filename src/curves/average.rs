//! The smoothed curve: a debiased exponential moving average (Kingma & Ba 2015, section 3).

/// Weighs the past by `smoothing` and the newest value by the rest; divided by the sum of all weights, so that a
/// constant is itself from its first value on.
#[derive(Debug, Clone, Copy)]
pub struct Average {
    smoothing: f64,
    sum: f64,
    weight: f64,
}

impl Average {
    /// Of nothing yet; `smoothing` is 0 (none) to just below 1.
    pub fn new(smoothing: f64) -> Self {
        Self { smoothing: smoothing.clamp(0.0, 0.9999), sum: 0.0, weight: 0.0 }
    }

    /// m ← s·m + (1 − s)·y, w ← s·w + (1 − s); the average is m / w.
    pub fn push(&mut self, y: f64) -> f64 {
        let new = 1.0 - self.smoothing;
        self.sum = self.smoothing * self.sum + new * y;
        self.weight = self.smoothing * self.weight + new;
        self.sum / self.weight
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Σ s^(n−i) y_i / Σ s^(n−i), term by term.
    fn closed_form(values: &[f64], smoothing: f64) -> f64 {
        let n = values.len() as i32;
        let weights = (0..n).map(|i| smoothing.powi(n - 1 - i));
        let (top, bottom) = values.iter().zip(weights).fold((0.0, 0.0), |(t, b), (y, w)| (t + w * y, b + w));
        top / bottom
    }

    #[test]
    fn the_average_is_the_weighted_mean_in_closed_form() {
        let values: Vec<f64> = (0..200).map(|i| 50.0 / f64::from(i + 1) + f64::from(i % 7)).collect();
        for smoothing in [0.0, 0.3, 0.9, 0.99, 0.999] {
            let mut average = Average::new(smoothing);
            for n in 1..=values.len() {
                let (got, expected) = (average.push(values[n - 1]), closed_form(&values[..n], smoothing));
                assert!((got - expected).abs() < 1e-10 * expected.abs(), "{smoothing} {n}: {got} {expected}");
            }
        }
    }

    #[test]
    fn a_ramp_lags_by_the_textbook_amount() {
        // Far from its beginning the average of y = t lags by s / (1 − s).
        let mut average = Average::new(0.95);
        let last = (0..2000).map(|t| average.push(f64::from(t))).last().unwrap();
        assert!((1999.0 - last - 0.95 / 0.05).abs() < 1e-6, "{last}");
    }
}
