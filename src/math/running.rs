//! Expectations as means of samples that come one by one, with their standard errors (Welford 1962).

/// A mean that grows more certain.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Running {
    count: u64,
    mean: f64,
    /// Σ (x − mean)²
    squares: f64,
}

impl Running {
    /// Takes in one sample.
    pub fn push(&mut self, x: f64) {
        self.count += 1;
        let off = x - self.mean;
        self.mean += off / self.count as f64;
        self.squares += off * (x - self.mean);
    }

    /// Samples so far.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Their mean; 0 when there are none.
    pub fn mean(&self) -> f64 {
        self.mean
    }

    /// Standard error of the mean, √(Σ (x − mean)² / n (n − 1)); `None` for fewer than two.
    pub fn standard_error(&self) -> Option<f64> {
        let n = self.count as f64;
        (self.count > 1).then(|| (self.squares / (n * (n - 1.0))).sqrt())
    }
}

impl FromIterator<f64> for Running {
    fn from_iter<I: IntoIterator<Item = f64>>(samples: I) -> Self {
        let mut mean = Self::default();
        for x in samples {
            mean.push(x);
        }
        mean
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // scipy.stats.sem([2, 4, 4, 5, 10]) = sqrt(36 / 20), by hand; far from zero no digit is lost.
    #[test]
    fn the_mean_and_its_error_are_those_of_the_definition() {
        for shift in [0.0, 1e9] {
            let mean: Running = [2.0, 4.0, 4.0, 5.0, 10.0].into_iter().map(|x| x + shift).collect();
            assert!((mean.mean() - shift - 5.0).abs() < 1e-6 && mean.count() == 5);
            assert!((mean.standard_error().unwrap() - 1.8_f64.sqrt()).abs() < 1e-6);
        }
        assert_eq!([3.0].into_iter().collect::<Running>().standard_error(), None);
    }
}
