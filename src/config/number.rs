//! Figures as people read and type them, from learning rates of 10⁻⁵ to millions of steps.

/// Below this a decimal fraction has more zeros than one can count.
const SMALL: f64 = 1e-3;
/// From here on a figure has more digits than one can count.
const LARGE: f64 = 1e7;

/// A number with a true minus sign and as many digits as its size deserves.
pub fn figure(value: f64) -> String {
    let size = value.abs();
    match size {
        0.0 => "0".into(),
        s if !(SMALL..LARGE).contains(&s) => scientific(value, 2),
        s if s < 1.0 => trimmed(value, (3.0 - s.log10().floor()) as usize - 1),
        s if s < 100.0 => fixed(value, 2),
        s if s < 10_000.0 => fixed(value, 1),
        _ => fixed(value, 0),
    }
}

/// The number that was typed: as [`figure`] writes it, or as computers do.
pub fn parse(text: &str) -> Option<f64> {
    let plain = text.trim().replace(',', "").replace('−', "-");
    let (digits, power) = match plain.split_once('×') {
        Some((digits, power)) => (digits, power),
        None if plain.chars().any(|c| lowered(c).is_some()) => ("1", plain.as_str()),
        None => return plain.parse().ok(),
    };
    let power: String = power.trim().strip_prefix("10")?.chars().map(lowered).collect::<Option<_>>()?;
    format!("{}e{power}", digits.trim()).parse().ok()
}

/// A round number beside an axis, with `decimals` decimals.
pub fn label(value: f64, decimals: usize) -> String {
    let size = value.abs();
    if size != 0.0 && !(SMALL..LARGE).contains(&size) {
        return scientific(value, 3);
    }
    fixed(value, decimals)
}

/// Without zeros at the end.
fn trimmed(value: f64, decimals: usize) -> String {
    let text = fixed(value, decimals);
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// Thousands apart, and no minus zero.
fn fixed(value: f64, decimals: usize) -> String {
    let text = format!("{:.decimals$}", value.abs());
    let (whole, rest) = text.split_once('.').map_or((text.as_str(), None), |(whole, rest)| (whole, Some(rest)));
    let mut apart = String::new();
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i).is_multiple_of(3) {
            apart.push(',');
        }
        apart.push(digit);
    }
    if let Some(rest) = rest {
        apart = format!("{apart}.{rest}");
    }
    let is_zero = text.bytes().all(|b| b == b'0' || b == b'.');
    if value < 0.0 && !is_zero { format!("−{apart}") } else { apart }
}

/// 2.5×10⁻⁴; a power of ten alone is 10⁻⁴.
fn scientific(value: f64, decimals: usize) -> String {
    let text = format!("{:.decimals$e}", value.abs());
    let Some((digits, power)) = text.split_once('e') else { return text };
    let digits = if digits.contains('.') { digits.trim_end_matches('0').trim_end_matches('.') } else { digits };
    let power: String = power.chars().map(raised).collect();
    let sign = if value < 0.0 { "−" } else { "" };
    if digits == "1" { format!("{sign}10{power}") } else { format!("{sign}{digits}×10{power}") }
}

fn raised(digit: char) -> char {
    match digit {
        '-' => '⁻',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        digit => digit.to_digit(10).and_then(|d| char::from_u32(0x2070 + d)).unwrap_or(digit),
    }
}

fn lowered(digit: char) -> Option<char> {
    "-0123456789".chars().find(|plain| raised(*plain) == digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_have_the_digits_they_deserve() {
        let check = |value, expected: &str| assert_eq!(figure(value), expected, "{value}");
        check(0.0, "0");
        check(0.001, "0.001");
        check(0.25, "0.25");
        check(0.012_345, "0.0123");
        check(3.0e-5, "3×10⁻⁵");
        check(1e-4, "10⁻⁴");
        check(-241.63, "−241.6");
        check(6.4, "6.40");
        check(19_812.4, "19,812");
        check(2.5e8, "2.5×10⁸");
    }

    #[test]
    fn what_is_written_can_be_typed() {
        for value in [0.002, 5e-4, 1e-4, 3e-5, 0.25, 1.0, -2.5e-7, 19_812.0, 2.5e8] {
            assert_eq!(parse(&figure(value)), Some(value), "{value}");
        }
        assert_eq!((parse(" 5e-4 "), parse("1.0e−3"), parse("fast"), parse("")), (Some(5e-4), Some(1e-3), None, None));
    }

    #[test]
    fn labels_are_as_exact_as_their_axis() {
        assert_eq!(label(-0.0, 1), "0.0");
        assert_eq!(label(1_000_000.0, 0), "1,000,000");
        assert_eq!(label(0.000_02, 5), "2×10⁻⁵");
        assert_eq!(label(1e-12, 12), "10⁻¹²");
        assert_eq!(label(-0.5, 1), "−0.5");
    }
}
