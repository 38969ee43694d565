//! Messages over the map: errors stay, the rest fades.

use std::collections::BTreeMap;
use std::time::Duration;

use egui::{Align2, Area, CornerRadius, Frame, Id, Label, Margin, Order, RichText, Sense, Stroke, Ui, vec2};
use rust_i18n::t;

use crate::state::{Action, AppState, ExportAction, Notice, NoticeKind};
use crate::ui::{theme, widgets};

/// Seconds a message that needs no answer stays.
const STAYS: f64 = 8.0;

/// When each message was first seen, in the window's seconds.
pub type Seen = BTreeMap<u64, f64>;

/// Draws the messages.
pub fn ui(ui: &mut Ui, state: &AppState, seen: &mut Seen, actions: &mut Vec<Action>) {
    let now = ui.input(|i| i.time);
    seen.retain(|id, _| state.notices.iter().any(|n| n.id == *id));
    // Over the map's upper edge: below stand the strip that was just saved and the curves.
    let below = theme::TOP_BAR + 2.0 * theme::CONTROL;
    Area::new(Id::unique("notices")).order(Order::Foreground).anchor(Align2::CENTER_TOP, vec2(0.0, below)).show(
        ui.ctx(),
        |ui| {
            ui.spacing_mut().item_spacing.y = 6.0;
            for notice in state.notices.iter() {
                let since = *seen.entry(notice.id).or_insert(now);
                if !matches!(notice.kind, NoticeKind::Error(_)) {
                    let left = since + STAYS - now;
                    if left <= 0.0 {
                        actions.push(Action::Dismiss(notice.id));
                        continue;
                    }
                    ui.ctx().request_repaint_after(Duration::from_secs_f64(left));
                }
                notice_ui(ui, notice, actions);
            }
        },
    );
}

fn notice_ui(ui: &mut Ui, notice: &Notice, actions: &mut Vec<Action>) {
    let palette = theme::palette(ui);
    let is_error = matches!(notice.kind, NoticeKind::Error(_));
    let (fill, line) = if is_error { (palette.error_soft, palette.error) } else { (palette.raised, palette.hovered) };
    Frame::NONE
        .fill(fill)
        .stroke(Stroke::new(1.0, line))
        .corner_radius(CornerRadius::same(8))
        .inner_margin(Margin::symmetric(12, 8))
        .shadow(ui.visuals().popup_shadow)
        .show(ui, |ui| {
            ui.horizontal(|ui| {
                ui.set_max_width(600.0);
                match &notice.kind {
                    NoticeKind::Error(text) | NoticeKind::Info(text) => {
                        let colour = if is_error { palette.error } else { palette.text };
                        let max =
                            ui.painter().layout_no_wrap(text.clone(), theme::regular(theme::BODY), colour).size().x;
                        ui.scope(|ui| {
                            ui.set_max_width(max.min(540.0) + 2.0);
                            ui.add(Label::new(RichText::new(text).color(colour)).wrap());
                        });
                    }
                    NoticeKind::Saved(path) => {
                        let file = path.clone();
                        let path = path.display().to_string();
                        let text = RichText::new(t!("notice.saved", path = path)).color(palette.text);
                        let label = ui.scope(|ui| {
                            ui.set_max_width(460.0);
                            ui.add(Label::new(text).truncate().sense(Sense::click()))
                        });
                        let label = label.inner;
                        if label.on_hover_text(t!("notice.copy_tip")).clicked() {
                            actions.push(Action::Copy(path));
                        }
                        if ui.button(t!("exporting.reveal")).on_hover_text(t!("exporting.reveal_tip")).clicked() {
                            actions.push(Action::Export(ExportAction::Reveal(file)));
                        }
                    }
                }
                let close = ui.add(widgets::close_button());
                widgets::name(&close, &t!("notice.dismiss"));
                if close.on_hover_text(t!("notice.dismiss")).clicked() {
                    actions.push(Action::Dismiss(notice.id));
                }
            });
        });
}
