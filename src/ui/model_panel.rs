//! What is trained and how: the few settings that matter, the rest under "More".

use egui::{Button, ComboBox, DragValue, Response, RichText, Slider, SliderClamping, Ui, vec2};
use rust_i18n::t;

use crate::config::{Arch, Kind, LATENT_DIMS, LRS, Likelihood, ModelConfig, RunConfig, TrainConfig, number as figures};
use crate::state::data::held_for_validation;
use crate::state::{Action, AppState, Primary, Topic};
use crate::train::Change;
use crate::ui::{explain, format, model_more, new_run, theme, widgets};

/// A small model has hardly begun to learn after this many steps.
const FEW_STEPS: usize = 500;

/// Draws the section.
pub fn ui(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    let active = state.training.is_active();
    let shown = shown(state);
    // While something is dragged its value waits here: one gesture is one change.
    let waiting = ui.scope_id().with("waiting");
    let mut config = ui.data(|d| d.get_temp::<RunConfig>(waiting)).unwrap_or_else(|| shown.clone());
    ui.horizontal(|ui| {
        widgets::title(ui, &t!("model.title"));
        let changed = config.model != ModelConfig::default() || config.train != TrainConfig::default();
        if changed && !active {
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                let text = RichText::new(t!("model.defaults")).size(theme::SMALL);
                if ui.add(Button::new(text).small()).on_hover_text(t!("model.defaults_tip")).clicked() {
                    config.model = ModelConfig::default();
                    config.train = TrainConfig::default();
                }
            });
        }
    });
    if active {
        widgets::note(ui, &t!("model.live"));
        new_run::hint_ui(ui, state, actions);
    }
    if let Some(run) = state.training.run.as_ref().filter(|_| !active && state.training.primary() == Primary::Continue)
        && run.config != state.settings
    {
        widgets::note(ui, &t!("model.for_new_run", name = run.name));
    }
    ui.add_enabled_ui(!active || state.training.is_steerable(), |ui| {
        model_ui(ui, &mut config.model);
        objective_ui(ui, &mut config);
        steps_ui(ui, state, &config);
        model_more::schedules_ui(ui, state, &mut config);
        model_more::more_ui(ui, &mut config);
    });
    let dragged = ui.ctx().dragged_id().is_some();
    if config == shown || !dragged {
        ui.data_mut(|d| d.remove::<RunConfig>(waiting));
    }
    if config == shown {
        return;
    }
    if dragged && active {
        ui.data_mut(|d| d.insert_temp(waiting, config));
        return;
    }
    settle(state, &shown, config, actions);
}

/// The settings on screen: of a run under way its own, as far as they can change in it.
fn shown(state: &AppState) -> RunConfig {
    let mut shown = state.settings.clone();
    if let Some(run) = state.training.run.as_ref().filter(|_| state.training.is_active()) {
        for change in Change::between(&shown, &run.config) {
            let _known = shown.set(&change.key, &change.to);
        }
    }
    shown
}

/// Makes what was chosen so: at the next step, or in the next run.
fn settle(state: &AppState, shown: &RunConfig, config: RunConfig, actions: &mut Vec<Action>) {
    let live = if state.training.is_active() { Change::between(shown, &config) } else { Vec::new() };
    if !live.is_empty() {
        actions.push(Action::Change(live));
    }
    if config != state.settings {
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
    if model.likelihood == Likelihood::Gaussian {
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
        let value = DragValue::new(&mut config.train.lr).range(LRS).speed(speed);
        let value = value.custom_formatter(|v, _| figures::figure(v)).custom_parser(figures::parse);
        number(ui, label, value);
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
        explain::note(ui, Topic::Step, &t!("model.few_steps", n = count));
    } else {
        explain::note(ui, Topic::Step, &t!("model.steps", n = count));
    }
}

/// A number in a field of the usual width, named by its label.
pub fn number(ui: &mut Ui, label: &Response, value: DragValue<'_>) {
    ui.add_sized(vec2(84.0, theme::CONTROL - 2.0), value.update_while_editing(false)).labelled_by(label.id);
}

/// A slider over the whole width, under its row.
fn slide(ui: &mut Ui, slider: Slider<'_>, name: &str) {
    ui.spacing_mut().slider_width = ui.available_width();
    ui.spacing_mut().interact_size.y = 16.0;
    // What lies beyond the rail was typed on purpose.
    let slider = slider.clamping(SliderClamping::Edits);
    let response = ui.add(slider.show_value(false).trailing_fill(true));
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_label(name.to_owned()));
    ui.spacing_mut().interact_size.y = theme::CONTROL;
}
