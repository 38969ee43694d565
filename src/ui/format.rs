//! Numbers as people read them.

use rust_i18n::t;

/// A count with its thousands apart: 12,345.
pub fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A count with its noun, from the catalogue's `key_one` or `key_other`.
pub fn counted(key: &str, n: usize) -> String {
    let text = if n == 1 { t!(&format!("{key}_one"), n = 1) } else { t!(&format!("{key}_other"), n = count(n as u64)) };
    text.into_owned()
}

/// Seconds in the two largest units that matter.
pub fn duration(secs: f64) -> String {
    let secs = secs.max(0.0).round() as u64;
    let (h, m, s) = (secs / 3600, secs / 60 % 60, secs % 60);
    let text = match (h, m) {
        (0, 0) => t!("duration.secs", s = s),
        (0, m) => t!("duration.mins", m = m, s = format!("{s:02}")),
        (h, m) => t!("duration.hours", h = h, m = format!("{m:02}")),
    };
    text.into_owned()
}

/// An amount of memory: 47 MB, 2.4 GB, in powers of 1024.
pub fn bytes(n: u64) -> String {
    let mib = n.div_ceil(1 << 20);
    let text = match mib {
        ..1024 => t!("size.mb", n = mib),
        mib if mib.is_multiple_of(1024) => t!("size.gb", n = mib / 1024),
        mib => t!("size.gb", n = format!("{:.1}", mib as f64 / 1024.0)),
    };
    text.into_owned()
}

/// A number with a true minus sign and as many decimals as its size deserves.
pub fn figure(value: f64) -> String {
    let decimals = match value.abs() {
        v if v >= 100.0 => 1,
        v if v >= 1.0 => 2,
        _ => 3,
    };
    signed(value, decimals)
}

/// A number with a true minus sign, no minus zero.
pub fn signed(value: f64, decimals: usize) -> String {
    let text = format!("{:.decimals$}", value.abs());
    let is_zero = text.bytes().all(|b| b == b'0' || b == b'.');
    if value < 0.0 && !is_zero { format!("−{text}") } else { text }
}

/// The sign of a pin: A to Z, then numbers from 27 on.
pub fn pin(idx: usize) -> String {
    match u8::try_from(idx) {
        Ok(small @ 0..26) => char::from(b'A' + small).to_string(),
        _ => (idx + 1).to_string(),
    }
}

/// A latent axis with its number below the line: z₁.
pub fn axis(index: usize) -> String {
    let digits = (index + 1).to_string();
    let below = digits.bytes().filter_map(|b| char::from_u32(0x2080 + u32::from(b.wrapping_sub(b'0'))));
    std::iter::once('z').chain(below).collect()
}

/// A class without the number that only keeps folders in order: `0_tshirt` is called `tshirt`.
pub fn class_name(folder: &str) -> &str {
    let rest = folder.trim_start_matches(|c: char| c.is_ascii_digit());
    let rest = rest.trim_start_matches(['_', '-', '.', ' ']);
    if rest.starts_with(char::is_alphabetic) && rest.len() + 1 < folder.len() { rest } else { folder }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_people_read_them() {
        assert_eq!(count(0), "0");
        assert_eq!(count(999), "999");
        assert_eq!(count(12_345_678), "12,345,678");
        assert_eq!(duration(45.4), "45 s");
        assert_eq!(duration(84.0), "1 min 24 s");
        assert_eq!(duration(3_725.0), "1 h 02 min");
        assert_eq!([0, 1, 47 << 20, 10 << 30].map(bytes), ["0 MB", "1 MB", "47 MB", "10 GB"]);
        assert_eq!(bytes(2_458 << 20), "2.4 GB");
        assert_eq!(figure(-241.63), "−241.6");
        assert_eq!(figure(6.4), "6.40");
        assert_eq!(signed(-0.001, 2), "0.00");
        assert_eq!(axis(0), "z₁");
        assert_eq!(axis(11), "z₁₂");
        assert_eq!(counted("data.images", 1), "1 image");
        assert_eq!(counted("data.images", 4000), "4,000 images");
    }

    #[test]
    fn a_class_loses_only_a_number_that_keeps_order() {
        assert_eq!(class_name("0_tshirt"), "tshirt");
        assert_eq!(class_name("12 - Ärmel"), "Ärmel");
        for whole in ["3d", "7", "2024_12", "cats", "_x", ""] {
            assert_eq!(class_name(whole), whole);
        }
    }
}
