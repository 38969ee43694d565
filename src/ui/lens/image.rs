//! One image's whole story: x → q(z|x) → z → p(x|z), and the sum that makes the ELBO.

use egui::{Color32, Direction, Layout, RichText, Sense, TextureOptions, Ui, pos2, vec2};
use rust_i18n::t;

use super::formula::{Unit, formula};
use super::plot::{self, Dot, Line, Plot};
use crate::curves::Scale;
use crate::curves::scene::Ink;
use crate::lens::Reconstruction;
use crate::state::lens::StoryView;
use crate::state::{Action, AppState, Topic};
use crate::ui::explain::{self, Figure};
use crate::ui::textures::{Key, picture};
use crate::ui::{Cache, epsilon, format, theme, widgets};

/// Side of an image, in points.
const SIDE: f32 = 96.0;
/// Dimensions that are shown one by one, the ones with most KL first.
const DIMENSIONS: usize = 8;
/// How far a bell reaches, in σ of the prior.
const REACH: f64 = 3.5;
/// Height of a plot.
const PLOT: f32 = 150.0;

/// Draws the page.
pub fn ui(ui: &mut Ui, state: &AppState, cache: &mut Cache, actions: &mut Vec<Action>) {
    let Some(known) = &state.lens.image else { return };
    let (view, unit) = (&known.view, Unit { bits: state.lens.bits });
    road_ui(ui, state, view, cache, actions);
    posterior_ui(ui, view, unit);
    sum_ui(ui, view, unit);
    sigma_ui(ui, view, unit);
}

/// The image, a sample of its code, and what the sample decodes to.
fn road_ui(ui: &mut Ui, state: &AppState, view: &StoryView, cache: &mut Cache, actions: &mut Vec<Action>) {
    let (Some(subject), Some(model)) = (state.walk.selected, state.training.model) else { return };
    let original = cache.textures.subject(ui.ctx(), state, subject);
    let make = || picture(&view.decoded, model.shape.side, model.shape.channels);
    let decoded = cache.textures.get(ui.ctx(), Key::LensDecoded, state.lens.version, TextureOptions::NEAREST, make);
    ui.horizontal_top(|ui| {
        ui.vertical(|ui| {
            ui.set_width(SIDE);
            widgets::picture(ui, &t!("lens.x"), original, SIDE, Sense::hover(), None);
            widgets::weak(ui, &t!("lens.x"));
        });
        ui.vertical(|ui| {
            ui.set_width((ui.available_width() - SIDE - 2.0 * theme::GAP).max(120.0));
            let numbers = |values: &[f64]| -> String {
                let shown: Vec<String> = values.iter().take(4).map(|v| format::signed(*v, 2)).collect();
                let more = if values.len() > 4 { ", …" } else { "" };
                format!("({}{more})", shown.join(", "))
            };
            let story = &view.story;
            let (topic, symbols, told) = if state.training.is_variational() {
                (
                    Topic::Reparameterisation,
                    "z = μ + σ · ε,   ε ~ N(0, I)",
                    format!(
                        "{} = {} + {} · {}",
                        numbers(&story.z),
                        numbers(&story.q.mu),
                        numbers(&story.q.sigma),
                        numbers(&story.eps)
                    ),
                )
            } else {
                (Topic::LatentCode, "z = μ(x)", numbers(&story.z))
            };
            formula(ui, topic, symbols, &told);
            epsilon::ui(ui, state, actions);
        });
        ui.vertical(|ui| {
            ui.set_width(SIDE);
            widgets::picture(ui, &t!("lens.decoded"), Some(decoded), SIDE, Sense::hover(), None);
            widgets::weak(ui, &t!("lens.decoded"));
        });
    });
}

/// q(z|x) of each dimension as a bell over that of the prior.
fn posterior_ui(ui: &mut Ui, view: &StoryView, unit: Unit) {
    let Some(kl) = &view.story.kl_per_dim_nats else { return };
    explain::title(ui, Topic::Posterior, &t!("lens.posterior"), "");
    formula(
        ui,
        Topic::KlPrior,
        "q(z|x) = N(μ, diag σ^{2}),   KL(q ‖ N(0, I)) = Σ_{j} ½ (μ_{j}^{2} + σ_{j}^{2} − 1 − log σ_{j}^{2})",
        "",
    );
    let mut order: Vec<usize> = (0..kl.len()).collect();
    order.sort_by(|a, b| kl[*b].total_cmp(&kl[*a]));
    let centred = Layout::centered_and_justified(Direction::LeftToRight);
    for &j in order.iter().take(DIMENSIONS) {
        let (mu, sigma) = (view.story.q.mu[j], view.story.q.sigma[j]);
        widgets::text_row(ui, |ui| {
            ui.spacing_mut().item_spacing.x = theme::GAP;
            ui.add_sized([24.0, theme::TEXT_ROW], egui::Label::new(format::axis(j)));
            bell_ui(ui, mu, sigma);
            let text = format!("{} ± {}", format::signed(mu, 3), format::signed(sigma, 3));
            ui.allocate_ui_with_layout(vec2(120.0, theme::TEXT_ROW), centred, |ui| {
                explain::label(ui, &text, Figure { topic: Topic::Posterior, name: &format::axis(j), value: &text });
            });
            let kl = format!("{} {}", unit.figure(kl[j], 3), unit.name());
            let name = t!("lens.kl_of", axis = format::axis(j));
            let weak = RichText::new(format!("KL {kl}")).color(theme::palette(ui).weak);
            explain::label(ui, weak, Figure { topic: Topic::KlPerDim, name: &name, value: &kl });
        });
    }
    if kl.len() > DIMENSIONS {
        let rest: f64 = order.iter().skip(DIMENSIONS).map(|j| kl[*j]).sum();
        let n = kl.len() - DIMENSIONS;
        widgets::note(ui, &t!("lens.more_dimensions", n = n, kl = unit.figure(rest, 3), unit = unit.name()));
    }
}

/// The bell of N(μ, σ²) before that of N(0, 1), each as high as the row.
fn bell_ui(ui: &mut Ui, mu: f64, sigma: f64) {
    let width = (ui.available_width() - 290.0).clamp(60.0, 260.0);
    let (rect, _) = ui.allocate_exact_size(vec2(width, theme::TEXT_ROW), Sense::hover());
    let palette = theme::palette(ui);
    let bell = |mu: f64, sigma: f64, colour: Color32| {
        let n = 96;
        let point = |i: usize| {
            let z = REACH * (2.0 * i as f64 / f64::from(n) - 1.0);
            let height = (-0.5 * ((z - mu) / sigma).powi(2)).exp() as f32;
            let x = rect.left() + rect.width() * i as f32 / n as f32;
            pos2(x, rect.bottom() - 1.0 - height * (rect.height() - 3.0))
        };
        ui.painter().line((0..=n as usize).map(point).collect(), egui::Stroke::new(1.5, colour));
    };
    ui.painter().hline(rect.x_range(), rect.bottom() - 1.0, egui::Stroke::new(1.0, palette.outline));
    bell(0.0, 1.0, palette.weak);
    // A narrow one is still seen.
    bell(mu.clamp(-REACH, REACH), sigma.max(0.04), palette.kl);
}

/// The sum, term by term.
fn sum_ui(ui: &mut Ui, view: &StoryView, unit: Unit) {
    explain::title(ui, Topic::Elbo, &t!("lens.sum"), "");
    let story = &view.story;
    let log_likelihood = story.reconstruction.log_likelihood_nats();
    let name = unit.name();
    match story.reconstruction {
        Reconstruction::Gaussian { sigma, squared_error, scaled_error_nats, constant_nats } => {
            formula(
                ui,
                Topic::LogLikelihood,
                "log p(x|z) = −‖x − f(z)‖^{2} / 2σ^{2}  −  P (log σ + ½ log 2π)",
                &format!(
                    "= −{} / (2 · {}^{{2}})  {}  =  {} {}  =  {} {name}",
                    format::signed(squared_error, 3),
                    format::signed(sigma, 4),
                    plus(unit.of(constant_nats), 2),
                    unit.figure(-scaled_error_nats, 2),
                    plus(unit.of(constant_nats), 2),
                    unit.figure(log_likelihood, 2),
                ),
            );
            widgets::note(ui, &t!("lens.least_squares"));
        }
        Reconstruction::Bernoulli { squared_error, best_nats, .. } => {
            formula(
                ui,
                Topic::Bernoulli,
                "log p(x|z) = Σ_{i} x_{i} log f_{i}(z) + (1 − x_{i}) log (1 − f_{i}(z))",
                &format!("= {} {name}", unit.figure(log_likelihood, 2)),
            );
            let (best, error) = (unit.figure(best_nats, 2), format::signed(squared_error, 3));
            widgets::note(ui, &t!("lens.bernoulli", best = best, unit = name, error = error));
        }
    }
    let (Some(kl), Some(elbo)) = (story.kl_nats(), story.elbo_nats()) else {
        widgets::note(ui, &t!("lens.plain"));
        return;
    };
    formula(
        ui,
        Topic::Elbo,
        "ELBO = log p(x|z) − KL(q(z|x) ‖ p(z))",
        &format!("= {} − {} = {} {name}", unit.figure(log_likelihood, 2), unit.figure(kl, 2), unit.figure(elbo, 2)),
    );
    widgets::note(ui, &t!("lens.one_sample"));
}

/// A term with its sign: `+ 3.20` or `− 3.20`.
fn plus(value: f64, decimals: usize) -> String {
    format!("{} {}", if value < 0.0 { "−" } else { "+" }, format::signed(value.abs(), decimals))
}

/// Maximum likelihood, seen: log p(x|z) against σ.
fn sigma_ui(ui: &mut Ui, view: &StoryView, unit: Unit) {
    explain::title(ui, Topic::MaximumLikelihood, &t!("lens.sigma"), "");
    let of_held = view
        .of_held
        .as_ref()
        .map(|(curve, n)| (curve, t!("lens.sigma_held", n = format::count(*n as u64)).into_owned()));
    let of_image = view.of_image.as_ref().map(|curve| (curve, t!("lens.sigma_image").into_owned()));
    let curves = [of_image.map(|c| (c, Ink::Recon)), of_held.map(|c| (c, Ink::Validation))];
    let (mut lines, mut dots) = (Vec::new(), Vec::new());
    for ((curve, name), ink) in curves.into_iter().flatten() {
        let told = format!(
            "σ̂ = √({} / {}) = {}",
            format::signed(curve.best_sigma.powi(2) * view.n_pixels as f64, 3),
            format::count(view.n_pixels as u64),
            format::signed(curve.best_sigma, 4)
        );
        let points = curve.points.iter().map(|(sigma, nats)| (*sigma, unit.of(*nats))).collect();
        let at = (curve.best_sigma, unit.of(curve.best_nats));
        dots.push(Dot { at, ink, name: told.clone() });
        lines.push(Line {
            points,
            errors: Vec::new(),
            ink,
            dashed: ink == Ink::Validation,
            topic: Topic::SigmaOpt,
            name,
            told,
        });
    }
    if lines.is_empty() {
        return;
    }
    if let Reconstruction::Gaussian { sigma, .. } = view.story.reconstruction {
        let all = || lines.iter().flat_map(|line: &Line| &line.points).map(|(_, nats)| *nats);
        let ends = [all().fold(f64::INFINITY, f64::min), all().fold(f64::NEG_INFINITY, f64::max)];
        let (name, told) = (t!("lens.sigma_model").into_owned(), format!("σ = {}", format::signed(sigma, 4)));
        let points = ends.iter().map(|nats| (sigma, *nats)).collect();
        lines.push(Line { points, errors: Vec::new(), ink: Ink::Weak, dashed: true, topic: Topic::Sigma, name, told });
    }
    formula(ui, Topic::SigmaOpt, "σ̂^{2} = argmax_{σ} log N(x; f(z), σ^{2} I) = ‖x − f(z)‖^{2} / P", "");
    let (name, x_name) = (t!("lens.sigma"), t!("lens.sigma_axis", unit = unit.name()));
    let plot = Plot::new(Topic::MaximumLikelihood, name.into_owned(), x_name.into_owned(), Scale::Log, lines);
    plot::ui(ui, &Plot { dots, ..plot }, PLOT);
    if matches!(view.story.reconstruction, Reconstruction::Bernoulli { .. }) {
        let text = RichText::new(t!("lens.sigma_bernoulli")).size(theme::SMALL).color(theme::palette(ui).weak);
        ui.label(text);
    }
}
