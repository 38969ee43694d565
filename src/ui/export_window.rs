//! How pictures are written: what, as which kind of file, how large, how fast.

use egui::{Align, Button, Checkbox, DragValue, Frame, Id, Layout, Modal, RichText, Ui, vec2};
use rust_i18n::t;

use crate::export::{FPS, Format};
use crate::state::update::UPSCALES;
use crate::state::{Action, AppState, ExportAction, ExportKind, ExportSettings, PastOf, SHEET, Table};
use crate::ui::{export_menu, format, theme, widgets};

/// Width of the window, in points.
const WIDTH: f32 = 460.0;
/// Seconds that an animation may take one way.
const SECONDS: std::ops::RangeInclusive<f32> = 0.5..=120.0;

/// Draws the window while it is open.
pub fn ui(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    if !state.exporting.open {
        return;
    }
    let frame = Frame::window(ui.style()).inner_margin(2.0 * theme::GAP);
    let modal = Modal::new(Id::unique("export_window")).frame(frame).show(ui.ctx(), |ui| {
        ui.set_width(WIDTH);
        ui.label(RichText::new(t!("exporting.title")).font(theme::strong(16.0)));
        ui.add_space(theme::GAP);
        let mut settings = state.exporting.settings;
        settings_ui(ui, state, &mut settings);
        if settings != state.exporting.settings {
            actions.push(Action::Export(ExportAction::Set(settings)));
        }
        ui.add_space(theme::GAP);
        buttons_ui(ui, state, settings.kind, actions)
    });
    if modal.inner || modal.should_close() {
        actions.push(Action::Export(ExportAction::Toggle));
    }
}

fn settings_ui(ui: &mut Ui, state: &AppState, settings: &mut ExportSettings) {
    let kinds = [
        (ExportKind::Animation, t!("export_more.way").into_owned()),
        (ExportKind::Strip, t!("export_more.strip").into_owned()),
        (ExportKind::Grid, t!("export_more.grid").into_owned()),
        (ExportKind::Past, t!("export_more.past").into_owned()),
        (ExportKind::Sheet, t!("export_more.sheet").into_owned()),
        (ExportKind::Latents, t!("export_more.latents").into_owned()),
    ];
    if let Some(kind) = widgets::segmented(ui, "export_kind", settings.kind, &kinds) {
        settings.kind = kind;
    }
    ui.add_space(theme::GAP);
    let about = match settings.kind {
        ExportKind::Animation => t!("export_more.way_about"),
        ExportKind::Strip => t!("export_more.strip_about"),
        ExportKind::Grid => t!("export_more.grid_about"),
        ExportKind::Past => t!("export_more.past_about"),
        ExportKind::Sheet => t!("export_more.sheet_about"),
        ExportKind::Latents => t!("export_more.latents_about"),
    };
    widgets::weak(ui, &about);
    ui.add_space(theme::GAP);
    if settings.kind.is_film() {
        format_ui(ui, settings);
    }
    match settings.kind {
        ExportKind::Animation => animation_ui(ui, settings),
        ExportKind::Past => past_ui(ui, state, settings),
        ExportKind::Sheet => sheet_ui(ui, state, settings),
        ExportKind::Latents => return table_ui(ui, settings),
        ExportKind::Strip | ExportKind::Grid => {}
    }
    widgets::row(ui, &t!("export.enlarge"), &t!("export.enlarge_tip"), |ui, label| {
        let value = DragValue::new(&mut settings.upscale).range(UPSCALES).speed(0.1).prefix("× ");
        ui.add(value).labelled_by(label.id);
        if let Some(model) = state.training.model {
            let side = model.shape.side * settings.upscale;
            widgets::weak(ui, &t!("exporting.size", side = side));
        }
    });
}

fn format_ui(ui: &mut Ui, settings: &mut ExportSettings) {
    widgets::row(ui, &t!("exporting.format"), &t!("exporting.format_tip"), |ui, _| {
        let formats =
            [(Format::Gif, "GIF"), (Format::Apng, "APNG"), (Format::Webp, "WebP"), (Format::Sequence, "PNG 1, 2, …")];
        let formats = formats.map(|(format, text)| (format, text.to_owned()));
        if let Some(format) = widgets::segmented(ui, "export_format", settings.format, &formats) {
            settings.format = format;
        }
    });
}

/// As what a table is written.
fn table_ui(ui: &mut Ui, settings: &mut ExportSettings) {
    widgets::row(ui, &t!("exporting.format"), &t!("export_more.table_tip"), |ui, _| {
        let formats = [(Table::Tsv, "TSV".to_owned()), (Table::Npy, "NPY".to_owned())];
        if let Some(table) = widgets::segmented(ui, "export_table", settings.table, &formats) {
            settings.table = table;
        }
    });
}

/// What the models of the past decode, and how fast one follows another.
fn past_ui(ui: &mut Ui, state: &AppState, settings: &mut ExportSettings) {
    fps_ui(ui, &mut settings.past_fps);
    let has_pins = !state.walk.pins.is_empty();
    let mut of_pins = settings.past_of == PastOf::Pins;
    let of_pins_box = Checkbox::new(&mut of_pins, t!("export_more.of_pins"));
    ui.add_enabled(has_pins, of_pins_box).on_hover_text(t!("export_more.of_pins_tip"));
    settings.past_of = if of_pins { PastOf::Pins } else { PastOf::Map };
    ui.checkbox(&mut settings.ping_pong, t!("exporting.ping_pong")).on_hover_text(t!("exporting.ping_pong_tip"));
}

/// How many of the images in view.
fn sheet_ui(ui: &mut Ui, state: &AppState, settings: &mut ExportSettings) {
    widgets::row(ui, &t!("export_more.images"), &t!("export_more.images_tip"), |ui, label| {
        ui.add(DragValue::new(&mut settings.sheet).range(SHEET).speed(0.5)).labelled_by(label.id);
        let n = format::count(state.map.images_in_view().len() as u64);
        widgets::weak(ui, &t!("export_more.in_view", n = n));
    });
}

fn fps_ui(ui: &mut Ui, fps: &mut u32) {
    widgets::row(ui, &t!("exporting.fps"), &t!("exporting.fps_tip"), |ui, label| {
        let range = *FPS.start() as u32..=*FPS.end() as u32;
        ui.add(DragValue::new(fps).range(range).speed(0.2)).labelled_by(label.id);
    });
}

fn animation_ui(ui: &mut Ui, settings: &mut ExportSettings) {
    widgets::row(ui, &t!("exporting.seconds"), &t!("exporting.seconds_tip"), |ui, label| {
        let value = DragValue::new(&mut settings.seconds).range(SECONDS).speed(0.1).max_decimals(1).suffix(" s");
        ui.add(value).labelled_by(label.id);
        let n = format::count(settings.frames() as u64);
        widgets::weak(ui, &t!("exporting.frames", n = n));
    });
    fps_ui(ui, &mut settings.fps);
    for (value, text, tip) in [
        (&mut settings.eased, t!("exporting.eased"), t!("exporting.eased_tip")),
        (&mut settings.ping_pong, t!("exporting.ping_pong"), t!("exporting.ping_pong_tip")),
        (&mut settings.captions, t!("exporting.captions"), t!("exporting.captions_tip")),
    ] {
        ui.checkbox(value, text).on_hover_text(tip);
    }
}

/// The buttons, or how far the writing is; whether it is closed.
fn buttons_ui(ui: &mut Ui, state: &AppState, kind: ExportKind, actions: &mut Vec<Action>) -> bool {
    let mut act = |action| actions.push(Action::Export(action));
    if let Some(share) = state.exporting.progress {
        ui.horizontal(|ui| {
            widgets::progress_bar(ui, &t!("exporting.progress"), Some(share), WIDTH - 90.0);
            if ui.button(t!("exporting.cancel")).clicked() {
                act(ExportAction::Cancel);
            }
        });
        return false;
    }
    let missing = export_menu::missing(state, kind);
    if let Some(reason) = &missing {
        widgets::note(ui, reason);
    }
    let mut closes = false;
    // As high as a button: all the room that is left would keep the window as high as its longest list.
    let row = vec2(ui.available_width(), theme::CONTROL);
    ui.allocate_ui_with_layout(row, Layout::right_to_left(Align::Center), |ui| {
        let palette = theme::palette(ui);
        let text = RichText::new(t!("exporting.save")).color(palette.on_accent);
        let save = Button::new(text).fill(palette.accent).min_size(vec2(90.0, theme::CONTROL));
        if ui.add_enabled(missing.is_none(), save).on_hover_text(t!("exporting.save_tip")).clicked() {
            act(ExportAction::Save(kind));
        }
        if ui.add_enabled(missing.is_none(), Button::new(t!("exporting.save_as"))).clicked() {
            act(ExportAction::SaveAs(kind));
        }
        closes = ui.button(t!("exporting.close")).clicked();
    });
    closes
}
