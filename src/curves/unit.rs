//! Nats or bits, per image or per pixel.

use std::f64::consts::LN_2;

use rust_i18n::t;

use crate::curves::Metric;

/// In what amounts of information are given.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Unit {
    /// Bits (log to base 2) rather than nats.
    pub bits: bool,
    /// Per value of an image (a pixel; in colour, one channel of it) rather than per image.
    pub per_pixel: bool,
}

impl Unit {
    /// Every unit, the default first.
    pub const ALL: [Self; 4] = [
        Self { bits: false, per_pixel: false },
        Self { bits: true, per_pixel: false },
        Self { bits: false, per_pixel: true },
        Self { bits: true, per_pixel: true },
    ];

    /// What nats per image are multiplied by, for images of `n_values` values.
    pub fn factor(self, metric: Metric, n_values: usize) -> f64 {
        if !metric.is_information() {
            return 1.0;
        }
        let base = if self.bits { LN_2.recip() } else { 1.0 };
        if self.per_pixel { base / n_values.max(1) as f64 } else { base }
    }

    /// Its name on screen: `nats / image`.
    pub fn name(self) -> String {
        let text = match (self.bits, self.per_pixel) {
            (false, false) => t!("unit.nats_image"),
            (true, false) => t!("unit.bits_image"),
            (false, true) => t!("unit.nats_pixel"),
            (true, true) => t!("unit.bits_pixel"),
        };
        text.into_owned()
    }

    /// In what `metric` is given, on screen.
    pub fn name_of(self, metric: Metric) -> String {
        match metric {
            Metric::Sigma => t!("unit.pixel_value").into_owned(),
            Metric::Lr => String::new(),
            Metric::Rate => t!("unit.images_per_second").into_owned(),
            _ => self.name(),
        }
    }

    /// In what `metric` is given, as the end of a column's name: `nats_per_image`. Empty for a plain number.
    pub fn key_of(self, metric: Metric) -> &'static str {
        match (metric, self.bits, self.per_pixel) {
            (Metric::Sigma, ..) => "pixel_units",
            (Metric::Lr, ..) => "",
            (Metric::Rate, ..) => "images_per_second",
            (_, false, false) => "nats_per_image",
            (_, true, false) => "bits_per_image",
            (_, false, true) => "nats_per_pixel",
            (_, true, true) => "bits_per_pixel",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fair_coin_for_each_pixel_is_one_bit_a_pixel() {
        // 784 · ln 2 nats an image are 784 bits an image, and 1 bit a pixel.
        let nats = 784.0 * 2.0_f64.ln();
        let given = Unit::ALL.map(|unit| nats * unit.factor(Metric::Recon, 784));
        let expected = [543.427_39, 784.0, LN_2, 1.0];
        assert!(given.iter().zip(expected).all(|(g, e)| (g - e).abs() < 1e-5), "{given:?}");
        assert_eq!(Unit::ALL.map(|unit| unit.factor(Metric::Lr, 784)), [1.0; 4]);
    }
}
