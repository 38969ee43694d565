//! "What is this number?": figures and titles that answer a click with what they are, and the small window that says so.
//!
//! Whatever shows a figure hands its response to [`asks`], or uses [`label`], [`title`] or [`over`]. A click is left in
//! egui's memory until the end of the frame, where [`ui`] makes an action of it: figures stand in many places from which
//! no action leads out.

mod card;
mod glossary;

pub use card::name;

use egui::{
    CursorIcon, Id, Label, Popup, PopupCloseBehavior, Rect, Response, RichText, Role, Sense, Shape, Ui, WidgetInfo,
    pos2,
};
use rust_i18n::t;

use crate::state::{Action, AppState, Asked, ExplainAction, Topic};
use crate::ui::{theme, widgets};

/// Width of the small window, in points.
const WIDTH: f32 = 380.0;
/// Between it and the figure.
const APART: f32 = 6.0;

/// A figure that was clicked, and where it stands.
#[derive(Clone)]
struct Clicked {
    asked: Asked,
    at: Rect,
}

/// What is asked about.
#[derive(Clone, Copy)]
pub struct Figure<'a> {
    /// The kind of figure.
    pub topic: Topic,
    /// What it is called on screen.
    pub name: &'a str,
    /// Its value with its unit; empty for a title without one.
    pub value: &'a str,
}

/// Lets what senses clicks answer them, from the keyboard too: the pointer asks, dots underline it, and it has a name.
pub fn asks(ui: &Ui, response: Response, figure: Figure<'_>) -> Response {
    let Figure { topic, name, value } = figure;
    let enabled = ui.is_enabled();
    response.widget_info(|| {
        let told = [name, value].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
        WidgetInfo::labeled(Role::Button, enabled, t!("explain.ask", figure = told))
    });
    if response.hovered() || response.has_focus() {
        underline(ui, response.rect);
    }
    widgets::focus_ring(ui, &response);
    if response.clicked() {
        let asked = Asked { topic, value: (!value.is_empty()).then(|| value.to_owned()) };
        let clicked = Clicked { asked, at: response.rect };
        ui.data_mut(|data| data.insert_temp(mailbox(), clicked));
    }
    response.on_hover_cursor(CursorIcon::Help)
}

fn mailbox() -> Id {
    Id::unique("explain_clicked")
}

/// Text that is a figure, or names one.
pub fn label(ui: &mut Ui, text: impl Into<RichText>, figure: Figure<'_>) -> Response {
    text_of(ui, Label::new(text.into()), figure)
}

/// The same as a label that is set in its own way.
pub fn text_of(ui: &mut Ui, label: Label, figure: Figure<'_>) -> Response {
    let response = ui.add(label.selectable(false).sense(Sense::click()));
    asks(ui, response, figure)
}

/// A section's title; `value` is what it stands above.
pub fn title(ui: &mut Ui, topic: Topic, text: &str, value: &str) -> Response {
    label(ui, RichText::new(text).font(theme::strong(14.0)), Figure { topic, name: text, value })
}

/// A quiet sentence, wrapped.
pub fn note(ui: &mut Ui, topic: Topic, text: &str) -> Response {
    let quiet = RichText::new(text).color(theme::palette(ui).weak).size(theme::SMALL);
    text_of(ui, Label::new(quiet).wrap(), Figure { topic, name: text, value: "" })
}

/// A quiet name above figures.
pub fn head(ui: &mut Ui, topic: Topic, text: &str) -> Response {
    let quiet = RichText::new(text).color(theme::palette(ui).weak);
    text_of(ui, Label::new(quiet).truncate(), Figure { topic, name: text, value: "" })
}

/// What is painted at `rect`.
pub fn over(ui: &Ui, rect: Rect, figure: Figure<'_>) -> Response {
    let id = ui.scope_id().with((figure.topic.key(), figure.name));
    let response = ui.interact(rect, id, Sense::click());
    asks(ui, response, figure)
}

/// Dots under what can be asked.
fn underline(ui: &Ui, rect: Rect) {
    let (y, colour) = (rect.bottom() - 0.5, theme::palette(ui).weak);
    ui.painter().extend(Shape::dotted_line(&[pos2(rect.left(), y), pos2(rect.right(), y)], colour, 3.0, 0.8));
}

/// Takes up what was clicked in this frame, and draws the explanation that is open. `anchor` is where the figure stands.
pub fn ui(ui: &mut Ui, state: &AppState, anchor: &mut Option<Rect>, actions: &mut Vec<Action>) {
    let clicked = ui.data_mut(|data| {
        let clicked = data.get_temp::<Clicked>(mailbox());
        data.remove::<Clicked>(mailbox());
        clicked
    });
    if state.explain.glossary {
        glossary::ui(ui, state, actions);
        return;
    }
    let open = state.explain.open.as_ref().zip(*anchor);
    let closes = open.is_some_and(|(asked, anchor)| beside(ui, asked, anchor, actions));
    if let Some(Clicked { asked, at }) = clicked {
        *anchor = Some(at);
        actions.push(ExplainAction::Ask(asked).into());
    } else if closes {
        actions.push(ExplainAction::Close.into());
    }
}

/// The explanation beside what was clicked; whether it is to be closed.
fn beside(ui: &Ui, asked: &Asked, anchor: Rect, actions: &mut Vec<Action>) -> bool {
    let frame = egui::Frame::popup(ui.style()).inner_margin(theme::PAD);
    // Another topic begins at its own size.
    let id = Id::unique("explain").with(asked.topic.key());
    let popup = Popup::new(id, ui.ctx().clone(), anchor, ui.layer_id())
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
        .accessible_name(t!("explain.name"))
        .gap(APART)
        .width(WIDTH)
        .frame(frame);
    let shown = popup.show(|ui| {
        ui.set_width(WIDTH);
        card::ui(ui, asked, true, actions);
    });
    shown.is_some_and(|shown| shown.response.should_close())
}
