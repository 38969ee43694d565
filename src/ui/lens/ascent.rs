//! Variational inference by hand: the ELBO of one image, maximised over μ and σ step by step.

use egui::{Button, Ui};
use rust_i18n::t;

use super::age_ui;
use super::formula::{Unit, formula};
use super::heat::{self, Ellipse};
use super::plot::{self, Line, Plot};
use crate::curves::Scale;
use crate::curves::scene::Ink;
use crate::lens::Start;
use crate::state::lens::AscentView;
use crate::state::{Action, AppState, LensAction, Topic};
use crate::ui::textures::Key;
use crate::ui::{Cache, format, theme, widgets};

/// Sides that a heat map may have.
const MAPS: [f32; 2] = [90.0, 180.0];
/// From this width on the curve stands beside the maps.
const WIDE: f32 = 620.0;
/// Height of the plot.
const PLOT: f32 = 150.0;

/// Draws the page.
pub fn ui(ui: &mut Ui, state: &AppState, cache: &mut Cache, actions: &mut Vec<Action>) {
    let unit = Unit { bits: state.lens.bits };
    formula(
        ui,
        Topic::VariationalInference,
        "ELBO(μ, σ) = E_{q}[log p(x|z)] − KL(q ‖ p) → max,   q = N(μ, diag σ^{2})",
        "",
    );
    buttons_ui(ui, state, actions);
    let Some(known) = &state.lens.ascent else {
        widgets::note(ui, &t!("lens.computing"));
        return;
    };
    age_ui(ui, state, known.step, actions);
    let view = &known.view;
    let beside = view.posterior.is_some() && ui.available_width() >= WIDE;
    ui.horizontal_top(|ui| {
        maps_ui(ui, state, view, cache);
        if beside {
            ui.vertical(|ui| curve_ui(ui, view, unit));
        }
    });
    if !beside {
        curve_ui(ui, view, unit);
    }
    gaps_ui(ui, view, unit);
}

/// q over the true posterior, as far as the prior reaches and from near by; nothing but in the plane.
fn maps_ui(ui: &mut Ui, state: &AppState, view: &AscentView, cache: &mut Cache) {
    let Some([whole, near]) = &view.posterior else { return };
    let palette = theme::palette(ui);
    let ellipses = [
        Ellipse { q: &view.encoder, colour: palette.weak, dashed: true },
        Ellipse { q: &view.ascent.q, colour: palette.validation, dashed: false },
    ];
    let columns = if ui.available_width() >= WIDE { 3.0 } else { 2.0 };
    let side = (ui.available_width() / columns - heat::GUTTER - theme::GAP).clamp(MAPS[0], MAPS[1]);
    let maps = [
        (Key::Posterior, whole, t!("lens.map_whole"), t!("lens.ascent_about")),
        (Key::PosteriorNear, near, t!("lens.map_near"), t!("lens.ascent_about")),
    ];
    for (key, grid, name, tip) in maps {
        ui.vertical(|ui| {
            ui.set_width(side + heat::GUTTER);
            heat::ui(ui, cache, (key, state.lens.version), grid, &ellipses, side);
            widgets::note(ui, &name).on_hover_text(tip);
        });
    }
}

fn buttons_ui(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    let lens = &state.lens;
    ui.horizontal_wrapped(|ui| {
        let starts = [
            (Start::Prior, t!("lens.from_prior").into_owned()),
            (Start::Encoder, t!("lens.from_encoder").into_owned()),
        ];
        if let Some(start) = widgets::segmented(ui, "ascent_start", lens.climb.start, &starts) {
            actions.push(LensAction::Begin(start).into());
        }
        let climbs = lens.climbs();
        let ready = lens.ascent.is_some();
        let play = if climbs { t!("lens.pause") } else { t!("lens.play") };
        if ui.add_enabled(ready, Button::new(play)).clicked() {
            actions.push(LensAction::Play(!climbs).into());
        }
        if ui.add_enabled(ready && !climbs, Button::new(t!("lens.step"))).clicked() {
            actions.push(LensAction::Climb(1).into());
        }
        if ui.add_enabled(ready, Button::new(t!("lens.reset"))).clicked() {
            actions.push(LensAction::Begin(lens.climb.start).into());
        }
    });
}

/// What amortisation cost, and what the family of Gaussians costs.
fn gaps_ui(ui: &mut Ui, view: &AscentView, unit: Unit) {
    let (now, best, encoder) = (view.ascent.elbo_nats, view.ascent.best_elbo_nats, view.encoder_elbo_nats);
    let name = unit.name();
    let steps = format::count(view.ascent.steps as u64);
    let figure = |nats: f64| unit.figure(nats, 3);
    widgets::figure_row(ui, Topic::VariationalInference, &t!("lens.steps"), &t!("lens.steps_tip"), &steps, "", false);
    widgets::figure_row(ui, Topic::ElboOfQ, &t!("lens.elbo_now"), &t!("lens.elbo_now_tip"), &figure(now), &name, true);
    widgets::figure_row(
        ui,
        Topic::EncoderElbo,
        &t!("lens.elbo_encoder"),
        &t!("lens.elbo_encoder_tip"),
        &figure(encoder),
        &name,
        false,
    );
    // From the prior it may not have got as far as the encoder yet.
    let reached = best.max(encoder);
    formula(
        ui,
        Topic::AmortisationGap,
        "ELBO(best q) − ELBO(encoder's q) = amortisation gap",
        &format!("{} − {} = {} {name}", figure(reached), figure(encoder), figure(reached - encoder)),
    );
    if let Some(log_px) = view.log_px {
        formula(
            ui,
            Topic::ApproximationGap,
            "log p(x) − ELBO(best q) = approximation gap",
            &format!("{} − {} = {} {name}", unit.sampled(log_px), figure(reached), figure(log_px.nats - reached)),
        );
    }
}

fn curve_ui(ui: &mut Ui, view: &AscentView, unit: Unit) {
    if view.elbos.len() < 2 {
        return widgets::placeholder(ui, PLOT, &t!("lens.climb_hint"));
    }
    let last = (view.elbos.len() - 1) as f64;
    let points: Vec<(f64, f64)> = view.elbos.iter().enumerate().map(|(i, nats)| (i as f64, unit.of(*nats))).collect();
    let flat = |nats: f64| vec![(0.0, unit.of(nats)), (last, unit.of(nats))];
    let line = |points, (topic, ink), dashed, name: &str| {
        let (name, told) = (name.to_owned(), String::new());
        Line { points, errors: Vec::new(), ink, dashed, topic, name, told }
    };
    let mut lines = vec![
        line(flat(view.encoder_elbo_nats), (Topic::EncoderElbo, Ink::Weak), true, &t!("lens.elbo_encoder")),
        line(points, (Topic::ElboOfQ, Ink::Elbo), false, &t!("lens.elbo_now")),
    ];
    if let Some(log_px) = view.log_px {
        lines.push(line(flat(log_px.nats), (Topic::Evidence, Ink::Validation), true, &t!("lens.log_px")));
    }
    // The prior's ELBO is thousands of nats away: what is of interest is the last stretch.
    let top = view.log_px.map_or(view.ascent.best_elbo_nats, |p| p.nats).max(view.ascent.best_elbo_nats);
    let bottom = view.elbos.iter().copied().fold(f64::INFINITY, f64::min).min(view.encoder_elbo_nats);
    let low = bottom.max(top - 60.0);
    let (topic, name) = (Topic::ElboOfQ, t!("lens.elbo_now").into_owned());
    let x_name = t!("lens.steps_axis", unit = unit.name()).into_owned();
    let y_range = Some((unit.of(low), unit.of(top)));
    plot::ui(ui, &Plot { y_range, ..Plot::new(topic, name, x_name, Scale::Linear, lines) }, PLOT);
}
