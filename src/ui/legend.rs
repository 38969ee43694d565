//! What the images' colours mean, in one line under the map: a click hides a group, a double-click leaves it alone.

use egui::{Align, Color32, Label, Layout, Rect, Response, RichText, Role, Sense, Ui, WidgetInfo, vec2};
use rust_i18n::t;

use crate::state::directions::Side;
use crate::state::{Action, AppState, Colour, DirectionsAction, Group, MapAction, Topic};
use crate::ui::explain::{self, Figure};
use crate::ui::legend_click::{self, Wish};
use crate::ui::{format, map, map_layers, theme, widgets};

/// Diameter of a colour's dot and the space after it, in points.
const DOT: f32 = 9.0;
const AFTER_DOT: f32 = 5.0;
/// Space between two groups, in points.
const BETWEEN: f32 = 14.0;
/// Room for how many more there are, in points.
const MORE: f32 = 40.0;
/// Room for what shows everything again, in points.
const SHOW_ALL: f32 = 70.0;
/// Size of a scale, in points.
const SCALE: egui::Vec2 = vec2(140.0, 8.0);

/// A group with its name and colour.
struct Entry {
    group: Group,
    name: String,
    colour: Color32,
}

/// Height of the line; none when there is nothing to say.
pub fn height(state: &AppState) -> f32 {
    let says = match state.map.layers.colour {
        Colour::Class => !entries(state).is_empty(),
        Colour::Error | Colour::Kl | Colour::Split => true,
    };
    if state.map.layers.images && state.data.set.is_some() && says { theme::TEXT_ROW } else { 0.0 }
}

/// The groups that colours tell apart.
fn entries(state: &AppState) -> Vec<Entry> {
    let Some(data) = &state.data.set else { return Vec::new() };
    match state.map.layers.colour {
        Colour::Class => {
            let class = |(i, class): (usize, &String)| {
                let label = Some(i as u16);
                let name = format::class_name(class).to_owned();
                Entry { group: Group::Class(label), name, colour: theme::class_colour(label) }
            };
            data.classes.iter().enumerate().map(class).collect()
        }
        Colour::Split => [(false, t!("layers.train")), (true, t!("layers.validation"))]
            .map(|(held, name)| {
                let colour = theme::split_colour(held);
                Entry { group: Group::Held(held), name: name.into_owned(), colour }
            })
            .into(),
        Colour::Error | Colour::Kl => Vec::new(),
    }
}

/// Height of the list of groups that have no room in the line, at most.
const MENU: f32 = 300.0;

/// Draws the line: as many groups as there is room for and how many more there are, or the scale.
pub fn ui(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    let height = height(state);
    if height == 0.0 {
        return;
    }
    let line = vec2(ui.available_width(), height);
    ui.allocate_ui_with_layout(line, Layout::left_to_right(Align::Center), |ui| {
        ui.set_min_size(line);
        ui.spacing_mut().item_spacing.x = 0.0;
        ui.add_space(map::GUTTER_LEFT);
        if state.map.layers.colour.figure().is_some() {
            scale_ui(ui, state);
        } else {
            groups_ui(ui, state, actions);
        }
        if !state.map.images.hidden.is_empty() {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                if ui.small_button(t!("layers.show_all")).on_hover_text(t!("layers.show_all_tip")).clicked() {
                    actions.push(Action::Map(MapAction::ShowAllGroups));
                }
            });
        }
    });
}

fn groups_ui(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    let entries = entries(state);
    let hides = if state.map.images.hidden.is_empty() { 0.0 } else { SHOW_ALL };
    let shown = how_many_fit(ui, &entries, ui.available_width() - hides);
    for entry in entries.iter().take(shown) {
        entry_ui(ui, state, entry, actions);
        ui.add_space(BETWEEN);
    }
    let rest = entries.get(shown..).unwrap_or_default();
    if !rest.is_empty() {
        let more = ui.small_button(t!("map.more_classes", n = rest.len()));
        egui::Popup::menu(&more).close_behavior(egui::PopupCloseBehavior::CloseOnClickOutside).show(|ui| {
            egui::ScrollArea::vertical().max_height(MENU).min_scrolled_height(MENU).show(ui, |ui| {
                for entry in rest {
                    ui.horizontal(|ui| {
                        ui.spacing_mut().item_spacing.x = 0.0;
                        entry_ui(ui, state, entry, actions);
                    });
                }
            });
        });
    }
}

fn entry_ui(ui: &mut Ui, state: &AppState, entry: &Entry, actions: &mut Vec<Action>) {
    let shown = state.map.images.shows(entry.group);
    let fade = |colour: Color32| if shown { colour } else { colour.gamma_multiply(0.3) };
    let inner = ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 0.0;
        let (dot, _) = ui.allocate_exact_size(vec2(DOT, DOT), Sense::hover());
        ui.painter().circle_filled(dot.center(), DOT / 2.0, fade(entry.colour));
        ui.add_space(AFTER_DOT);
        let colour = fade(theme::palette(ui).text);
        let mut text = RichText::new(&entry.name).size(theme::SMALL).color(colour);
        if !shown {
            text = text.strikethrough();
        }
        ui.add(Label::new(text).extend().selectable(false));
    });
    let at = inner.response.rect.expand2(vec2(3.0, 2.0));
    let response = ui.interact(at, ui.scope_id().with(entry.group_salt()), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::CheckBox, true, shown, &entry.name));
    outline(ui, &response);
    let isolate = Action::Map(MapAction::IsolateGroup(entry.group));
    let more = |ui: &mut Ui| {
        ui.separator();
        for (side, text) in [(Side::A, t!("directions.take_a")), (Side::B, t!("directions.take_b"))] {
            if ui.button(text).clicked() {
                actions.push(DirectionsAction::Take(side, entry.group).into());
                ui.close();
            }
        }
    };
    match legend_click::read_with(ui, &response, shown, more) {
        Some(Wish::Toggle) => actions.push(Action::Map(MapAction::ToggleGroup(entry.group))),
        Some(Wish::Alone) => actions.push(isolate),
        // One move to take back, not three.
        Some(Wish::AloneAfterToggle) => actions.extend([Action::Undo, isolate]),
        None => {}
    }
}

impl Entry {
    fn group_salt(&self) -> (bool, usize) {
        match self.group {
            Group::Class(label) => (false, label.map_or(0, |label| usize::from(label) + 1)),
            Group::Held(held) => (true, usize::from(held)),
        }
    }
}

fn outline(ui: &Ui, response: &Response) {
    if response.hovered() {
        let stroke = egui::Stroke::new(1.0, theme::palette(ui).hovered);
        ui.painter().rect_stroke(response.rect, theme::RADIUS, stroke, egui::StrokeKind::Outside);
    }
    widgets::focus_ring(ui, response);
}

/// The colours of a figure, with numbers and unit.
fn scale_ui(ui: &mut Ui, state: &AppState) {
    let colour = state.map.layers.colour;
    let (topic, name, tip, unit) = match colour {
        Colour::Kl => (Topic::KlPrior, t!("layers.kl_scale"), t!("layers.kl_scale_tip"), t!("unit.nats")),
        _ => (Topic::RmsError, t!("layers.error_scale"), t!("layers.error_scale_tip"), t!("layers.percent")),
    };
    let figures = colour.figure().and_then(|figure| state.map.images.figures.get(&figure));
    let ends = figures.map(|figures| figures.range.map(|end| format::figure(f64::from(end))));
    let value = ends.as_ref().map_or_else(String::new, |[low, high]| format!("{low} … {high} {unit}"));
    ui.spacing_mut().item_spacing.x = 8.0;
    let small = |text: String| Label::new(RichText::new(text).size(theme::SMALL)).extend();
    let figure = Figure { topic, name: &name, value: &value };
    explain::text_of(ui, small(name.clone().into_owned()), figure).on_hover_text(tip);
    let Some([low, high]) = ends else {
        widgets::note(ui, &t!("layers.measuring"));
        return;
    };
    ui.add(small(low));
    let room = SCALE.x.min((ui.available_width() - 130.0).max(30.0));
    let (bar, _) = ui.allocate_exact_size(vec2(room, SCALE.y), Sense::hover());
    map_layers::gradient(ui.painter(), Rect::from_min_size(bar.min, bar.size()));
    ui.add(small(format!("{high} {unit}")));
}

fn how_many_fit(ui: &Ui, entries: &[Entry], room: f32) -> usize {
    let font = theme::regular(theme::SMALL);
    let width = |entry: &Entry| {
        let galley = ui.painter().layout_no_wrap(entry.name.clone(), font.clone(), Color32::PLACEHOLDER);
        DOT + AFTER_DOT + galley.size().x + BETWEEN
    };
    let ends = entries.iter().scan(0.0, |x, entry| {
        *x += width(entry);
        Some(*x)
    });
    let ends: Vec<f32> = ends.collect();
    let room = room + BETWEEN;
    if ends.last().is_none_or(|end| *end <= room) {
        return entries.len();
    }
    ends.iter().take_while(|end| **end <= room - MORE).count()
}
