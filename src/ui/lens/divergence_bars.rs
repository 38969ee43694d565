//! Two discrete distributions as bars that are dragged, in bits, and the best prefix code for the first.

use egui::{Grid, Id, Rect, Sense, Ui, WidgetInfo, pos2, vec2};
use rust_i18n::t;

use super::formula::formula;
use super::handles;
use crate::math::huffman::huffman;
use crate::state::Topic;
use crate::state::lens::DivergenceAction;
use crate::state::lens::divergence::of_bars;
use crate::ui::{explain, format, theme, widgets};

/// Height of the bars.
const HEIGHT: f32 = 150.0;
/// Least width of a column of the code.
const COLUMN: f32 = 56.0;
/// What the highest bar may mean; the least that holds all of them.
const TOPS: [f64; 5] = [0.1, 0.2, 0.4, 0.7, 1.0];

/// Draws the bars and their figures.
pub fn ui(ui: &mut Ui, bars: &[Vec<f64>; 2], act: &mut dyn FnMut(DivergenceAction)) {
    if let Some((which, bar, probability)) = bars_ui(ui, bars) {
        act(DivergenceAction::SetBar(which, bar, probability));
    }
    widgets::note(ui, &t!("divergence.drag_bars"));
    let [p, q, crossed, forward, reverse] = of_bars(bars);
    let told = |bits: f64| if bits.is_finite() { format::signed(bits, 4) } else { "∞".into() };
    formula(
        ui,
        Topic::Kl,
        "KL(p ‖ q) = Σ p log_{2} p/q = H(p, q) − H(p)",
        &format!("{} = {} − {} {}", told(forward), told(crossed), told(p), t!("divergence.bits")),
    );
    let unit = t!("divergence.bits");
    let codes = bars.each_ref().map(|p| huffman(p));
    let [of_p, of_q] = codes.each_ref().map(|code| code.mean_length_bits(&bars[0]));
    // A word that q's code has not makes p's message impossible.
    let possible = bars[0].iter().zip(&codes[1].words).all(|(p, word)| *p <= 0.0 || !word.is_empty());
    let of_q = if possible { of_q } else { f64::INFINITY };
    let plain = |name: &str| t!("divergence.entropy", name = name).into_owned();
    let rows = [
        (Topic::Entropy, plain("p"), String::new(), p),
        (Topic::Entropy, plain("q"), String::new(), q),
        (
            Topic::CrossEntropy,
            t!("divergence.crossed").into_owned(),
            t!("divergence.crossed_tip").into_owned(),
            crossed,
        ),
        (Topic::Kl, "KL(p ‖ q)".into(), String::new(), forward),
        (Topic::KlWays, "KL(q ‖ p)".into(), String::new(), reverse),
        (Topic::Huffman, t!("divergence.code_mean").into_owned(), t!("divergence.code_mean_tip").into_owned(), of_p),
        (
            Topic::WrongCode,
            t!("divergence.code_wrong").into_owned(),
            t!("divergence.code_wrong_tip").into_owned(),
            of_q,
        ),
    ];
    for (topic, label, tip, bits) in rows {
        widgets::figure_row(ui, topic, &label, &tip, &told(bits), &unit, false);
    }
    explain::title(ui, Topic::Huffman, &t!("divergence.code"), "");
    Grid::new("huffman").num_columns(4).min_col_width(COLUMN).spacing(vec2(3.0 * theme::GAP, 2.0)).show(ui, |ui| {
        let titles = [
            (None, t!("divergence.symbol")),
            (None, t!("divergence.probability")),
            (Some(Topic::Information), t!("divergence.information")),
            (Some(Topic::Huffman), t!("divergence.word")),
        ];
        for (topic, title) in titles {
            match topic {
                Some(topic) => explain::head(ui, topic, &title),
                None => widgets::weak(ui, &title),
            };
        }
        ui.end_row();
        for (symbol, (p, word)) in bars[0].iter().zip(&codes[0].words).enumerate() {
            ui.label((symbol + 1).to_string());
            ui.label(format::signed(*p, 4));
            ui.label(told(-p.log2()));
            ui.monospace(if word.is_empty() { "—" } else { word });
            ui.end_row();
        }
    });
}

/// The bars, p left and q right; which one is pulled to which probability.
fn bars_ui(ui: &mut Ui, bars: &[Vec<f64>; 2]) -> Option<(usize, usize, f64)> {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), HEIGHT), Sense::click_and_drag());
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Image, true, t!("divergence.picture")));
    ui.painter().rect_filled(rect, theme::RADIUS, theme::palette(ui).sunken);
    let n = bars[0].len().max(1);
    // While one is pulled the scale stays.
    let id: Id = response.id.with("top");
    let highest = bars.iter().flatten().copied().fold(0.0, f64::max);
    let fitting = TOPS.into_iter().find(|top| highest <= *top).unwrap_or(1.0);
    let held = ui.data(|data| data.get_temp::<(f64, usize, usize)>(id)).filter(|_| response.dragged());
    let top = held.map_or(fitting, |(top, ..)| top);
    let column = rect.width() / n as f32;
    let width = (column - 4.0) / 2.0;
    let (floor, room) = (rect.bottom() - 2.0, rect.height() - 6.0);
    for (which, ((_, colour), values)) in handles::looks(ui).into_iter().zip(bars).enumerate() {
        for (i, p) in values.iter().enumerate() {
            let left = rect.left() + i as f32 * column + 2.0 + which as f32 * width;
            let height = ((p / top) as f32 * room).clamp(1.0, room);
            let bar = Rect::from_min_max(pos2(left, floor - height), pos2(left + width - 1.0, floor));
            ui.painter().rect_filled(bar, 2.0, colour);
        }
    }
    let label = theme::regular(theme::SMALL);
    ui.painter().text(
        rect.left_top() + vec2(4.0, 2.0),
        egui::Align2::LEFT_TOP,
        format::signed(top, 1),
        label,
        theme::palette(ui).weak,
    );
    let pointer = response.interact_pointer_pos()?;
    let (which, bar) = held.map_or_else(
        || {
            let across = ((pointer.x - rect.left()) / column).clamp(0.0, n as f32 - 0.01);
            (usize::from(across.fract() > 0.5), across as usize)
        },
        |(_, which, bar)| (which, bar),
    );
    ui.data_mut(|data| data.insert_temp(id, (top, which, bar)));
    Some((which, bar, (f64::from((floor - pointer.y) / room) * top).clamp(0.0, 1.0)))
}
