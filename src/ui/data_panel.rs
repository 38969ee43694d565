//! The images: where they come from, what was found, what was not loaded and why.

use egui::{
    Align, Button, ComboBox, CornerRadius, DragValue, Label, Layout, Margin, RichText, Sense, TextEdit, Ui, vec2,
};
use rust_i18n::t;

use crate::config::{Channels, DataConfig, Fit, MEGAPIXELS, Rgb, RunConfig, SIDES, Size};
use crate::data::Dataset;
use crate::files::one_line;
use crate::state::data::held_for_validation;
use crate::state::{Action, AppState, Loading, Subject, Topic, WalkAction};
use crate::ui::explain::{self, Figure};
use crate::ui::model_panel::number;
use crate::ui::{Cache, commands, format, kept, theme, widgets};

/// Skipped files that are listed; more are counted.
const MAX_SKIPPED: usize = 200;
/// Sides offered in the list.
const OFFERED_SIDES: [usize; 6] = [16, 28, 32, 48, 64, 128];

/// Draws the section.
pub fn ui(ui: &mut Ui, state: &AppState, cache: &mut Cache, actions: &mut Vec<Action>) {
    widgets::title(ui, &t!("data.title"));
    source_ui(ui, state, actions);
    if let Some(loading) = &state.data.loading {
        loading_ui(ui, loading, actions);
    } else if let Some(data) = &state.data.set {
        summary_ui(ui, state, data);
        thumbnails_ui(ui, state, data, cache, actions);
        skipped_ui(ui, data);
    }
    settings_ui(ui, state, actions);
}

fn source_ui(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    let width = ui.available_width();
    ui.horizontal(|ui| {
        let open = Button::new(t!("data.open")).min_size(vec2(116.0, theme::CONTROL));
        if ui.add(open).on_hover_text(t!("data.open_tip", key = commands::OPEN.keys(ui.ctx()))).clicked() {
            actions.push(Action::OpenDialog);
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = 4.0;
            ui.spacing_mut().button_padding.x = 8.0;
            let samples = [
                ("sample:emoji", t!("data.emoji"), t!("data.emoji_tip")),
                ("sample:fashion", t!("data.fashion"), t!("data.fashion_tip")),
            ];
            for (source, text, tip) in samples {
                let shown = state.data.source == source && state.data.set.is_some();
                let button =
                    Button::selectable(shown, text).frame_when_inactive(true).min_size(vec2(0.0, theme::CONTROL));
                if ui.add(button).on_hover_text(tip).clicked() {
                    actions.push(Action::Open(source.to_owned()));
                }
            }
        });
    });
    let mut text = state.data.path_text.clone();
    let field = TextEdit::singleline(&mut text)
        .hint_text(t!("data.path_hint").into_owned())
        .desired_width(width)
        .margin(Margin::symmetric(8, 5));
    let response = ui.add(field);
    response.widget_info(|| {
        let mut info = egui::WidgetInfo::text_edit(true, &state.data.path_text, &text, "");
        info.label = Some(t!("data.path").into_owned());
        info
    });
    if response.changed() {
        actions.push(Action::TypePath(text.clone()));
    }
    if response.lost_focus() && ui.input(|i| i.key_pressed(egui::Key::Enter)) {
        actions.push(Action::Open(text));
    }
    if state.data.dialog_hint {
        widgets::note(ui, &t!("data.dialog_hint"));
    }
}

fn loading_ui(ui: &mut Ui, loading: &Loading, actions: &mut Vec<Action>) {
    let progress = loading.progress;
    let text = if progress.total == 0 {
        t!("data.listing")
    } else {
        t!("data.loading", done = format::count(progress.done as u64), total = format::count(progress.total as u64))
    };
    ui.add_space(2.0);
    ui.horizontal(|ui| {
        ui.label(text);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if let Some(secs) = loading.eta_secs {
                let text = t!("duration.left", time = format::duration(secs));
                let label = Label::new(RichText::new(&*text).color(theme::palette(ui).weak)).truncate();
                explain::text_of(ui, label, Figure { topic: Topic::TimeLeft, name: "", value: &text });
            }
        });
    });
    let width = ui.available_width();
    widgets::progress_bar(ui, &t!("data.progress"), loading.share(), width);
    if ui.button(t!("data.cancel")).clicked() {
        actions.push(Action::CancelLoad);
    }
}

fn summary_ui(ui: &mut Ui, state: &AppState, data: &Dataset) {
    ui.add_space(2.0);
    ui.spacing_mut().item_spacing.y = 3.0;
    let channels = if data.channels == 1 { t!("data.grey") } else { t!("data.rgb") };
    let mut parts = vec![format::counted("data.images", data.len())];
    if !data.classes.is_empty() {
        parts.push(format::counted("data.classes", data.classes.len()));
    }
    let counts = parts.join(" · ");
    let figure = Figure { topic: Topic::Dataset, name: "", value: &counts };
    explain::text_of(ui, Label::new(RichText::new(&counts)).truncate(), figure);
    let held = held_for_validation(data.len(), state.settings.data.validation_fraction);
    let shape = t!("data.shape", side = data.side, channels = channels);
    let held = t!("data.held", n = format::count(held as u64));
    let line = vec2(ui.available_width(), 0.0);
    ui.allocate_ui_with_layout(line, Layout::left_to_right(Align::Center), |ui| {
        ui.spacing_mut().item_spacing.x = 0.0;
        let weak = theme::palette(ui).weak;
        let told = |ui: &mut Ui, topic, text: &str| {
            let label = Label::new(RichText::new(text).color(weak)).truncate();
            explain::text_of(ui, label, Figure { topic, name: "", value: text });
        };
        told(ui, Topic::Values, &shape);
        ui.label(RichText::new(" · ").color(weak));
        told(ui, Topic::Held, &held);
    });
    ui.add_space(4.0);
}

/// Two lines of images from all over the dataset.
fn thumbnails_ui(ui: &mut Ui, state: &AppState, data: &Dataset, cache: &mut Cache, actions: &mut Vec<Action>) {
    const COLUMNS: usize = 7;
    let (n, gap) = (data.len(), 4.0);
    let shown = n.min(2 * COLUMNS);
    let side = (ui.available_width() - gap * (COLUMNS - 1) as f32) / COLUMNS as f32;
    for row in 0..shown.div_ceil(COLUMNS) {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = gap;
            for i in row * COLUMNS..((row + 1) * COLUMNS).min(shown) {
                // Spread over the whole dataset: neighbours share a class.
                let idx = i * n / shown.max(1);
                let texture = cache.textures.image(ui.ctx(), data, state.data.version, idx);
                let name = data.names.get(idx).map_or("", String::as_str);
                let response = widgets::picture(ui, name, Some(texture), side, Sense::click(), None);
                if response.on_hover_text(name).clicked() {
                    actions.push(Action::Walk(WalkAction::Select(Some(Subject::Image(idx)))));
                }
            }
        });
    }
    ui.spacing_mut().item_spacing.y = 6.0;
}

fn skipped_ui(ui: &mut Ui, data: &Dataset) {
    let skipped = &data.report.skipped;
    if skipped.is_empty() {
        return;
    }
    let weak = theme::palette(ui).weak;
    let title = RichText::new(format::counted("data.skipped", skipped.len()));
    egui::CollapsingHeader::new(title).id_salt("skipped").show_unindented(ui, |ui| {
        egui::ScrollArea::vertical().id_salt("skipped").max_height(150.0).auto_shrink([false, true]).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 1.0;
            for file in skipped.iter().take(MAX_SKIPPED) {
                let name = one_line(&file.path);
                let path = Label::new(RichText::new(&*name).size(theme::SMALL)).truncate();
                ui.add(path).on_hover_text(&*name);
                ui.add(Label::new(RichText::new(&file.reason).size(theme::SMALL).color(weak)).wrap());
                ui.add_space(4.0);
            }
            if skipped.len() > MAX_SKIPPED {
                widgets::note(ui, &t!("data.skipped_more", n = format::count((skipped.len() - MAX_SKIPPED) as u64)));
            }
        });
    });
}

/// How files become pixels; applies when the images are loaded again.
fn settings_ui(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    let mut config = state.settings.data.clone();
    egui::CollapsingHeader::new(t!("data.settings")).id_salt("image_settings").show_unindented(ui, |ui| {
        size_ui(ui, &mut config);
        widgets::row(ui, &t!("data.channels"), &t!("data.channels_tip"), |ui, _| {
            let choices = [
                (Channels::Auto, t!("data.channels_auto").into_owned()),
                (Channels::Grey, t!("data.channels_grey").into_owned()),
                (Channels::Rgb, t!("data.channels_rgb").into_owned()),
            ];
            config.channels = widgets::segmented(ui, "channels", config.channels, &choices).unwrap_or(config.channels);
        });
        widgets::row(ui, &t!("data.fit"), &t!("data.fit_tip"), |ui, _| {
            let choices = [
                (Fit::Crop, t!("data.fit_crop").into_owned()),
                (Fit::Pad, t!("data.fit_pad").into_owned()),
                (Fit::Stretch, t!("data.fit_stretch").into_owned()),
            ];
            config.fit = widgets::segmented(ui, "fit", config.fit, &choices).unwrap_or(config.fit);
        });
        widgets::row(ui, &t!("data.background"), &t!("data.background_tip"), |ui, label| {
            let Rgb(mut rgb) = config.background;
            let response = ui.color_edit_button_srgb(&mut rgb).labelled_by(label.id);
            if response.changed() {
                config.background = Rgb(rgb);
            }
        });
        widgets::row(ui, &t!("data.max_megapixels"), &t!("data.max_megapixels_tip"), |ui, label| {
            let value = DragValue::new(&mut config.max_megapixels).range(MEGAPIXELS).suffix(t!("data.megapixels"));
            number(ui, label, value);
        });
        kept::ui(ui, state, actions);
    });
    if state.data.needs_reload(&config) && state.data.loading.is_none() {
        let palette = theme::palette(ui);
        let text = RichText::new(t!("data.reload")).color(palette.on_accent);
        let width = ui.available_width();
        let button = Button::new(text).fill(palette.accent).min_size(vec2(width, theme::CONTROL));
        let idle = !state.training.is_active();
        let tip = if idle { t!("data.reload_tip") } else { t!("data.reload_locked") };
        let response = ui.add_enabled(idle, button);
        if response.on_hover_text(tip.clone()).on_disabled_hover_text(tip).clicked() {
            actions.push(Action::Reload);
        }
    }
    if config != state.settings.data {
        actions.push(Action::Configure(Box::new(RunConfig { data: config, ..state.settings.clone() })));
    }
}

fn size_ui(ui: &mut Ui, config: &mut DataConfig) {
    widgets::row(ui, &t!("data.size"), &t!("data.size_tip"), |ui, label| {
        let text = |size: Size| match size {
            Size::Auto => t!("data.size_auto").into_owned(),
            Size::Side(side) => format!("{side} × {side}"),
        };
        let combo = ComboBox::from_id_salt("size").selected_text(text(config.size)).width(96.0);
        let response = combo.show_ui(ui, |ui| {
            let sides = OFFERED_SIDES.into_iter().filter(|s| SIDES.contains(s)).map(Size::Side);
            for size in std::iter::once(Size::Auto).chain(sides) {
                ui.selectable_value(&mut config.size, size, text(size));
            }
        });
        response.response.labelled_by(label.id);
    });
}

/// What is shown while something is dragged over the window.
pub fn drop_hint_ui(ui: &Ui) {
    if ui.input(|i| i.raw.hovered_files.is_empty()) {
        return;
    }
    let palette = theme::palette(ui);
    let layer = egui::LayerId::new(egui::Order::Foreground, egui::Id::unique("drop_hint"));
    let painter = ui.ctx().layer_painter(layer);
    let rect = ui.ctx().content_rect().shrink(theme::GAP);
    painter.rect_filled(rect, CornerRadius::same(12), palette.panel.gamma_multiply(0.92));
    let stroke = egui::Stroke::new(2.0, palette.accent);
    painter.rect_stroke(rect, CornerRadius::same(12), stroke, egui::StrokeKind::Inside);
    painter.text(rect.center(), egui::Align2::CENTER_CENTER, t!("data.drop"), theme::strong(20.0), palette.text);
}
