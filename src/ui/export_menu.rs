//! The menu of pictures that can leave the window.

use egui::containers::menu::MenuButton;
use egui::{Button, ColorImage, RichText, Ui, vec2};
use rust_i18n::t;

use crate::state::{Action, AppState, ExportAction, ExportKind};
use crate::ui::{commands, textures, theme, widgets};

/// Width of the menu, in points.
const MENU: f32 = 230.0;
/// Side of a copied image, at least, in pixels.
const COPIED: usize = 256;

/// Draws the menu's button.
pub fn ui(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    let sign = RichText::new(theme::UNFOLDED).size(theme::SIGN);
    let button = Button::new((t!("export.menu").into_owned(), sign)).min_size(vec2(0.0, 30.0));
    let (response, _) = MenuButton::from_button(button).ui(ui, |ui| {
        ui.set_width(MENU);
        let mut entry = |ui: &mut Ui, button: Button<'_>, missing: Option<String>, action: ExportAction| {
            let response = ui.add_enabled(missing.is_none(), button);
            if response.clicked() {
                actions.push(Action::Export(action));
                ui.close();
            }
            if let Some(reason) = missing {
                response.on_disabled_hover_text(reason);
            }
        };
        let all = Button::new(t!("exporting.open")).shortcut_text(commands::EXPORT.keys(ui.ctx()));
        entry(ui, all, missing(state, ExportKind::Grid), ExportAction::Toggle);
        ui.separator();
        for (kind, text) in [
            (ExportKind::Animation, t!("exporting.animation")),
            (ExportKind::Strip, t!("export.strip")),
            (ExportKind::Grid, t!("export.grid")),
        ] {
            entry(ui, Button::new(text), missing(state, kind), ExportAction::Save(kind));
        }
        ui.separator();
        let decoded = state.training.model.is_some() && state.walk.point_view.is_some();
        if ui.add_enabled(decoded, Button::new(t!("exporting.copy"))).clicked() {
            actions.push(Action::CopyPoint);
            ui.close();
        }
    });
    widgets::name(&response, &t!("export.menu"));
}

/// The decoded point, for other programs.
pub fn copied(state: &AppState) -> Option<ColorImage> {
    let (model, view) = state.training.model.zip(state.walk.point_view.as_ref())?;
    let picture = textures::picture(&view.image, model.shape.side, model.shape.channels);
    Some(textures::enlarged(&picture, COPIED.div_ceil(model.shape.side)))
}

/// Why a picture cannot be written yet.
pub fn missing(state: &AppState, kind: ExportKind) -> Option<String> {
    if state.training.model.is_none() {
        return Some(t!("export.needs_model").into_owned());
    }
    let (text, is_missing) = match kind {
        ExportKind::Grid => return None,
        ExportKind::Animation | ExportKind::Strip => (t!("export.needs_pins"), state.walk.strip_points().is_empty()),
        ExportKind::Past => {
            let run = state.training.model_run.as_ref();
            (t!("export_more.needs_run"), run.is_none_or(|run| run.folder.is_none()))
        }
        ExportKind::Latents => (t!("export_more.needs_set"), state.data.set.is_none()),
        ExportKind::Sheet => (t!("export_more.needs_images"), state.map.images_in_view().is_empty()),
    };
    is_missing.then(|| text.into_owned())
}
