//! What is trained and how: the few settings that matter, the rest under "More".

use egui::{Button, ComboBox, DragValue, Response, RichText, Slider, Ui, vec2};
use rust_i18n::t;

use crate::config::{Arch, Kind, LATENT_DIMS, Likelihood, ModelConfig, RunConfig, TrainConfig};
use crate::state::data::held_for_validation;
use crate::state::{Action, AppState, Primary};
use crate::ui::{format, theme, widgets};

/// A small model has hardly begun to learn after this many steps.
const FEW_STEPS: usize = 500;

/// Draws the section.
pub fn ui(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    let mut config = state.settings.clone();
    let locked = state.training.is_active();
    ui.horizontal(|ui| {
        widgets::title(ui, &t!("model.title"));
        let changed = config.model != ModelConfig::default() || config.train != TrainConfig::default();
        if changed && !locked {
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                let text = RichText::new(t!("model.defaults")).size(theme::SMALL);
                if ui.add(Button::new(text).small()).on_hover_text(t!("model.defaults_tip")).clicked() {
                    config.model = ModelConfig::default();
                    config.train = TrainConfig::default();
                }
            });
        }
    });
    if locked {
        widgets::note(ui, &t!("model.locked"));
        // While a run trains its own settings are shown.
        if let Some(run) = &state.training.run {
            config = run.config.clone();
        }
    }
    if let Some(run) = state.training.run.as_ref().filter(|_| !locked && state.training.primary() == Primary::Continue)
        && run.config != state.settings
    {
        widgets::note(ui, &t!("model.for_new_run", name = run.name));
    }
    ui.add_enabled_ui(!locked, |ui| {
        model_ui(ui, &mut config.model);
        objective_ui(ui, &mut config);
        steps_ui(ui, state, &config);
        egui::CollapsingHeader::new(t!("model.more"))
            .id_salt("more")
            .show_unindented(ui, |ui| more_ui(ui, &mut config));
    });
    if !locked && config != state.settings {
        actions.push(Action::Configure(Box::new(config)));
    }
}

fn model_ui(ui: &mut Ui, model: &mut ModelConfig) {
    widgets::row(ui, &t!("model.kind"), &t!("model.kind_tip"), |ui, _| {
        let choices = [(Kind::Ae, t!("model.kind_ae").into_owned()), (Kind::Vae, t!("model.kind_vae").into_owned())];
        model.kind = widgets::segmented(ui, "kind", model.kind, &choices).unwrap_or(model.kind);
    });
    widgets::row(ui, &t!("model.arch"), &t!("model.arch_tip"), |ui, _| {
        let choices =
            [(Arch::Mlp, t!("model.arch_mlp").into_owned()), (Arch::Conv, t!("model.arch_conv").into_owned())];
        model.arch = widgets::segmented(ui, "arch", model.arch, &choices).unwrap_or(model.arch);
    });
    widgets::row(ui, &t!("model.latent_dim"), &t!("model.latent_dim_tip"), |ui, label| {
        number(ui, label, DragValue::new(&mut model.latent_dim).range(LATENT_DIMS).speed(0.1));
    });
    widgets::row(ui, &t!("model.likelihood"), &t!("model.likelihood_tip"), |ui, label| {
        let text = |l: Likelihood| match l {
            Likelihood::Bernoulli => t!("model.likelihood_bernoulli"),
            Likelihood::Gaussian => t!("model.likelihood_gaussian"),
            Likelihood::GaussianLearned => t!("model.likelihood_gaussian_learned"),
        };
        let combo = ComboBox::from_id_salt("likelihood").selected_text(text(model.likelihood)).width(150.0);
        let combo = combo.show_ui(ui, |ui| {
            for choice in [Likelihood::Bernoulli, Likelihood::Gaussian, Likelihood::GaussianLearned] {
                ui.selectable_value(&mut model.likelihood, choice, text(choice));
            }
        });
        combo.response.labelled_by(label.id);
    });
    if model.likelihood != Likelihood::Bernoulli {
        widgets::row(ui, &t!("model.sigma"), &t!("model.sigma_tip"), |ui, label| {
            number(ui, label, DragValue::new(&mut model.sigma).range(1e-3..=10.0).speed(0.002).max_decimals(3));
        });
    }
}

fn objective_ui(ui: &mut Ui, config: &mut RunConfig) {
    let variational = config.model.kind == Kind::Vae;
    ui.add_enabled_ui(variational, |ui| {
        let tip = if variational { t!("model.beta_tip") } else { t!("model.beta_ae") };
        widgets::row(ui, &t!("model.beta"), &tip, |ui, label| {
            number(ui, label, DragValue::new(&mut config.train.beta).range(0.0..=1000.0).speed(0.02).max_decimals(3));
        });
        let slider = Slider::new(&mut config.train.beta, 0.0..=16.0).logarithmic(true).smallest_positive(0.05);
        slide(ui, slider.max_decimals(2), &t!("model.beta"));
    });
    widgets::row(ui, &t!("model.lr"), &t!("model.lr_tip"), |ui, label| {
        let speed = config.train.lr * 0.01;
        let value = DragValue::new(&mut config.train.lr).range(1e-7..=1.0).speed(speed);
        number(
            ui,
            label,
            value
                .custom_formatter(|v, _| scientific(v))
                .custom_parser(|text| text.trim().replace('−', "-").parse().ok()),
        );
    });
    slide(ui, Slider::new(&mut config.train.lr, 1e-5..=1e-1).logarithmic(true), &t!("model.lr"));
    widgets::row(ui, &t!("model.epochs"), &t!("model.epochs_tip"), |ui, label| {
        number(ui, label, DragValue::new(&mut config.train.epochs).range(1..=1_000_000).speed(0.3));
    });
}

/// How many steps the settings come to; too few teach nothing, whatever else is set.
fn steps_ui(ui: &mut Ui, state: &AppState, config: &RunConfig) {
    let Some(data) = &state.data.set else { return };
    let n_train = data.len() - held_for_validation(data.len(), config.data.validation_fraction);
    let steps = n_train.div_ceil(config.train.batch.max(1)) * config.train.epochs;
    let count = format::count(steps as u64);
    if steps < FEW_STEPS {
        widgets::note(ui, &t!("model.few_steps", n = count));
    } else {
        widgets::note(ui, &t!("model.steps", n = count));
    }
}

fn more_ui(ui: &mut Ui, config: &mut RunConfig) {
    let RunConfig { data, model, train } = config;
    widgets::row(ui, &t!("model.batch"), &t!("model.batch_tip"), |ui, label| {
        number(ui, label, DragValue::new(&mut train.batch).range(1..=4096).speed(1.0));
    });
    widgets::row(ui, &t!("model.warmup"), &t!("model.warmup_tip"), |ui, label| {
        let unit = format!(" {}", t!("model.warmup_unit"));
        number(
            ui,
            label,
            DragValue::new(&mut train.warmup_epochs).range(0.0..=1e6).speed(0.1).max_decimals(1).suffix(unit),
        );
    });
    widgets::row(ui, &t!("model.free_bits"), &t!("model.free_bits_tip"), |ui, label| {
        let unit = format!(" {}", t!("unit.nats"));
        number(
            ui,
            label,
            DragValue::new(&mut train.free_bits).range(0.0..=100.0).speed(0.01).max_decimals(2).suffix(unit),
        );
    });
    widgets::row(ui, &t!("model.mc_samples"), &t!("model.mc_samples_tip"), |ui, label| {
        number(ui, label, DragValue::new(&mut train.mc_samples).range(1..=64).speed(0.1));
    });
    if model.arch == Arch::Mlp {
        widgets::row(ui, &t!("model.hidden"), &t!("model.hidden_tip"), |ui, label| {
            number(ui, label, DragValue::new(&mut model.hidden).range(1..=4096).speed(2.0));
        });
    }
    widgets::row(ui, &t!("model.validation"), &t!("model.validation_tip"), |ui, label| {
        let value = DragValue::new(&mut data.validation_fraction).range(0.0..=0.5).speed(0.002);
        let percent = |v: f64, _| format!("{:.0} %", v * 100.0);
        let parse = |text: &str| text.trim().trim_end_matches('%').trim().parse::<f64>().ok().map(|v| v / 100.0);
        number(ui, label, value.custom_formatter(percent).custom_parser(parse));
    });
    widgets::row(ui, &t!("model.seed"), &t!("model.seed_tip"), |ui, label| {
        number(ui, label, DragValue::new(&mut train.seed).speed(0.1));
    });
    widgets::row(ui, &t!("model.threads"), &t!("model.threads_tip"), |ui, label| {
        let all = t!("model.threads_all").into_owned();
        let parse_all = all.clone();
        let value = DragValue::new(&mut train.threads).range(0..=1024).speed(0.05);
        let value = value
            .custom_formatter(move |v, _| if v < 0.5 { all.clone() } else { format!("{v:.0}") })
            .custom_parser(move |text| if text.trim() == parse_all { Some(0.0) } else { text.trim().parse().ok() });
        number(ui, label, value);
    });
}

/// A number in a field of the usual width, named by its label.
fn number(ui: &mut Ui, label: &Response, value: DragValue<'_>) {
    ui.add_sized(vec2(84.0, theme::CONTROL - 2.0), value.update_while_editing(false)).labelled_by(label.id);
}

/// A slider over the whole width, under its row.
fn slide(ui: &mut Ui, slider: Slider<'_>, name: &str) {
    ui.spacing_mut().slider_width = ui.available_width();
    ui.spacing_mut().interact_size.y = 16.0;
    let response = ui.add(slider.show_value(false).trailing_fill(true));
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_label(name.to_owned()));
    ui.spacing_mut().interact_size.y = theme::CONTROL;
}

/// 0.001 as 1.0e−3, as learning rates are spoken of.
fn scientific(value: f64) -> String {
    let text = format!("{value:.1e}");
    text.replace("e-", "e−")
}
