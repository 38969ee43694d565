//! β and the learning rate over the whole run, drawn before they happen.

use egui::{Align2, CornerRadius, Pos2, Rect, Sense, Stroke, Ui, pos2, vec2};
use rust_i18n::t;

use crate::config::{RunConfig, number};
use crate::state::{AppState, Plan, Topic};
use crate::ui::explain::{self, Figure};
use crate::ui::{format, theme};

/// Height of one of the two strips, in points.
const STRIP: f32 = 30.0;
/// Room for a name on the left and for the highest value on the right, in points.
const NAME: f32 = 20.0;
const FIGURE: f32 = 46.0;
/// Points along the run.
const N_POINTS: usize = 161;

/// Draws the picture of what `config` will do; of a run under way with what was changed, and where it is now.
pub fn ui(ui: &mut Ui, state: &AppState, config: &RunConfig) {
    let training = &state.training;
    let active = training.is_active();
    let marks = if active { training.marks.as_slice() } else { &[] };
    let plan = Plan::new(config, marks, training.steps_per_epoch, N_POINTS);
    let now = training.history.last().filter(|_| active).map(|last| last.epoch);
    let strips = 1 + usize::from(plan.beta.is_some());
    let size = vec2(ui.available_width(), STRIP * strips as f32 + 14.0);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    let palette = theme::palette(ui);
    let mut top = rect.top();
    let mut strip = |name: &str, values: &[f64], colour| {
        let strip = Rect::from_min_size(pos2(rect.left(), top), vec2(rect.width(), STRIP));
        top += STRIP;
        strip_ui(ui, strip, name, values, colour);
        Rect::from_min_max(strip.min + vec2(NAME, 3.0), strip.max - vec2(FIGURE, 3.0))
    };
    let mut plot = None;
    if let Some(beta) = &plan.beta {
        plot = Some(strip(&t!("model.beta"), beta, palette.kl));
    }
    let lr = strip(&t!("schedule.lr"), &plan.lr, palette.accent_hovered);
    let plot = plot.map_or(lr, |beta: Rect| beta.union(lr));
    let font = theme::regular(theme::SMALL);
    let first = pos2(plot.left(), rect.bottom());
    ui.painter().text(first, Align2::LEFT_BOTTOM, t!("schedule.begins"), font.clone(), palette.weak);
    let ends = t!("schedule.ends", n = format::count(plan.epochs as u64));
    ui.painter().text(pos2(plot.right(), rect.bottom()), Align2::RIGHT_BOTTOM, ends, font, palette.weak);
    if let Some(now) = now {
        let x = plot.left() + plot.width() * (now / plan.epochs.max(1e-9)).clamp(0.0, 1.0) as f32;
        ui.painter().vline(x, plot.y_range(), Stroke::new(1.0, palette.text));
    }
    // What is under the pointer; by the keyboard, what stands first.
    let on_lr = plan.beta.is_none() || response.hover_pos().is_some_and(|at| at.y > lr.top());
    let topic = if on_lr { Topic::LearningRate } else { Topic::Beta };
    let response = explain::asks(ui, response, Figure { topic, name: &t!("schedule.picture"), value: "" });
    let Some(at) = response.hover_pos() else { return };
    let share = ((at.x - plot.left()) / plot.width()).clamp(0.0, 1.0);
    let i = (share * (N_POINTS - 1) as f32).round() as usize;
    let (epoch, lr) = (format!("{:.1}", f64::from(share) * plan.epochs), plan.lr.get(i).copied().unwrap_or_default());
    let lr = number::figure(lr);
    let text = if let Some(beta) = plan.beta.as_ref().and_then(|beta| beta.get(i)) {
        t!("schedule.hover", epoch = epoch, beta = format!("{beta:.2}"), lr = lr)
    } else {
        t!("schedule.hover_ae", epoch = epoch, lr = lr)
    };
    response.on_hover_text_at_pointer(text);
}

fn strip_ui(ui: &Ui, rect: Rect, name: &str, values: &[f64], colour: egui::Color32) {
    let (palette, painter) = (theme::palette(ui), ui.painter());
    let font = theme::regular(theme::SMALL);
    painter.text(rect.left_center(), Align2::LEFT_CENTER, name, font.clone(), palette.weak);
    let highest = values.iter().copied().fold(0.0, f64::max);
    let figure = if highest >= 0.01 { format!("{highest:.2}") } else { number::figure(highest) };
    painter.text(rect.right_center(), Align2::RIGHT_CENTER, figure, font, palette.text);
    let plot = Rect::from_min_max(rect.min + vec2(NAME, 3.0), rect.max - vec2(FIGURE, 3.0));
    painter.rect_filled(plot, CornerRadius::same(3), palette.sunken);
    let last = values.len().saturating_sub(1).max(1) as f32;
    let scale = if highest > 0.0 { (plot.height() - 6.0) / highest as f32 } else { 0.0 };
    let at = |(i, value): (usize, &f64)| {
        pos2(plot.left() + plot.width() * i as f32 / last, plot.bottom() - 3.0 - scale * *value as f32)
    };
    let line: Vec<Pos2> = values.iter().enumerate().map(at).collect();
    painter.line(line, Stroke::new(1.5, colour));
}
