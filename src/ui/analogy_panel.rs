//! The analogy A − B + C: three images, and what is to C as A is to B (White 2016).

use egui::{Align, Button, Label, Layout, RichText, Sense, TextureId, TextureOptions, Ui, vec2};
use rust_i18n::t;

use crate::state::{Action, AppState, DirectionsAction, Pinned, Subject, Topic};
use crate::ui::explain::{self, Figure};
use crate::ui::textures::{Key, picture};
use crate::ui::{Cache, format, theme, widgets};

/// Side of a picture, in points.
const PICTURE: f32 = 50.0;
/// Width of a sign between two pictures, in points.
const SIGN: f32 = 12.0;
/// Coordinates of z that are listed.
const LISTED: usize = 4;

/// Draws the section.
pub fn ui(ui: &mut Ui, state: &AppState, cache: &mut Cache, actions: &mut Vec<Action>) {
    widgets::title(ui, &t!("directions.analogy")).on_hover_text(t!("directions.analogy_tip"));
    if state.walk.z.is_empty() {
        widgets::note(ui, &t!("export.needs_model"));
        return;
    }
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = 2.0;
        for (slot, sign) in [(0, "−"), (1, "+"), (2, "=")] {
            slot_ui(ui, state, cache, slot, actions);
            sign_ui(ui, sign);
        }
        let texture = result(ui, state, cache);
        widgets::picture(ui, &t!("directions.comes_to"), texture, PICTURE, Sense::hover(), None);
    });
    let Some(z) = state.analogy() else {
        widgets::note(ui, &t!("directions.analogy_empty"));
        return;
    };
    let listed: Vec<String> = z.iter().take(LISTED).map(|v| format::signed(f64::from(*v), 2)).collect();
    let more = if z.len() > LISTED { ", …" } else { "" };
    let told = format!("z  {}{more}", listed.join(", "));
    let label = Label::new(RichText::new(&told).color(theme::palette(ui).weak)).truncate();
    let figure = Figure { topic: Topic::Analogy, name: "", value: &told };
    widgets::text_row(ui, |ui| explain::text_of(ui, label, figure));
    let button = Button::new(t!("directions.put")).min_size(vec2(0.0, theme::CONTROL));
    let response = ui.add(button);
    widgets::name_as(&response, &t!("directions.put_analogy"));
    if response.on_hover_text(t!("directions.put_tip")).clicked() {
        actions.push(DirectionsAction::PutAnalogy.into());
    }
}

fn sign_ui(ui: &mut Ui, sign: &str) {
    ui.allocate_ui_with_layout(vec2(SIGN, PICTURE), Layout::centered_and_justified(egui::Direction::TopDown), |ui| {
        ui.set_min_size(vec2(SIGN, PICTURE));
        ui.add(Label::new(sign).selectable(false));
    });
}

/// An image of the sum: a click puts the selected one there, the other button takes it out. Images can be dropped on it.
fn slot_ui(ui: &mut Ui, state: &AppState, cache: &mut Cache, slot: usize, actions: &mut Vec<Action>) {
    let letter = format::pin(slot);
    let pin = state.directions.slots.get(slot).and_then(Option::as_ref);
    let subject = pin.and_then(|pin| pin.subject);
    let texture = subject.and_then(|subject| cache.textures.subject(ui.ctx(), state, subject));
    let name = pin.map_or_else(|| t!("directions.slot_empty").into_owned(), |pin| name_of(state, pin));
    ui.vertical(|ui| {
        ui.set_width(PICTURE);
        ui.spacing_mut().item_spacing.y = 2.0;
        let text = t!("directions.fill", slot = letter);
        let response = widgets::picture(ui, &text, texture, PICTURE, Sense::click(), None);
        if texture.is_none() && pin.is_some() {
            let (colour, font) = (theme::ON_MAP_WEAK, theme::regular(theme::SMALL));
            ui.painter().text(response.rect.center(), egui::Align2::CENTER_CENTER, "z", font, colour);
        }
        if let Some(dropped) = response.dnd_release_payload::<Subject>() {
            actions.push(DirectionsAction::FillWith(slot, *dropped).into());
        }
        if response.clicked() {
            actions.push(DirectionsAction::Fill(slot).into());
        }
        if response.secondary_clicked() && pin.is_some() {
            actions.push(DirectionsAction::Empty(slot).into());
        }
        response.on_hover_text(t!("directions.fill_tip", slot = letter, name = name));
        let weak = theme::palette(ui).weak;
        ui.with_layout(Layout::top_down(Align::Center), |ui| {
            ui.add(Label::new(RichText::new(letter).size(theme::SMALL).color(weak)).selectable(false));
        });
    });
}

fn name_of(state: &AppState, pin: &Pinned) -> String {
    pin.subject.map_or_else(|| t!("directions.a_point").into_owned(), |subject| state.name_of(subject).to_owned())
}

fn result(ui: &Ui, state: &AppState, cache: &mut Cache) -> Option<TextureId> {
    let (bytes, shape) = (state.directions.view.analogy.as_ref()?, state.training.model?.shape);
    state.analogy()?;
    let make = || picture(bytes, shape.side, shape.channels);
    Some(cache.textures.get(ui.ctx(), Key::Analogy, state.walk.version, TextureOptions::NEAREST, make))
}
