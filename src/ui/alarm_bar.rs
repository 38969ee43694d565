//! What is wrong with the run, in a line each, with what usually helps.

use egui::{Align, Button, Frame, Label, Layout, Margin, Panel, RichText, Stroke, Ui, vec2};
use rust_i18n::t;

use crate::config::{RunConfig, number};
use crate::state::{Action, AppState, Topic};
use crate::train::{Alarm, Cure};
use crate::ui::explain::{self, Figure};
use crate::ui::{format, theme, widgets};

/// Draws the lines over the map, and nothing when all is well.
pub fn panel_ui(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    let alarms = state.training.alarms();
    let Some(run) = state.training.run.as_ref().filter(|_| !alarms.is_empty()) else { return };
    let palette = theme::palette(ui);
    let frame = Frame::NONE.fill(palette.warning_soft).inner_margin(Margin::symmetric(theme::PAD, 6));
    Panel::top("alarms").resizable(false).show_separator_line(false).frame(frame).show(ui, |ui| {
        for alarm in &alarms {
            alarm_ui(ui, state, &run.config, alarm, actions);
        }
    });
}

fn alarm_ui(ui: &mut Ui, state: &AppState, config: &RunConfig, alarm: &Alarm, actions: &mut Vec<Action>) {
    let palette = theme::palette(ui);
    let text = in_words(alarm);
    ui.horizontal(|ui| {
        ui.set_min_height(theme::CONTROL);
        let (rect, _) = ui.allocate_exact_size(vec2(4.0, theme::CONTROL - 6.0), egui::Sense::hover());
        ui.painter().rect_filled(rect, 2, palette.warning);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let close = ui.add(widgets::close_button());
            widgets::name(&close, &t!("alarm.dismiss"));
            if close.on_hover_text(t!("alarm.dismiss_tip")).clicked() {
                actions.push(Action::DismissAlarm(alarm.kind()));
            }
            let possible = state.training.is_active() || state.training.can_go_on();
            let cures = if possible { alarm.cures(config) } else { Vec::new() };
            let cures = cures.into_iter().filter(|cure| *cure != Cure::Stop || state.training.is_active());
            // From the right: the usual one ends up first.
            for (i, cure) in cures.collect::<Vec<_>>().into_iter().enumerate().rev() {
                let (text, tip) = name_of(cure, alarm, config);
                let mut button =
                    Button::new(RichText::new(text).color(if i == 0 { palette.on_accent } else { palette.text }));
                if i == 0 {
                    button = button.fill(palette.accent).stroke(Stroke::NONE);
                }
                let tip = if state.training.is_at_its_end() {
                    t!("cure.prolongs", tip = tip, n = format::count(state.training.more_epochs as u64)).into_owned()
                } else {
                    tip
                };
                if ui.add(button).on_hover_text(tip).clicked() {
                    actions.push(Action::Cure(cure));
                }
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                let label = Label::new(RichText::new(&text).color(palette.text)).wrap();
                explain::text_of(ui, label, Figure { topic: topic(alarm), name: "", value: &text });
            });
        });
    });
}

/// What it is about.
fn topic(alarm: &Alarm) -> Topic {
    match alarm {
        Alarm::Collapse { .. } => Topic::Collapse,
        Alarm::SigmaGrows { .. } | Alarm::SigmaVanishes { .. } => Topic::Sigma,
        Alarm::Overfit { .. } => Topic::Overfitting,
        Alarm::Diverged(_) => Topic::Diverged,
    }
}

/// The reason in one sentence.
fn in_words(alarm: &Alarm) -> String {
    let text = match alarm {
        Alarm::Collapse { kl_nats, active_units: Some(n), latent_dim } => {
            t!("alarm.collapse", n = n, of = latent_dim, nats = format::figure(*kl_nats))
        }
        Alarm::Collapse { kl_nats, .. } => t!("alarm.collapse_unseen", nats = format!("{kl_nats:.3}")),
        Alarm::SigmaGrows { sigma } => t!("alarm.sigma_grows", sigma = format!("{sigma:.2}")),
        Alarm::SigmaVanishes { sigma } => t!("alarm.sigma_vanishes", sigma = format!("{sigma:.4}")),
        Alarm::Overfit { best_epoch, best_nats, now_nats } => {
            t!("alarm.overfit", by = format::figure(now_nats - best_nats), epoch = format!("{best_epoch:.0}"))
        }
        Alarm::Diverged(divergence) => t!(
            "alarm.diverged",
            what = divergence.what,
            step = format::count(divergence.step),
            kept = format::count(divergence.kept)
        ),
    };
    text.into_owned()
}

/// What a button says, and what it does exactly.
fn name_of(cure: Cure, alarm: &Alarm, config: &RunConfig) -> (String, String) {
    let mut after = config.clone();
    for change in cure.changes(config, 0.0) {
        let _known = after.set(&change.key, &change.to);
    }
    let train = &after.train;
    let (name, tip) = match cure {
        Cure::LowerBeta => {
            let beta = format!("{}", train.beta);
            (t!("cure.lower_beta", beta = beta), t!("cure.lower_beta_tip", beta = beta))
        }
        Cure::WarmUp => (t!("cure.warm_up"), t!("cure.warm_up_tip")),
        Cure::FreeBits => (t!("cure.free_bits"), t!("cure.free_bits_tip", nats = train.free_bits)),
        Cure::LowerLr if matches!(alarm, Alarm::Diverged(_)) => {
            (t!("cure.go_on", lr = number::figure(train.lr)), t!("cure.go_on_tip"))
        }
        Cure::LowerLr => (t!("cure.lower_lr"), t!("cure.lower_lr_tip", lr = number::figure(train.lr))),
        Cure::Stop => (t!("cure.stop"), t!("top.stop_tip")),
    };
    (name.into_owned(), tip.into_owned())
}
