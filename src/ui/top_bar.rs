//! The bar that is always there: the big button, how far training has come, export, theme, keys.

use egui::containers::menu::MenuButton;
use egui::{
    Align, Button, Color32, CornerRadius, Label, Layout, Rect, RichText, Role, Sense, Shape, Ui, UiBuilder, WidgetInfo,
    pos2, vec2,
};
use rust_i18n::t;

use crate::config::Likelihood;
use crate::state::{Action, AppState, FinderAction, Language, Phase, Primary, ThemeChoice, Topic};
use crate::train::StopReason;
use crate::ui::explain::{self, Figure};
use crate::ui::run_buttons::{self, BUTTON};
use crate::ui::{commands, export_menu, format, theme, widgets};

/// Size of the big button.
const PRIMARY: egui::Vec2 = vec2(108.0, 34.0);
/// From this width of the window on, in points, the program's name and the key of the list of commands are shown.
const WIDE: f32 = 1200.0;

/// Draws the bar.
pub fn ui(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
        ui.spacing_mut().item_spacing.x = theme::GAP;
        // Where there is little room, the window's own title has it alone.
        if is_wide(ui) {
            ui.add(Label::new(RichText::new(t!("app.name")).font(theme::strong(15.0))));
        }
        run_name_ui(ui, state);
        ui.add_space(4.0);
        primary_ui(ui, state, actions);
        run_buttons::ui(ui, state, actions);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let help = Button::new("?").min_size(vec2(BUTTON, BUTTON));
            let help = ui.add(help).on_hover_text(t!("top.help"));
            widgets::name(&help, &t!("top.help"));
            if help.clicked() {
                actions.push(Action::ToggleHelp);
            }
            finder_ui(ui, actions);
            language_ui(ui, state, actions);
            theme_ui(ui, state, actions);
            export_menu::ui(ui, state, actions);
            ui.add_space(4.0);
            progress_ui(ui, state);
        });
    });
}

fn is_wide(ui: &Ui) -> bool {
    ui.ctx().content_rect().width() >= WIDE
}

fn run_name_ui(ui: &mut Ui, state: &AppState) {
    let Some(run) = state.training.run.as_ref().filter(|r| !r.name.is_empty()) else { return };
    let weak = theme::palette(ui).weak;
    let width = ui.painter().layout_no_wrap(run.name.clone(), theme::regular(theme::BODY), weak).size().x;
    ui.allocate_ui_with_layout(vec2(width.min(150.0) + 1.0, BUTTON), Layout::left_to_right(Align::Center), |ui| {
        let label = ui.add(Label::new(RichText::new(&run.name).color(weak)).truncate());
        if let Some(folder) = &run.folder {
            label.on_hover_text(t!("top.run_tip", path = folder.display()));
        }
    });
}

/// The big button: Train, Pause or Continue.
fn primary_ui(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    let palette = theme::palette(ui);
    let training = &state.training;
    let key = commands::TRAIN.keys(ui.ctx());
    let (text, tip, icon): (_, _, fn(Rect, Color32) -> Vec<Shape>) = match training.primary() {
        Primary::Train => (t!("top.train"), t!("top.train_tip", key = key), play_icon),
        Primary::Pause => (t!("top.pause"), t!("top.pause_tip", key = key), pause_icon),
        Primary::Continue if training.is_active() || training.can_continue => {
            (t!("top.continue"), t!("top.continue_tip", key = key), play_icon)
        }
        Primary::Continue => {
            let n = format::count(training.more_epochs as u64);
            (t!("top.continue"), t!("top.prolong_tip", n = n, key = key), play_icon)
        }
        Primary::Wait => match training.phase {
            Phase::Pausing => (t!("top.pausing"), t!("top.pause_tip", key = key), pause_icon),
            Phase::Stopping => (t!("top.stopping"), t!("top.stop_tip"), pause_icon),
            _ => (t!("top.starting"), t!("top.building"), play_icon),
        },
    };
    let ready = training.primary() != Primary::Wait && state.data.set.is_some() && state.data.loading.is_none();
    let enabled = ready || training.primary() == Primary::Pause;
    let (rect, response) = ui.allocate_exact_size(PRIMARY, if enabled { Sense::click() } else { Sense::hover() });
    response.widget_info(|| WidgetInfo::labeled(Role::Button, enabled, text.as_ref()));
    let fill = match (enabled, response.hovered()) {
        (false, _) => palette.raised,
        (true, true) => palette.accent_hovered,
        (true, false) => palette.accent,
    };
    let colour = if enabled { palette.on_accent } else { palette.weak };
    let painter = ui.painter();
    painter.rect_filled(rect, CornerRadius::same(theme::RADIUS), fill);
    let galley = painter.layout_no_wrap(text.into_owned(), theme::strong(14.0), colour);
    let (icon_side, gap) = (11.0, 8.0);
    let left = rect.center().x - (icon_side + gap + galley.size().x) / 2.0;
    let icon_rect = Rect::from_center_size(pos2(left + icon_side / 2.0, rect.center().y), vec2(icon_side, 12.0));
    painter.extend(icon(icon_rect, colour));
    painter.galley(pos2(left + icon_side + gap, rect.center().y - galley.size().y / 2.0), galley, colour);
    widgets::focus_ring(ui, &response);
    if response.on_hover_text(tip).clicked() {
        actions.push(Action::TogglePlay);
    }
}

fn play_icon(rect: Rect, colour: Color32) -> Vec<Shape> {
    let points = vec![rect.left_top(), pos2(rect.right(), rect.center().y), rect.left_bottom()];
    vec![Shape::convex_polygon(points, colour, egui::Stroke::NONE)]
}

fn pause_icon(rect: Rect, colour: Color32) -> Vec<Shape> {
    let bar = |x: f32| Rect::from_min_size(pos2(x, rect.top()), vec2(3.5, rect.height()));
    [rect.left() + 0.5, rect.right() - 4.0].map(|x| Shape::rect_filled(bar(x), 1.0, colour)).into()
}

/// Two lines in whatever room is left: figures above, the bar below.
fn progress_ui(ui: &mut Ui, state: &AppState) {
    let width = (ui.available_width() - 8.0).max(60.0);
    let (rect, _) = ui.allocate_exact_size(vec2(width, 34.0), Sense::hover());
    let mut ui = ui.new_child(UiBuilder::new().max_rect(rect).layout(Layout::top_down(Align::Min)));
    ui.spacing_mut().item_spacing.y = 5.0;
    ui.add_space(4.0);
    let palette = theme::palette(&ui);
    let texts = progress_texts(&ui, state);
    let line = Rect::from_min_size(ui.cursor().min, vec2(width, 18.0));
    ui.advance_cursor_after_rect(line);
    // What matters most keeps its place; the rest is shown as far as there is room.
    let mut room = line.width();
    let mut place = |ui: &mut Ui, (topic, text): &Told, colour, right: bool, x: f32| -> f32 {
        let font = theme::regular(theme::BODY);
        let size = ui.painter().layout_no_wrap(text.clone(), font, colour).size().x;
        if text.is_empty() || size > room {
            return 0.0;
        }
        room -= size + 14.0;
        let left = if right { line.right() - size } else { line.left() + x };
        let rect = Rect::from_min_size(pos2(left, line.top()), vec2(size + 1.0, line.height()));
        let label = Label::new(RichText::new(text).color(colour)).extend();
        match *topic {
            Some(topic) => {
                let response = ui.put(rect, label.selectable(false).sense(Sense::click()));
                explain::asks(ui, response, Figure { topic, name: "", value: text });
            }
            None => _ = ui.put(rect, label),
        }
        size + 14.0
    };
    // Of a run that does not move, how it stands; of one that does, how far it is.
    let stands = matches!(state.training.phase, Phase::Paused | Phase::Ended(_));
    if stands {
        place(&mut ui, &texts.right, palette.text, true, 0.0);
    }
    let mut x = place(&mut ui, &texts.first, palette.text, false, 0.0);
    if !stands {
        place(&mut ui, &texts.right, palette.text, true, 0.0);
    }
    for text in &texts.more {
        x += place(&mut ui, text, palette.weak, false, x);
    }
    let share = (state.training.total_steps > 0).then(|| state.training.share());
    widgets::progress_bar(&mut ui, &t!("top.progress"), share, width);
}

/// A text, and what it is when it is a figure.
type Told = (Option<Topic>, String);

struct Texts {
    first: Told,
    right: Told,
    more: Vec<Told>,
}

fn progress_texts(ui: &Ui, state: &AppState) -> Texts {
    let training = &state.training;
    let only = |first: String, right: String| Texts { first: (None, first), right: (None, right), more: Vec::new() };
    let epoch = || {
        let told = training.epoch().map_or_else(String::new, |(n, of)| t!("top.epoch", n = n, of = of).into_owned());
        (Some(Topic::Epoch), told)
    };
    let step = || (Some(Topic::Step), t!("top.step", step = format::count(training.step())).into_owned());
    let learned = training.run.as_ref().is_some_and(|r| r.config.model.likelihood == Likelihood::GaussianLearned);
    let sigma = training.history.last().and_then(|s| s.sigma).filter(|_| learned);
    let sigma = sigma
        .map(|sigma| t!("top.sigma", sigma = format!("{sigma:.4}")).into_owned())
        .map(|told| (Some(Topic::Sigma), told));
    match &training.phase {
        Phase::Idle if state.data.loading.is_some() => only(t!("map.empty_loading").into_owned(), String::new()),
        Phase::Idle if state.data.set.is_none() => only(t!("top.no_images").into_owned(), String::new()),
        Phase::Idle => {
            only(t!("top.ready").into_owned(), t!("top.ready_hint", key = commands::TRAIN.keys(ui.ctx())).into_owned())
        }
        Phase::Starting => only(t!("top.building").into_owned(), String::new()),
        Phase::Running | Phase::Pausing | Phase::Stopping => {
            let left = training.eta_secs().map(|s| t!("duration.left", time = format::duration(s)).into_owned());
            let rate = training.history.rates();
            let rate = rate.map(|(images, _)| t!("top.rate", rate = format::count(images.round() as u64)).into_owned());
            let rate = rate.map(|told| (Some(Topic::Speed), told));
            Texts {
                first: epoch(),
                right: (Some(Topic::TimeLeft), left.unwrap_or_default()),
                more: std::iter::once(step()).chain(sigma).chain(rate).collect(),
            }
        }
        Phase::Paused => Texts {
            first: epoch(),
            right: (None, t!("top.paused").into_owned()),
            more: std::iter::once(step()).chain(sigma).collect(),
        },
        Phase::Ended(reason) => {
            let right = match reason {
                StopReason::Finished => t!("top.finished"),
                StopReason::Asked => t!("top.stopped"),
                StopReason::Failed(_) | StopReason::Diverged(_) => t!("top.failed"),
            };
            Texts {
                first: epoch(),
                right: (None, right.into_owned()),
                more: std::iter::once(step()).chain(sigma).collect(),
            }
        }
    }
}

/// The way to every command; with its key where there is room.
fn finder_ui(ui: &mut Ui, actions: &mut Vec<Action>) {
    let keys = commands::FINDER.keys(ui.ctx());
    let sign = RichText::new(theme::SEARCH);
    let button = if is_wide(ui) {
        Button::new((sign, RichText::new(&keys).size(theme::SMALL).color(theme::palette(ui).weak)))
    } else {
        Button::new(sign)
    };
    let response = ui.add(button.min_size(vec2(BUTTON, BUTTON)));
    widgets::name(&response, &t!("finder.name"));
    if response.on_hover_text(t!("finder.open", key = keys)).clicked() {
        actions.push(FinderAction::Toggle.into());
    }
}

fn theme_ui(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    let choices = [
        (ThemeChoice::System, t!("top.theme_system")),
        (ThemeChoice::Light, t!("top.theme_light")),
        (ThemeChoice::Dark, t!("top.theme_dark")),
    ];
    let button =
        Button::new(if ui.visuals().dark_mode { theme::MOON } else { theme::SUN }).min_size(vec2(BUTTON, BUTTON));
    let (response, _) = MenuButton::from_button(button).ui(ui, |ui| {
        ui.set_min_width(130.0);
        for (choice, text) in choices {
            if ui.add(Button::selectable(state.theme == choice, text)).clicked() {
                actions.push(Action::SetTheme(choice));
                ui.close();
            }
        }
    });
    widgets::name(&response, &t!("top.theme"));
    response.on_hover_text(t!("top.theme"));
}

fn language_ui(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    let choices = [
        (None, t!("language.system")),
        (Some(Language::English), t!("language.english")),
        (Some(Language::Chinese), t!("language.chinese")),
    ];
    let button = Button::new(theme::GLOBE).min_size(vec2(BUTTON, BUTTON));
    let (response, _) = MenuButton::from_button(button).ui(ui, |ui| {
        ui.set_min_width(130.0);
        for (choice, text) in choices {
            if ui.add(Button::selectable(state.language == choice, text)).clicked() {
                actions.push(Action::SetLanguage(choice));
                ui.close();
            }
        }
    });
    widgets::name(&response, &t!("language.name"));
    response.on_hover_text(t!("language.name"));
}
