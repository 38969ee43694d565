//! The settings that most runs leave alone: schedules with their picture, and the rest under "More".

use egui::{Checkbox, CollapsingHeader, DragValue, Ui};
use rust_i18n::t;

use crate::config::{Activation, Arch, BetaSchedule, Init, Kind, LrSchedule, MAX_SHIFT, RunConfig, TrainConfig};
use crate::state::AppState;
use crate::ui::model_panel::number;
use crate::ui::{schedule_picture, widgets};

/// How β and the learning rate change by themselves, and the picture of it; folded, the picture stays when they do.
pub fn schedules_ui(ui: &mut Ui, state: &AppState, config: &mut RunConfig) {
    let header = CollapsingHeader::new(t!("schedule.title")).id_salt("schedules");
    let shown = header.show_unindented(ui, |ui| {
        schedule_picture::ui(ui, state, config);
        if config.model.kind == Kind::Vae {
            beta_ui(ui, &mut config.train);
        }
        lr_ui(ui, &mut config.train);
    });
    if shown.body_returned.is_none() && config.train.has_schedule() {
        schedule_picture::ui(ui, state, config);
    }
}

fn beta_ui(ui: &mut Ui, train: &mut TrainConfig) {
    widgets::row(ui, &t!("schedule.beta"), &t!("schedule.beta_tip"), |ui, _| {
        let choices = [
            (BetaSchedule::Constant, t!("schedule.constant").into_owned()),
            (BetaSchedule::Cyclical, t!("schedule.cyclical").into_owned()),
        ];
        let chosen = widgets::segmented(ui, "beta_schedule", train.beta_schedule, &choices);
        train.beta_schedule = chosen.unwrap_or(train.beta_schedule);
    });
    epochs_row(ui, &t!("schedule.warmup"), &t!("schedule.warmup_tip"), 0.0, &mut train.warmup_epochs);
    if train.warmup_epochs > 0.0 || train.beta_schedule == BetaSchedule::Cyclical {
        epochs_row(ui, &t!("schedule.from"), &t!("schedule.from_tip"), 0.0, &mut train.beta_from_epoch);
    }
    if train.beta_schedule == BetaSchedule::Constant {
        return;
    }
    epochs_row(ui, &t!("schedule.cycle"), &t!("schedule.cycle_tip"), 0.01, &mut train.cycle_epochs);
    widgets::row(ui, &t!("schedule.cycles"), &t!("schedule.cycles_tip"), |ui, label| {
        number(ui, label, DragValue::new(&mut train.cycles).range(1..=1_000_000).speed(0.1));
    });
    widgets::row(ui, &t!("schedule.ramp"), &t!("schedule.ramp_tip"), |ui, label| {
        number(ui, label, percent(DragValue::new(&mut train.cycle_ramp).range(0.0..=1.0).speed(0.005)));
    });
}

fn lr_ui(ui: &mut Ui, train: &mut TrainConfig) {
    widgets::row(ui, &t!("schedule.lr_schedule"), &t!("schedule.lr_schedule_tip"), |ui, _| {
        let choices = [
            (LrSchedule::Constant, t!("schedule.constant").into_owned()),
            (LrSchedule::Cosine, t!("schedule.cosine").into_owned()),
        ];
        let chosen = widgets::segmented(ui, "lr_schedule", train.lr_schedule, &choices);
        train.lr_schedule = chosen.unwrap_or(train.lr_schedule);
    });
    epochs_row(ui, &t!("schedule.lr_warmup"), &t!("schedule.lr_warmup_tip"), 0.0, &mut train.lr_warmup_epochs);
}

fn epochs_row(ui: &mut Ui, name: &str, tip: &str, least: f64, epochs: &mut f64) {
    widgets::row(ui, name, tip, |ui, label| {
        let unit = format!(" {}", t!("schedule.unit"));
        number(ui, label, DragValue::new(epochs).range(least..=1e6).speed(0.1).max_decimals(2).suffix(unit));
    });
}

/// A share as a percentage.
fn percent(value: DragValue<'_>) -> DragValue<'_> {
    let text = |v: f64, _: std::ops::RangeInclusive<usize>| format!("{:.0} %", v * 100.0);
    let parse = |text: &str| text.trim().trim_end_matches('%').trim().parse::<f64>().ok().map(|v| v / 100.0);
    value.custom_formatter(text).custom_parser(parse)
}

/// Everything else.
pub fn more_ui(ui: &mut Ui, config: &mut RunConfig) {
    CollapsingHeader::new(t!("model.more")).id_salt("more").show_unindented(ui, |ui| {
        gradient_ui(ui, config);
        augmentation_ui(ui, &mut config.train);
        rest_ui(ui, config);
    });
}

/// Batch, and what becomes of the gradient and the weights.
fn gradient_ui(ui: &mut Ui, config: &mut RunConfig) {
    let RunConfig { model, train, .. } = config;
    widgets::row(ui, &t!("model.batch"), &t!("model.batch_tip"), |ui, label| {
        number(ui, label, DragValue::new(&mut train.batch).range(1..=4096).speed(1.0));
    });
    if model.kind == Kind::Vae {
        widgets::row(ui, &t!("model.free_bits"), &t!("model.free_bits_tip"), |ui, label| {
            let unit = format!(" {}", t!("unit.nats"));
            let value = DragValue::new(&mut train.free_bits).range(0.0..=100.0).speed(0.01).max_decimals(2);
            number(ui, label, value.suffix(unit));
        });
        widgets::row(ui, &t!("model.mc_samples"), &t!("model.mc_samples_tip"), |ui, label| {
            number(ui, label, DragValue::new(&mut train.mc_samples).range(1..=64).speed(0.1));
        });
    }
    widgets::row(ui, &t!("model.clip"), &t!("model.clip_tip"), |ui, label| {
        let speed = (train.clip_norm * 0.02).max(0.1);
        let value = DragValue::new(&mut train.clip_norm).range(0.0..=1e9).speed(speed).max_decimals(2);
        number(ui, label, or_word(value, t!("model.clip_off").into_owned()));
    });
    widgets::row(ui, &t!("model.average"), &t!("model.average_tip"), |ui, label| {
        ui.add(Checkbox::without_text(&mut train.average)).labelled_by(label.id);
    });
}

/// Training images mirrored and moved.
fn augmentation_ui(ui: &mut Ui, train: &mut TrainConfig) {
    widgets::row(ui, &t!("model.flip"), &t!("model.flip_tip"), |ui, label| {
        ui.add(Checkbox::without_text(&mut train.flip)).labelled_by(label.id);
    });
    widgets::row(ui, &t!("model.shift"), &t!("model.shift_tip"), |ui, label| {
        let unit = format!(" {}", t!("model.shift_unit"));
        let value = DragValue::new(&mut train.shift_pixels).range(0..=MAX_SHIFT).speed(0.05).suffix(unit);
        number(ui, label, value);
    });
}

/// A number whose zero is a word.
fn or_word(value: DragValue<'_>, word: String) -> DragValue<'_> {
    let typed = word.clone();
    value
        .custom_formatter(move |v, decimals| {
            let digits = if v.fract() == 0.0 { 0 } else { *decimals.end() };
            if v == 0.0 { word.clone() } else { format!("{v:.digits$}") }
        })
        .custom_parser(move |text| if text.trim() == typed { Some(0.0) } else { text.trim().parse().ok() })
}

fn rest_ui(ui: &mut Ui, config: &mut RunConfig) {
    let RunConfig { data, model, train } = config;
    if model.arch == Arch::Mlp {
        widgets::row(ui, &t!("model.hidden"), &t!("model.hidden_tip"), |ui, label| {
            number(ui, label, DragValue::new(&mut model.hidden).range(1..=4096).speed(2.0));
        });
    }
    widgets::row(ui, &t!("model.activation"), &t!("model.activation_tip"), |ui, _| {
        let choices = [
            (Activation::Relu, t!("model.activation_relu").into_owned()),
            (Activation::Tanh, t!("model.activation_tanh").into_owned()),
        ];
        model.activation = widgets::segmented(ui, "activation", model.activation, &choices).unwrap_or(model.activation);
    });
    widgets::row(ui, &t!("model.init"), &t!("model.init_tip"), |ui, _| {
        let choices =
            [(Init::He, t!("model.init_he").into_owned()), (Init::Pytorch, t!("model.init_pytorch").into_owned())];
        model.init = widgets::segmented(ui, "init", model.init, &choices).unwrap_or(model.init);
    });
    widgets::row(ui, &t!("model.binarise"), &t!("model.binarise_tip"), |ui, label| {
        ui.add(Checkbox::without_text(&mut model.binarise)).labelled_by(label.id);
    });
    widgets::row(ui, &t!("model.validation"), &t!("model.validation_tip"), |ui, label| {
        let value = DragValue::new(&mut data.validation_fraction).range(0.0..=0.5).speed(0.002);
        number(ui, label, percent(value));
    });
    widgets::row(ui, &t!("model.seed"), &t!("model.seed_tip"), |ui, label| {
        number(ui, label, DragValue::new(&mut train.seed).speed(0.1));
    });
    widgets::row(ui, &t!("model.threads"), &t!("model.threads_tip"), |ui, label| {
        let value = DragValue::new(&mut train.threads).range(0..=1024).speed(0.05);
        number(ui, label, or_word(value, t!("model.threads_all").into_owned()));
    });
    widgets::row(ui, &t!("model.timeline"), &t!("model.timeline_tip"), |ui, label| {
        let value = DragValue::new(&mut train.timeline_mb).range(0..=1_000_000).speed(1.0).suffix(" MB");
        number(ui, label, or_word(value, t!("model.timeline_none").into_owned()));
    });
}
