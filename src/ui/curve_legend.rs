//! The kinds of lines of the curves: a click hides one, a double-click leaves it alone.

use egui::{CornerRadius, Label, Rect, RichText, Role, Sense, Stroke, Ui, WidgetInfo, vec2};
use rust_i18n::t;

use crate::state::{Action, CurvesChange, CurvesView, Series};
use crate::ui::legend_click::{self, Wish};
use crate::ui::{theme, widgets};

/// Length of a sample of a line, in points.
const SAMPLE: f32 = 18.0;

/// Draws the legend.
pub fn ui(ui: &mut Ui, view: &CurvesView, actions: &mut Vec<Action>) {
    let names = [t!("curves.raw"), t!("curves.train"), t!("curves.validation")];
    for (series, name) in Series::ALL.into_iter().zip(names) {
        let shown = view.shows(series);
        let response = entry_ui(ui, series, &name, shown);
        let changes: &[CurvesChange] = match legend_click::read(ui, &response, shown) {
            Some(Wish::Toggle) => &[CurvesChange::Toggle(series)],
            Some(Wish::Alone) => &[CurvesChange::Isolate(series)],
            Some(Wish::AloneAfterToggle) => &[CurvesChange::Toggle(series), CurvesChange::Isolate(series)],
            None => &[],
        };
        actions.extend(changes.iter().copied().map(Action::Curves));
    }
}

fn entry_ui(ui: &mut Ui, series: Series, name: &str, shown: bool) -> egui::Response {
    let palette = theme::palette(ui);
    let fade = |colour: egui::Color32| if shown { colour } else { colour.gamma_multiply(0.35) };
    let inner = ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 5.0;
        let (rect, _) = ui.allocate_exact_size(vec2(SAMPLE, 12.0), Sense::hover());
        sample(ui, rect, series, fade);
        ui.add(Label::new(RichText::new(name).color(fade(palette.weak))).extend().selectable(false));
    });
    let response = ui.interact(inner.response.rect.expand2(vec2(3.0, 2.0)), ui.scope_id().with(name), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::CheckBox, true, shown, name));
    if response.hovered() {
        let outline = Stroke::new(1.0, palette.hovered);
        let radius = CornerRadius::same(theme::RADIUS);
        ui.painter().rect_stroke(response.rect, radius, outline, egui::StrokeKind::Outside);
    }
    widgets::focus_ring(ui, &response);
    response
}

/// A piece of the line. The colours of the training lines are those of their plots, so none is shown here.
fn sample(ui: &Ui, rect: Rect, series: Series, fade: impl Fn(egui::Color32) -> egui::Color32) {
    let palette = theme::palette(ui);
    let y = rect.center().y;
    match series {
        Series::Raw => {
            let points = [0.0, 0.3, 0.5, 0.75, 1.0].into_iter().zip([2.0, -4.0, 4.0, -3.0, 1.0]);
            let points = points.map(|(x, dy)| egui::pos2(rect.left() + x * rect.width(), y + dy)).collect();
            ui.painter().line(points, Stroke::new(1.0, fade(palette.weak)));
        }
        Series::Train => _ = ui.painter().hline(rect.x_range(), y, Stroke::new(2.0, fade(palette.text))),
        Series::Validation => {
            for x in [rect.left(), rect.left() + 7.0, rect.left() + 14.0] {
                ui.painter().hline(x..=x + 4.0, y, Stroke::new(2.0, fade(palette.validation)));
            }
        }
    }
}
