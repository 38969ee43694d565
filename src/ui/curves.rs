//! The curves under the map: what was measured at every step, smoothed, and on the held images.

use egui::{
    Align, Button, Color32, Frame, Label, Layout, Margin, Panel, Rect, RichText, ScrollArea, Slider, Ui, UiBuilder,
    vec2,
};
use rust_i18n::t;

use crate::curves::{Metric, SMOOTHINGS, Scale};
use crate::state::{Action, AppState, CurvesChange, Topic};
use crate::ui::curve_input::Hovered;
use crate::ui::{curve_legend, curve_menus, curve_plot, curve_runs, curve_table, explain, kl_bars, theme, widgets};

/// Space between two plots, in points.
const BETWEEN: f32 = 20.0;
/// A row of plots takes this share of the window's height at most, until it is given more by hand.
const SHARE: f32 = 0.215;
/// Several rows of them take this much.
const SHARE_OF_ALL: f32 = 0.36;
/// Width of the bar beside plots that do not fit, in points.
const BAR: f32 = 14.0;
/// And this at most even then.
const MOST: f32 = 0.55;
/// From this width of the header on there is room for everything, in points.
const WIDE: f32 = 800.0;
/// And from this width on for more than what is nowhere else.
const ROOMY: f32 = 640.0;
/// A plot is at least this wide and high, in points.
const NARROWEST: f32 = 150.0;
const LOWEST: f32 = 120.0;
/// Height of a line of a plot's title.
const TITLE: f32 = 18.0;
/// Below this width a title takes two lines, in points.
const NARROW: f32 = 300.0;

/// Draws the panel: one line when closed.
pub fn panel_ui(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    let palette = theme::palette(ui);
    let frame = Frame::NONE.fill(palette.panel).inner_margin(Margin::symmetric(theme::PAD, 0));
    if !state.curves.open {
        let panel = Panel::bottom("curves_closed").exact_size(theme::CURVES_HEADER).resizable(false);
        panel.frame(frame).show(ui, |ui| header_ui(ui, state, actions));
        return;
    }
    let window = ui.ctx().content_rect().height();
    let rows = Rows::new(ui.available_width() - 2.0 * f32::from(theme::PAD), state.curves.metrics().count());
    let runs = curve_runs::height(state);
    let several = rows.down as f32 * (LOWEST + theme::GAP);
    let plots = runs + theme::CURVES.min(window * SHARE).max(several.min(window * SHARE_OF_ALL));
    let default = theme::CURVES_HEADER + plots;
    let panel = Panel::bottom("curves").default_size(default);
    // With more rows or fewer it begins with a height of theirs, and can be given another by hand.
    let (shape, place) = ((rows.down, runs > 0.0), ui.scope_id().with("curves_shape"));
    let before = ui.data_mut(|d| d.get_temp_mut_or(place, shape).to_owned());
    ui.data_mut(|d| d.insert_temp(place, shape));
    let least = theme::CURVES_HEADER + plots.min(LOWEST);
    let range = if before == shape { least..=theme::CURVES_HEADER + window * MOST } else { default..=default };
    panel.resizable(true).size_range(range).frame(frame).show(ui, |ui| {
        // As high as it was left, whatever is in it.
        ui.set_min_height(ui.available_height());
        let panel = ui.max_rect();
        header_ui(ui, state, actions);
        curve_runs::ui(ui, state, actions);
        plots_ui(ui, state, panel, actions);
    });
}

/// How the plots stand beside and under each other.
struct Rows {
    across: usize,
    down: usize,
    /// Width of a plot, of all of them, and of the bars beside them.
    width: f32,
    room: f32,
    bars: f32,
}

impl Rows {
    /// Of `n` plots, in this width.
    fn new(width: f32, n: usize) -> Self {
        let bars = 210.0_f32.min(width * 0.18);
        let room = width - bars - BETWEEN;
        let across = ((room + BETWEEN) / (NARROWEST + BETWEEN)).floor().max(1.0) as usize;
        let down = n.div_ceil(across).max(1);
        // As many to a row in the last as in the others.
        let across = n.div_ceil(down).max(1);
        let width = (room - (across - 1) as f32 * BETWEEN) / across as f32;
        Self { across, down, width, room, bars }
    }
}

fn header_ui(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    ui.horizontal(|ui| {
        ui.set_height(theme::CURVES_HEADER);
        let sign = if state.curves.open { theme::UNFOLDED } else { theme::FOLDED };
        let text = RichText::new(t!("curves.title")).font(theme::strong(14.0));
        let toggle = ui.add(Button::new((RichText::new(sign).size(theme::SIGN), text)).frame(false));
        let tip = if state.curves.open { t!("curves.close") } else { t!("curves.open") };
        widgets::name(&toggle, &tip);
        if toggle.on_hover_text(tip).clicked() {
            actions.push(Action::Curves(CurvesChange::Open));
        }
        if !state.curves.open {
            return;
        }
        let (wide, roomy) = (ui.available_width() > WIDE, ui.available_width() > ROOMY);
        curve_menus::view_ui(ui, state, wide, actions);
        // In a narrow window it is found in the menu only.
        if roomy {
            let log = state.curves.y_scale == Scale::Log;
            let button = ui.add(Button::new(t!("curves.log")).selected(log));
            if button.on_hover_text(t!("curves.log_y_tip")).clicked() {
                let scale = if log { Scale::Linear } else { Scale::Log };
                actions.push(Action::Curves(CurvesChange::YScale(scale)));
            }
        }
        curve_legend::ui(ui, &state.curves, actions);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            curve_menus::save_ui(ui, state, actions);
            let fit = ui.add_enabled(state.curves.is_zoomed(), Button::new(t!("curves.fit")));
            widgets::name_as(&fit, &t!("curves.fit_name"));
            if fit.on_hover_text(t!("curves.fit_tip")).clicked() {
                actions.push(Action::Curves(CurvesChange::Fit));
            }
            smoothing_ui(ui, state, wide, actions);
        });
    });
}

fn smoothing_ui(ui: &mut Ui, state: &AppState, wide: bool, actions: &mut Vec<Action>) {
    let mut smoothing = state.curves.smoothing;
    ui.label(format!("{smoothing:.3}")).on_hover_text(t!("curves.smoothing_tip"));
    ui.spacing_mut().slider_width = if wide { 110.0 } else { 48.0 };
    // Much smoothing needs fine steps, little needs none: even in the logarithm of 1 − s, which is how far it reaches.
    let mut reach = -(1.0 - smoothing).log10();
    let slider = Slider::new(&mut reach, 0.0..=-(1.0 - SMOOTHINGS.end()).log10()).show_value(false);
    let response = ui.add(slider);
    response.widget_info(|| egui::WidgetInfo::slider(true, state.curves.smoothing, t!("curves.smoothing")));
    if response.changed() {
        smoothing = (1000.0 * (1.0 - 10.0_f64.powf(-reach))).round() / 1000.0;
        actions.push(Action::Curves(CurvesChange::Smoothing(smoothing)));
    }
    if wide {
        widgets::weak(ui, &t!("curves.smoothing")).on_hover_text(t!("curves.smoothing_tip"));
    }
}

fn plots_ui(ui: &mut Ui, state: &AppState, panel: Rect, actions: &mut Vec<Action>) {
    let height = ui.available_height() - 8.0;
    let metrics: Vec<Metric> = state.curves.metrics().collect();
    let Rows { across, down, width, room, bars } = Rows::new(ui.available_width(), metrics.len());
    let columns = curve_plot::columns(ui, width);
    if state.curves.want().is_none_or(|want| want.columns != columns) {
        actions.push(Action::Curves(CurvesChange::Columns(columns)));
    }
    let each = ((height + theme::GAP) / down as f32 - theme::GAP).max(LOWEST.min(height));
    let fits = each * down as f32 <= height;
    let width = if fits { width } else { width - BAR / across as f32 };
    let mut hovered = None;
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = BETWEEN;
        let builder = UiBuilder::new().layout(Layout::top_down(Align::Min));
        ui.scope_builder(builder, |ui| {
            ui.set_min_size(vec2(room, height));
            let mut rows_ui = |ui: &mut Ui| {
                ui.spacing_mut().item_spacing.y = theme::GAP;
                for row in metrics.chunks(across) {
                    hovered = row_ui(ui, state, row, [width, each], actions).or(hovered.take());
                }
            };
            if fits {
                rows_ui(ui);
            } else {
                // Its bar is always there: otherwise a plot that is cut off looks like the last.
                ui.spacing_mut().scroll = egui::style::ScrollStyle::solid();
                let scroll = ScrollArea::vertical().id_salt("plots").max_height(height).max_width(room);
                scroll.auto_shrink([false, false]).show(ui, rows_ui);
            }
        });
        ui.allocate_ui_with_layout(vec2(bars, height), Layout::top_down(Align::Min), |ui| {
            kl_bars::ui(ui, state, height);
        });
    });
    let x = hovered.as_ref().map(|hovered: &Hovered| hovered.x);
    if x != state.curves.cursor {
        actions.push(Action::Curves(CurvesChange::Point(x)));
    }
    if let (Some(hovered), Some(drawn)) = (&hovered, state.curves_drawn()) {
        curve_table::ui(hovered, panel, drawn, &state.hidden_runs(), &state.training.marks);
    }
}

fn row_ui(ui: &mut Ui, state: &AppState, row: &[Metric], size: [f32; 2], actions: &mut Vec<Action>) -> Option<Hovered> {
    let mut hovered = None;
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = BETWEEN;
        for &metric in row {
            ui.allocate_ui_with_layout(size.into(), Layout::top_down(Align::Min), |ui| {
                hovered = curve_plot::ui(ui, state, metric, size[1], actions).or(hovered.take());
            });
        }
    });
    hovered
}

/// A figure in a title.
pub struct Figure {
    /// What kind of figure it is.
    pub topic: Topic,
    /// What tells it from the others of its kind.
    pub of: String,
    /// What is written.
    pub text: String,
    /// In what colour.
    pub colour: Color32,
    /// What it is.
    pub tip: String,
}

/// Height of a title in this width: where it is narrow, the figures stand under the name.
pub fn title_height(width: f32) -> f32 {
    if width < NARROW { 2.0 * TITLE - 2.0 } else { TITLE }
}

/// A name with its unit and the last figures, each of which says what it is.
pub fn title_ui(ui: &mut Ui, topic: Topic, name: &str, tip: &str, unit: &str, figures: &[Figure]) {
    let value = |figure: &Figure| format!("{} {}", figure.of, figure.text);
    let values: Vec<_> = figures.iter().filter(|figure| figure.topic == topic).map(value).collect();
    let told = |value: &str| format!("{value} {unit}").trim().to_owned();
    let value = if values.is_empty() { String::new() } else { told(&values.join(" · ")) };
    let told_of = |figure: &Figure| if figure.topic == topic { told(&figure.text) } else { figure.text.clone() };
    let told_of: Vec<_> = figures.iter().map(told_of).collect();
    let narrow = ui.available_width() < NARROW;
    let (gap, unit) = if narrow { (6.0, unit.replace(" / ", "/")) } else { (theme::GAP, unit.to_owned()) };
    let weak = theme::palette(ui).weak;
    let name_ui = |ui: &mut Ui| {
        let label = Label::new(RichText::new(name).font(theme::strong(theme::BODY))).truncate();
        explain::text_of(ui, label, explain::Figure { topic, name, value: &value }).on_hover_text(tip);
    };
    let unit_ui = |ui: &mut Ui| {
        if !unit.is_empty() {
            let text = RichText::new(&unit).color(weak).size(theme::SMALL);
            ui.add(Label::new(text).truncate()).on_hover_text(tip);
        }
    };
    let figure_ui = |ui: &mut Ui, (figure, told): (&Figure, &String)| {
        let label = Label::new(RichText::new(&figure.text).color(figure.colour)).extend();
        let name = if figure.of.is_empty() { String::new() } else { format!("{name}, {}", figure.of) };
        let asked = explain::Figure { topic: figure.topic, name: &name, value: told };
        explain::text_of(ui, label, asked).on_hover_text(&figure.tip);
    };
    let wide = |text: &str, font| ui.painter().layout_no_wrap(text.to_owned(), font, weak).size().x + gap;
    let under: f32 = figures.iter().map(|figure| wide(&figure.text, theme::regular(theme::BODY))).sum();
    // Beside the name, or beside the figures where there is more room.
    let beside_name = !narrow || under + wide(&unit, theme::regular(theme::SMALL)) > ui.available_width() + gap;
    let height = title_height(ui.available_width());
    let size = vec2(ui.available_width(), height);
    ui.spacing_mut().interact_size.y = height / if narrow { 2.0 } else { 1.0 };
    ui.allocate_ui_with_layout(size, Layout::top_down(Align::Min), |ui| {
        ui.spacing_mut().item_spacing = vec2(gap, 0.0);
        ui.horizontal(|ui| {
            name_ui(ui);
            if beside_name {
                unit_ui(ui);
            }
            if !narrow {
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    for figure in figures.iter().zip(&told_of).rev() {
                        figure_ui(ui, figure);
                    }
                });
            }
        });
        if narrow {
            ui.horizontal(|ui| {
                for figure in figures.iter().zip(&told_of) {
                    figure_ui(ui, figure);
                }
                if !beside_name {
                    unit_ui(ui);
                }
            });
        }
    });
}
