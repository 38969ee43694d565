//! Rows of the lists of remarkable images: small pictures, what they are called, and the figure that put them there.

use egui::{CornerRadius, Label, Layout, Rect, Response, RichText, Role, Sense, Ui, UiBuilder, WidgetInfo, vec2};
use rust_i18n::t;

use crate::data::Dataset;
use crate::latent::{List, Lists};
use crate::state::{Action, AppState, ListsAction, MapAction, Subject};
use crate::ui::{Cache, format, theme, widgets};

/// Height of a row, in points.
pub const HEIGHT: f32 = 56.0;
/// Between a row's edge and what is on it.
const INSIDE: f32 = 4.0;
/// Side of a small picture.
const PICTURE: f32 = HEIGHT - 2.0 * INSIDE;

/// One image, or two side by side.
pub struct Entry {
    images: Vec<usize>,
    figure: String,
    detail: String,
}

/// A row of a list.
pub fn entry(lists: &Lists, list: List, row: usize) -> Entry {
    let entry = match list {
        List::Worst => lists.worst.get(row).map(|worst| {
            let error = format::figure(f64::from(worst.squared_error));
            (vec![worst.image], t!("lists.error", error = error), String::new())
        }),
        List::Outliers => lists.outliers.get(row).map(|outlier| {
            let density = format::figure(outlier.log_density_nats);
            let percentile = percent(outlier.percentile);
            (
                vec![outlier.image],
                t!("lists.percentile", percentile = percentile),
                t!("lists.density", density = density).into_owned(),
            )
        }),
        List::Alike => lists.alike.get(row).map(|pair| {
            let images = pair.images.to_vec();
            if row < lists.copies {
                return (images, t!("lists.copies"), String::new());
            }
            let share = percent(100.0 * f64::from(pair.rms_pixels));
            let distance = format::figure(f64::from(pair.distance_z));
            (images, t!("lists.apart", share = share), t!("lists.distance", distance = distance).into_owned())
        }),
    };
    let (images, figure, detail) = entry.unwrap_or_default();
    Entry { images: images.into_iter().map(|idx| idx as usize).collect(), figure: figure.into_owned(), detail }
}

/// Small shares keep a figure that tells them from nothing.
fn percent(value: f64) -> String {
    format::signed(value, if value < 1.0 { 2 } else { 1 })
}

/// Draws a row. A click selects its image, or the one of a pair that was clicked; a double-click or Ctrl+click opens the
/// file.
pub fn ui(
    ui: &mut Ui,
    state: &AppState,
    data: &Dataset,
    entry: &Entry,
    width: f32,
    cache: &mut Cache,
    actions: &mut Vec<Action>,
) {
    let palette = theme::palette(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(width, HEIGHT), Sense::click());
    let is_selected = |idx: usize| state.walk.selected == Some(Subject::Image(idx));
    let selected = entry.images.iter().any(|idx| is_selected(*idx));
    let names: Vec<&str> = entry.images.iter().map(|idx| data.names.get(*idx).map_or("", String::as_str)).collect();
    let spoken = format!("{}, {}", names.join(" = "), entry.figure);
    response.widget_info(|| WidgetInfo::selected(Role::ListItem, true, selected, &spoken));
    if !ui.is_rect_visible(rect) {
        return;
    }
    let fill = match (selected, response.hovered()) {
        (true, _) => Some(palette.accent_soft),
        (false, true) => Some(palette.hovered),
        (false, false) => None,
    };
    if let Some(fill) = fill {
        ui.painter().rect_filled(rect, CornerRadius::same(theme::RADIUS), fill);
    }
    widgets::focus_ring(ui, &response);
    let inner = UiBuilder::new().max_rect(rect.shrink(INSIDE)).layout(Layout::left_to_right(egui::Align::Center));
    let mut inner = ui.new_child(inner);
    inner.spacing_mut().item_spacing.x = INSIDE;
    let is_pair = entry.images.len() > 1;
    for (&idx, name) in entry.images.iter().zip(&names) {
        let texture = cache.textures.image(inner.ctx(), data, state.data.version, idx);
        let outline = (is_pair && is_selected(idx)).then_some(palette.accent_hovered);
        // One picture is part of its row; of two, each is chosen by itself.
        let sense = if is_pair { Sense::click() } else { Sense::hover() };
        let picture = widgets::picture(&mut inner, name, Some(texture), PICTURE, sense, outline);
        if is_pair {
            answer(&picture.on_hover_text(tip(data, name)), data, idx, actions);
        }
    }
    let room = Rect::from_min_max(inner.cursor().min + vec2(4.0, 0.0), rect.shrink(INSIDE).max);
    let mut texts = inner.new_child(UiBuilder::new().max_rect(room).layout(Layout::top_down(egui::Align::Min)));
    texts_ui(&mut texts, entry, &names);
    if let Some(&first) = entry.images.first() {
        let detail = [entry.detail.as_str()].into_iter().filter(|_| is_pair && !entry.detail.is_empty());
        let lines: Vec<&str> = names.iter().copied().chain(detail).collect();
        answer(&response.on_hover_text(tip(data, &lines.join("\n"))), data, first, actions);
    }
}

fn texts_ui(ui: &mut Ui, entry: &Entry, names: &[&str]) {
    let palette = theme::palette(ui);
    ui.spacing_mut().item_spacing.y = 0.0;
    let size = if names.len() > 1 { theme::SMALL } else { theme::BODY };
    let mut lines: Vec<_> = names.iter().map(|name| (*name, size, palette.text)).collect();
    lines.push((&entry.figure, theme::SMALL, palette.weak));
    if names.len() < 2 && !entry.detail.is_empty() {
        lines.push((&entry.detail, theme::SMALL, palette.weak));
    }
    let height: f32 =
        lines.iter().map(|(_, size, _)| ui.fonts_mut(|fonts| fonts.row_height(&theme::regular(*size)))).sum();
    ui.add_space(((ui.available_height() - height) / 2.0).max(0.0));
    for (text, size, colour) in lines {
        ui.add(Label::new(RichText::new(text).size(size).color(colour)).truncate().selectable(false));
    }
}

fn tip(data: &Dataset, names: &str) -> String {
    let key = if data.root.is_some() { "lists.row_tip" } else { "lists.row_tip_sample" };
    t!(key, names = names).into_owned()
}

/// What a click does.
fn answer(response: &Response, data: &Dataset, idx: usize, actions: &mut Vec<Action>) {
    let opens = response.double_clicked() || (response.clicked() && response.ctx.input(|i| i.modifiers.command));
    if opens && data.root.is_some() {
        actions.push(MapAction::OpenFile(idx).into());
    } else if response.clicked() {
        actions.push(ListsAction::Go(idx).into());
    }
}
