//! What is remarkable among the images, in place of the settings: the button that looks for it, and the lists.

use egui::{Button, Frame, Margin, RichText, ScrollArea, Ui, vec2};
use rust_i18n::t;

use crate::data::Dataset;
use crate::latent::List;
use crate::state::{Action, AppState, Listed, ListsAction, Topic};
use crate::ui::{Cache, explain, format, lists_rows, theme, widgets};

/// Between two rows.
const APART: f32 = 2.0;

/// Draws the panel.
pub fn ui(ui: &mut Ui, state: &AppState, cache: &mut Cache, actions: &mut Vec<Action>) {
    // The bar of the list has the room beside it.
    let margin = Margin { left: theme::PAD, right: 0, top: theme::PAD, bottom: 0 };
    Frame::NONE.inner_margin(margin).show(ui, |ui| {
        let width = ui.available_width() - f32::from(theme::PAD);
        let found = ui.scope(|ui| {
            ui.set_max_width(width);
            head_ui(ui, state, actions)
        });
        let (Some(found), Some(data)) = (found.inner, &state.data.set) else { return };
        ui.add_space(2.0);
        rows_ui(ui, state, data, found, width, cache, actions);
    });
}

/// Everything above the rows; returns what they are of.
fn head_ui<'a>(ui: &mut Ui, state: &'a AppState, actions: &mut Vec<Action>) -> Option<&'a Listed> {
    let lists = &state.lists;
    widgets::title(ui, &t!("lists.head"));
    let found = lists.found.as_deref();
    if found.is_none() {
        widgets::note(ui, &t!("lists.what"));
    }
    if let Some(share) = lists.progress {
        progress_ui(ui, share, actions);
    } else {
        buttons_ui(ui, state, actions);
    }
    let found = found?;
    by_ui(ui, state, found);
    let choices = [
        (List::Worst, t!("lists.worst").into_owned()),
        (List::Outliers, t!("lists.outliers").into_owned()),
        (List::Alike, t!("lists.alike").into_owned()),
    ];
    ui.add_space(2.0);
    actions.extend(
        widgets::segmented(ui, "lists", lists.list, &choices).map(|list| Action::Lists(ListsAction::Choose(list))),
    );
    let (topic, text, tip) = match lists.list {
        List::Worst => (Topic::SquaredError, t!("lists.worst_note").into_owned(), t!("lists.worst_tip")),
        List::Outliers => (Topic::Outliers, t!("lists.outliers_note").into_owned(), t!("lists.outliers_tip")),
        List::Alike if found.lists.copies == 0 => {
            (Topic::Duplicates, t!("lists.alike_note_none").into_owned(), t!("lists.alike_tip"))
        }
        List::Alike => {
            let note = format::counted("lists.alike_note", found.lists.copies);
            (Topic::Duplicates, note, t!("lists.alike_tip"))
        }
    };
    explain::note(ui, topic, &text).on_hover_text(tip);
    Some(found)
}

fn progress_ui(ui: &mut Ui, share: f32, actions: &mut Vec<Action>) {
    ui.horizontal(|ui| {
        ui.set_min_height(theme::CONTROL);
        if ui.button(t!("lists.cancel")).clicked() {
            actions.push(ListsAction::Cancel.into());
        }
        let width = ui.available_width();
        widgets::progress_bar(ui, &t!("lists.progress"), Some(share), width);
    });
}

fn buttons_ui(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    let (has_model, first) = (state.training.model.is_some(), state.lists.found.is_none());
    // What is to be pressed stands out: nothing is known yet, or it is of an older model. While one trains it always is.
    let is_old = state.newer_than_lists().is_some() && !state.training.is_active();
    let stands_out = has_model && (first || is_old);
    let palette = theme::palette(ui);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        let text = RichText::new(if first { t!("lists.look") } else { t!("lists.look_again") });
        let button = if stands_out {
            Button::new(text.color(palette.on_accent)).fill(palette.accent)
        } else {
            Button::new(text)
        };
        let response = ui.add_enabled(has_model, button.min_size(vec2(0.0, theme::CONTROL)));
        let response = response.on_hover_text(t!("lists.look_tip")).on_disabled_hover_text(t!("export.needs_model"));
        if response.clicked() {
            actions.push(ListsAction::Look.into());
        }
        if !first && ui.button(t!("lists.save")).on_hover_text(t!("lists.save_tip")).clicked() {
            actions.push(ListsAction::Save.into());
        }
    });
    if !has_model {
        widgets::note(ui, &t!("export.needs_model"));
    }
}

/// Which model has judged, and whether there is a newer one.
fn by_ui(ui: &mut Ui, state: &AppState, found: &Listed) {
    let by = |name: &str, step: u64| (name.to_owned(), format::count(step));
    let (name, step) = by(&found.decoder.run, found.decoder.step);
    widgets::note(ui, &t!("lists.by", name = name, step = step));
    if let Some((name, step)) = state.newer_than_lists() {
        let (name, step) = by(name, step);
        widgets::note(ui, &t!("lists.newer", name = name, step = step));
    }
}

/// The rows in view.
fn rows_ui(
    ui: &mut Ui,
    state: &AppState,
    data: &Dataset,
    found: &Listed,
    width: f32,
    cache: &mut Cache,
    actions: &mut Vec<Action>,
) {
    let list = state.lists.list;
    let n = found.lists.len(list);
    if n == 0 {
        widgets::note(ui, &t!("lists.none"));
    }
    ui.spacing_mut().item_spacing.y = APART;
    // Each list stays where it was scrolled to; another model's begins at its top.
    let salt = (list as u8, found.decoder.step);
    let area = ScrollArea::vertical().id_salt(salt).auto_shrink([false, false]);
    area.show_rows(ui, lists_rows::HEIGHT, n, |ui, range| {
        for row in range {
            lists_rows::ui(ui, state, data, &lists_rows::entry(&found.lists, list, row), width, cache, actions);
        }
    });
}
