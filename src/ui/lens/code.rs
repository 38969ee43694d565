//! The model as a code for the images: how many bits an image takes, beside plain codes, and rate against distortion of
//! every run that measures the same.

use std::borrow::Cow;

use egui::{Color32, CornerRadius, Grid, Label, Rect, RichText, ScrollArea, Sense, Ui, WidgetInfo, pos2, vec2};
use rust_i18n::t;

use super::formula::formula;
use super::plot::{self, Dot, Line, Plot};
use crate::curves::Scale;
use crate::curves::scene::Ink;
use crate::lens::{PlainCodes, Rate, Values};
use crate::state::lens::code::{self, RunPoint};
use crate::state::{AppState, Topic};
use crate::ui::explain::{self, Figure};
use crate::ui::{format, theme, widgets};

/// Height of the plot of rate and distortion.
const PLOT: f32 = 230.0;
/// Width of the longest bar where there is room, and height of all.
const BAR: [f32; 2] = [220.0, 14.0];
/// Width of the columns beside the bars.
const BESIDE: f32 = 390.0;
/// Bits of a pixel that nobody has compressed.
const RAW: f64 = 8.0;

/// Draws the page.
pub fn ui(ui: &mut Ui, state: &AppState) {
    let (runs, n_apart) = code::runs(state);
    let rate = runs.iter().find(|run| run.is_open).map(|run| run.rate).or_else(|| code::course(state).pop());
    let plain = state.lens.plain.as_ref().filter(|(of, _)| of.data_version == state.data.version);
    explain::title(ui, Topic::BitsPerPixel, &t!("code.lengths"), "");
    let symbols = "bits(x) = rate + distortion = KL(q(z|x) ‖ p(z)) − E_{q}[ log p(x|z) ]";
    formula(ui, Topic::Rate, symbols, &rate.map(|rate| in_numbers(&rate)).unwrap_or_default());
    lengths_ui(ui, rate.as_ref(), plain.map(|(_, codes)| &**codes));
    let caution = rate.map(|rate| match rate.values {
        Values::Levels => t!("code.levels"),
        Values::Binary => t!("code.binary"),
        Values::Soft => t!("code.soft"),
    });
    let plain_kind = state.training.model.is_some() && !state.training.is_variational();
    let lacking = if plain_kind { t!("code.plain_kind") } else { t!("code.no_rate") };
    widgets::note(ui, &caution.unwrap_or(lacking));
    if let Some((of, codes)) = plain {
        let symbols = "H = −Σ_{k} p_{k} log_{2} p_{k}";
        formula(
            ui,
            Topic::PixelEntropy,
            symbols,
            &format!("{} {}", format::signed(codes.entropy_bits_per_pixel, 4), t!("code.per_pixel")),
        );
        let n = format::count(codes.n as u64);
        let counted = if of.held.is_some() { t!("code.counted_held", n = n) } else { t!("code.counted", n = n) };
        widgets::note(ui, &counted);
    }
    if !runs.is_empty() {
        runs_ui(ui, &code::course(state), &runs, n_apart);
    }
}

/// The sum, bits per image.
fn in_numbers(rate: &Rate) -> String {
    let bits = |bits: f64| format::signed(bits, 2);
    let sum = format!("{} = {} + {}", bits(rate.bits()), bits(rate.rate_bits), bits(rate.distortion_bits));
    format!("{sum} {}", t!("code.per_image"))
}

/// One code after the other, as bars.
fn lengths_ui(ui: &mut Ui, rate: Option<&Rate>, plain: Option<&PlainCodes>) {
    let palette = theme::palette(ui);
    let (of_rate, of_distortion) = (palette.kl, palette.recon);
    let mut rows = vec![(Topic::Values, t!("code.raw"), vec![(RAW, palette.weak)])];
    if let Some(codes) = plain {
        rows.push((Topic::PixelEntropy, t!("code.entropy"), vec![(codes.entropy_bits_per_pixel, palette.weak)]));
        rows.push((Topic::PngSize, t!("code.png"), vec![(codes.png_bits_per_pixel, palette.weak)]));
    }
    let n_pixels = rate.map_or_else(|| plain.map_or(0.0, pixels_of), |rate| rate.n_pixels as f64);
    if let Some(rate) = rate {
        let each = |bits: f64| bits / n_pixels;
        rows.push((
            Topic::BitsPerPixel,
            t!("code.model"),
            vec![(each(rate.rate_bits), of_rate), (each(rate.distortion_bits), of_distortion)],
        ));
    }
    let total = |parts: &[(f64, Color32)]| parts.iter().map(|(bits, _)| bits).sum::<f64>();
    let longest = rows.iter().map(|(.., parts)| total(parts)).fold(RAW, f64::max);
    let width = (ui.available_width() - BESIDE).clamp(40.0, BAR[0]);
    Grid::new("code_lengths").num_columns(4).spacing(vec2(2.0 * theme::GAP, 4.0)).show(ui, |ui| {
        heads_ui(ui, &["".into(), "".into(), t!("code.per_pixel"), t!("code.per_image")]);
        for (topic, name, parts) in rows {
            let told = format::signed(total(&parts), 4);
            let value = format!("{told} {}", t!("code.per_pixel"));
            explain::label(ui, name.as_ref(), Figure { topic, name: &name, value: &value });
            bar_ui(ui, &format!("{name}: {value}"), &parts, longest, width);
            ui.label(told);
            ui.label(format::signed(total(&parts) * n_pixels, 1));
            ui.end_row();
        }
    });
    if let Some(rate) = rate {
        ui.horizontal(|ui| {
            let parts = [
                (Topic::Rate, t!("code.rate"), rate.rate_bits, of_rate),
                (Topic::Distortion, t!("code.distortion"), rate.distortion_bits, of_distortion),
            ];
            for (topic, name, bits, colour) in parts {
                let (rect, _) = ui.allocate_exact_size(vec2(10.0, 10.0), Sense::hover());
                ui.painter().rect_filled(rect, CornerRadius::same(2), colour);
                let value = format!("{} {}", format::signed(bits, 2), t!("code.per_image"));
                let text = RichText::new(name.as_ref()).color(palette.weak);
                explain::label(ui, text, Figure { topic, name: &name, value: &value });
            }
        });
    }
}

/// The heads of a table's columns.
fn heads_ui(ui: &mut Ui, heads: &[Cow<'_, str>]) {
    let colour = theme::palette(ui).weak;
    for head in heads {
        ui.add(Label::new(RichText::new(head.as_ref()).color(colour).size(theme::SMALL)).extend());
    }
    ui.end_row();
}

/// Values per image.
fn pixels_of(codes: &PlainCodes) -> f64 {
    8.0 * codes.png_bytes / codes.png_bits_per_pixel
}

/// The parts of a length, end to end.
fn bar_ui(ui: &mut Ui, name: &str, parts: &[(f64, Color32)], longest: f64, width: f32) {
    let (rect, response) = ui.allocate_exact_size(vec2(width, BAR[1]), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Image, true, name));
    let mut from = rect.left();
    for (bits, colour) in parts {
        // What the density of a narrow σ makes negative has no length.
        let to = from + (bits.max(0.0) / longest) as f32 * rect.width();
        let part = Rect::from_min_max(pos2(from, rect.top()), pos2(to.max(from + 1.0), rect.bottom()));
        ui.painter().rect_filled(part, CornerRadius::same(2), *colour);
        from = to;
    }
}

/// Rate against distortion, and the same as a table.
fn runs_ui(ui: &mut Ui, course: &[Rate], runs: &[RunPoint], n_apart: usize) {
    explain::title(ui, Topic::Distortion, &t!("code.runs"), "");
    let at = |rate: &Rate| (rate.rate_bits, rate.distortion_bits);
    let ink = |i: usize| if i == 0 { Ink::Recon } else { Ink::Run(i) };
    let dots = runs.iter().enumerate().map(|(i, run)| Dot { at: at(&run.rate), ink: ink(i), name: told(run) });
    let line = |points, ink, dashed, name| Line {
        points,
        errors: Vec::new(),
        ink,
        dashed,
        topic: Topic::Distortion,
        name,
        told: String::new(),
    };
    let mut lines = vec![line(course.iter().map(at).collect(), Ink::Recon, false, t!("code.course").into_owned())];
    // Of the same length are all codes on a line that falls by one bit of distortion for each of rate.
    let shortest = runs.iter().map(|run| run.rate.bits()).fold(f64::INFINITY, f64::min);
    let rates = || runs.iter().map(|run| run.rate.rate_bits).chain(course.iter().map(|rate| rate.rate_bits));
    let (low, high) = rates().fold((f64::INFINITY, 0.0), |(low, high): (f64, f64), r| (low.min(r), high.max(r)));
    let margin = 0.05 * (high - low).max(1.0);
    let (low, high) = ((low - margin).max(0.0), high + margin);
    let name = t!("code.same_length", bits = format::signed(shortest, 1)).into_owned();
    lines.push(line(vec![(low, shortest - low), (high, shortest - high)], Ink::Elbo, true, name));
    let plot =
        Plot::new(Topic::Distortion, t!("code.runs").into_owned(), t!("code.axes").into_owned(), Scale::Linear, lines);
    // Beside other runs the open one's beginnings would press all of them flat.
    let y_range = (runs.len() > 1).then(|| {
        let ends = [low, high].map(|rate| shortest - rate);
        let all = || runs.iter().map(|run| run.rate.distortion_bits).chain(ends);
        (all().fold(f64::INFINITY, f64::min), all().fold(f64::NEG_INFINITY, f64::max))
    });
    plot::ui(ui, &Plot { dots: dots.collect(), x_range: Some((low, high)), y_range, ..plot }, PLOT);
    ScrollArea::horizontal().id_salt("code_runs").show(ui, |ui| table_ui(ui, runs, ink));
    widgets::note(ui, &t!("code.about"));
    if n_apart > 0 {
        widgets::note(ui, &format::counted("code.apart", n_apart));
    }
}

/// The runs of the plot, one a row.
fn table_ui(ui: &mut Ui, runs: &[RunPoint], ink: impl Fn(usize) -> Ink) {
    Grid::new("code_runs").num_columns(6).striped(true).spacing(vec2(2.0 * theme::GAP, 2.0)).show(ui, |ui| {
        let [rate, distortion] = [t!("code.rate"), t!("code.distortion")];
        heads_ui(ui, &[t!("code.run"), "β".into(), t!("code.dimensions"), rate, distortion, t!("code.sum")]);
        for (i, run) in runs.iter().enumerate() {
            ui.horizontal(|ui| {
                let (rect, _) = ui.allocate_exact_size(vec2(10.0, 10.0), Sense::hover());
                ui.painter().circle_filled(rect.center(), 4.0, theme::ink(theme::palette(ui), ink(i)));
                ui.label(&run.name);
            });
            ui.label(run.beta.to_string());
            ui.label(run.latent_dim.to_string());
            for bits in [run.rate.rate_bits, run.rate.distortion_bits, run.rate.bits()] {
                ui.label(format::signed(bits, 2));
            }
            ui.end_row();
        }
    });
}

/// A run under the pointer.
fn told(run: &RunPoint) -> String {
    let bits = |bits: f64| format::signed(bits, 2);
    let (rate, distortion) = (bits(run.rate.rate_bits), bits(run.rate.distortion_bits));
    t!("code.told", name = run.name, beta = run.beta, rate = rate, distortion = distortion).into_owned()
}
