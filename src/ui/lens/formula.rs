//! Formulas on screen: single letters slanted, `_{…}` below and `^{…}` above the line, and figures in the unit of the
//! lens.

use std::f64::consts::LN_2;

use egui::text::{LayoutJob, TextFormat};
use egui::{Align, Color32, Frame, Label, Margin, Rect, Ui};
use rust_i18n::t;

use crate::lens::Sampled;
use crate::state::Topic;
use crate::ui::explain::{self, Figure};
use crate::ui::{format, theme};

/// Size of a formula's letters.
const SIZE: f32 = 15.0;
/// Size of what stands below or above the line.
const SMALL: f32 = 10.5;

/// Draws a formula, and below it the same with today's numbers. A click on it says what it is.
pub fn formula(ui: &mut Ui, topic: Topic, symbols: &str, numbers: &str) {
    let rect = plain(ui, symbols, numbers);
    explain::over(ui, rect, Figure { topic, name: &explain::name(topic), value: numbers });
}

/// The same that answers no click; where it stands.
pub fn plain(ui: &mut Ui, symbols: &str, numbers: &str) -> Rect {
    let palette = theme::palette(ui);
    let frame = Frame::NONE.fill(palette.panel).corner_radius(theme::RADIUS).inner_margin(Margin::symmetric(10, 7));
    let shown = frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = 3.0;
        ui.add(Label::new(laid_out(symbols, palette.text)).wrap());
        if !numbers.is_empty() {
            ui.add(Label::new(laid_out(numbers, palette.good)).wrap());
        }
    });
    shown.response.rect
}

/// Text with signs of mathematics.
pub fn laid_out(text: &str, colour: Color32) -> LayoutJob {
    let mut job = LayoutJob::default();
    for Piece { text, place, slanted } in pieces(text) {
        let (size, valign) = match place {
            Place::Line => (SIZE, Align::Center),
            Place::Below => (SMALL, Align::BOTTOM),
            Place::Above => (SMALL, Align::TOP),
        };
        let format = TextFormat {
            font_id: theme::regular(size),
            color: colour,
            italics: slanted,
            valign,
            ..TextFormat::default()
        };
        job.append(&text, 0.0, format);
    }
    job
}

/// Where a piece stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Line,
    Below,
    Above,
}

/// A piece of a formula that is set in one way.
#[derive(Debug, PartialEq, Eq)]
struct Piece {
    text: String,
    place: Place,
    slanted: bool,
}

/// A letter alone is a variable, a word is a name.
fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut place = Place::Line;
    let chars: Vec<char> = text.chars().collect();
    // The s of a genitive belongs to its word.
    let is_letter =
        |i: Option<usize>| i.and_then(|i| chars.get(i)).is_some_and(|c| c.is_ascii_alphabetic() || *c == '\'');
    let mut i = 0;
    while let Some(&c) = chars.get(i) {
        match (c, chars.get(i + 1)) {
            ('_' | '^', Some('{')) => {
                place = if c == '_' { Place::Below } else { Place::Above };
                i += 2;
                continue;
            }
            ('}', _) if place != Place::Line => place = Place::Line,
            _ => {
                let slanted = is_letter(Some(i)) && !is_letter(i.checked_sub(1)) && !is_letter(Some(i + 1));
                match pieces.last_mut() {
                    Some(last) if (last.place, last.slanted) == (place, slanted) => last.text.push(c),
                    _ => pieces.push(Piece { text: c.into(), place, slanted }),
                }
            }
        }
        i += 1;
    }
    pieces
}

/// In what the lens counts.
#[derive(Debug, Clone, Copy)]
pub struct Unit {
    /// Bits rather than nats.
    pub bits: bool,
}

impl Unit {
    /// Nats in this unit.
    pub fn of(self, nats: f64) -> f64 {
        if self.bits { nats / LN_2 } else { nats }
    }

    /// Its name.
    pub fn name(self) -> String {
        if self.bits { t!("lens.bits").into_owned() } else { t!("lens.nats").into_owned() }
    }

    /// A figure with as many decimals as are sure.
    pub fn figure(self, nats: f64, decimals: usize) -> String {
        format::signed(self.of(nats), decimals)
    }

    /// An estimate with its standard error.
    pub fn sampled(self, sampled: Sampled) -> String {
        let value = self.figure(sampled.nats, 3);
        match sampled.standard_error_nats {
            Some(error) => format!("{value} ± {}", format::signed(self.of(error), 3)),
            None => value,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_alone_are_slanted_and_braces_leave_the_line() {
        let set = pieces("log p(x) = E_{q}[z^{2}]");
        let told: Vec<_> = set.iter().map(|p| (p.text.as_str(), p.place, p.slanted)).collect();
        assert_eq!(
            told,
            [
                ("log ", Place::Line, false),
                ("p", Place::Line, true),
                ("(", Place::Line, false),
                ("x", Place::Line, true),
                (") = ", Place::Line, false),
                ("E", Place::Line, true),
                ("q", Place::Below, true),
                ("[", Place::Line, false),
                ("z", Place::Line, true),
                ("2", Place::Above, false),
                ("]", Place::Line, false),
            ]
        );
    }

    #[test]
    fn one_nat_is_log_two_of_e_bits() {
        assert_eq!(Unit { bits: true }.figure(1.0, 4), "1.4427");
        assert_eq!(Unit { bits: false }.figure(-0.5, 2), "−0.50");
        let sampled = Sampled { nats: LN_2, standard_error_nats: Some(LN_2 / 2.0) };
        assert_eq!(Unit { bits: true }.sampled(sampled), "1.000 ± 0.500");
    }
}
