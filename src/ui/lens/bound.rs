//! The bound and its gap: log p(x) = ELBO + KL(q(z|x) ‖ p(z|x)), each number found in its own way.

use egui::{RichText, Ui};
use rust_i18n::t;

use super::age_ui;
use super::formula::{Unit, formula};
use super::heat::{self, Ellipse};
use super::plot::{self, Line, Plot};
use crate::curves::Scale;
use crate::curves::scene::Ink;
use crate::lens::{Figure, Method};
use crate::state::lens::BoundView;
use crate::state::{Action, AppState, Topic};
use crate::ui::textures::Key;
use crate::ui::{Cache, explain, format, theme, widgets};

/// Side of the heat map.
const MAP: f32 = 180.0;
/// Height of the plot.
const PLOT: f32 = 150.0;

/// Draws the page.
pub fn ui(ui: &mut Ui, state: &AppState, cache: &mut Cache, actions: &mut Vec<Action>) {
    let unit = Unit { bits: state.lens.bits };
    explain::title(ui, Topic::Identity, &t!("lens.identity"), "");
    let Some(known) = &state.lens.bound else {
        formula(ui, Topic::Identity, "log p(x) = ELBO + KL(q(z|x) ‖ p(z|x))", "");
        widgets::note(ui, &t!("lens.computing"));
        return;
    };
    age_ui(ui, state, known.step, actions);
    let view = &known.view;
    identity_ui(ui, view, unit);
    if let Some(posterior) = &view.posterior {
        let ellipse = Ellipse { q: &view.q, colour: theme::palette(ui).validation, dashed: false };
        ui.horizontal_top(|ui| {
            heat::ui(ui, cache, (Key::Posterior, state.lens.version), posterior, &[ellipse], MAP);
            ui.vertical(|ui| {
                explain::title(ui, Topic::TruePosterior, &t!("lens.true_posterior"), "");
                formula(ui, Topic::Bayes, "p(z|x) = p(x|z) p(z) / p(x)", "");
                widgets::note(ui, &t!("lens.heat_about"));
            });
        });
    }
    sampling_ui(ui, view, unit);
}

fn identity_ui(ui: &mut Ui, view: &BoundView, unit: Unit) {
    let identity = &view.identity;
    let (log_px, elbo, kl) = (identity.log_px.nats, identity.elbo.nats, identity.kl_to_posterior.nats);
    formula(
        ui,
        Topic::Identity,
        "log p(x) = ELBO + KL(q(z|x) ‖ p(z|x))",
        &format!("{}  =  {} + {}  {}", unit.figure(log_px, 3), unit.figure(elbo, 3), unit.figure(kl, 3), unit.name()),
    );
    let rows = [
        (Topic::Evidence, t!("lens.log_px"), identity.log_px),
        (Topic::Elbo, t!("lens.elbo"), identity.elbo),
        (Topic::KlTrue, t!("lens.kl_true"), identity.kl_to_posterior),
    ];
    for (topic, label, figure) in rows {
        let value = format!("{} ± {}", unit.figure(figure.nats, 3), unit.figure(figure.error_nats, 3));
        widgets::figure_row(ui, topic, &label, &method(figure), &value, &unit.name(), false);
        method_ui(ui, figure);
    }
    let value =
        format!("{} ± {}", unit.figure(identity.residual_nats(), 4), unit.figure(identity.residual_error_nats(), 4));
    widgets::figure_row(
        ui,
        Topic::Residual,
        &t!("lens.residual"),
        &t!("lens.residual_tip"),
        &value,
        &unit.name(),
        true,
    );
}

fn method(figure: Figure) -> String {
    let text = match figure.method {
        Method::Quadrature => t!("lens.by_quadrature"),
        Method::Lattice => t!("lens.by_lattice"),
        Method::Grid => t!("lens.by_grid"),
        Method::Samples(n) => t!("lens.by_samples", n = format::count(n as u64)),
    };
    text.into_owned()
}

/// How a figure was found; a click says what that is.
fn method_ui(ui: &mut Ui, figure: Figure) {
    let topic = match figure.method {
        Method::Quadrature | Method::Lattice | Method::Grid => Topic::Quadrature,
        Method::Samples(_) => Topic::Expectation,
    };
    let text = RichText::new(method(figure)).size(theme::SMALL).color(theme::palette(ui).weak);
    explain::label(ui, text, explain::Figure { topic, name: &method(figure), value: "" });
}

/// log p(x) by importance sampling, and how that agrees with the integral where there is one.
fn evidence_ui(ui: &mut Ui, view: &BoundView, unit: Unit) {
    let n = view.curve.last().map_or(0, |point| point.samples);
    let told = format!("K = {}:  {} {}", format::count(n as u64), unit.sampled(view.mixed), unit.name());
    let log_px = view.identity.log_px;
    let told = match (log_px.method, view.mixed.standard_error_nats) {
        (Method::Quadrature, Some(error)) if error > 0.0 => {
            let off = format::signed((view.mixed.nats - log_px.nats).abs() / error, 1);
            let integral = unit.figure(log_px.nats, 3);
            format!("{told}     {}", t!("lens.agrees", integral = integral, off = off))
        }
        _ => told,
    };
    formula(ui, Topic::Importance, "log p(x) ≈ log 1/K Σ_{k} p(x|z_{k}) p(z_{k}) / r(z_{k}),   z_{k} ~ r(z)", &told);
    widgets::note(ui, &t!("lens.mixture_about"));
}

/// From the ELBO to log p(x) by samples of q alone.
fn sampling_ui(ui: &mut Ui, view: &BoundView, unit: Unit) {
    explain::title(ui, Topic::Importance, &t!("lens.sampling"), "");
    evidence_ui(ui, view, unit);
    let n = view.curve.last().map_or(0, |point| point.samples);
    formula(
        ui,
        Topic::ImportanceBound,
        "log p(x) ≥ L_{K} = E[ log 1/K Σ_{k} p(x|z_{k}) p(z_{k}) / q(z_{k}|x) ],   z_{k} ~ q(z|x)",
        &format!("K = {}:  {} {}", format::count(n as u64), unit.sampled(view.sampled), unit.name()),
    );
    let points = view.curve.iter().map(|p| (p.samples as f64, unit.of(p.bound.nats))).collect();
    let errors = view.curve.iter().map(|p| unit.of(p.bound.standard_error_nats.unwrap_or(0.0))).collect();
    let flat = |nats: f64| vec![(1.0, unit.of(nats)), (n.max(2) as f64, unit.of(nats))];
    let lines = vec![
        Line {
            points: flat(view.identity.log_px.nats),
            errors: Vec::new(),
            ink: Ink::Validation,
            dashed: true,
            topic: Topic::Evidence,
            name: t!("lens.log_px").into_owned(),
            told: String::new(),
        },
        Line {
            points: flat(view.identity.elbo.nats),
            errors: Vec::new(),
            ink: Ink::Elbo,
            dashed: true,
            topic: Topic::Elbo,
            name: t!("lens.elbo").into_owned(),
            told: String::new(),
        },
        Line {
            points,
            errors,
            ink: Ink::Recon,
            dashed: false,
            topic: Topic::ImportanceBound,
            name: t!("lens.curve").into_owned(),
            told: String::new(),
        },
    ];
    let (topic, name) = (Topic::ImportanceBound, t!("lens.sampling").into_owned());
    let x_name = t!("lens.samples_axis", unit = unit.name()).into_owned();
    plot::ui(ui, &Plot::new(topic, name, x_name, Scale::Log, lines), PLOT);
    let (closed, sampled) = view.kl;
    formula(
        ui,
        Topic::KlSampled,
        "KL(q ‖ p) = E_{q}[ log q(z|x) − log p(z) ]",
        &format!(
            "{}:  {}     {}:  {} {}",
            t!("lens.closed_form"),
            unit.figure(closed, 3),
            t!("lens.monte_carlo"),
            unit.sampled(sampled),
            unit.name()
        ),
    );
}
