//! Axes: what runs along them and how values become places.

use rust_i18n::t;

/// What runs to the right.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum XAxis {
    /// Training steps.
    Step,
    /// Passes over the training images.
    #[default]
    Epoch,
    /// Seconds of training, pauses left out.
    Time,
}

impl XAxis {
    /// Every axis, in the order shown.
    pub const ALL: [Self; 3] = [Self::Step, Self::Epoch, Self::Time];

    /// Where something lies that happened at this step, epoch and time.
    pub fn of(self, step: u64, epoch: f64, seconds: f64) -> f64 {
        match self {
            Self::Step => step as f64,
            Self::Epoch => epoch,
            Self::Time => seconds,
        }
    }

    /// Its name.
    pub fn name(self) -> String {
        let text = match self {
            Self::Step => t!("axis.step"),
            Self::Epoch => t!("axis.epoch"),
            Self::Time => t!("axis.time"),
        };
        text.into_owned()
    }

    /// In what it is written: seconds are written in the unit that suits those up to `high`.
    pub fn time_unit(self, high: f64) -> TimeUnit {
        match self {
            Self::Time if high >= 2.0 * 3600.0 => TimeUnit { secs: 3600.0, short: "h" },
            Self::Time if high >= 2.0 * 60.0 => TimeUnit { secs: 60.0, short: "min" },
            Self::Time => TimeUnit { secs: 1.0, short: "s" },
            Self::Step | Self::Epoch => TimeUnit { secs: 1.0, short: "" },
        }
    }
}

/// What a figure on an axis of time means.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TimeUnit {
    /// Seconds in it.
    pub secs: f64,
    /// Its sign; empty where there is no unit.
    pub short: &'static str,
}

/// How values are spaced.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scale {
    /// Evenly.
    #[default]
    Linear,
    /// By their logarithms; what is not above zero has no place.
    Log,
}

impl Scale {
    /// Whether `value` has a place.
    pub fn has(self, value: f64) -> bool {
        value.is_finite() && (self == Self::Linear || value > 0.0)
    }

    fn forward(self, value: f64) -> f64 {
        if self == Self::Log { value.log10() } else { value }
    }

    fn back(self, value: f64) -> f64 {
        if self == Self::Log { 10.0_f64.powf(value) } else { value }
    }
}

/// Values from `low` to `high`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Axis {
    /// How they are spaced.
    pub scale: Scale,
    /// The first.
    pub low: f64,
    /// The last, above `low`.
    pub high: f64,
}

impl Axis {
    /// From `low` to `high`, moved apart when they are one.
    pub fn new(scale: Scale, (low, high): (f64, f64)) -> Self {
        let high = if high > low { high } else { low + low.abs().max(1e-9) };
        Self { scale, low, high }
    }

    /// How far along `value` lies: 0 at `low`, 1 at `high`.
    pub fn share(&self, value: f64) -> f64 {
        let [low, high, at] = [self.low, self.high, value].map(|v| self.scale.forward(v));
        (at - low) / (high - low)
    }

    /// The value that lies so far along.
    pub fn at(&self, share: f64) -> f64 {
        let [low, high] = [self.low, self.high].map(|v| self.scale.forward(v));
        self.scale.back(low + share * (high - low))
    }

    /// With a margin of this share at both ends.
    #[must_use]
    pub fn widened(&self, by: f64) -> Self {
        Self { low: self.at(-by), high: self.at(1.0 + by), ..*self }
    }

    /// Moved by a share of its length.
    #[must_use]
    pub fn moved(&self, by: f64) -> Self {
        Self { low: self.at(by), high: self.at(1.0 + by), ..*self }
    }

    /// With 1/`factor` of its length, what lies at `share` staying there.
    #[must_use]
    pub fn zoomed(&self, factor: f64, share: f64) -> Self {
        Self { low: self.at(share - share / factor), high: self.at(share + (1.0 - share) / factor), ..*self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decades_are_equally_long_on_a_logarithmic_axis() {
        let axis = Axis::new(Scale::Log, (0.01, 100.0));
        for (value, share) in [(0.01, 0.0), (0.1, 0.25), (1.0, 0.5), (10.0, 0.75), (100.0, 1.0), (2.0, 0.575_257_498_9)]
        {
            assert!((axis.share(value) - share).abs() < 1e-9, "{value}");
            assert!((axis.at(share) / value - 1.0).abs() < 1e-8, "{value}");
        }
        assert!([0.0, -1.0, f64::NAN].iter().all(|&v| !Scale::Log.has(v)));
        assert!(Scale::Linear.has(-1.0) && !Scale::Linear.has(f64::INFINITY));
    }

    #[test]
    fn zooming_keeps_what_is_under_the_pointer() {
        for (scale, range) in [(Scale::Linear, (-3.0, 9.0)), (Scale::Log, (0.5, 800.0))] {
            let axis = Axis::new(scale, range);
            let under = axis.at(0.3);
            let zoomed = axis.zoomed(4.0, 0.3);
            assert!((zoomed.share(under) - 0.3).abs() < 1e-9);
            assert!((axis.share(zoomed.high) - axis.share(zoomed.low) - 0.25).abs() < 1e-9);
            let moved = axis.moved(0.5);
            assert!((moved.low / axis.at(0.5) - 1.0).abs() < 1e-9);
        }
    }
}
