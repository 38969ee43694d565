//! Where the held images lie in the codes of each method, with N(0, I) around the origin.

use egui::text::{LayoutJob, TextFormat};
use egui::{Color32, Label, RichText, Sense, Stroke, Ui, Vec2, WidgetInfo, vec2};
use rust_i18n::t;

use super::contest::{ink, name};
use crate::data::Dataset;
use crate::run::contest::Method;
use crate::state::lens::ContestAction;
use crate::state::lens::contest::{Codes, Contest, MAPPED};
use crate::state::{AppState, Topic};
use crate::ui::explain;
use crate::ui::{format, theme, widgets};

/// The largest side of a map.
const SIDE: f32 = 260.0;
/// Radius of an image's dot.
const DOT: f32 = 1.7;
/// How far a map reaches at least, so that N(0, I) is on it.
const REACH: f32 = 2.5;
/// Classes that are named, at most.
const NAMED: usize = 12;

/// Draws the maps side by side.
pub fn ui(ui: &mut Ui, state: &AppState, page: &Contest, act: &mut dyn FnMut(ContestAction)) {
    ui.add_space(theme::GAP);
    explain::title(ui, Topic::AggregatePosterior, &t!("contest.maps"), "");
    let choices = [(false, t!("contest.same_scale").into_owned()), (true, t!("contest.own_scale").into_owned())];
    if let Some(own) = widgets::segmented(ui, "contest_scale", page.own_scale, &choices) {
        act(ContestAction::SetOwnScale(own));
    }
    let shown = Method::ALL.map(|method| (method, page.shown(method)));
    let reaches = shown.map(|(_, entry)| entry.map_or(REACH, |entry| reach(&entry.codes)));
    let widest = reaches.into_iter().fold(REACH, f32::max);
    let side = ((ui.available_width() - 2.0 * theme::GAP) / 3.0).min(SIDE).floor();
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = theme::GAP;
        for ((method, entry), own) in shown.into_iter().zip(reaches) {
            let Some(entry) = entry else { continue };
            let reach = if page.own_scale { own } else { widest };
            ui.vertical(|ui| {
                ui.set_width(side);
                ui.spacing_mut().item_spacing.y = 2.0;
                let colour = theme::ink(theme::palette(ui), ink(method));
                ui.add(Label::new(RichText::new(name(method)).font(theme::strong(theme::BODY)).color(colour)));
                let labels = page.scene.as_ref().map_or(&[][..], |scene| &scene.labels);
                let spoken = t!("contest.map_of", method = name(method));
                map_ui(ui, &entry.codes, labels, reach, side, &spoken);
                let [across, up] = entry.codes.axes.map(format::axis);
                let [low, high] = [-reach, reach].map(|edge| format::signed(f64::from(edge), 1));
                widgets::note(ui, &t!("contest.map_range", across = across, up = up, low = low, high = high));
            });
        }
    });
    classes_ui(ui, state.data.set.as_deref());
    widgets::note(ui, &about(page));
}

fn about(page: &Contest) -> String {
    let mut told = t!("contest.maps_about").into_owned();
    if page.chosen > 2 {
        told = format!("{told} {}", t!("contest.maps_widest", n = page.chosen));
    }
    let n_held = page.scene.as_ref().map_or(0, |scene| scene.n_held);
    if n_held > MAPPED {
        let (some, all) = (format::count(MAPPED as u64), format::count(n_held as u64));
        told = format!("{told} {}", t!("contest.maps_some", some = some, all = all));
    }
    told
}

/// How far a map reaches from the origin: a round number that holds all of them.
fn reach(codes: &Codes) -> f32 {
    let far = codes.points.iter().flatten().fold(REACH, |far, z| far.max(z.abs()));
    let step = 10.0_f32.powf(far.log10().floor()) / 2.0;
    (far / step).ceil() * step
}

fn map_ui(ui: &mut Ui, codes: &Codes, labels: &[Option<u16>], reach: f32, side: f32, spoken: &str) {
    let (rect, response) = ui.allocate_exact_size(Vec2::splat(side), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Image, true, spoken));
    let painter = ui.painter().with_clip_rect(rect.intersect(ui.clip_rect()));
    painter.rect_filled(rect, theme::RADIUS, theme::PICTURE_BACK);
    let scale = side / 2.0 / reach;
    let line = Stroke::new(1.0, Color32::from_white_alpha(28));
    painter.hline(rect.x_range(), rect.center().y, line);
    painter.vline(rect.center().x, rect.y_range(), line);
    for (label, [x, y]) in labels.iter().zip(codes.points.iter()) {
        painter.circle_filled(rect.center() + vec2(*x, -*y) * scale, DOT, theme::class_colour(*label));
    }
    // Over the dots: there may be thousands of them.
    for sigmas in [1.0, 2.0] {
        painter.circle_stroke(rect.center(), sigmas * scale, Stroke::new(1.5, Color32::WHITE));
    }
}

fn classes_ui(ui: &mut Ui, data: Option<&Dataset>) {
    let classes = data.map_or(&[][..], |data| &data.classes);
    if classes.is_empty() || classes.len() > NAMED {
        return;
    }
    let weak = theme::palette(ui).weak;
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = theme::GAP;
        for (i, class) in classes.iter().enumerate() {
            // One text, which goes to the next line whole.
            let mut job = LayoutJob::default();
            let mut append = |text: &str, colour| {
                job.append(text, 0.0, TextFormat::simple(theme::regular(theme::SMALL), colour));
            };
            append("■ ", theme::class_colour(Some(i as u16)));
            append(format::class_name(class), weak);
            ui.add(Label::new(job).extend());
        }
    });
}
