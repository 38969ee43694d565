//! The error of each method on images of another kind, beside that on the held ones.

use egui::{Button, Color32, Label, Margin, Rect, RichText, Sense, Stroke, TextEdit, Ui, WidgetInfo, pos2, vec2};
use rust_i18n::t;

use super::contest::{ink, name};
use crate::curves::scene::Ink;
use crate::curves::{Axis, Scale, ticks};
use crate::run::contest::Method;
use crate::state::lens::ContestAction;
use crate::state::lens::contest::{Contest, Entry};
use crate::state::{AppState, Topic};
use crate::ui::explain;
use crate::ui::{format, theme, widgets};

/// Height of a histogram, and of the room for labels below.
const HEIGHT: f32 = 120.0;
const BELOW: f32 = 16.0;
/// The largest width of a histogram.
const WIDTH: f32 = 260.0;
/// Bins from the smallest to the largest error, by their logarithms.
const BINS: usize = 28;
/// Errors below this count as this.
const SMALLEST: f64 = 1e-6;
/// Width of a letter of a label, about.
const LETTER: f32 = 6.5;

/// Draws the choice and the histograms.
pub fn ui(ui: &mut Ui, state: &AppState, page: &Contest, act: &mut dyn FnMut(ContestAction)) {
    ui.add_space(theme::GAP);
    explain::title(ui, Topic::TestError, &t!("contest.unseen"), "");
    widgets::note(ui, &t!("contest.unseen_about"));
    choice_ui(ui, state, page, act);
    let shown: Vec<(Method, &Entry)> =
        Method::ALL.into_iter().filter_map(|method| Some((method, page.shown(method)?))).collect();
    let all =
        || shown.iter().flat_map(|(_, entry)| entry.held.iter().chain(entry.unseen.iter().flat_map(|e| e.iter())));
    let range = all().fold((f64::INFINITY, 0.0_f64), |(low, high), e| (low.min(e.max(SMALLEST)), high.max(*e)));
    if range.0 > range.1 {
        return;
    }
    let axis = Axis::new(Scale::Log, range);
    let counted = shown.iter().map(|(method, entry)| {
        let unseen = entry.unseen.as_ref().map(|errors| (bins(errors, &axis), mean(errors)));
        (*method, (bins(&entry.held, &axis), mean(&entry.held)), unseen)
    });
    let counted: Vec<_> = counted.collect();
    let highest = counted.iter().flat_map(|(_, held, unseen)| held.0.iter().chain(unseen.iter().flat_map(|u| &u.0)));
    let highest = highest.copied().fold(f64::MIN_POSITIVE, f64::max);
    legend_ui(ui, page);
    let width = ((ui.available_width() - 2.0 * theme::GAP) / 3.0).min(WIDTH).floor();
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = theme::GAP;
        for (method, held, unseen) in &counted {
            ui.vertical(|ui| {
                ui.set_width(width);
                ui.spacing_mut().item_spacing.y = 2.0;
                let colour = theme::ink(theme::palette(ui), ink(*method));
                ui.add(Label::new(RichText::new(name(*method)).font(theme::strong(theme::BODY)).color(colour)));
                let sets = [Some(held), unseen.as_ref()];
                histogram_ui(ui, &axis, highest, sets, width, &t!("contest.histogram_of", method = name(*method)));
                means_ui(ui, held.1, unseen.as_ref().map(|unseen| unseen.1));
            });
        }
    });
    widgets::note(ui, &t!("contest.histogram_axis"));
}

/// The colours of the held and of the other images.
fn set_colours(ui: &Ui) -> [Color32; 2] {
    [Ink::Plain, Ink::Mark].map(|ink| theme::ink(theme::palette(ui), ink))
}

fn choice_ui(ui: &mut Ui, state: &AppState, page: &Contest, act: &mut dyn FnMut(ContestAction)) {
    let can = page.reading.is_none();
    ui.horizontal_wrapped(|ui| {
        let opened = state.data.set.as_ref().map(|data| data.name.as_str());
        for (source, text) in [("sample:fashion", t!("data.fashion")), ("sample:emoji", t!("data.emoji"))] {
            let chosen = page.unseen.as_ref().is_some_and(|unseen| unseen.name == source);
            let button = Button::selectable(chosen, text.as_ref()).frame_when_inactive(true);
            if opened == Some(source) {
                continue;
            }
            let response = ui.add_enabled(can, button.min_size(vec2(0.0, theme::CONTROL)));
            widgets::name_as(&response, &t!("contest.unseen_sample", name = text));
            if response.clicked() {
                act(ContestAction::LookAt(source.into()));
            }
        }
        if ui.add_enabled(can, Button::new(t!("contest.choose_folder"))).clicked() {
            act(ContestAction::ChooseFolder);
        }
        let mut text = page.unseen_text.clone();
        let width = (ui.available_width() - theme::GAP).clamp(120.0, 240.0);
        let field = TextEdit::singleline(&mut text)
            .hint_text(t!("contest.unseen_hint").into_owned())
            .desired_width(width)
            .margin(Margin::symmetric(8, 4));
        let response = ui.add(field);
        widgets::label(&response, &t!("contest.unseen_path"));
        if response.changed() {
            act(ContestAction::TypeUnseen(text.clone()));
        }
        if response.lost_focus() && ui.input(|i| i.key_pressed(egui::Key::Enter)) {
            act(ContestAction::LookAt(text));
        }
    });
    if let Some(source) = &page.reading {
        ui.horizontal(|ui| {
            widgets::weak(ui, &t!("contest.reading", name = source));
            if ui.button(t!("contest.cancel_reading")).clicked() {
                act(ContestAction::CancelReading);
            }
        });
    }
}

fn legend_ui(ui: &mut Ui, page: &Contest) {
    let n_held = page.scene.as_ref().map_or(0, |scene| scene.n_held);
    let mut sets = vec![t!("contest.held", n = format::count(n_held as u64)).into_owned()];
    if let Some(unseen) = &page.unseen {
        let (n, of) = (format::count(unseen.n as u64), format::count(unseen.of as u64));
        sets.push(if unseen.n == unseen.of {
            t!("contest.others", n = n, name = unseen.name).into_owned()
        } else {
            t!("contest.others_of", n = n, of = of, name = unseen.name).into_owned()
        });
    }
    let colours = set_colours(ui);
    ui.horizontal_wrapped(|ui| {
        for (text, colour) in sets.into_iter().zip(colours) {
            let text = RichText::new(format!("■ {text}")).color(colour).size(theme::SMALL);
            ui.add(Label::new(text));
        }
    });
}

/// The share of errors in each bin.
fn bins(errors: &[f64], axis: &Axis) -> Vec<f64> {
    let mut counts = vec![0.0; BINS];
    for error in errors {
        let at = (axis.share(error.max(SMALLEST)) * BINS as f64) as usize;
        if let Some(count) = counts.get_mut(at.min(BINS - 1)) {
            *count += 1.0 / errors.len() as f64;
        }
    }
    counts
}

fn mean(errors: &[f64]) -> f64 {
    errors.iter().sum::<f64>() / errors.len().max(1) as f64
}

fn histogram_ui(ui: &mut Ui, axis: &Axis, highest: f64, sets: [Option<&(Vec<f64>, f64)>; 2], width: f32, spoken: &str) {
    let (whole, response) = ui.allocate_exact_size(vec2(width, HEIGHT + BELOW), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Image, true, spoken));
    let rect = Rect::from_min_size(whole.min, vec2(width, HEIGHT));
    let palette = theme::palette(ui);
    ui.painter().rect_filled(rect, theme::RADIUS, palette.sunken);
    let mut free = f32::NEG_INFINITY;
    for tick in ticks(axis, f64::from(width) / 60.0, 1.0) {
        let x = rect.left() + axis.share(tick.value) as f32 * width;
        let Some(text) = tick.label else { continue };
        ui.painter().vline(x, rect.y_range(), Stroke::new(1.0, palette.outline));
        let half = 0.5 * LETTER * text.chars().count() as f32;
        if x - half > free.max(whole.left() - LETTER) && x + half < whole.right() + LETTER {
            free = x + half;
            let at = pos2(x, rect.bottom() + 2.0);
            ui.painter().text(at, egui::Align2::CENTER_TOP, text, theme::regular(theme::SMALL), palette.weak);
        }
    }
    let colours = set_colours(ui);
    let bar = width / BINS as f32;
    for ((shares, mean), colour) in sets.into_iter().zip(colours).filter_map(|(set, colour)| Some((set?, colour))) {
        for (i, share) in shares.iter().enumerate() {
            let height = (share / highest) as f32 * (HEIGHT - 4.0);
            let left = rect.left() + i as f32 * bar;
            let bar = Rect::from_min_max(pos2(left, rect.bottom() - height), pos2(left + bar, rect.bottom()));
            ui.painter().rect_filled(bar, 0.0, colour.gamma_multiply(0.55));
        }
        let x = rect.left() + axis.share(mean.max(SMALLEST)) as f32 * width;
        ui.painter().vline(x, rect.y_range(), Stroke::new(1.5, colour));
    }
}

/// The means, and how many times larger the second is.
fn means_ui(ui: &mut Ui, held: f64, unseen: Option<f64>) {
    let [of_held, of_unseen] = set_colours(ui);
    let mut line = |text: String, colour: Color32| {
        ui.add(Label::new(RichText::new(text).size(theme::SMALL).color(colour)).truncate());
    };
    line(t!("contest.mean", mse = format::signed(held, 6)).into_owned(), of_held);
    if let Some(unseen) = unseen {
        let times = format::signed(unseen / held, 1);
        line(t!("contest.mean_times", mse = format::signed(unseen, 6), times = times).into_owned(), of_unseen);
    }
}
