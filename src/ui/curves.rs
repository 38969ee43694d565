//! The curves under the map: what was measured at every step, smoothed, and on the held images.

use egui::{
    Align, Align2, Button, CornerRadius, Frame, Label, Layout, Margin, Panel, Rect, RichText, Sense, Slider, Stroke,
    Ui, pos2, vec2,
};
use egui_plot::{
    GridInput, GridMark, HoverPosition, Line, LineStyle, MarkerShape, Plot, PlotPoint, PlotPoints, Points,
};
use rust_i18n::t;

use crate::config::Kind;
use crate::state::{Action, AppState, Metric};
use crate::ui::{format, theme, widgets};

/// Draws the panel: one line when closed.
pub fn panel_ui(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    let palette = theme::palette(ui);
    let height = theme::CURVES_HEADER + if state.curves_open { theme::CURVES } else { 0.0 };
    Panel::bottom("curves")
        .exact_size(height)
        .resizable(false)
        .frame(Frame::NONE.fill(palette.panel).inner_margin(Margin::symmetric(theme::PAD, 0)))
        .show(ui, |ui| {
            header_ui(ui, state, actions);
            if state.curves_open {
                plots_ui(ui, state);
            }
        });
}

fn header_ui(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    let palette = theme::palette(ui);
    ui.horizontal(|ui| {
        ui.set_height(theme::CURVES_HEADER);
        let sign = if state.curves_open { "▾" } else { "▸" };
        let text = RichText::new(format!("{sign}  {}", t!("curves.title"))).font(theme::strong(14.0));
        let toggle = ui.add(Button::new(text).frame(false));
        let tip = if state.curves_open { t!("curves.close") } else { t!("curves.open") };
        if toggle.on_hover_text(tip).clicked() {
            actions.push(Action::ToggleCurves);
        }
        if !state.curves_open {
            return;
        }
        ui.add_space(6.0);
        key_ui(ui, &t!("curves.train"), palette.recon, false);
        key_ui(ui, &t!("curves.validation"), palette.validation, true);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let history = &state.training.history;
            let mut smoothing = history.smoothing();
            ui.label(format!("{smoothing:.3}"));
            ui.spacing_mut().slider_width = 110.0;
            let slider = Slider::new(&mut smoothing, 0.0..=0.999).show_value(false);
            let response = ui.add(slider);
            let label = widgets::weak(ui, &t!("curves.smoothing")).on_hover_text(t!("curves.smoothing_tip"));
            if response.labelled_by(label.id).changed() {
                actions.push(Action::SetSmoothing(smoothing));
            }
        });
    });
}

/// A line of the legend.
fn key_ui(ui: &mut Ui, text: &str, colour: egui::Color32, dashed: bool) {
    let (rect, _) = ui.allocate_exact_size(vec2(18.0, 12.0), Sense::hover());
    let (y, stroke) = (rect.center().y, Stroke::new(2.0, colour));
    if dashed {
        for x in [rect.left(), rect.left() + 7.0, rect.left() + 14.0] {
            ui.painter().hline(x..=x + 4.0, y, stroke);
        }
    } else {
        ui.painter().hline(rect.x_range(), y, stroke);
    }
    ui.spacing_mut().item_spacing.x = 5.0;
    widgets::weak(ui, text);
    ui.add_space(8.0);
}

fn plots_ui(ui: &mut Ui, state: &AppState) {
    let palette = theme::palette(ui);
    if state.training.history.steps.is_empty() {
        let rect = ui.available_rect_before_wrap();
        ui.painter().text(
            rect.center() - vec2(0.0, 12.0),
            Align2::CENTER_CENTER,
            t!("curves.empty"),
            theme::regular(theme::BODY),
            palette.weak,
        );
        return;
    }
    let gap = 20.0;
    let bars = 210.0_f32.min(ui.available_width() * 0.2);
    let width = (ui.available_width() - bars - 3.0 * gap) / 3.0;
    let height = ui.available_height() - 8.0;
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = gap;
        for metric in Metric::ALL {
            ui.allocate_ui_with_layout(vec2(width, height), Layout::top_down(Align::Min), |ui| {
                plot_ui(ui, state, metric, height);
            });
        }
        ui.allocate_ui_with_layout(vec2(bars, height), Layout::top_down(Align::Min), |ui| {
            per_dim_ui(ui, state, height);
        });
    });
}

fn plot_ui(ui: &mut Ui, state: &AppState, metric: Metric, height: f32) {
    let palette = theme::palette(ui);
    let (name, tip, colour) = match metric {
        Metric::Recon => (t!("curves.recon"), t!("curves.recon_tip"), palette.recon),
        Metric::Kl => (t!("curves.kl"), t!("curves.kl_tip"), palette.kl),
        Metric::Elbo => (t!("curves.elbo"), t!("curves.elbo_tip"), palette.elbo),
    };
    let history = &state.training.history;
    let curve = history.curve(metric);
    ui.spacing_mut().item_spacing.y = 3.0;
    let held = history.validation.last().map(|v| metric.of(v.terms));
    plot_title_ui(ui, &name, &tip, &t!("unit.nats_per_image"), |ui| {
        if let Some(held) = held {
            ui.colored_label(palette.validation, format::figure(held));
        }
        if let Some(value) = curve.last_smooth() {
            ui.colored_label(colour, format::figure(value));
        }
    });
    let raw: Vec<PlotPoint> = curve
        .buckets()
        .iter()
        .flat_map(|b| [PlotPoint::new(b.x_first, b.min), PlotPoint::new(b.x_last, b.max)])
        .collect();
    let smooth: Vec<PlotPoint> = curve.buckets().iter().map(|b| PlotPoint::new(b.x_last, b.smooth)).collect();
    let held: Vec<PlotPoint> = history.validation.iter().map(|v| PlotPoint::new(v.epoch, metric.of(v.terms))).collect();
    let (low, high) = range(state, metric);
    let last_x = history.last().map_or(1.0, |s| s.epoch);
    let id = format!("plot_{metric:?}");
    let width = ui.available_width();
    let first_frame = egui_plot::PlotMemory::load(ui.ctx(), ui.make_persistent_id(&id)).is_none();
    Plot::new(&id)
        .height(height - 24.0)
        .show_background(false)
        .show_x(false)
        .show_y(false)
        .allow_scroll(false)
        .allow_boxed_zoom(false)
        .default_x_bounds(0.0, last_x.max(1e-3))
        .default_y_bounds(low, high)
        .grid_color(palette.outline)
        .x_axis_formatter(|mark, _| tick(mark.value))
        .y_axis_formatter(|mark, _| tick(mark.value))
        .x_grid_spacer(move |input| marks(input, width / 70.0))
        .y_grid_spacer(move |input| marks(input, height / 40.0))
        .grid_spacing(12.0..=28.0)
        .y_axis_min_width(34.0)
        .label_formatter(|h| match h {
            HoverPosition::NearDataPoint { position, .. } => Some(
                t!("curves.hover", epoch = format!("{:.2}", position.x), value = format::figure(position.y))
                    .into_owned(),
            ),
            HoverPosition::Elsewhere { .. } => None,
        })
        .show(ui, |plot| {
            if first_frame {
                plot.set_auto_bounds(true);
            }
            let faint = colour.gamma_multiply(0.28);
            plot.line(Line::new("raw", PlotPoints::Owned(raw)).color(faint).width(1.0).allow_hover(false));
            plot.line(Line::new(t!("curves.train"), PlotPoints::Owned(smooth)).color(colour).width(2.0));
            if held.len() > 1 {
                let style = LineStyle::Dashed { length: 6.0 };
                plot.line(
                    Line::new("held", PlotPoints::Owned(held.clone()))
                        .color(palette.validation)
                        .width(1.5)
                        .style(style)
                        .allow_hover(false),
                );
            }
            let points = Points::new(t!("curves.validation"), PlotPoints::Owned(held)).color(palette.validation);
            plot.points(points.radius(2.2).shape(MarkerShape::Circle));
        });
}

/// What the plot shows until it is moved: the course of the curve and every validation after its first steep part.
fn range(state: &AppState, metric: Metric) -> (f64, f64) {
    let history = &state.training.history;
    let (mut low, mut high) = history.curve(metric).range().unwrap_or((0.0, 1.0));
    let skip = usize::from(history.validation.len() > 3);
    for stats in history.validation.iter().skip(skip) {
        let value = metric.of(stats.terms);
        low = low.min(value);
        high = high.max(value);
    }
    let margin = ((high - low) * 0.08).max(high.abs() * 1e-3).max(1e-6);
    (low - margin, high + margin)
}

/// Round ticks, about `target` of them; the plot's own are powers of ten only.
fn marks(input: GridInput, target: f32) -> Vec<GridMark> {
    let (low, high) = input.bounds;
    let (step, _) = format::tick_step((high - low) as f32, target);
    let step = f64::from(step);
    if !(low.is_finite() && high.is_finite() && step > 0.0) {
        return Vec::new();
    }
    let (first, last) = ((low / step).ceil() as i64, (high / step).floor() as i64);
    (first..=last.min(first + 100)).map(|i| GridMark { value: i as f64 * step, step_size: step }).collect()
}

/// A tick without superfluous zeros and with a true minus.
fn tick(value: f64) -> String {
    let rounded = (value * 1e4).round() / 1e4;
    if rounded < 0.0 { format!("−{}", -rounded) } else { format!("{}", rounded.abs()) }
}

fn plot_title_ui(ui: &mut Ui, name: &str, tip: &str, unit: &str, values: impl FnOnce(&mut Ui)) {
    let weak = theme::palette(ui).weak;
    ui.horizontal(|ui| {
        ui.set_height(18.0);
        ui.spacing_mut().item_spacing.x = 8.0;
        ui.add(Label::new(RichText::new(name).font(theme::strong(theme::BODY))).extend()).on_hover_text(tip);
        ui.add(Label::new(RichText::new(unit).size(theme::SMALL).color(weak)).truncate());
        ui.with_layout(Layout::right_to_left(Align::Center), values);
    });
}

/// One bar a latent dimension.
fn per_dim_ui(ui: &mut Ui, state: &AppState, height: f32) {
    let palette = theme::palette(ui);
    ui.spacing_mut().item_spacing.y = 3.0;
    plot_title_ui(ui, &t!("curves.per_dim"), &t!("curves.per_dim_tip"), &t!("unit.nats"), |_| {});
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), height - 24.0), Sense::hover());
    let painter = ui.painter();
    let kl: &[f64] = state.training.history.validation.last().map_or(&[], |v| &v.kl_per_dim_nats);
    let is_vae = state.training.run.as_ref().is_none_or(|r| r.config.model.kind == Kind::Vae);
    if kl.is_empty() || !is_vae {
        let text = if is_vae { t!("curves.per_dim_empty") } else { t!("model.beta_ae") };
        painter.text(rect.center(), Align2::CENTER_CENTER, text, theme::regular(theme::SMALL), palette.weak);
        return;
    }
    let most = kl.iter().copied().fold(1e-9, f64::max);
    if kl.len() <= 4 {
        let line = (rect.height() / kl.len() as f32).min(34.0);
        for (i, value) in kl.iter().enumerate() {
            let y = rect.top() + line * (i as f32 + 0.5);
            painter.text(
                pos2(rect.left(), y),
                Align2::LEFT_CENTER,
                format::axis(i),
                theme::regular(theme::BODY),
                palette.weak,
            );
            let text = format::figure(*value);
            painter.text(pos2(rect.right(), y), Align2::RIGHT_CENTER, text, theme::regular(theme::BODY), palette.text);
            let track = Rect::from_min_max(pos2(rect.left() + 26.0, y - 4.0), pos2(rect.right() - 46.0, y + 4.0));
            painter.rect_filled(track, CornerRadius::same(4), palette.raised);
            let share = (value / most).clamp(0.02, 1.0) as f32;
            let bar = Rect::from_min_size(track.min, vec2(track.width() * share, track.height()));
            painter.rect_filled(bar, CornerRadius::same(4), palette.kl);
        }
    } else {
        let width = rect.width() / kl.len() as f32;
        let floor = rect.bottom() - 16.0;
        for (i, value) in kl.iter().enumerate() {
            let left = rect.left() + width * i as f32;
            let top = floor - (floor - rect.top()) * (value / most) as f32;
            let bar =
                Rect::from_min_max(pos2(left + 0.5, top.min(floor - 1.0)), pos2(left + (width - 1.0).max(1.0), floor));
            painter.rect_filled(bar, CornerRadius::same(1), palette.kl);
        }
        let font = theme::regular(theme::SMALL);
        painter.text(rect.left_bottom(), Align2::LEFT_BOTTOM, format::axis(0), font.clone(), palette.weak);
        painter.text(rect.right_bottom(), Align2::RIGHT_BOTTOM, format::axis(kl.len() - 1), font.clone(), palette.weak);
        painter.text(rect.right_top(), Align2::RIGHT_TOP, format::figure(most), font, palette.weak);
    }
}
