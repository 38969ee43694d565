//! The selected image as the model sees it.

use egui::{Align, Button, Layout, RichText, Sense, TextWrapMode, TextureOptions, Ui, vec2};
use rust_i18n::t;

use crate::state::lens::Page;
use crate::state::{Action, AppState, OwnAction, PinSource, Subject, Topic, WalkAction};
use crate::ui::textures::{Key, picture};
use crate::ui::{Cache, epsilon, format, own_panel, refine_panel, theme, widgets};

/// Draws the section.
pub fn ui(ui: &mut Ui, state: &AppState, cache: &mut Cache, actions: &mut Vec<Action>) {
    ui.horizontal(|ui| {
        widgets::title(ui, &t!("selected.title"));
        if state.walk.selected.is_some() {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let close = ui.add(widgets::close_button()).on_hover_text(t!("selected.deselect"));
                widgets::name(&close, &t!("selected.deselect"));
                if close.clicked() {
                    actions.push(Action::Walk(WalkAction::Select(None)));
                }
            });
        }
    });
    let Some(subject) = state.walk.selected else {
        widgets::note(ui, &t!("selected.empty"));
        return;
    };
    name_ui(ui, state, subject);
    pair_ui(ui, state, subject, cache, actions);
    own_panel::standing_ui(ui, state);
    // The lens has it beside the formula.
    if !(state.lens.open && state.lens.page == Page::Image) {
        epsilon::ui(ui, state, actions);
    }
    refine_panel::ui(ui, state, subject, actions);
    if let Some(view) = &state.walk.selected_view {
        ui.spacing_mut().item_spacing.y = 1.0;
        let nats = t!("unit.nats");
        let figures = [
            (Topic::LogLikelihood, t!("selected.log_px"), t!("selected.log_px_tip"), -view.recon_nats, false),
            (Topic::KlPrior, t!("selected.kl"), t!("selected.kl_tip"), view.kl_nats, false),
            (Topic::Elbo, t!("selected.elbo"), t!("selected.elbo_tip"), -view.recon_nats - view.kl_nats, true),
        ];
        // A plain autoencoder has only the first of them.
        let shown = if state.training.is_variational() { figures.len() } else { 1 };
        for (topic, label, tip, value, strong) in figures.into_iter().take(shown) {
            widgets::figure_row(ui, topic, &label, &tip, &format::signed(value, 1), &nats, strong);
        }
    }
}

fn name_ui(ui: &mut Ui, state: &AppState, subject: Subject) {
    let name = state.name_of(subject);
    let label = match (subject, &state.data.set) {
        (Subject::Image(idx), Some(data)) => data.labels.get(idx).copied().flatten(),
        _ => None,
    };
    widgets::text_row(ui, |ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        if label.is_some() {
            let (dot, _) = ui.allocate_exact_size(vec2(9.0, 9.0), Sense::hover());
            ui.painter().circle_filled(dot.center(), 4.5, theme::class_colour(label));
        }
        widgets::weak(ui, name).on_hover_text(name);
    });
}

/// The image and what the model makes of it, side by side, with the pin.
fn pair_ui(ui: &mut Ui, state: &AppState, subject: Subject, cache: &mut Cache, actions: &mut Vec<Action>) {
    let original = cache.textures.subject(ui.ctx(), state, subject);
    let view = state.walk.selected_view.as_ref();
    let reconstruction = view.zip(state.training.model).map(|(view, model)| {
        let make = || picture(&view.reconstruction, model.shape.side, model.shape.channels);
        cache.textures.get(ui.ctx(), Key::Reconstruction, state.walk.version, TextureOptions::NEAREST, make)
    });
    ui.horizontal_top(|ui| {
        let side = 84.0;
        for (texture, text) in [(original, t!("selected.original")), (reconstruction, t!("selected.reconstruction"))] {
            ui.vertical(|ui| {
                ui.set_width(side);
                ui.spacing_mut().item_spacing.y = 3.0;
                widgets::picture(ui, &text, texture, side, Sense::hover(), None);
                let weak = theme::palette(ui).weak;
                ui.add(egui::Label::new(RichText::new(text.as_ref()).size(theme::SMALL).color(weak)).extend());
            });
        }
        ui.vertical(|ui| {
            // There is room for one short word.
            ui.spacing_mut().button_padding.x = 4.0;
            let button = Button::new(t!("point.pin")).min_size(vec2(ui.available_width(), theme::CONTROL));
            let response = ui.add_enabled(view.is_some(), button).on_hover_text(t!("selected.pin_tip"));
            widgets::name_as(&response, &t!("selected.pin"));
            if response.clicked() {
                actions.push(Action::Walk(WalkAction::PutPin(None, PinSource::Selected)));
            }
            if let Subject::Own(idx) = subject {
                let button = Button::new(t!("own.remove_short")).min_size(vec2(ui.available_width(), theme::CONTROL));
                if ui.add(button.wrap_mode(TextWrapMode::Extend)).on_hover_text(t!("own.remove")).clicked() {
                    actions.push(OwnAction::Remove(idx).into());
                }
            }
        });
    });
}
