//! Rows of images of the three: held ones encoded and decoded, and what z ~ N(0, I) decodes to.

use egui::{Button, Color32, CornerRadius, Label, Rect, RichText, Sense, TextureOptions, Ui, WidgetInfo, pos2, vec2};
use rust_i18n::t;

use super::contest::{ink, name};
use super::formula::formula;
use crate::run::contest::Method;
use crate::state::Topic;
use crate::state::lens::ContestAction;
use crate::state::lens::contest::{Contest, SHOWN, Scene};
use crate::ui::explain;
use crate::ui::textures::{Key, colours};
use crate::ui::{Cache, format, theme, widgets};

/// Width of the names before the rows.
const NAME: f32 = 64.0;
/// Space between two images.
const APART: f32 = 3.0;
/// Smallest and largest side of an image.
const SIDE: [f32; 2] = [20.0, 60.0];

/// A row of images.
struct Row<'a> {
    /// Tells its texture from the others'.
    key: usize,
    name: String,
    colour: Color32,
    /// What stands below the name, and what it means.
    told: String,
    tip: String,
    /// `[n, side, side, channels]`.
    images: &'a [u8],
}

/// The held images, and what each method makes of them.
pub fn back_ui(ui: &mut Ui, page: &Contest, scene: &Scene, cache: &mut Cache) {
    explain::title(ui, Topic::Autoencoder, &t!("contest.back"), "");
    let palette = theme::palette(ui);
    let original = Row {
        key: 0,
        name: t!("contest.original").into_owned(),
        colour: palette.text,
        told: String::new(),
        tip: t!("contest.original_tip").into_owned(),
        images: &scene.originals,
    };
    row_ui(ui, page, scene, cache, &original, &t!("contest.original"));
    for (i, method) in Method::ALL.into_iter().enumerate() {
        let Some(entry) = page.shown(method) else { continue };
        let row = Row {
            key: 1 + i,
            name: name(method),
            colour: theme::ink(palette, ink(method)),
            told: format::signed(entry.test_mse, 4),
            tip: t!("contest.back_tip").into_owned(),
            images: &entry.back,
        };
        row_ui(ui, page, scene, cache, &row, &t!("contest.back_by", method = name(method)));
    }
}

/// What draws from N(0, I) come to by each method.
pub fn drawn_ui(ui: &mut Ui, page: &Contest, scene: &Scene, cache: &mut Cache, act: &mut dyn FnMut(ContestAction)) {
    ui.add_space(theme::GAP);
    explain::title(ui, Topic::Generation, &t!("contest.drawn"), "");
    formula(ui, Topic::Generation, "z ~ N(0, I),   x = f(z)", "");
    for (i, method) in Method::ALL.into_iter().enumerate() {
        let Some(entry) = page.shown(method) else { continue };
        let tip = match method {
            Method::Pca => t!("contest.drawn_pca"),
            Method::Ae => t!("contest.drawn_ae"),
            Method::Vae => t!("contest.drawn_vae"),
        };
        let row = Row {
            key: 4 + i,
            name: name(method),
            colour: theme::ink(theme::palette(ui), ink(method)),
            told: String::new(),
            tip: tip.into_owned(),
            images: &entry.drawn,
        };
        row_ui(ui, page, scene, cache, &row, &t!("contest.drawn_by", method = name(method)));
    }
    ui.horizontal_wrapped(|ui| {
        let again = Button::new(t!("contest.again"));
        if ui.add(again).on_hover_text(t!("contest.again_tip")).clicked() {
            act(ContestAction::Again);
        }
        widgets::weak(ui, &t!("contest.draw", n = format::count(page.draw)));
    });
}

/// A name, and the images behind it.
fn row_ui(ui: &mut Ui, page: &Contest, scene: &Scene, cache: &mut Cache, row: &Row<'_>, spoken: &str) {
    let whole = ui.available_width();
    let side = (whole - NAME - theme::GAP - APART * (SHOWN - 1) as f32) / SHOWN as f32;
    let side = side.clamp(SIDE[0], SIDE[1]).floor();
    ui.horizontal(|ui| {
        ui.set_height(side);
        ui.vertical(|ui| {
            ui.set_width(NAME);
            ui.spacing_mut().item_spacing.y = 0.0;
            let text = RichText::new(&row.name).font(theme::strong(theme::BODY)).color(row.colour);
            let mut response = ui.add(Label::new(text).truncate().sense(Sense::hover()));
            if !row.told.is_empty() {
                let text = RichText::new(&row.told).size(theme::SMALL).color(theme::palette(ui).weak);
                response |= ui.add(Label::new(text).sense(Sense::hover()));
            }
            response.on_hover_text(&row.tip);
        });
        let (pixels, channels) = (scene.side, scene.channels);
        let n = row.images.len() / (pixels * pixels * channels).max(1);
        let size = vec2(n as f32 * (side + APART) - APART, side);
        let (rect, response) = ui.allocate_exact_size(size.max(vec2(0.0, side)), Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(egui::Role::Image, true, spoken));
        let make = || column(row.images, pixels, channels);
        let texture = cache.textures.get(ui.ctx(), Key::Contest(row.key), page.version, TextureOptions::NEAREST, make);
        for i in 0..n {
            let left = rect.left() + i as f32 * (side + APART);
            let place = Rect::from_min_size(pos2(left, rect.top()), vec2(side, side));
            let [top, bottom] = [i, i + 1].map(|i| i as f32 / n as f32);
            let uv = Rect::from_min_max(pos2(0.0, top), pos2(1.0, bottom));
            ui.painter().rect_filled(place, CornerRadius::same(3), theme::PICTURE_BACK);
            egui::Image::from_texture((texture, place.size())).uv(uv).corner_radius(3).paint_at(ui, place);
        }
    });
}

/// The images below one another, as they lie in memory.
fn column(images: &[u8], side: usize, channels: usize) -> egui::ColorImage {
    let mut pixels: Vec<Color32> = colours(images, channels).collect();
    let rows = (pixels.len() / side.max(1)).max(1);
    pixels.resize(side.max(1) * rows, Color32::BLACK);
    egui::ColorImage::new([side.max(1), rows], pixels)
}
