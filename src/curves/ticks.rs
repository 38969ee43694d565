//! Where an axis is labelled: round numbers, and on a logarithmic axis the powers of ten with what lies between them.

use crate::curves::number::label;
use crate::curves::{Axis, Scale};

/// A place on an axis.
#[derive(Debug, Clone, PartialEq)]
pub struct Tick {
    /// Its value.
    pub value: f64,
    /// What is written beside it; nothing at a fine line.
    pub label: Option<String>,
}

/// About `target` labelled ticks, in order, and between them the fine lines of a logarithmic axis. Values are written
/// in a unit of `unit`.
pub fn ticks(axis: &Axis, target: f64, unit: f64) -> Vec<Tick> {
    let scaled = Axis { low: axis.low / unit, high: axis.high / unit, ..*axis };
    if !(scaled.low.is_finite() && scaled.high.is_finite() && scaled.low < scaled.high) {
        return Vec::new();
    }
    let mut ticks = match axis.scale {
        Scale::Linear => linear(&scaled, target),
        Scale::Log => logarithmic(&scaled, target),
    };
    for tick in &mut ticks {
        tick.value *= unit;
    }
    ticks
}

/// A round step for about `target` ticks over `span`: 1, 2 or 5 times a power of ten, and the decimals it needs.
pub fn step(span: f64, target: f64) -> (f64, usize) {
    let raw = (span / target.max(1.0)).max(f64::MIN_POSITIVE);
    let power = 10.0_f64.powf(raw.log10().floor());
    let step = match raw / power {
        r if r <= 1.0 => power,
        r if r <= 2.0 => 2.0 * power,
        r if r <= 5.0 => 5.0 * power,
        _ => 10.0 * power,
    };
    (step, (-(step * (1.0 + 1e-9)).log10().floor()).max(0.0) as usize)
}

/// At least two, so that one can tell how long a unit is.
fn linear(axis: &Axis, target: f64) -> Vec<Tick> {
    let ticks = multiples(axis, target);
    if ticks.len() < 2 { multiples(axis, 2.0 * target.max(1.0)) } else { ticks }
}

fn multiples(axis: &Axis, target: f64) -> Vec<Tick> {
    let (step, decimals) = step(axis.high - axis.low, target);
    let (first, last) = ((axis.low / step).ceil(), (axis.high / step).floor());
    // Further out the step is below what a value can tell apart.
    if last - first > 1000.0 || first.abs() > 1e15 {
        return Vec::new();
    }
    let tick = |i: i64| Tick { value: i as f64 * step, label: Some(label(i as f64 * step, decimals)) };
    (first as i64..=last as i64).map(tick).collect()
}

fn logarithmic(axis: &Axis, target: f64) -> Vec<Tick> {
    let (low, high) = (axis.low.log10(), axis.high.log10());
    let (first, last) = (low.floor() as i32, high.ceil() as i32);
    let inside = |value: f64| (axis.low..=axis.high).contains(&value);
    let whole = (first..=last).filter(|&power| inside(10.0_f64.powi(power))).count();
    if whole < 2 && high - low < 0.8 {
        // So short that 1, 2, 5 would leave it bare: round numbers, each in its logarithmic place.
        return linear(axis, target);
    }
    let stride = (f64::from(last - first) / target.max(1.0)).ceil().max(1.0) as i32;
    // A decade with room for one and a half labels has room for 1, 2 and 5.
    let roomy = target >= 1.5 * (high - low);
    let between: &[i32] = if whole >= 2 && !roomy { &[1] } else { &[1, 2, 5] };
    let mut ticks = Vec::new();
    for power in first..=last {
        let labelled = power.rem_euclid(stride) == 0;
        // Decades that are skipped are lines themselves; finer ones would run together.
        for digit in 1..=if stride == 1 { 9 } else { 1 } {
            let value = f64::from(digit) * 10.0_f64.powi(power);
            if inside(value) {
                let label = (labelled && between.contains(&digit)).then(|| label(value, (-power).max(0) as usize));
                ticks.push(Tick { value, label });
            }
        }
    }
    ticks
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(scale: Scale, range: (f64, f64), target: f64) -> Vec<String> {
        ticks(&Axis::new(scale, range), target, 1.0).into_iter().filter_map(|tick| tick.label).collect()
    }

    #[test]
    fn linear_ticks_are_round() {
        assert_eq!(labels(Scale::Linear, (-1.0, 4.0), 5.0), ["−1", "0", "1", "2", "3", "4"]);
        assert_eq!(labels(Scale::Linear, (0.05, 0.42), 4.0), ["0.1", "0.2", "0.3", "0.4"]);
        assert_eq!(labels(Scale::Linear, (0.0, 1_100_000.0), 2.0), ["0", "1,000,000"]);
        // One alone would not say how long a unit is.
        assert_eq!(labels(Scale::Linear, (2.8, 3.9), 2.0), ["3.0", "3.5"]);
        assert_eq!(step(6.0, 6.0), (1.0, 0));
        assert_eq!(step(1.1, 6.0).1, 1);
        assert_eq!(step(0.003, 3.0).1, 3);
    }

    #[test]
    fn a_logarithmic_axis_has_powers_of_ten_and_fine_lines_between() {
        assert_eq!(labels(Scale::Log, (0.5, 2000.0), 5.0), ["1", "10", "100", "1,000"]);
        assert_eq!(labels(Scale::Log, (0.9, 60.0), 3.0), ["1", "2", "5", "10", "20", "50"]);
        let all = ticks(&Axis::new(Scale::Log, (1.0, 100.0)), 4.0, 1.0);
        let values: Vec<f64> = all.iter().map(|tick| tick.value).collect();
        let expected: Vec<f64> = (1..=10).map(f64::from).chain((2..=10).map(|i| 10.0 * f64::from(i))).collect();
        assert_eq!(values, expected);
        assert_eq!(labels(Scale::Log, (1e-5, 1e-2), 4.0), ["10⁻⁵", "10⁻⁴", "0.001", "0.01"]);
        // Many decades: some of them.
        assert_eq!(labels(Scale::Log, (1e-6, 1e6), 4.0), ["10⁻⁶", "0.001", "1", "1,000", "1,000,000"]);
    }

    #[test]
    fn within_a_decade_a_logarithmic_axis_still_says_something() {
        assert_eq!(labels(Scale::Log, (1.5, 30.0), 4.0), ["2", "5", "10", "20"]);
        assert_eq!(labels(Scale::Log, (60.0, 75.0), 3.0), ["60", "65", "70", "75"]);
    }

    #[test]
    fn time_is_written_in_its_unit() {
        let axis = Axis::new(Scale::Linear, (0.0, 600.0));
        let ticks = ticks(&axis, 5.0, 60.0);
        assert_eq!(ticks.iter().map(|t| t.label.clone().unwrap()).collect::<Vec<_>>(), ["0", "2", "4", "6", "8", "10"]);
        assert_eq!(ticks[1].value, 120.0);
    }
}
