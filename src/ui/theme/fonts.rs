//! The bundled typefaces, before those of egui and of the system.

use std::sync::Arc;

use egui::{FontData, FontDefinitions, FontFamily, FontTweak};

use super::strong_family;
use crate::letters;

/// Puts the characters of Noto Sans SC on the baseline of Inter, as a share of their size: egui lays the middles of both
/// faces' lines on each other. Inter reaches 0.969 above its baseline and 0.241 below it, Noto Sans SC 1.160 and 0.288.
const HAN_UP: f32 = -((1.160 - 0.288) - (0.969 - 0.241)) / 2.0;

/// Every font, and which stands in for which.
pub fn all() -> FontDefinitions {
    let mut fonts = FontDefinitions::default();
    let mut add = |name: &str, bytes: &'static [u8], y_offset_factor: f32| {
        let tweak = FontTweak { y_offset_factor, ..FontTweak::default() };
        fonts.font_data.insert(name.to_owned(), Arc::new(FontData::from_static(bytes).tweak(tweak)));
    };
    add("Inter", letters::REGULAR, 0.0);
    add("Inter SemiBold", letters::STRONG, 0.0);
    add("Noto Sans SC", letters::HAN_REGULAR, HAN_UP);
    add("Noto Sans SC Bold", letters::HAN_STRONG, HAN_UP);
    let of_egui = |family: &FontFamily| fonts.families.get(family).cloned().unwrap_or_default();
    let families = [
        (FontFamily::Proportional, ["Inter", "Noto Sans SC"], of_egui(&FontFamily::Proportional)),
        (strong_family(), ["Inter SemiBold", "Noto Sans SC Bold"], of_egui(&FontFamily::Proportional)),
    ];
    for (family, ours, fallbacks) in families {
        let names = ours.into_iter().map(str::to_owned).chain(fallbacks).collect();
        fonts.families.insert(family, names);
    }
    fonts
}
