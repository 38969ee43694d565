//! The slider over the run's past, under the map while it is open.

use egui::{Align, Button, Label, Layout, RichText, Role, Slider, Ui, WidgetInfo, vec2};
use rust_i18n::t;

use crate::state::{Action, AppState, GridPicture, TimelineAction, Topic};
use crate::ui::explain::{self, Figure};
use crate::ui::{Cache, format, map, theme, widgets};

/// Shortest time that a moment is shown while it plays, in seconds.
const SHOWN_SECS: f64 = 0.2;
/// Width of the text beside the slider, in points.
const TEXT: f32 = 118.0;

/// Height of the bar; none while it is closed.
pub fn height(state: &AppState) -> f32 {
    if state.timeline.open { theme::CONTROL } else { 0.0 }
}

/// Draws the button that opens it.
pub fn button_ui(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    let has_folder = state.training.model_run.as_ref().is_some_and(|run| run.folder.is_some());
    let button = Button::selectable(state.timeline.open, t!("timeline.open")).frame_when_inactive(true);
    let response = ui.add_enabled(has_folder || state.timeline.open, button).on_hover_text(t!("timeline.open_tip"));
    if response.clicked() {
        actions.push(Action::Timeline(TimelineAction::Toggle));
    }
}

/// Draws the bar.
pub fn ui(ui: &mut Ui, state: &AppState, cache: &mut Cache, actions: &mut Vec<Action>) {
    let timeline = &state.timeline;
    if !timeline.open {
        return;
    }
    let line = vec2(ui.available_width(), theme::CONTROL);
    ui.allocate_ui_with_layout(line, Layout::left_to_right(Align::Center), |ui| {
        ui.set_min_size(line);
        ui.add_space(map::GUTTER_LEFT);
        if timeline.moments.len() < 2 {
            widgets::weak(ui, &t!("timeline.empty"));
            return;
        }
        play_ui(ui, state, cache, actions);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let now = Button::selectable(timeline.shown.is_none(), t!("timeline.now")).frame_when_inactive(true);
            if ui.add(now).on_hover_text(t!("timeline.now_tip")).clicked() {
                actions.push(Action::Timeline(TimelineAction::Show(None)));
            }
            let text = timeline.moment().map_or_else(
                || t!("timeline.newest").into_owned(),
                |moment| {
                    let epoch = if moment.epoch.fract() == 0.0 {
                        moment.epoch.to_string()
                    } else {
                        format!("{:.1}", moment.epoch)
                    };
                    t!("timeline.moment", epoch = epoch, step = format::count(moment.step)).into_owned()
                },
            );
            ui.allocate_ui_with_layout(vec2(TEXT, theme::CONTROL), Layout::left_to_right(Align::Center), |ui| {
                ui.set_min_width(TEXT);
                let label = Label::new(RichText::new(&text).color(theme::palette(ui).weak)).truncate();
                explain::text_of(ui, label, Figure { topic: Topic::Epoch, name: "", value: &text });
            });
            let last = timeline.moments.len();
            let mut at = timeline.shown.unwrap_or(last);
            ui.spacing_mut().slider_width = ui.available_width();
            let response = ui.add(Slider::new(&mut at, 0..=last).show_value(false));
            response.widget_info(|| WidgetInfo::labeled(Role::Slider, true, t!("timeline.slider")));
            if response.changed() {
                actions.push(Action::Timeline(TimelineAction::Show((at < last).then_some(at))));
            }
        });
    });
}

/// The button, and the clock while it plays: the next moment comes once this one was seen whole.
fn play_ui(ui: &mut Ui, state: &AppState, cache: &mut Cache, actions: &mut Vec<Action>) {
    let timeline = &state.timeline;
    let (sign, name) =
        if timeline.playing { (theme::PAUSE, t!("timeline.pause")) } else { (theme::FOLDED, t!("timeline.play")) };
    let button = ui.add(Button::new(sign).min_size(vec2(theme::CONTROL, theme::CONTROL))).on_hover_text(&*name);
    widgets::name(&button, &name);
    if button.clicked() {
        actions.push(Action::Timeline(TimelineAction::Play));
    }
    let now = ui.input(|i| i.time);
    if !timeline.playing {
        cache.moment_seen = now;
        return;
    }
    let whole = timeline.is_there()
        && (!state.map.layers.grid || state.map.grid.as_ref().is_some_and(GridPicture::is_complete));
    let left = SHOWN_SECS - (now - cache.moment_seen);
    if whole && left <= 0.0 {
        cache.moment_seen = now;
        actions.push(Action::Timeline(TimelineAction::Tick));
    } else if whole {
        ui.ctx().request_repaint_after(std::time::Duration::from_secs_f64(left));
    }
}
