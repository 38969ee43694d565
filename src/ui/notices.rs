//! Messages at the foot of the left panel: errors stay, the rest fades.

use std::collections::BTreeMap;
use std::time::Duration;

use egui::{
    Align, Align2, Area, Button, CornerRadius, Frame, Id, Label, Layout, Margin, Order, RichText, Sense, Stroke, Ui,
    vec2,
};
use rust_i18n::t;

use crate::run::name_of;
use crate::state::{Action, AppState, ExportAction, Notice, NoticeKind};
use crate::ui::{theme, widgets};

/// Seconds a message that needs no answer stays.
const STAYS: f64 = 8.0;
/// And one that leads back.
const LEADS_BACK: f64 = 30.0;

/// When each message was first seen, in the window's seconds.
pub type Seen = BTreeMap<u64, f64>;

/// Draws the messages.
pub fn ui(ui: &mut Ui, state: &AppState, seen: &mut Seen, actions: &mut Vec<Action>) {
    let now = ui.input(|i| i.time);
    seen.retain(|id, _| state.notices.iter().any(|n| n.id == *id));
    // At the foot of the left panel: over no picture, no curve and no button of the run.
    let inset = vec2(f32::from(theme::PAD), -f32::from(theme::PAD));
    let width = theme::LEFT - 2.0 * f32::from(theme::PAD);
    Area::new(Id::unique("notices")).order(Order::Foreground).anchor(Align2::LEFT_BOTTOM, inset).show(ui.ctx(), |ui| {
        ui.set_width(width);
        ui.spacing_mut().item_spacing.y = 6.0;
        for notice in state.notices.iter() {
            let since = *seen.entry(notice.id).or_insert(now);
            let stays = match notice.kind {
                NoticeKind::Error(_) => f64::INFINITY,
                NoticeKind::Closed(_) => LEADS_BACK,
                NoticeKind::Info(_) | NoticeKind::Saved(_) => STAYS,
            };
            if stays.is_finite() {
                let left = since + stays - now;
                if left <= 0.0 {
                    actions.push(Action::Dismiss(notice.id));
                    continue;
                }
                ui.ctx().request_repaint_after(Duration::from_secs_f64(left));
            }
            notice_ui(ui, state, notice, actions);
        }
    });
}

fn notice_ui(ui: &mut Ui, state: &AppState, notice: &Notice, actions: &mut Vec<Action>) {
    let palette = theme::palette(ui);
    let is_error = matches!(notice.kind, NoticeKind::Error(_));
    let (fill, line) = if is_error { (palette.error_soft, palette.error) } else { (palette.raised, palette.hovered) };
    let frame = Frame::NONE.fill(fill).stroke(Stroke::new(1.0, line)).corner_radius(CornerRadius::same(8));
    let frame = frame.inner_margin(Margin::symmetric(10, 8)).shadow(ui.visuals().popup_shadow);
    frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.with_layout(Layout::right_to_left(Align::Min), |ui| {
            let close = ui.add(widgets::close_button());
            widgets::name(&close, &t!("notice.dismiss"));
            if close.on_hover_text(t!("notice.dismiss")).clicked() {
                actions.push(Action::Dismiss(notice.id));
            }
            let column = Layout::top_down(Align::Min);
            ui.with_layout(column, |ui| words_ui(ui, state, &notice.kind, actions));
        });
    });
}

/// What a message says, and under it what can be done.
fn words_ui(ui: &mut Ui, state: &AppState, kind: &NoticeKind, actions: &mut Vec<Action>) {
    let palette = theme::palette(ui);
    let say = |text: String, colour| Label::new(RichText::new(text).color(colour)).wrap();
    match kind {
        NoticeKind::Error(text) => _ = ui.add(say(text.clone(), palette.error)),
        NoticeKind::Info(text) => _ = ui.add(say(text.clone(), palette.text)),
        NoticeKind::Saved(path) => {
            let file = path.display().to_string();
            let label = ui.add(say(t!("notice.saved", path = file).into_owned(), palette.text).sense(Sense::click()));
            if label.on_hover_text(t!("notice.copy_tip")).clicked() {
                actions.push(Action::Copy(file));
            }
            if ui.button(t!("exporting.reveal")).on_hover_text(t!("exporting.reveal_tip")).clicked() {
                actions.push(Action::Export(ExportAction::Reveal(path.clone())));
            }
        }
        NoticeKind::Closed(folder) => {
            ui.add(say(t!("notice.run_kept", name = name_of(folder)).into_owned(), palette.text));
            let saved = !state.runs.is_leaving(folder);
            if ui.add_enabled(saved, Button::new(t!("notice.back"))).on_hover_text(t!("runs.open_tip")).clicked() {
                actions.push(Action::Open(folder.display().to_string()));
            }
        }
    }
}
