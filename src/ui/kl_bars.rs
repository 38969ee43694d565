//! What each latent dimension carries: one bar a dimension, the one that carries most first.

use egui::{Align2, CornerRadius, Rect, Sense, Ui, pos2, vec2};
use rust_i18n::t;

use crate::curves::{Metric, Unit};
use crate::state::data::held_for_validation;
use crate::state::{AppState, Topic};
use crate::train::evaluate::ACTIVE_VARIANCE;
use crate::ui::explain::{self, Figure};
use crate::ui::{curves, format, theme, widgets};

/// So many dimensions get a line each, with their figure; more share one row of upright bars.
const MAX_LINES: usize = 4;
/// So many are told when they are clicked.
const TOLD: usize = 6;
/// Height of a line, in points.
const LINE: f32 = 30.0;
/// Room for a dimension's name and for its figure, in points.
const NAME: f32 = 26.0;
const FIGURE: f32 = 46.0;

/// Draws the bars.
pub fn ui(ui: &mut Ui, state: &AppState, height: f32) {
    ui.spacing_mut().item_spacing.y = 3.0;
    // Of an image, whatever the curves are given for: a dimension has no pixels.
    let bits = state.curves.unit.bits;
    let factor = Unit { bits, per_pixel: false }.factor(Metric::Kl, 1);
    let unit = if bits { t!("unit.bits") } else { t!("unit.nats") }.into_owned();
    let last = state.training.history.validation.last();
    let nats: &[f64] = last.map_or(&[], |v| &v.kl_per_dim_nats);
    let kl = sorted(&nats.iter().map(|nats| factor * nats).collect::<Vec<_>>());
    let is_vae = state.training.is_variational();
    let active = last.and_then(|v| v.active_units).filter(|_| is_vae);
    let figure = |active: usize| {
        let n = held(state);
        curves::Figure {
            topic: Topic::ActiveUnits,
            of: String::new(),
            text: t!("curves.active_units", n = active, of = kl.len()).into_owned(),
            colour: theme::palette(ui).weak,
            tip: t!("curves.active_units_tip", n = format::count(n as u64), threshold = ACTIVE_VARIANCE).into_owned(),
        }
    };
    let figures: Vec<_> = active.map(figure).into_iter().collect();
    let title = curves::title_height(ui.available_width());
    curves::title_ui(ui, Topic::KlPerDim, &t!("curves.per_dim"), &t!("curves.per_dim_tip"), &unit, &figures);
    let room = height - title - 6.0;
    if kl.is_empty() || !is_vae {
        let text = if is_vae { t!("curves.per_dim_empty") } else { t!("model.beta_ae") };
        widgets::placeholder(ui, room, &text);
        return;
    }
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), room), Sense::click());
    if kl.len() <= MAX_LINES {
        lines(ui, rect, &kl);
    } else {
        upright(ui, rect, &kl);
    }
    let all = kl.iter().map(|(i, v)| {
        t!("curves.per_dim_one", axis = format::axis(*i), value = format::figure(*v), unit = unit).into_owned()
    });
    let all: Vec<String> = all.collect();
    let some = all.iter().take(TOLD).cloned().collect::<Vec<_>>().join("   ");
    let value = if all.len() > TOLD { format!("{some}   …") } else { some };
    let figure = Figure { topic: Topic::KlPerDim, name: &t!("curves.per_dim_bars"), value: &value };
    explain::asks(ui, response, figure).on_hover_text(all.join("\n"));
}

/// Images that the run holds for validation.
fn held(state: &AppState) -> usize {
    let images = state.data.set.as_ref().map_or(0, |data| data.len());
    let fraction = state.training.run.as_ref().map_or(0.0, |run| run.config.data.validation_fraction);
    held_for_validation(images, fraction)
}

/// Dimensions with what they carry, most first.
fn sorted(kl: &[f64]) -> Vec<(usize, f64)> {
    let mut sorted: Vec<_> = kl.iter().copied().enumerate().collect();
    sorted.sort_by(|(_, a), (_, b)| b.total_cmp(a));
    sorted
}

fn most(kl: &[(usize, f64)]) -> f64 {
    kl.first().map_or(0.0, |(_, v)| *v).max(1e-9)
}

fn lines(ui: &Ui, rect: Rect, kl: &[(usize, f64)]) {
    let (palette, painter) = (theme::palette(ui), ui.painter());
    let line = (rect.height() / kl.len() as f32).min(LINE);
    let font = theme::regular(theme::BODY);
    for (row, (i, value)) in kl.iter().enumerate() {
        let y = rect.top() + line * (row as f32 + 0.5);
        painter.text(pos2(rect.left(), y), Align2::LEFT_CENTER, format::axis(*i), font.clone(), palette.weak);
        let figure = format::figure(*value);
        painter.text(pos2(rect.right(), y), Align2::RIGHT_CENTER, figure, font.clone(), palette.text);
        let track = Rect::from_min_max(pos2(rect.left() + NAME, y - 4.0), pos2(rect.right() - FIGURE, y + 4.0));
        painter.rect_filled(track, CornerRadius::same(4), palette.raised);
        let share = (value / most(kl)).clamp(0.02, 1.0) as f32;
        let bar = Rect::from_min_size(track.min, vec2(track.width() * share, track.height()));
        painter.rect_filled(bar, CornerRadius::same(4), palette.kl);
    }
}

fn upright(ui: &Ui, rect: Rect, kl: &[(usize, f64)]) {
    let (palette, painter) = (theme::palette(ui), ui.painter());
    let width = rect.width() / kl.len() as f32;
    let (top, floor) = (rect.top() + 16.0, rect.bottom() - 16.0);
    let font = theme::regular(theme::SMALL);
    for (column, (i, value)) in kl.iter().enumerate() {
        let left = rect.left() + width * column as f32;
        let height = ((floor - top) * (value / most(kl)) as f32).max(1.0);
        let gap = (width * 0.15).clamp(0.5, 4.0);
        let bar = Rect::from_min_max(pos2(left + gap, floor - height), pos2(left + width - gap, floor));
        painter.rect_filled(bar, CornerRadius::same(2), palette.kl);
        let named = width >= NAME - 8.0 || column == 0 || column + 1 == kl.len();
        if named {
            let at = pos2(bar.center().x, rect.bottom());
            painter.text(at, Align2::CENTER_BOTTOM, format::axis(*i), font.clone(), palette.weak);
        }
    }
    let best = format::figure(most(kl));
    painter.text(rect.right_top(), Align2::RIGHT_TOP, best, font, palette.weak);
}
