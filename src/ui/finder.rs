//! The command palette: every command by name, with its key.

use egui::{
    Align2, CornerRadius, Frame, Id, Key, Modal, Modifiers, Rect, Response, Role, ScrollArea, Sense, TextEdit, Ui,
    WidgetInfo, pos2, vec2,
};
use rust_i18n::t;

use crate::state::{Action, AppState, ExplainAction, FinderAction, Topic};
use crate::ui::commands::{self, Outcome, listed};
use crate::ui::{explain, search, theme, widgets};

/// Width of the list, in points, and the most of the window's height that it may take.
const WIDTH: f32 = 600.0;
const SHARE_OF_HEIGHT: f32 = 0.6;
/// Height of an entry.
const ROW: f32 = 28.0;
/// Entries that a page has.
const PAGE: usize = 10;
/// Where a name begins, after the place of its mark.
const NAME: f32 = 28.0;
/// Between a name and what stands to the right of it.
const BETWEEN: f32 = 16.0;
const PAD: f32 = 10.0;

/// A command in the list.
struct Entry {
    id: String,
    name: String,
    keys: String,
    outcome: Outcome,
    is_on: bool,
}

/// Draws the list while it is open.
pub fn ui(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    if !state.finder.open {
        return;
    }
    let mut found = found(ui, state);
    let before = state.finder.at.min(found.len().saturating_sub(1));
    let mut at = moved(ui, before, found.len());
    let by_key = at != before;
    let pressed = |key| ui.input_mut(|i| i.consume_key(Modifiers::NONE, key));
    let (mut wanted, closed) = (pressed(Key::Enter).then_some(at), pressed(Key::Escape));
    let id = Id::unique("finder");
    let height = ui.ctx().content_rect().height();
    let below = (0.12 * height).min(theme::TOP_BAR + 2.0 * theme::GAP);
    let frame = Frame::window(ui.style()).inner_margin(theme::GAP);
    let area = Modal::default_area(id).anchor(Align2::CENTER_TOP, vec2(0.0, below));
    let modal = Modal::new(id).area(area).frame(frame).show(ui.ctx(), |ui| {
        ui.set_width(WIDTH);
        field_ui(ui, state, actions);
        ui.add_space(2.0);
        if found.is_empty() {
            widgets::note(ui, &t!("finder.none"));
        }
        ui.spacing_mut().item_spacing.y = 0.0;
        ScrollArea::vertical().max_height(SHARE_OF_HEIGHT * height).min_scrolled_height(ROW).show(ui, |ui| {
            for (i, entry) in found.iter().enumerate() {
                let response = entry_ui(ui, entry, i == at);
                if i == at && by_key {
                    response.scroll_to_me(None);
                }
                if response.hovered() && ui.input(|i| i.pointer.delta() != vec2(0.0, 0.0)) {
                    at = i;
                }
                if response.clicked() {
                    wanted = Some(i);
                }
            }
        });
        ui.add_space(6.0);
        widgets::note(ui, &t!("finder.footer"));
    });
    if at != state.finder.at {
        actions.push(FinderAction::Choose(at).into());
    }
    let can = wanted.filter(|i| found.get(*i).is_some_and(|entry| entry.outcome.is_ok()));
    if let Some(Entry { id, outcome: Ok(action), .. }) = can.map(|i| found.swap_remove(i)) {
        actions.extend([FinderAction::Done(id).into(), action]);
    } else if closed || modal.should_close() {
        actions.push(FinderAction::Toggle.into());
    }
}

/// Where the arrow keys lead; past the end it begins again.
fn moved(ui: &Ui, at: usize, n: usize) -> usize {
    let steps = |key| ui.input_mut(|i| i.count_and_consume_key(Modifiers::NONE, key));
    let (down, up) = (steps(Key::ArrowDown), steps(Key::ArrowUp));
    let (page_down, page_up) = (PAGE * steps(Key::PageDown), PAGE * steps(Key::PageUp));
    if n == 0 {
        return 0;
    }
    let around = (at + down + n * up - up) % n;
    (around + page_down).min(n - 1).saturating_sub(page_up)
}

/// What has the words: the best first, of equals the one that was used last.
fn found(ui: &Ui, state: &AppState) -> Vec<Entry> {
    let finder = &state.finder;
    let of_table = commands::all().filter(|command| command.id != commands::FINDER.id).map(|command| Entry {
        id: command.id.to_owned(),
        name: command.name().into_owned(),
        keys: command.keys(ui.ctx()),
        outcome: (command.outcome)(state),
        is_on: command.is_on.is_some_and(|is_on| is_on(state)),
    });
    let of_runs = listed::all(state).map(|listed::OfRun { id, name, outcome, is_on }| Entry {
        id,
        name,
        keys: String::new(),
        outcome,
        is_on,
    });
    let of_topics = Topic::ALL.iter().map(|topic| Entry {
        id: format!("explain {}", topic.key()),
        name: t!("explain.command", name = explain::name(*topic)).into_owned(),
        keys: String::new(),
        outcome: Ok(ExplainAction::Look(*topic).into()),
        is_on: false,
    });
    let fits = |entry: Entry| search::fit(&finder.query, &entry.name).map(|fit| (fit, entry));
    let mut found: Vec<_> = of_table.chain(of_runs).chain(of_topics).filter_map(fits).collect();
    let used = |entry: &Entry| finder.recent.iter().position(|id| *id == entry.id).unwrap_or(usize::MAX);
    found.sort_by_key(|(fit, entry)| (std::cmp::Reverse(*fit), used(entry)));
    found.into_iter().map(|(_, entry)| entry).collect()
}

fn field_ui(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    let mut query = state.finder.query.clone();
    let hint = t!("finder.hint").into_owned();
    let field = TextEdit::singleline(&mut query).hint_text(hint).desired_width(f32::INFINITY).margin(vec2(10.0, 8.0));
    let response = ui.add(field.font(theme::regular(15.0)));
    widgets::label(&response, &t!("finder.name"));
    if !response.has_focus() {
        response.request_focus();
    }
    if response.changed() {
        actions.push(FinderAction::Type(query).into());
    }
}

/// A mark when it is on, the name, why it cannot be done, and the key.
fn entry_ui(ui: &mut Ui, entry: &Entry, chosen: bool) -> Response {
    let palette = theme::palette(ui);
    let enabled = entry.outcome.is_ok();
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::click());
    let spoken = match &entry.outcome {
        Ok(_) => entry.name.clone(),
        Err(reason) => t!("finder.disabled", name = entry.name, reason = reason).into_owned(),
    };
    response.widget_info(|| WidgetInfo::selected(Role::ListItem, enabled, chosen, &spoken));
    if !ui.is_rect_visible(rect) {
        return response;
    }
    if chosen {
        ui.painter().rect_filled(rect, CornerRadius::same(theme::RADIUS), palette.accent_soft);
    }
    let middle = |x: f32| pos2(x, rect.center().y);
    let painter = ui.painter().with_clip_rect(rect.intersect(ui.clip_rect()));
    let (font, small) = (theme::regular(theme::BODY), theme::regular(theme::SMALL));
    if entry.is_on {
        let colour = if enabled { palette.accent_hovered } else { palette.weak };
        painter.text(middle(rect.left() + PAD), Align2::LEFT_CENTER, theme::CHECK, font.clone(), colour);
    }
    let colour = if enabled { palette.text } else { palette.weak };
    let left = rect.left() + NAME;
    let name = painter.text(middle(left), Align2::LEFT_CENTER, &entry.name, font, colour);
    let mut right = rect.right() - PAD;
    if !entry.keys.is_empty() {
        let keys = painter.text(middle(right), Align2::RIGHT_CENTER, &entry.keys, small.clone(), palette.weak);
        right = keys.left() - BETWEEN;
    }
    if let Err(reason) = &entry.outcome {
        let room = Rect::from_x_y_ranges(name.right() + BETWEEN..=right, rect.y_range());
        let galley = painter.layout_no_wrap(reason.clone(), small, palette.weak.gamma_multiply(0.8));
        if galley.size().x <= room.width() {
            let at = pos2(room.right() - galley.size().x, rect.center().y - galley.size().y / 2.0);
            painter.galley(at, galley, palette.weak);
        } else {
            response.clone().on_hover_text(reason);
        }
    }
    response
}
