//! The window's views: [`show`] draws an [`AppState`] and collects what the user did as [`Action`]s.
//!
//! Invariants: no files, no workers, no arithmetic on images beyond turning bytes into textures, which are kept in
//! [`Cache`] under a version. Colours, sizes and icons are in [`theme`] alone; every text is in `assets/locales`.

pub mod alarm_bar;
pub mod analogy_panel;
pub mod commands;
pub mod comparison_panel;
pub mod curve_input;
pub mod curve_legend;
pub mod curve_menus;
pub mod curve_plot;
pub mod curve_runs;
pub mod curve_table;
pub mod curves;
pub mod data_panel;
pub mod dimensions;
pub mod direction_panel;
pub mod directions_kept;
pub mod dots;
pub mod empty;
pub mod epsilon;
pub mod explain;
pub mod export_menu;
pub mod export_window;
pub mod finder;
pub mod format;
pub mod groups;
pub mod help;
pub mod image_panel;
pub mod kept;
pub mod keys;
pub mod kl_bars;
pub mod lasso;
pub mod legend;
pub mod legend_click;
pub mod lens;
pub mod lists_panel;
pub mod lists_rows;
pub mod map;
pub mod map_input;
pub mod map_layers;
pub mod map_layers_menu;
pub mod map_paint;
pub mod map_toolbar;
pub mod model_more;
pub mod model_panel;
pub mod nearest;
pub mod new_run;
pub mod notices;
pub mod own_panel;
pub mod point_panel;
pub mod refine_panel;
pub mod run_buttons;
pub mod runs_panel;
pub mod scene;
pub mod schedule_picture;
pub mod search;
pub mod splat;
pub mod strip;
pub mod subject_panel;
pub mod textures;
pub mod theme;
pub mod thumbs;
pub mod timeline_bar;
pub mod top_bar;
pub mod way_panel;
pub mod widgets;

use egui::{CentralPanel, Frame, Margin, Panel, Ui};

use crate::state::{Action, AppState};

/// What is kept from frame to frame only to draw faster or to tell a click from a drag.
#[derive(Default)]
pub struct Cache {
    /// Textures by what they show.
    pub textures: textures::Textures,
    /// The images' points.
    pub dots: dots::Dots,
    /// When each message was first seen.
    pub notices: notices::Seen,
    /// When the moment of the past that is shown came on screen, in seconds.
    pub moment_seen: f64,
    /// Whether a run's new name is being typed.
    pub naming: bool,
    /// What tells a key of the window from one that is typed.
    pub typing: keys::Typing,
    /// The map's pointer.
    pub pointer: map_input::Pointer,
    /// The outline that is being drawn round images.
    pub lasso: lasso::Lasso,
    /// Where the figure stands that is explained.
    pub explained: Option<egui::Rect>,
}

/// Draws the window.
pub fn show(ui: &mut Ui, state: &AppState, cache: &mut Cache, actions: &mut Vec<Action>) {
    keys::read(ui, state, cache, actions);
    let palette = theme::palette(ui);
    let frame = |fill, x, y| Frame::NONE.fill(fill).inner_margin(Margin::symmetric(x, y));
    Panel::top("top_bar")
        .exact_size(theme::TOP_BAR)
        .frame(frame(palette.panel, theme::PAD, 0))
        .show(ui, |ui| top_bar::ui(ui, state, actions));
    Panel::left("controls")
        .exact_size(theme::LEFT)
        .resizable(false)
        .frame(frame(palette.panel, 0, 0))
        .show(ui, |ui| left_ui(ui, state, cache, actions));
    alarm_bar::panel_ui(ui, state, actions);
    // After the settings, which need the height more than the curves need the width.
    curves::panel_ui(ui, state, actions);
    Panel::right("image")
        .exact_size(theme::RIGHT)
        .resizable(false)
        .frame(frame(palette.panel, 0, 0))
        .show(ui, |ui| right_ui(ui, state, cache, actions));
    CentralPanel::no_frame()
        .frame(frame(palette.background, theme::PAD, theme::GAP as i8))
        .show(ui, |ui| centre_ui(ui, state, cache, actions));
    help::ui(ui, state, actions);
    finder::ui(ui, state, actions);
    export_window::ui(ui, state, actions);
    explain::ui(ui, state, &mut cache.explained, actions);
    strip::play(ui, state, actions);
    notices::ui(ui, state, &mut cache.notices, actions);
    data_panel::drop_hint_ui(ui);
    cache.typing.end_frame(ui.ctx());
    cache.textures.end_frame();
}

/// The map, or the lens in its place.
fn centre_ui(ui: &mut Ui, state: &AppState, cache: &mut Cache, actions: &mut Vec<Action>) {
    if state.lens.open { lens::ui(ui, state, cache, actions) } else { map::ui(ui, state, cache, actions) }
}

/// What is decoded at the point: by the open run alone, or by another one beside it.
fn right_ui(ui: &mut Ui, state: &AppState, cache: &mut Cache, actions: &mut Vec<Action>) {
    match &state.comparison {
        Some(comparison) => {
            scrolled(ui, "comparison", |ui| comparison_panel::ui(ui, state, comparison, cache, actions));
        }
        None => scrolled(ui, "image", |ui| image_panel::ui(ui, state, cache, actions)),
    }
}

fn left_ui(ui: &mut Ui, state: &AppState, cache: &mut Cache, actions: &mut Vec<Action>) {
    let margin = Margin { left: theme::PAD, right: theme::PAD, top: theme::PAD, bottom: 0 };
    Frame::NONE.inner_margin(margin).show(ui, |ui| runs_panel::choice_ui(ui, state, actions));
    if state.lists.open {
        lists_panel::ui(ui, state, cache, actions);
        return;
    }
    if state.runs.open {
        scrolled(ui, "runs", |ui| runs_panel::ui(ui, state, cache, actions));
        return;
    }
    scrolled(ui, "controls", |ui| {
        data_panel::ui(ui, state, cache, actions);
        widgets::divider(ui);
        model_panel::ui(ui, state, actions);
    });
}

/// A side panel's contents: scrolls when the window is low, with room for the bar beside the contents.
fn scrolled(ui: &mut Ui, name: &str, add: impl FnOnce(&mut Ui)) {
    egui::ScrollArea::vertical().id_salt(name).auto_shrink([false, false]).show(ui, |ui| {
        Frame::NONE.inner_margin(Margin::symmetric(theme::PAD, theme::PAD)).show(ui, |ui| {
            ui.set_width(ui.available_width());
            add(ui);
        });
    });
}
