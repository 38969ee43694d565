//! The few controls the panels are made of: titled sections, rows of a label and a control, segmented choices.

use egui::{
    Align, Align2, Button, Color32, CornerRadius, Label, Layout, Rect, Response, RichText, Role, Sense, Stroke,
    StrokeKind, Ui, Vec2, WidgetInfo, pos2, vec2,
};

use crate::state::Topic;
use crate::ui::explain::{self, Figure};
use crate::ui::theme;

/// Room beside the text of a choice, left and right together.
const SIDES: f32 = 20.0;

/// A section's title.
pub fn title(ui: &mut Ui, text: &str) -> Response {
    ui.add(Label::new(RichText::new(text).font(theme::strong(14.0))).selectable(false))
}

/// Text that may be overlooked.
pub fn weak(ui: &mut Ui, text: &str) -> Response {
    let colour = theme::palette(ui).weak;
    ui.add(Label::new(RichText::new(text).color(colour)).truncate())
}

/// Small text that may be overlooked, wrapped.
pub fn note(ui: &mut Ui, text: &str) -> Response {
    let colour = theme::palette(ui).weak;
    ui.add(Label::new(RichText::new(text).color(colour).size(theme::SMALL)).wrap())
}

/// A quiet line between sections.
pub fn divider(ui: &mut Ui) {
    ui.add_space(theme::GAP);
    let rect = ui.available_rect_before_wrap();
    let y = rect.top();
    let outline = theme::palette(ui).outline;
    let pad = f32::from(theme::PAD);
    ui.painter().hline(rect.left() - pad..=rect.right() + pad, y, Stroke::new(1.0, outline));
    ui.add_space(theme::GAP + 4.0);
}

/// Names a button that shows a sign.
pub fn name(response: &Response, text: &str) {
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, text));
}

/// Names a button whose words are not enough by themselves.
pub fn name_as(response: &Response, text: &str) {
    let enabled = response.enabled();
    response.widget_info(|| WidgetInfo::labeled(Role::Button, enabled, text));
}

/// Names a control that has no label of its own.
pub fn label(response: &Response, text: &str) {
    response.ctx.accesskit_node_builder(response.id, |node| node.set_label(text.to_owned()));
}

/// A quiet button that closes something; its caller names it.
pub fn close_button() -> Button<'static> {
    Button::new(RichText::new(theme::CLOSE).size(theme::CLOSE_SIZE)).frame(false)
}

/// An empty frame over the whole width that says what will be there.
pub fn placeholder(ui: &mut Ui, height: f32, text: &str) {
    let palette = theme::palette(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::hover());
    let outline = Stroke::new(1.0, palette.outline);
    ui.painter().rect_stroke(rect.shrink(0.5), CornerRadius::same(theme::RADIUS), outline, StrokeKind::Inside);
    let galley = ui.painter().layout(text.to_owned(), theme::regular(theme::SMALL), palette.weak, rect.width() - 16.0);
    ui.painter().galley(rect.center() - galley.size() / 2.0, galley, palette.weak);
}

/// A label with its explanation on the left, a control on the right. The control gets the label's response, to be
/// named by it.
pub fn row<R>(ui: &mut Ui, label: &str, tip: &str, add: impl FnOnce(&mut Ui, &Response) -> R) -> R {
    ui.horizontal(|ui| {
        ui.set_min_height(theme::CONTROL);
        let label = ui.add(Label::new(label).selectable(false).sense(Sense::hover())).on_hover_text(tip);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| add(ui, &label)).inner
    })
    .inner
}

/// A row that holds only text.
pub fn text_row<R>(ui: &mut Ui, add: impl FnOnce(&mut Ui) -> R) -> R {
    let size = vec2(ui.available_width(), theme::TEXT_ROW);
    ui.allocate_ui_with_layout(size, Layout::left_to_right(Align::Center), |ui| {
        ui.set_min_height(theme::TEXT_ROW);
        add(ui)
    })
    .inner
}

/// A row with a figure on the right, which says what it is when it is clicked.
pub fn figure_row(ui: &mut Ui, topic: Topic, label: &str, tip: &str, value: &str, unit: &str, strong: bool) {
    let palette = theme::palette(ui);
    let size = vec2(ui.available_width(), theme::TEXT_ROW);
    let row = ui.allocate_ui_with_layout(size, Layout::left_to_right(Align::Center), |ui| {
        ui.set_min_size(size);
        let font = if strong { theme::strong(theme::BODY) } else { theme::regular(theme::BODY) };
        let plain = |text: RichText| Label::new(text).selectable(false);
        ui.add(plain(RichText::new(label).font(font.clone())));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = 4.0;
            ui.add(plain(RichText::new(unit).color(palette.weak).size(theme::SMALL)));
            ui.add(plain(RichText::new(value).font(font)));
        });
    });
    let told = format!("{value} {unit}");
    let response = explain::over(ui, row.response.rect, Figure { topic, name: label, value: told.trim_end() });
    if !tip.is_empty() {
        response.on_hover_text(tip);
    }
}

/// One of a few choices, side by side; returns the one that was clicked.
pub fn segmented<T: Copy + PartialEq>(ui: &mut Ui, name: &str, current: T, choices: &[(T, String)]) -> Option<T> {
    let palette = theme::palette(ui);
    let font = theme::regular(theme::BODY);
    let widths: Vec<f32> = segment_widths(ui, choices).collect();
    let (rect, _) = ui.allocate_exact_size(vec2(widths.iter().sum(), theme::CONTROL), Sense::hover());
    let radius = CornerRadius::same(theme::RADIUS);
    ui.painter().rect_filled(rect, radius, palette.raised);
    let (mut x, mut clicked) = (rect.left(), None);
    for (i, ((value, text), width)) in choices.iter().zip(&widths).enumerate() {
        let segment = Rect::from_min_size(pos2(x, rect.top()), vec2(*width, rect.height()));
        x += width;
        let selected = *value == current;
        let response = ui.interact(segment, ui.scope_id().with((name, i)), Sense::click());
        let enabled = ui.is_enabled();
        response.widget_info(|| WidgetInfo::selected(Role::RadioButton, enabled, selected, text));
        if response.clicked() && !selected {
            clicked = Some(*value);
        }
        let colour = match (selected, response.hovered()) {
            (true, _) => {
                ui.painter().rect_filled(segment, radius, palette.accent_soft);
                palette.text
            }
            (false, true) => {
                ui.painter().rect_filled(segment, radius, palette.hovered);
                palette.text
            }
            (false, false) => palette.weak,
        };
        focus_ring(ui, &response);
        ui.painter().text(
            segment.center(),
            Align2::CENTER_CENTER,
            text,
            font.clone(),
            ui.visuals().fade_if(ui, colour),
        );
    }
    clicked
}

/// How wide [`segmented`] is with these choices.
pub fn segmented_width<T>(ui: &Ui, choices: &[(T, String)]) -> f32 {
    segment_widths(ui, choices).sum()
}

fn segment_widths<T>(ui: &Ui, choices: &[(T, String)]) -> impl Iterator<Item = f32> {
    let font = theme::regular(theme::BODY);
    let width = move |text: &String| ui.painter().layout_no_wrap(text.clone(), font.clone(), Color32::WHITE).size().x;
    choices.iter().map(move |(_, text)| width(text) + SIDES)
}

/// Dims a colour in a disabled part of the window.
trait Fade {
    fn fade_if(&self, ui: &Ui, colour: Color32) -> Color32;
}

impl Fade for egui::Visuals {
    fn fade_if(&self, ui: &Ui, colour: Color32) -> Color32 {
        if ui.is_enabled() { colour } else { self.disable(colour) }
    }
}

/// A line around what has the keyboard.
pub fn focus_ring(ui: &Ui, response: &Response) {
    if response.has_focus() {
        let stroke = Stroke::new(1.5, theme::palette(ui).accent_hovered);
        ui.painter().rect_stroke(response.rect, CornerRadius::same(theme::RADIUS), stroke, StrokeKind::Inside);
    }
}

/// A thin bar that fills from the left; `None` is drawn empty.
pub fn progress_bar(ui: &mut Ui, name: &str, share: Option<f32>, width: f32) -> Response {
    let palette = theme::palette(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(width, 4.0), Sense::hover());
    let radius = CornerRadius::same(2);
    ui.painter().rect_filled(rect, radius, palette.raised);
    if let Some(share) = share.filter(|s| *s > 0.0) {
        let filled = Rect::from_min_size(rect.min, vec2((rect.width() * share.min(1.0)).max(4.0), rect.height()));
        ui.painter().rect_filled(filled, radius, palette.accent);
    }
    response.widget_info(|| {
        let mut info = WidgetInfo::labeled(Role::ProgressIndicator, true, name);
        info.value = share.map(f64::from);
        info
    });
    response
}

/// A picture with square pixels, on its dark ground; without a texture only the ground.
pub fn picture(
    ui: &mut Ui,
    name: &str,
    texture: Option<egui::TextureId>,
    side: f32,
    sense: Sense,
    outline: Option<Color32>,
) -> Response {
    let (rect, response) = ui.allocate_exact_size(Vec2::splat(side), sense);
    ui.painter().rect_filled(rect, CornerRadius::same(4), theme::PICTURE_BACK);
    if let Some(texture) = texture {
        let uv = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
        egui::Image::from_texture((texture, rect.size())).uv(uv).corner_radius(4).paint_at(ui, rect);
    }
    let outline =
        if response.hovered() && sense.senses_click() { Some(theme::palette(ui).accent_hovered) } else { outline };
    if let Some(colour) = outline {
        ui.painter().rect_stroke(rect, CornerRadius::same(4), Stroke::new(2.0, colour), StrokeKind::Outside);
    }
    let kind = if sense.senses_click() { Role::Button } else { Role::Image };
    response.widget_info(|| WidgetInfo::labeled(kind, true, name));
    response
}
