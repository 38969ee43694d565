//! Two Gaussians that are pushed about: KL both ways in closed form, and beside it as a mean of samples.

use egui::{Button, DragValue, Ui};
use rust_i18n::t;

use super::formula::{Unit, formula};
use super::plot::{self, Line, Plot};
use super::{divergence_bars, handles};
use crate::curves::Scale;
use crate::curves::scene::Ink;
use crate::lens::Sampled;
use crate::math::divergence::Gaussian2;
use crate::state::lens::DivergenceAction;
use crate::state::lens::divergence::{Divergences, Kind, MEAN, Pair, SIGMA, can_count, of_selected};
use crate::state::{Action, AppState, LensAction, Topic};
use crate::ui::{explain, format, theme, widgets};

/// Height of the bells, side of the plane, height of a plot.
const LINE: f32 = 150.0;
const PLANE: f32 = 260.0;
const PLOT: f32 = 150.0;

/// Draws the page.
pub fn ui(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    let page = &state.lens.divergences;
    let mut act = |action: DivergenceAction| actions.push(LensAction::Divergence(action).into());
    ui.horizontal_wrapped(|ui| {
        let kinds = Kind::ALL.map(|kind| (kind, kind_name(kind)));
        if let Some(kind) = widgets::segmented(ui, "divergence_kind", page.kind, &kinds) {
            act(DivergenceAction::SetKind(kind));
        }
        if page.kind == Kind::Bars {
            let ready = can_count(state.data.set.as_deref()) && !page.counting;
            let button = ui.add_enabled(ready, Button::new(t!("divergence.from_images")));
            if button.on_hover_text(t!("divergence.from_images_tip")).clicked() {
                act(DivergenceAction::FromImages);
            }
        } else {
            let button = ui.add_enabled(of_selected(state).is_some(), Button::new(t!("divergence.from_model")));
            let button = button.on_disabled_hover_text(t!("divergence.no_selection"));
            if button.on_hover_text(t!("divergence.from_model_tip")).clicked() {
                act(DivergenceAction::FromModel);
            }
        }
    });
    let Some(pair) = page.pair() else {
        divergence_bars::ui(ui, &page.bars, &mut act);
        return;
    };
    let changed = if pair.on_a_line {
        handles::line_ui(ui, &pair.gaussians, LINE)
    } else {
        handles::plane_ui(ui, &pair.gaussians, PLANE)
    };
    widgets::note(ui, &t!("divergence.drag"));
    if let Some((which, gaussian)) = fields_ui(ui, &pair).or(changed) {
        act(DivergenceAction::SetGaussian(which, gaussian));
    }
    figures_ui(ui, page, &pair, Unit { bits: state.lens.bits });
}

fn kind_name(kind: Kind) -> String {
    let text = match kind {
        Kind::Line => t!("divergence.line"),
        Kind::Plane => t!("divergence.plane"),
        Kind::Bars => t!("divergence.bars"),
    };
    text.into_owned()
}

/// Every parameter as a number.
fn fields_ui(ui: &mut Ui, pair: &Pair) -> Option<(usize, Gaussian2)> {
    let mut changed = None;
    for (which, ((name, colour), gaussian)) in handles::looks(ui).into_iter().zip(&pair.gaussians).enumerate() {
        let mut next = *gaussian;
        ui.horizontal(|ui| {
            ui.label(egui::RichText::new(name).font(theme::strong(theme::BODY)).color(colour));
            for axis in 0..if pair.on_a_line { 1 } else { 2 } {
                let axis_name = format::axis(axis);
                let mean = DragValue::new(&mut next.mean[axis]).speed(0.01).range(MEAN).max_decimals(2).prefix("μ ");
                let told = t!("divergence.mean_along", name = name, axis = axis_name);
                widgets::label(&ui.add(mean), &told);
                let sigma = DragValue::new(&mut next.sigma[axis]).speed(0.01).range(SIGMA).max_decimals(2).prefix("σ ");
                let told = t!("divergence.sigma_along", name = name, axis = axis_name);
                widgets::label(&ui.add(sigma), &told);
            }
        });
        if next != *gaussian {
            changed = Some((which, next));
        }
    }
    changed
}

fn figures_ui(ui: &mut Ui, page: &Divergences, pair: &Pair, unit: Unit) {
    let closed = pair.kl();
    let name = unit.name();
    let symbols = if pair.on_a_line {
        [
            "KL(p ‖ q) = ½ [log σ_{q}^{2}/σ_{p}^{2} + (σ_{p}^{2} + (μ_{p} − μ_{q})^{2}) / σ_{q}^{2} − 1]",
            "KL(q ‖ p) = ½ [log σ_{p}^{2}/σ_{q}^{2} + (σ_{q}^{2} + (μ_{q} − μ_{p})^{2}) / σ_{p}^{2} − 1]",
        ]
    } else {
        [
            "KL(p ‖ q) = ½ [tr Σ_{q}^{−1}Σ_{p} + (μ_{q} − μ_{p})^{T} Σ_{q}^{−1} (μ_{q} − μ_{p}) − 2 + log det Σ_{q} / det Σ_{p}]",
            "KL(q ‖ p) = ½ [tr Σ_{p}^{−1}Σ_{q} + (μ_{p} − μ_{q})^{T} Σ_{p}^{−1} (μ_{p} − μ_{q}) − 2 + log det Σ_{p} / det Σ_{q}]",
        ]
    };
    let last = page.estimates.last();
    for (way, symbols) in symbols.into_iter().enumerate() {
        let mut told = format!("{}:  {} {name}", t!("divergence.closed"), unit.figure(closed[way], 4));
        if let Some(last) = last {
            let sampled = Sampled { nats: last.nats[way], standard_error_nats: Some(last.errors[way]) };
            let by = t!("divergence.by_samples", n = format::count(last.samples));
            told = format!("{told}     {by}:  {} {name}", unit.sampled(sampled));
        }
        formula(ui, Topic::GaussianKl, symbols, &told);
    }
    explain::note(ui, Topic::KlWays, &t!("divergence.asymmetric"));
    explain::title(ui, Topic::KlSampled, &t!("divergence.sampled"), "");
    curve_ui(ui, page, closed, unit);
    explain::note(ui, Topic::StandardError, &t!("divergence.sampled_about"));
    explain::title(ui, Topic::DifferentialEntropy, &t!("divergence.entropies"), "");
    formula(
        ui,
        Topic::DifferentialEntropy,
        if pair.on_a_line { "H = ½ log 2πeσ^{2}" } else { "H = 1 + log 2π + ½ log det Σ" },
        &pair
            .entropies()
            .iter()
            .zip(["p", "q"])
            .map(|(nats, of)| format!("{} = {} {name}", t!("divergence.entropy", name = of), unit.figure(*nats, 4)))
            .collect::<Vec<_>>()
            .join(",   "),
    );
}

/// Both estimates against the number of samples, between their closed forms.
fn curve_ui(ui: &mut Ui, page: &Divergences, closed: [f64; 2], unit: Unit) {
    let most = page.estimates.last().map_or(100.0, |last| last.samples as f64);
    let mut lines = Vec::new();
    let ways = [(t!("divergence.forward"), Ink::Recon), (t!("divergence.reverse"), Ink::Validation)];
    for (way, (told, ink)) in ways.into_iter().enumerate() {
        let flat = vec![(10.0, unit.of(closed[way])), (most.max(20.0), unit.of(closed[way]))];
        let points = page.estimates.iter().map(|e| (e.samples as f64, unit.of(e.nats[way]))).collect();
        let errors = page.estimates.iter().map(|e| unit.of(e.errors[way])).collect();
        let dashed_name = format!("{told}, {}", t!("divergence.closed"));
        let (topic, none) = (Topic::GaussianKl, String::new());
        lines.push(Line { points: flat, errors: Vec::new(), ink, dashed: true, topic, name: dashed_name, told: none });
        let (topic, none) = (Topic::KlSampled, String::new());
        lines.push(Line { points, errors, ink, dashed: false, topic, name: told.into_owned(), told: none });
    }
    let (name, x_name) = (t!("divergence.sampled"), t!("divergence.samples_axis", unit = unit.name()));
    let plot = Plot::new(Topic::KlSampled, name.into_owned(), x_name.into_owned(), Scale::Log, lines);
    plot::ui(ui, &plot, PLOT);
}
