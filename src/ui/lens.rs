//! The lens: the theory in numbers of the selected image, page by page, in place of the map.

mod ascent;
mod bound;
mod code;
mod contest;
mod contest_error;
mod contest_maps;
mod contest_rows;
mod contest_unseen;
mod divergence;
mod divergence_bars;
pub mod formula;
mod generate;
mod handles;
mod heat;
mod image;
mod plot;

use egui::{Align, Button, ComboBox, Layout, ScrollArea, Ui};
use rust_i18n::t;

use crate::state::lens::Page;
use crate::state::{Action, AppState, LensAction, Subject};
use crate::ui::{Cache, theme, widgets};

/// Draws the tabs of the centre: the map and the lens.
pub fn tabs_ui(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    let tabs = [(false, t!("map.title").into_owned()), (true, t!("lens.title").into_owned())];
    if let Some(open) = widgets::segmented(ui, "centre", state.lens.open, &tabs) {
        actions.push(LensAction::Show(open).into());
    }
}

/// Draws the open page.
pub fn ui(ui: &mut Ui, state: &AppState, cache: &mut Cache, actions: &mut Vec<Action>) {
    ui.horizontal(|ui| {
        ui.set_height(theme::CONTROL);
        tabs_ui(ui, state, actions);
        if let Some(page) = pages_ui(ui, state.lens.page) {
            actions.push(LensAction::Turn(page).into());
        }
    });
    if state.lens.has_a_unit() {
        subject_and_unit_ui(ui, state, actions);
    }
    ScrollArea::vertical().id_salt(state.lens.page as usize).auto_shrink([false, false]).show(ui, |ui| {
        ui.set_width(ui.available_width() - theme::GAP);
        ui.spacing_mut().item_spacing.y = 6.0;
        page_ui(ui, state, cache, actions);
    });
}

/// Which image the page is about, and in what it counts.
fn subject_and_unit_ui(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    ui.horizontal(|ui| {
        ui.set_height(theme::CONTROL);
        if state.lens.page.is_of_an_image() {
            subject_ui(ui, state, actions);
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let units = [(false, t!("lens.nats").into_owned()), (true, t!("lens.bits").into_owned())];
            if let Some(bits) = widgets::segmented(ui, "lens_unit", state.lens.bits, &units) {
                actions.push(LensAction::SetBits(bits).into());
            }
            if state.lens.progress.is_some_and(|share| share > 0.0) && !state.lens.climbs() {
                widgets::progress_bar(ui, &t!("lens.progress"), state.lens.progress, 80.0);
            }
        });
    });
}

/// The pages side by side, or as a list where there is no room for that; the one that was chosen.
fn pages_ui(ui: &mut Ui, open: Page) -> Option<Page> {
    let pages = Page::ALL.map(|page| (page, page_name(page)));
    if widgets::segmented_width(ui, &pages) <= ui.available_width() {
        return widgets::segmented(ui, "lens_page", open, &pages);
    }
    let mut chosen = open;
    let list = ComboBox::from_id_salt("lens_page").selected_text(page_name(open)).show_ui(ui, |ui| {
        for (page, name) in pages {
            ui.selectable_value(&mut chosen, page, name);
        }
    });
    widgets::label(&list.response, &t!("lens.page"));
    (chosen != open).then_some(chosen)
}

fn page_name(page: Page) -> String {
    let text = match page {
        Page::Image => t!("lens.page_image"),
        Page::Bound => t!("lens.page_bound"),
        Page::Ascent => t!("lens.page_ascent"),
        Page::Divergences => t!("divergence.title"),
        Page::Code => t!("code.title"),
        Page::Generate => t!("generate.title"),
        Page::Contest => t!("contest.title"),
    };
    text.into_owned()
}

/// Which image it is, with the one before and the next.
fn subject_ui(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    let Some(subject) = state.walk.selected else { return };
    if matches!(subject, Subject::Image(_)) {
        for (sign, name, by) in [("◀", t!("lens.previous"), -1), (theme::FOLDED, t!("lens.next"), 1)] {
            let button = Button::new(egui::RichText::new(sign).size(theme::SIGN));
            let response = ui.add(button).on_hover_text(name.as_ref());
            widgets::name(&response, &name);
            if response.clicked() {
                actions.push(LensAction::Step(by).into());
            }
        }
    }
    ui.scope(|ui| {
        ui.set_max_width((ui.available_width() - 200.0).max(60.0));
        widgets::weak(ui, state.name_of(subject));
    });
}

fn page_ui(ui: &mut Ui, state: &AppState, cache: &mut Cache, actions: &mut Vec<Action>) {
    match state.lens.page {
        Page::Divergences => return divergence::ui(ui, state, actions),
        Page::Code => return code::ui(ui, state),
        Page::Contest => return contest::ui(ui, state, cache, actions),
        Page::Image | Page::Bound | Page::Ascent | Page::Generate => {}
    }
    if state.training.model.is_none() {
        widgets::note(ui, &t!("lens.needs_model"));
        return;
    }
    if state.lens.page == Page::Generate {
        generate::ui(ui, state, cache, actions);
        return;
    }
    if state.walk.selected.is_none() {
        widgets::note(ui, &t!("lens.needs_image"));
        return;
    }
    if let Some(reason) = &state.lens.failed {
        widgets::note(ui, reason);
    }
    let page = state.lens.page;
    if page != Page::Image && !state.training.is_variational() {
        widgets::note(ui, &t!("lens.plain"));
        return;
    }
    match page {
        Page::Image => image::ui(ui, state, cache, actions),
        Page::Bound => bound::ui(ui, state, cache, actions),
        Page::Ascent => ascent::ui(ui, state, cache, actions),
        Page::Divergences | Page::Code | Page::Generate | Page::Contest => {}
    }
}

/// Of which model a page speaks, and a way to have it computed again, when that is not the newest.
fn age_ui(ui: &mut Ui, state: &AppState, step: u64, actions: &mut Vec<Action>) {
    if state.training.model.is_none_or(|model| model.step == step) {
        return;
    }
    ui.horizontal(|ui| {
        widgets::weak(ui, &t!("lens.of_step", step = crate::ui::format::count(step)));
        if ui.add_enabled(state.lens.progress.is_none(), Button::new(t!("lens.refresh"))).clicked() {
            actions.push(LensAction::Refresh.into());
        }
    });
}
