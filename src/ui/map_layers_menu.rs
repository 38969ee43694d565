//! How the layers of the map are shown.

use egui::containers::menu::{MenuButton, MenuConfig};
use egui::{Button, Checkbox, PopupCloseBehavior, RichText, Ui};
use rust_i18n::t;

use crate::latent::Spacing;
use crate::state::{Action, AppState, Colour, Layer, MapAction};
use crate::ui::{theme, widgets};

/// Width of the menu, in points.
const WIDTH: f32 = 310.0;

/// Draws the button and, when it is open, the menu.
pub fn ui(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    let layers = &state.map.layers;
    let sign = RichText::new(theme::UNFOLDED).size(theme::SIGN);
    let config = MenuConfig::new().close_behavior(PopupCloseBehavior::CloseOnClickOutside);
    let mut change = |change| actions.push(Action::Map(change));
    let button = Button::new((t!("layers.menu").into_owned(), sign));
    let (response, _) = MenuButton::from_button(button).config(config).ui(ui, |ui| {
        ui.set_width(WIDTH);
        let spacings = [(Spacing::Uniform, t!("layers.uniform")), (Spacing::Quantile, t!("layers.quantile"))];
        let spacings = spacings.map(|(spacing, text)| (spacing, text.into_owned()));
        widgets::row(ui, &t!("layers.spacing"), &t!("layers.spacing_tip"), |ui, _| {
            if let Some(spacing) = widgets::segmented(ui, "spacing", layers.spacing, &spacings) {
                change(MapAction::SetSpacing(spacing));
            }
        });
        let marks = [(false, t!("layers.points").into_owned()), (true, t!("layers.thumbnails").into_owned())];
        widgets::row(ui, &t!("layers.marks"), &t!("layers.marks_tip"), |ui, _| {
            if let Some(on) = widgets::segmented(ui, "marks", layers.thumbnails, &marks) {
                change(MapAction::SetThumbnails(on));
            }
        });
        let mut colours = vec![(Colour::Class, t!("layers.by_class")), (Colour::Error, t!("layers.by_error"))];
        if state.training.is_variational() {
            colours.push((Colour::Kl, t!("layers.by_kl")));
        }
        colours.push((Colour::Split, t!("layers.by_split")));
        let colours: Vec<_> = colours.into_iter().map(|(colour, text)| (colour, text.into_owned())).collect();
        widgets::row(ui, &t!("layers.colour"), &t!("layers.colour_tip"), |ui, _| {
            if let Some(colour) = widgets::segmented(ui, "colour", layers.colour, &colours) {
                change(MapAction::SetColour(colour));
            }
        });
        let mut on = layers.posterior;
        let posterior = Checkbox::new(&mut on, t!("layers.posterior"));
        if ui.add(posterior).on_hover_text(t!("layers.posterior_tip")).changed() {
            change(MapAction::Toggle(Layer::Posterior));
        }
    });
    widgets::name(&response, &t!("layers.menu"));
    response.on_hover_text(t!("layers.menu_tip"));
}
