//! The way through the pins: its stops, how it is played, and what each kind of way is like.

use egui::{Align, Button, DragValue, Layout, RichText, Sense, TextureOptions, Ui, vec2};
use rust_i18n::t;

use crate::latent::{Measured, Path};
use crate::state::walk::play::SECONDS;
use crate::state::walk::ways::EDGE_PERCENT;
use crate::state::walk::{PlayAction, Turn, WaysAction};
use crate::state::{Action, AppState, Topic, WalkAction};
use crate::ui::explain::{self, Figure};
use crate::ui::textures::{Key, picture};
use crate::ui::{Cache, commands, format, theme, widgets};

/// Side of a pin's picture.
const PICTURE: f32 = 28.0;
/// Width of a pin's letter.
const LETTER: f32 = 16.0;
/// Size of each button of a pin.
const BUTTON: egui::Vec2 = vec2(20.0, PICTURE);
/// Columns of the table: the way, its length, its lowest density, its largest step.
const COLUMNS: [f32; 4] = [62.0, 48.0, 46.0, 34.0];
/// Size of the steps' curve.
const CURVE: egui::Vec2 = vec2(34.0, 14.0);

/// Draws the section.
pub fn ui(ui: &mut Ui, state: &AppState, cache: &mut Cache, actions: &mut Vec<Action>) {
    let walk = &state.walk;
    ui.horizontal(|ui| {
        widgets::title(ui, &t!("way.title"));
        if walk.pins.is_empty() {
            return;
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if ui.button(t!("strip.clear")).on_hover_text(t!("strip.clear_tip")).clicked() {
                actions.push(Action::Walk(WalkAction::ClearPins));
            }
        });
    });
    if walk.pins.is_empty() {
        widgets::note(ui, &t!("way.empty", key = commands::PIN.keys(ui.ctx())));
        return;
    }
    for idx in 0..walk.pins.len() {
        pin_ui(ui, state, cache, idx, actions);
    }
    if walk.pins.len() < 2 {
        widgets::note(ui, &t!("way.one"));
        return;
    }
    let mut closed = walk.closed;
    if ui.checkbox(&mut closed, t!("way.closed")).on_hover_text(t!("way.closed_tip")).changed() {
        actions.push(Action::Walk(WalkAction::SetClosed(closed)));
    }
    play_ui(ui, state, actions);
    ui.add_space(4.0);
    table_ui(ui, state);
    search_ui(ui, state, actions);
}

/// A pin: its letter, what is there, and where it stands on the way.
fn pin_ui(ui: &mut Ui, state: &AppState, cache: &mut Cache, idx: usize, actions: &mut Vec<Action>) {
    let walk = &state.walk;
    let Some(pin) = walk.pins.get(idx) else { return };
    let letter = format::pin(idx);
    let own = pin.subject.and_then(|subject| cache.textures.subject(ui.ctx(), state, subject));
    let decoded = || {
        let (bytes, shape) = (walk.strip_view.pins.get(idx)?, state.training.model?.shape);
        let make = || picture(bytes, shape.side, shape.channels);
        Some(cache.textures.get(ui.ctx(), Key::Pin(idx), walk.version, TextureOptions::NEAREST, make))
    };
    let texture = own.or_else(decoded);
    let place = || {
        let some: Vec<String> = pin.z.iter().take(3).map(|v| format::signed(f64::from(*v), 2)).collect();
        let more = if pin.z.len() > 3 { ", …" } else { "" };
        format!("z {}{more}", some.join(", "))
    };
    let name = pin.subject.map_or_else(place, |subject| state.name_of(subject).to_owned());
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        let (badge, _) = ui.allocate_exact_size(vec2(LETTER, PICTURE), Sense::hover());
        ui.painter().circle_filled(badge.center(), LETTER / 2.0, theme::PIN);
        let centre = egui::Align2::CENTER_CENTER;
        ui.painter().text(badge.center(), centre, &letter, theme::strong(theme::SMALL), theme::ON_PIN);
        let text = t!("way.go", pin = letter);
        if widgets::picture(ui, &text, texture, PICTURE, Sense::click(), None).on_hover_text(&*text).clicked() {
            actions.push(Action::Ways(WaysAction::Play(PlayAction::ShowPin(idx))));
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            stop_buttons_ui(ui, idx, walk.pins.len(), actions);
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                ui.add(egui::Label::new(&name).truncate()).on_hover_text(&name);
            });
        });
    });
}

/// The buttons of a pin, from right to left: away, down, up.
fn stop_buttons_ui(ui: &mut Ui, idx: usize, n_pins: usize, actions: &mut Vec<Action>) {
    let letter = format::pin(idx);
    ui.spacing_mut().item_spacing.x = 0.0;
    ui.spacing_mut().button_padding.x = 0.0;
    let mut button = |ui: &mut Ui, button: Button<'_>, text: &str, enabled: bool, action: WalkAction| {
        let response = ui.add_enabled(enabled, button.min_size(BUTTON));
        widgets::name_as(&response, text);
        if response.on_hover_text(text).clicked() {
            actions.push(Action::Walk(action));
        }
    };
    let sign = |sign: &'static str| Button::new(RichText::new(sign).size(theme::SIGN)).frame_when_inactive(false);
    let texts = [t!("way.remove", pin = letter), t!("way.down", pin = letter), t!("way.up", pin = letter)];
    let [remove, down, up] = texts;
    button(ui, widgets::close_button(), &remove, true, WalkAction::RemovePin(idx));
    button(ui, sign(theme::UNFOLDED), &down, idx + 1 < n_pins, WalkAction::MovePin(idx, idx + 1));
    button(ui, sign(theme::UP), &up, idx > 0, WalkAction::MovePin(idx, idx.saturating_sub(1)));
}

/// How the way is played.
fn play_ui(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    let mut act = |action| actions.push(Action::Ways(WaysAction::Play(action)));
    let play = state.walk.play;
    widgets::row(ui, &t!("way.seconds"), &t!("way.seconds_tip"), |ui, label| {
        let mut seconds = play.seconds;
        let value = DragValue::new(&mut seconds).range(SECONDS).speed(0.05).max_decimals(1).suffix(" s");
        if ui.add(value).labelled_by(label.id).changed() {
            act(PlayAction::SetSeconds(seconds));
        }
    });
    widgets::row(ui, &t!("way.turn"), &t!("way.turn_tip"), |ui, _| {
        let turns = [
            (Turn::Once, t!("way.once").into_owned()),
            (Turn::Loop, t!("way.loop").into_owned()),
            (Turn::PingPong, t!("way.ping_pong").into_owned()),
        ];
        if let Some(turn) = widgets::segmented(ui, "turn", play.turn, &turns) {
            act(PlayAction::SetTurn(turn));
        }
    });
}

/// The kinds of way side by side.
fn table_ui(ui: &mut Ui, state: &AppState) {
    let walk = &state.walk;
    ui.spacing_mut().item_spacing = vec2(2.0, 3.0);
    ui.horizontal(|ui| {
        let heads = [
            (None, String::new(), String::new()),
            (Some(Topic::PathLength), t!("way.length").into_owned(), t!("way.length_tip").into_owned()),
            (Some(Topic::LowestDensity), t!("way.lowest").into_owned(), t!("way.lowest_tip").into_owned()),
            (Some(Topic::StepChange), t!("way.step").into_owned(), t!("way.step_tip").into_owned()),
        ];
        for ((topic, text, tip), width) in heads.into_iter().zip(COLUMNS) {
            let weak = theme::palette(ui).weak;
            cell(ui, width, &text, weak, (topic, "", &tip));
        }
    });
    let kinds = [
        (Path::Lerp, t!("strip.path_lerp")),
        (Path::Slerp, t!("strip.path_slerp")),
        (Path::Geodesic, t!("way.geodesic")),
    ];
    let mut warned = None;
    for (path, text) in kinds {
        let measured = walk.ways.measured(&walk.pins, walk.closed, path);
        ui.horizontal(|ui| {
            let palette = theme::palette(ui);
            let colour = if walk.path == path { palette.text } else { palette.weak };
            cell(ui, COLUMNS[0], &text, colour, (kind(path), "", ""));
            let Some(measured) = measured else {
                cell(ui, COLUMNS[1], "…", palette.weak, (None, "", ""));
                return;
            };
            figures_ui(ui, &text, measured, colour);
        });
        if walk.path == path && measured.is_some_and(|m| m.lowest_percentile < EDGE_PERCENT) {
            warned = Some(text);
        }
    }
    if let Some(path) = warned {
        let colour = theme::palette(ui).warning;
        let text = RichText::new(t!("way.leaves", path = path)).color(colour).size(theme::SMALL);
        ui.add(egui::Label::new(text).wrap());
    }
    if walk.path == Path::Geodesic && walk.course().path != Path::Geodesic {
        widgets::note(ui, &t!("way.stands_in"));
    }
}

/// What is to be told of a kind of way.
fn kind(path: Path) -> Option<Topic> {
    match path {
        Path::Lerp => None,
        Path::Slerp => Some(Topic::Slerp),
        Path::Geodesic => Some(Topic::Geodesic),
    }
}

fn figures_ui(ui: &mut Ui, path: &str, measured: &Measured, colour: egui::Color32) {
    let length = format::figure(measured.length_images);
    let tip = t!("way.length_both", z = format::figure(measured.length_z));
    cell(ui, COLUMNS[1], &length, colour, (Some(Topic::PathLength), path, &tip));
    let lowest = measured.lowest_percentile;
    let dense = if lowest < EDGE_PERCENT { theme::palette(ui).warning } else { colour };
    let tip = t!("way.lowest_tip");
    cell(ui, COLUMNS[2], &format!("{lowest:.0} %"), dense, (Some(Topic::LowestDensity), path, &tip));
    let largest = measured.changes.iter().copied().fold(0.0, f64::max);
    let (told, tip) = (format::signed(largest, 1), t!("way.step_tip"));
    cell(ui, COLUMNS[3], &told, colour, (Some(Topic::StepChange), path, &tip));
    let (rect, response) = ui.allocate_exact_size(CURVE, Sense::click());
    let n = measured.changes.len().saturating_sub(1).max(1) as f32;
    let point = |(i, change): (usize, &f64)| {
        let height = (*change / largest.max(f64::MIN_POSITIVE)) as f32;
        egui::pos2(rect.left() + rect.width() * i as f32 / n, rect.bottom() - rect.height() * height)
    };
    let points = measured.changes.iter().enumerate().map(point).collect();
    ui.painter().add(egui::Shape::line(points, egui::Stroke::new(1.0, colour)));
    let name = t!("way.curve", path = path);
    explain::asks(ui, response, Figure { topic: Topic::StepChange, name: &name, value: &told }).on_hover_text(tip);
}

/// A cell of the table: what kind of figure it is, of which way, and its tip.
fn cell(ui: &mut Ui, width: f32, text: &str, colour: egui::Color32, (topic, of, tip): (Option<Topic>, &str, &str)) {
    ui.allocate_ui_with_layout(vec2(width, theme::TEXT_ROW), Layout::left_to_right(Align::Center), |ui| {
        ui.set_width(width);
        let label = egui::Label::new(RichText::new(text).color(colour).size(theme::SMALL)).truncate();
        let label = match topic {
            // A head names its column; a figure has a way.
            Some(topic) if of.is_empty() => explain::text_of(ui, label, Figure { topic, name: text, value: "" }),
            Some(topic) => explain::text_of(ui, label, Figure { topic, name: of, value: text }),
            None => ui.add(label),
        };
        if !tip.is_empty() {
            label.on_hover_text(tip);
        }
    });
}

/// How far the search is, and a way to stop it or to have it after all.
fn search_ui(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    let ways = &state.walk.ways;
    if let Some(share) = ways.progress {
        ui.horizontal(|ui| {
            let width = ui.available_width() - 70.0;
            widgets::progress_bar(ui, &t!("way.progress"), Some(share), width);
            if ui.button(t!("way.cancel")).clicked() {
                actions.push(Action::Ways(WaysAction::Cancel));
            }
        });
    } else if let Some(reason) = &ways.failed {
        widgets::note(ui, reason);
    } else if ways.is_given_up()
        && ways.geodesic(&state.walk.pins, state.walk.closed).is_none()
        && ui.button(t!("way.search")).clicked()
    {
        actions.push(Action::Ways(WaysAction::Search));
    }
}
