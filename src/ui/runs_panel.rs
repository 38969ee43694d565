//! The runs on disk, the last one first: each with its picture, what sets it apart, and how far it came.

use std::sync::Arc;

use egui::text::{CCursor, CCursorRange};
use egui::text_edit::TextEditOutput;
use egui::{
    Align, Button, CornerRadius, Label, Layout, Margin, Rect, RichText, Role, Sense, TextEdit, TextureOptions, Ui,
    UiBuilder, WidgetInfo, vec2,
};
use rust_i18n::t;

use crate::config::{RunConfig, name_of, value_of};
use crate::curves::{Metric, chart};
use crate::run::{Parent, Status, Summary};
use crate::state::{Action, AppState, ComparisonAction, ListsAction, RunsAction, Topic};
use crate::ui::explain::{self, Figure};
use crate::ui::textures::{Key, picture};
use crate::ui::{Cache, format, theme, widgets};

/// Side of a run's picture.
const PICTURE: f32 = 64.0;
/// Between a card's edge and what is on it.
const INSIDE: f32 = 6.0;

/// What the panel shows.
#[derive(Clone, Copy, PartialEq)]
enum Shown {
    Settings,
    Runs,
    Lists,
}

/// Lets the panel show the settings, the runs, or the lists of remarkable images.
pub fn choice_ui(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    let words = [t!("runs.settings"), t!("runs.title"), t!("lists.title")].map(std::borrow::Cow::into_owned);
    let choices: Vec<(Shown, String)> = [Shown::Settings, Shown::Runs, Shown::Lists].into_iter().zip(words).collect();
    let shown = match (state.lists.open, state.runs.open) {
        (true, _) => Shown::Lists,
        (false, true) => Shown::Runs,
        (false, false) => Shown::Settings,
    };
    actions.extend(widgets::segmented(ui, &t!("runs.choose"), shown, &choices).map(|chosen| match chosen {
        Shown::Settings => RunsAction::Show(false).into(),
        Shown::Runs => RunsAction::Show(true).into(),
        Shown::Lists => ListsAction::Show(true).into(),
    }));
}

/// Draws the list.
pub fn ui(ui: &mut Ui, state: &AppState, cache: &mut Cache, actions: &mut Vec<Action>) {
    let listing = Arc::clone(&state.runs.listing);
    if listing.runs.is_empty() {
        widgets::note(ui, &t!("runs.none"));
    }
    ui.spacing_mut().item_spacing.y = 4.0;
    let differing = state.runs.differing();
    cache.naming &= state.runs.typed.is_some();
    for (i, run) in listing.runs.iter().enumerate() {
        card_ui(ui, state, cache, (i, run), &differing, actions);
        if state.runs.selected.as_ref() == Some(&run.folder) {
            match &state.runs.typed {
                Some(typed) => rename_ui(ui, typed, &mut cache.naming, actions),
                None => buttons_ui(ui, state, run, actions),
            }
        }
    }
    for reason in &listing.unreadable {
        widgets::note(ui, &t!("runs.unreadable", reason = reason));
    }
}

fn card_ui(
    ui: &mut Ui,
    state: &AppState,
    cache: &mut Cache,
    (i, run): (usize, &Summary),
    differing: &[&str],
    actions: &mut Vec<Action>,
) {
    let palette = theme::palette(ui);
    let size = vec2(ui.available_width(), PICTURE + 2.0 * INSIDE);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    let selected = state.runs.selected.as_ref() == Some(&run.folder);
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, selected, &run.name));
    let fill = match (selected, response.hovered()) {
        (true, _) => palette.accent_soft,
        (false, true) => palette.hovered,
        (false, false) => palette.raised,
    };
    if ui.is_rect_visible(rect) {
        ui.painter().rect_filled(rect, CornerRadius::same(theme::RADIUS), fill);
        widgets::focus_ring(ui, &response);
        let mut inner =
            ui.new_child(UiBuilder::new().max_rect(rect.shrink(INSIDE)).layout(Layout::left_to_right(Align::Min)));
        inner.spacing_mut().item_spacing = vec2(theme::GAP, 0.0);
        let texture = run.picture.as_ref().map(|thumbnail| {
            let make = || picture(&thumbnail.bytes, thumbnail.side, thumbnail.channels);
            cache.textures.get(ui.ctx(), Key::Run(i), state.runs.version, TextureOptions::LINEAR, make)
        });
        widgets::picture(&mut inner, &t!("runs.picture", name = run.name), texture, PICTURE, Sense::hover(), None);
        let room = Rect::from_min_max(inner.cursor().min, rect.shrink(INSIDE).max);
        let mut texts = inner.new_child(UiBuilder::new().max_rect(room).layout(Layout::top_down(Align::Min)));
        texts.spacing_mut().item_spacing.y = 0.0;
        texts_ui(&mut texts, state, run, differing);
    }
    let parent = run.record.parent.as_ref().map(|parent| {
        let Parent { run, step, parameters_kept: kept, parameters: of } = parent;
        t!("runs.parent", name = run, step = step, kept = kept, of = of).into_owned()
    });
    let lines = [run.folder.display().to_string()].into_iter().chain(parent);
    let tip = lines.chain([all_settings(&run.record.config)]).collect::<Vec<_>>().join("\n");
    let response = response.on_hover_text(tip);
    if response.double_clicked() {
        actions.push(Action::Open(run.folder.display().to_string()));
    } else if response.clicked() {
        actions.push(RunsAction::Select(run.folder.clone()).into());
    }
}

fn texts_ui(ui: &mut Ui, state: &AppState, run: &Summary, differing: &[&str]) {
    let palette = theme::palette(ui);
    let weak = |text: String| Label::new(RichText::new(text).color(palette.weak).size(theme::SMALL)).truncate();
    widgets::text_row(ui, |ui| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let (text, tip) = match run.best_elbo_nats {
                Some(elbo) => (format::figure(elbo), t!("runs.best")),
                None => ("–".to_owned(), t!("runs.no_best")),
            };
            let unit = if run.best_elbo_nats.is_some() { t!("unit.nats_image") } else { "".into() };
            let told = format!("{text} {unit}");
            let name = format!("ELBO, {}", run.name);
            let figure = Figure { topic: Topic::Elbo, name: &name, value: told.trim_end() };
            explain::label(ui, &text, figure).on_hover_text(tip);
            if let Some(place) = state.drawn_as(&run.folder) {
                let (dot, response) = ui.allocate_exact_size(vec2(10.0, 10.0), Sense::hover());
                let colour = theme::ink(palette, chart::ink(Metric::Recon, place));
                ui.painter().circle_filled(dot.center(), 4.0, colour);
                response.on_hover_text(t!("runs.drawn"));
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                let open = state.is_open_run(&run.folder);
                let font = if open { theme::strong(theme::BODY) } else { theme::regular(theme::BODY) };
                ui.add(Label::new(RichText::new(&run.name).font(font)).truncate().selectable(false));
            });
        });
    });
    ui.add(weak(settings(&run.record.config, differing)).selectable(false));
    ui.add(weak(standing(state, run)).selectable(false));
    ui.add(weak(run.record.source.clone()).selectable(false));
}

/// What sets the run apart from the others of the list, what is not a default first.
fn settings(config: &RunConfig, differing: &[&str]) -> String {
    let defaults = RunConfig::default();
    let (own, usual): (Vec<&str>, Vec<&str>) = differing.iter().partition(|key| config.get(key) != defaults.get(key));
    let named = own.into_iter().chain(usual).filter_map(|key| named(config, key));
    let text = named.collect::<Vec<_>>().join(" · ");
    if text.is_empty() { t!("runs.alike").into_owned() } else { text }
}

/// Everything that is not a default.
fn all_settings(config: &RunConfig) -> String {
    let defaults = RunConfig::default();
    let keys = crate::config::KEYS.iter().filter(|key| config.get(key) != defaults.get(key));
    keys.filter_map(|key| named(config, key)).collect::<Vec<_>>().join("\n")
}

/// A setting in the window's words.
fn named(config: &RunConfig, key: &str) -> Option<String> {
    Some(format!("{} {}", name_of(key), value_of(key, &config.get(key)?)))
}

fn standing(state: &AppState, run: &Summary) -> String {
    let status = match run.record.status {
        Status::Running if state.is_trained_now(&run.folder) => t!("runs.status_running"),
        Status::Running if state.runs.is_leaving(&run.folder) => t!("runs.status_saving"),
        Status::Running => t!("runs.status_cut"),
        Status::Stopped => t!("runs.status_stopped"),
        Status::Finished => t!("runs.status_finished"),
        Status::Failed => t!("runs.status_failed"),
    };
    let done = format!("{}", (10.0 * run.record.epoch).round() / 10.0);
    let of = format::count(run.record.config.train.epochs as u64);
    format!("{status} · {}", t!("runs.epochs", done = done, of = of))
}

fn buttons_ui(ui: &mut Ui, state: &AppState, run: &Summary, actions: &mut Vec<Action>) {
    let folder = &run.folder;
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(4.0, 4.0);
        let mut button = |text: &str, tip: &str, selected: bool, enabled: bool, action: Action| {
            let button = Button::selectable(selected, text).frame_when_inactive(true);
            if ui.add_enabled(enabled, button).on_hover_text(tip).clicked() {
                actions.push(action);
            }
        };
        let open = state.is_open_run(folder);
        let path = folder.display().to_string();
        button(&t!("runs.open"), &t!("runs.open_tip"), false, !open, Action::Open(path));
        let overlaid = state.runs.is_overlaid(folder);
        let overlay = RunsAction::Overlay(folder.clone()).into();
        button(&t!("runs.overlay"), &t!("runs.overlay_tip"), overlaid && !open, !open, overlay);
        let compared = state.is_compared_with(folder);
        let possible = !open && state.training.run.is_some();
        let compare = ComparisonAction::Toggle(folder.clone()).into();
        button(&t!("runs.compare"), &t!("runs.compare_tip"), compared, possible, compare);
        let typed = RunsAction::TypeName(Some(run.name.clone())).into();
        button(&t!("runs.rename"), &path_tip(run), false, true, typed);
        button(&t!("runs.reveal"), &t!("runs.reveal_tip"), false, true, RunsAction::Reveal(folder.clone()).into());
        button(&t!("runs.trash"), &t!("runs.trash_tip"), false, true, RunsAction::Trash(folder.clone()).into());
    });
}

fn path_tip(run: &Summary) -> String {
    run.folder.display().to_string()
}

/// The field of the new name; `begun` tells whether it was there before. A new one has the keyboard, all of it selected.
fn rename_ui(ui: &mut Ui, typed: &str, begun: &mut bool, actions: &mut Vec<Action>) {
    let mut text = typed.to_owned();
    let field = TextEdit::singleline(&mut text).desired_width(ui.available_width()).margin(Margin::symmetric(8, 5));
    let TextEditOutput { response, mut state, .. } = field.show(ui);
    let response = response.response;
    if !std::mem::replace(begun, true) {
        response.request_focus();
        let all = CCursorRange::two(CCursor::new(0), CCursor::new(typed.chars().count()));
        state.cursor.set_char_range(Some(all));
        state.store(ui.ctx(), response.id);
    }
    response.widget_info(|| {
        let mut info = WidgetInfo::text_edit(true, typed, &text, "");
        info.label = Some(t!("runs.rename_name").into_owned());
        info
    });
    if response.changed() {
        actions.push(RunsAction::TypeName(Some(text)).into());
    }
    let left_by = |key| response.lost_focus() && ui.input(|i| i.key_pressed(key));
    let (entered, escaped) = (left_by(egui::Key::Enter), left_by(egui::Key::Escape));
    ui.horizontal(|ui| {
        if ui.button(t!("runs.rename_done")).clicked() || entered {
            actions.push(RunsAction::Rename.into());
        }
        if ui.button(t!("runs.cancel")).clicked() || escaped {
            actions.push(RunsAction::TypeName(None).into());
        }
    });
}
