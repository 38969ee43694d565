//! A curve of any length in bounded memory: each bucket keeps its smallest and largest value and the last smoothed
//! one, so that no spike is lost; when the buckets run out, neighbours merge.

/// Buckets at most: about as many as a plot has pixels.
const CAPACITY: usize = 512;

/// Some consecutive values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bucket {
    /// Where the first value lies.
    pub x_first: f64,
    /// Where the last value lies.
    pub x_last: f64,
    /// Smallest value.
    pub min: f64,
    /// Largest value.
    pub max: f64,
    /// The smoothed curve at the last value.
    pub smooth: f64,
}

/// A curve and its debiased exponential moving average (Kingma & Ba 2015, section 3).
#[derive(Debug, Clone)]
pub struct Curve {
    buckets: Vec<Bucket>,
    per_bucket: usize,
    in_last: usize,
    smoothing: f64,
    average: f64,
    weight: f64,
    last: Option<f64>,
}

impl Curve {
    /// An empty curve; `smoothing` is the weight of the past, 0 (none) to just below 1.
    pub fn new(smoothing: f64) -> Self {
        Self {
            buckets: Vec::new(),
            per_bucket: 1,
            in_last: 0,
            smoothing: smoothing.clamp(0.0, 0.9999),
            average: 0.0,
            weight: 0.0,
            last: None,
        }
    }

    /// Adds one value; one that is not finite is left out.
    pub fn push(&mut self, x: f64, y: f64) {
        if !y.is_finite() {
            return;
        }
        self.last = Some(y);
        self.average = self.smoothing * self.average + (1.0 - self.smoothing) * y;
        self.weight = self.smoothing * self.weight + (1.0 - self.smoothing);
        let smooth = self.average / self.weight;
        match self.buckets.last_mut() {
            Some(bucket) if self.in_last < self.per_bucket => {
                *bucket = merge(*bucket, Bucket { x_first: x, x_last: x, min: y, max: y, smooth });
                self.in_last += 1;
            }
            _ => {
                if self.buckets.len() == CAPACITY {
                    self.buckets = self.buckets.chunks(2).filter_map(|c| c.iter().copied().reduce(merge)).collect();
                    self.per_bucket *= 2;
                }
                self.buckets.push(Bucket { x_first: x, x_last: x, min: y, max: y, smooth });
                self.in_last = 1;
            }
        }
    }

    /// The buckets, left to right.
    pub fn buckets(&self) -> &[Bucket] {
        &self.buckets
    }

    /// The last value as it came.
    pub fn last(&self) -> Option<f64> {
        self.last
    }

    /// The last smoothed value.
    pub fn last_smooth(&self) -> Option<f64> {
        self.buckets.last().map(|b| b.smooth)
    }

    /// The range that shows the curve's course: the first steep part is left out once it would squeeze the rest.
    pub fn range(&self) -> Option<(f64, f64)> {
        let skip = if self.buckets.len() > 20 { self.buckets.len() / 25 + 1 } else { 0 };
        let shown = self.buckets.get(skip..)?;
        let low = shown.iter().map(|b| b.min).min_by(f64::total_cmp)?;
        let high = shown.iter().map(|b| b.max).max_by(f64::total_cmp)?;
        Some((low, high))
    }
}

fn merge(a: Bucket, b: Bucket) -> Bucket {
    Bucket { x_first: a.x_first, x_last: b.x_last, min: a.min.min(b.min), max: a.max.max(b.max), smooth: b.smooth }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_average_is_debiased() {
        // A constant stays itself from the first value on; without debiasing it would start at 0.1.
        let mut curve = Curve::new(0.9);
        for x in 0..5 {
            curve.push(f64::from(x), 3.0);
            assert!((curve.last_smooth().unwrap() - 3.0).abs() < 1e-12);
        }
        // Two values by hand: (0.9·0.1·1 + 0.1·2) / (0.9·0.1 + 0.1)
        let mut curve = Curve::new(0.9);
        curve.push(0.0, 1.0);
        curve.push(1.0, 2.0);
        assert!((curve.last_smooth().unwrap() - 0.29 / 0.19).abs() < 1e-12);
    }

    #[test]
    fn a_long_curve_keeps_its_spikes_and_its_ends() {
        let mut curve = Curve::new(0.5);
        for i in 0..100_000 {
            curve.push(f64::from(i), if i == 54_321 { 99.0 } else { 0.0 });
        }
        assert!(curve.buckets().len() <= CAPACITY);
        assert_eq!(curve.buckets().iter().filter(|b| b.max == 99.0).count(), 1);
        assert_eq!(curve.buckets().first().unwrap().x_first, 0.0);
        assert_eq!(curve.buckets().last().unwrap().x_last, 99_999.0);
        assert!(curve.buckets().windows(2).all(|w| w[0].x_last < w[1].x_first));
    }

    #[test]
    fn a_value_that_is_no_number_is_left_out() {
        let mut curve = Curve::new(0.5);
        curve.push(0.0, f64::NAN);
        assert!(curve.buckets().is_empty() && curve.last().is_none());
    }
}
