//! New images: z from N(0, I) and from where the images really lie, side by side, each decoded.

use egui::{Button, ColorImage, TextureOptions, Ui, vec2};
use rust_i18n::t;

use super::formula::formula;
use crate::lens::Draw;
use crate::state::lens::GenerateAction;
use crate::state::lens::generate::IMAGES;
use crate::state::{Action, AppState, LensAction, Topic};
use crate::ui::textures::{Key, colours};
use crate::ui::{Cache, explain, format, theme, widgets};

/// Images along each side of a sheet.
const ACROSS: usize = 6;
/// The largest side of a sheet, in points.
const SHEET: f32 = 380.0;

/// Draws the page.
pub fn ui(ui: &mut Ui, state: &AppState, cache: &mut Cache, actions: &mut Vec<Action>) {
    let page = &state.lens.generating;
    let mut act = |action: GenerateAction| actions.push(LensAction::Generate(action).into());
    ui.horizontal_wrapped(|ui| {
        let draws =
            [(Draw::Mean, t!("generate.mean").into_owned()), (Draw::Sample, t!("generate.sample").into_owned())];
        if let Some(draw) = widgets::segmented(ui, "generate_draw", page.draw, &draws) {
            act(GenerateAction::SetDraw(draw));
        }
        if ui.add(Button::new(t!("generate.again"))).on_hover_text(t!("generate.again_tip")).clicked() {
            act(GenerateAction::Again);
        }
        widgets::weak(ui, &t!("generate.seed", round = format::count(page.round)));
    });
    let of_these = page.generated.as_ref().filter(|known| known.order.data_version == state.data.version);
    let (Some(generated), Some(model)) = (of_these, state.training.model) else {
        widgets::note(ui, &t!("lens.computing"));
        return;
    };
    let side = ((ui.available_width() - 2.0 * theme::GAP) / 2.0).clamp(96.0, SHEET);
    let symbols = match generated.order.draw {
        Draw::Mean => ["z ~ N(0, I),   x = f(z)", "z ~ Σ_{k} π_{k} N(μ_{k}, Σ_{k}),   x = f(z)"],
        Draw::Sample => ["z ~ N(0, I),   x ~ p(x|z)", "z ~ Σ_{k} π_{k} N(μ_{k}, Σ_{k}),   x ~ p(x|z)"],
    };
    let mut sheet = |ui: &mut Ui, (topic, key): (Topic, usize), name: &str, symbols: &str, images: &[u8]| {
        ui.vertical(|ui| {
            ui.set_width(side);
            explain::title(ui, topic, name, "");
            formula(ui, topic, symbols, "");
            let make = || mosaic(images, model.shape.side, model.shape.channels);
            let texture =
                cache.textures.get(ui.ctx(), Key::Generated(key), page.version, TextureOptions::NEAREST, make);
            widgets::picture(ui, name, Some(texture), side, egui::Sense::hover(), None);
        });
    };
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing = vec2(theme::GAP, 4.0);
        sheet(ui, (Topic::Generation, 0), &t!("generate.prior"), symbols[0], &generated.prior);
        if let Some((images, n)) = &generated.aggregate {
            sheet(ui, (Topic::Mixture, 1), &t!("generate.aggregate", n = n), symbols[1], images);
        }
    });
    let about = if state.training.is_variational() { t!("generate.about") } else { t!("generate.about_plain") };
    widgets::note(ui, &about);
    if model.step != generated.order.step {
        widgets::note(ui, &t!("lens.of_step", step = format::count(generated.order.step)));
    }
}

/// The images in rows, one after the other.
fn mosaic(images: &[u8], side: usize, channels: usize) -> ColorImage {
    let whole = ACROSS * side;
    let mut sheet = ColorImage::filled([whole, IMAGES.div_ceil(ACROSS) * side], egui::Color32::BLACK);
    for (i, image) in images.chunks_exact((side * side * channels).max(1)).take(IMAGES).enumerate() {
        let (left, top) = (i % ACROSS * side, i / ACROSS * side);
        for (pixel, colour) in colours(image, channels).enumerate() {
            let at = (top + pixel / side) * whole + left + pixel % side;
            if let Some(there) = sheet.pixels.get_mut(at) {
                *there = colour;
            }
        }
    }
    sheet
}
