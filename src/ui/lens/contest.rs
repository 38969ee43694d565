//! AE, VAE and PCA on the same images: what is trained, and what each has come to, side by side.

use egui::{Button, DragValue, TextEdit, Ui, vec2};
use rust_i18n::t;

use super::{contest_error, contest_maps, contest_rows, contest_unseen};
use crate::curves::scene::Ink;
use crate::run::contest::{Method, Progress};
use crate::state::lens::ContestAction;
use crate::state::lens::contest::{Budget, Contest, Hindrance, Scene, hindrance};
use crate::state::{Action, AppState, LensAction};
use crate::ui::{Cache, format, theme, widgets};

/// Width of the field for dimensions.
const DIMS: f32 = 96.0;
/// Epochs that can be asked for.
const EPOCHS: std::ops::RangeInclusive<usize> = 1..=10_000;
/// Width of the bar that shows how far it is.
const BAR: f32 = 120.0;

/// Draws the page.
pub fn ui(ui: &mut Ui, state: &AppState, cache: &mut Cache, actions: &mut Vec<Action>) {
    let page = &state.lens.contest;
    let mut act = |action: ContestAction| actions.push(LensAction::Contest(action).into());
    budget_ui(ui, state, &mut act);
    if let Some(reason) = &page.failed {
        failure_ui(ui, reason);
    }
    let Some(scene) = &page.scene else {
        if !page.runs {
            widgets::note(ui, &t!("contest.about"));
        }
        return;
    };
    contest_error::ui(ui, page, scene);
    chosen_ui(ui, page, scene, &mut act);
    contest_rows::back_ui(ui, page, scene, cache);
    contest_maps::ui(ui, state, page, &mut act);
    contest_rows::drawn_ui(ui, page, scene, cache, &mut act);
    contest_unseen::ui(ui, state, page, &mut act);
}

/// What a method is called.
pub fn name(method: Method) -> String {
    let text = match method {
        Method::Pca => t!("contest.pca"),
        Method::Ae => t!("contest.ae"),
        Method::Vae => t!("contest.vae"),
    };
    text.into_owned()
}

/// What a method is drawn in.
pub fn ink(method: Method) -> Ink {
    match method {
        Method::Pca => Ink::Validation,
        Method::Ae => Ink::Recon,
        Method::Vae => Ink::Kl,
    }
}

fn budget_ui(ui: &mut Ui, state: &AppState, act: &mut dyn FnMut(ContestAction)) {
    let page = &state.lens.contest;
    let hindered = hindrance(state);
    ui.horizontal_wrapped(|ui| {
        ui.add_enabled_ui(!page.runs, |ui| {
            let mut next = page.budget.clone();
            fields_ui(ui, &mut next);
            if next != page.budget {
                act(ContestAction::Plan(next));
            }
        });
        let size = vec2(72.0, theme::CONTROL);
        if page.runs {
            if ui.add(Button::new(t!("contest.cancel")).min_size(size)).clicked() {
                act(ContestAction::Cancel);
            }
        } else {
            let start = Button::new(t!("contest.start")).min_size(size);
            if ui.add_enabled(hindered.is_none(), start).on_hover_text(t!("contest.start_tip")).clicked() {
                act(ContestAction::Start);
            }
        }
    });
    if page.runs {
        ui.horizontal(|ui| progress_ui(ui, page.progress));
    }
    let why = match hindered {
        Some(Hindrance::NoImages) => t!("contest.no_images"),
        Some(Hindrance::NoneHeld) => t!("contest.none_held"),
        Some(Hindrance::Dims) => t!("contest.wrong_dims"),
        None => return,
    };
    failure_ui(ui, &why);
}

fn failure_ui(ui: &mut Ui, text: &str) {
    let colour = theme::palette(ui).error;
    ui.add(egui::Label::new(egui::RichText::new(text).color(colour).size(theme::SMALL)).wrap());
}

/// A label and its control hold together where the line breaks.
fn fields_ui(ui: &mut Ui, next: &mut Budget) {
    ui.horizontal(|ui| {
        ui.label(t!("contest.dims")).on_hover_text(t!("contest.dims_tip"));
        let field = TextEdit::singleline(&mut next.dims).desired_width(DIMS).margin(vec2(8.0, 4.0));
        widgets::label(&ui.add(field), &t!("contest.dims_of"));
    });
    ui.horizontal(|ui| {
        ui.label(t!("contest.epochs")).on_hover_text(t!("contest.epochs_tip"));
        let value = DragValue::new(&mut next.epochs).range(EPOCHS).speed(0.1).update_while_editing(false);
        widgets::label(&ui.add(value), &t!("contest.epochs_of"));
    });
    ui.horizontal(|ui| {
        ui.label(t!("contest.seed")).on_hover_text(t!("contest.seed_tip"));
        let value = DragValue::new(&mut next.seed).speed(0.1).update_while_editing(false);
        widgets::label(&ui.add(value), &t!("contest.seed_of"));
    });
}

fn progress_ui(ui: &mut Ui, progress: Option<Progress>) {
    let Some(progress) = progress else {
        widgets::progress_bar(ui, &t!("contest.progress"), None, BAR);
        widgets::weak(ui, &t!("contest.at_pca"));
        return;
    };
    let Progress { networks, of, method, latent_dim, step, total_steps, steps_per_epoch } = progress;
    let share = (networks as f32 + step as f32 / total_steps.max(1) as f32) / of.max(1) as f32;
    widgets::progress_bar(ui, &t!("contest.progress"), Some(share), BAR);
    let per_epoch = steps_per_epoch.max(1);
    let told = t!(
        "contest.at_network",
        method = name(method),
        dim = latent_dim,
        epoch = format::count(step / per_epoch + 1),
        epochs = format::count(total_steps / per_epoch),
        n = networks + 1,
        of = of
    );
    widgets::weak(ui, &told);
}

/// Which number of dimensions everything below is about.
fn chosen_ui(ui: &mut Ui, page: &Contest, scene: &Scene, act: &mut dyn FnMut(ContestAction)) {
    ui.add_space(theme::GAP);
    ui.horizontal_wrapped(|ui| {
        ui.label(t!("contest.chosen"));
        let choices: Vec<_> = page.dims().into_iter().map(|dim| (dim, dim.to_string())).collect();
        if let Some(dim) = widgets::segmented(ui, "contest_dim", page.chosen, &choices) {
            act(ContestAction::Choose(dim));
        }
    });
    if let Some((budget, _)) = &page.begun {
        let told = t!(
            "contest.by",
            train = format::count(scene.n_train as u64),
            held = format::count(scene.n_held as u64),
            epochs = format::count(budget.epochs as u64),
            seed = budget.seed
        );
        widgets::note(ui, &told);
    }
}
