//! Images are caught with an outline that is drawn with the right button: group A, or with Shift group B; with Ctrl they
//! join those that are in it.

use egui::{CursorIcon, Event, Key, Modifiers, Painter, PointerButton, Pos2, Rect, Response, Shape, Stroke, Ui};

use crate::state::directions::Side;
use crate::state::{Action, AppState, DirectionsAction, MapAction};
use crate::ui::{groups, map, theme};

/// Two corners of an outline are at least so far apart, in points.
const APART: f32 = 4.0;
/// An outline with fewer corners is a click.
const CORNERS: usize = 3;

/// An outline while it is drawn.
#[derive(Debug, Clone, Default)]
pub struct Lasso {
    /// Its corners in (a, b); none while no outline is drawn.
    outline: Vec<[f32; 2]>,
    side: Side,
    adds: bool,
}

impl Lasso {
    /// Whether it is being drawn.
    pub fn is_drawn(&self) -> bool {
        !self.outline.is_empty()
    }

    /// Paints it, closed as it will be.
    pub fn paint(&self, painter: &Painter, rect: Rect, state: &AppState) {
        let points: Vec<Pos2> = self.outline.iter().map(|at| map::screen_from_latent(state, rect, *at)).collect();
        let (Some(first), Some(last)) = (points.first(), points.last()) else { return };
        let colour = groups::colour(self.side);
        let back = Shape::dashed_line(&[*last, *first], Stroke::new(1.5, colour), 4.0, 4.0);
        painter.add(Shape::line(points.clone(), Stroke::new(4.0, theme::MAP_SHADE)));
        painter.add(Shape::line(points, Stroke::new(2.0, colour)));
        painter.extend(back);
    }
}

/// Reads the right button on the map.
pub fn read(ui: &Ui, rect: Rect, response: &Response, state: &AppState, lasso: &mut Lasso, actions: &mut Vec<Action>) {
    let pressed = ui.input(|i| i.events.iter().find_map(press));
    let at = ui.input(|i| i.pointer.latest_pos());
    let latent = |at: Pos2| state.map.latent_from_offset(map::offset(rect, at));
    if let Some((from, modifiers)) = pressed.filter(|_| response.contains_pointer()) {
        // What is caught is what is seen: the map stands still.
        if state.map.is_turning() {
            actions.push(MapAction::TurnOn(f32::INFINITY).into());
        }
        let side = if modifiers.shift { Side::B } else { Side::A };
        *lasso = Lasso { outline: vec![latent(from)], side, adds: modifiers.command };
    }
    let (Some(last), Some(at)) = (lasso.outline.last(), at) else { return };
    if ui.input(|i| i.key_pressed(Key::Escape)) {
        *lasso = Lasso::default();
        return;
    }
    ui.ctx().set_cursor_icon(CursorIcon::Crosshair);
    if map::screen_from_latent(state, rect, *last).distance(at) >= APART {
        lasso.outline.push(latent(at));
    }
    if !ui.input(|i| i.pointer.secondary_down()) {
        let Lasso { outline, side, adds } = std::mem::take(lasso);
        if outline.len() >= CORNERS {
            actions.push(DirectionsAction::Lasso { side, outline, adds }.into());
        }
    }
}

/// Where the right button went down, with the modifiers of that moment.
fn press(event: &Event) -> Option<(Pos2, Modifiers)> {
    match event {
        Event::PointerButton { pos, button: PointerButton::Secondary, pressed: true, modifiers } => {
            Some((*pos, *modifiers))
        }
        _ => None,
    }
}
