//! The images' points on the map. A picture of 200,000 takes longer than a frame: it is ordered here, painted by
//! whoever has the time, and until the next one is there the last is shown where it belongs now.

use std::collections::BTreeMap;
use std::sync::Arc;

use egui::{Color32, ColorImage, Painter, Pos2, Rect, TextureHandle, TextureOptions, Vec2, pos2, vec2};

use crate::data::Dataset;
use crate::state::AppState;
use crate::ui::{map, splat, theme};

/// A prime larger than any dataset's common factors: its multiples visit every image once.
const MIXING: usize = 1_000_003;
/// From this many images on dots are smaller, so that their colours stay apart.
const MANY: usize = 20_000;

/// What a picture of the points is painted from.
#[derive(Debug, Clone)]
pub struct Order {
    data: Arc<Dataset>,
    /// (a, b) of every image.
    places: Arc<Vec<[f32; 2]>>,
    /// (a, b) in the middle.
    centre: [f32; 2],
    /// Latent units per point.
    scale: f32,
    /// Size in pixels.
    size: [usize; 2],
    pixels_per_point: f32,
}

impl PartialEq for Order {
    fn eq(&self, other: &Self) -> bool {
        let view = |o: &Self| (o.centre, o.scale, o.size, o.pixels_per_point);
        Arc::ptr_eq(&self.data, &other.data) && Arc::ptr_eq(&self.places, &other.places) && view(self) == view(other)
    }
}

impl Order {
    /// The picture that belongs on a map of this size in points; none without images on it.
    fn new(state: &AppState, size: Vec2, pixels_per_point: f32) -> Option<Self> {
        let data = Arc::clone(state.data.set.as_ref()?);
        let map = &state.map;
        let pixels = (size * pixels_per_point).ceil();
        (!map.places.is_empty()).then(|| Self {
            data,
            places: Arc::clone(&map.places),
            centre: map.centre,
            scale: map.scale,
            size: [pixels.x as usize, pixels.y as usize],
            pixels_per_point,
        })
    }

    /// Paints the picture.
    pub fn paint(&self) -> ColorImage {
        let mut image = ColorImage::filled(self.size, Color32::TRANSPARENT);
        let shrink = if self.data.len() > MANY { 0.6 } else { 1.0 };
        let diameter = theme::DOT * shrink * self.pixels_per_point;
        let mut dots = BTreeMap::new();
        let pixels_per_unit = self.pixels_per_point / self.scale;
        let [middle_x, middle_y] = self.size.map(|n| n as f32 / 2.0);
        let ([centre_a, centre_b], n) = (self.centre, self.places.len());
        // In mixed order: neighbours share a class, and the last class would cover the others.
        for i in (0..n).map(|i| i * MIXING % n) {
            let (Some([a, b]), Some(label)) = (self.places.get(i), self.data.labels.get(i)) else { continue };
            let (x, y) = ((a - centre_a) * pixels_per_unit + middle_x, (centre_b - b) * pixels_per_unit + middle_y);
            let dot = dots.entry(*label).or_insert_with(|| splat::Dot::new(diameter, theme::class_colour(*label)));
            dot.draw(&mut image, x, y);
        }
        image
    }

    /// Where the picture lies on a map that is looked at in another way.
    fn rect(&self, state: &AppState, rect: Rect) -> Rect {
        let [width, height] = self.size.map(|n| n as f32 / self.pixels_per_point * (self.scale / state.map.scale));
        Rect::from_center_size(map::screen_from_latent(state, rect, self.centre), vec2(width, height))
    }
}

/// The points: what is shown, and what should be.
#[derive(Default)]
pub struct Dots {
    shown: Option<(Order, TextureHandle)>,
    wanted: Option<Order>,
    /// Whether the wanted picture was asked for already.
    ordered: bool,
}

impl Dots {
    /// Shows the points as they were painted last, and wants them as they should be now.
    pub fn ui(&mut self, painter: &Painter, rect: Rect, state: &AppState) {
        let wanted = Order::new(state, rect.size(), painter.ctx().pixels_per_point());
        if wanted != self.wanted {
            self.ordered = false;
            self.wanted = wanted;
        }
        let Some(wanted) = &self.wanted else { return };
        // Other images' points are no help.
        if let Some((order, texture)) = self.shown.as_ref().filter(|(order, _)| Arc::ptr_eq(&order.data, &wanted.data))
        {
            let uv = Rect::from_min_max(Pos2::ZERO, pos2(1.0, 1.0));
            painter.image(texture.id(), order.rect(state, rect), uv, Color32::WHITE);
        }
    }

    /// The picture to paint next; each is given once.
    pub fn take_order(&mut self) -> Option<Order> {
        let shown = self.shown.as_ref().map(|(order, _)| order);
        if std::mem::replace(&mut self.ordered, true) || shown == self.wanted.as_ref() {
            return None;
        }
        self.wanted.clone()
    }

    /// Shows a picture that was painted.
    pub fn show(&mut self, ctx: &egui::Context, order: Order, image: ColorImage) {
        let options = TextureOptions::NEAREST;
        match &mut self.shown {
            Some((shown, texture)) => {
                texture.set(image, options);
                *shown = order;
            }
            None => self.shown = Some((order, ctx.load_texture("dots", image, options))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::ScanReport;

    const SIZE: Vec2 = vec2(100.0, 60.0);

    /// Two images at (−1, 0) and (1, 0.5) on a map of twenty points a unit.
    fn state() -> AppState {
        let mut state = AppState::new();
        state.data.set = Some(Arc::new(Dataset {
            name: "two".into(),
            side: 1,
            channels: 1,
            pixels: vec![0, 255].into(),
            classes: vec!["a".into(), "b".into()],
            labels: vec![Some(0), Some(1)],
            names: vec!["a/0".into(), "b/1".into()],
            root: None,
            report: ScanReport::default(),
            fingerprint: std::sync::OnceLock::new(),
        }));
        state.map.scale = 0.05;
        state.map.latent_dim = Some(2);
        state.map.set_means(Some(Arc::new(vec![-1.0, 0.0, 1.0, 0.5])));
        state
    }

    #[test]
    fn every_point_is_painted_in_its_place_and_colour() {
        let image = Order::new(&state(), SIZE, 2.0).unwrap().paint();
        assert_eq!(image.size, [200, 120]);
        let pixel = |x: usize, y: usize| image.pixels[y * 200 + x];
        // (−1, 0) is twenty points left of the middle, (1, 0.5) twenty right and ten up; two pixels a point.
        assert_eq!(pixel(60, 60), theme::class_colour(Some(0)));
        assert_eq!(pixel(140, 40), theme::class_colour(Some(1)));
        assert_eq!(pixel(100, 60), Color32::TRANSPARENT);
    }

    #[test]
    fn an_older_picture_is_shown_where_its_points_are_now() {
        let mut state = state();
        let order = Order::new(&state, SIZE, 1.0).unwrap();
        let rect = Rect::from_min_size(pos2(10.0, 20.0), SIZE);
        assert_eq!(order.rect(&state, rect), rect);
        state.map.pan([7.0, -3.0]);
        let moved = order.rect(&state, rect);
        assert!((moved.center() - rect.center() - vec2(7.0, -3.0)).length() < 1e-3, "{moved:?}");
        state.map.zoom(2.0, [0.0, 0.0]);
        assert!((order.rect(&state, rect).size() - SIZE * 2.0).length() < 1e-3);
    }

    #[test]
    fn a_picture_is_ordered_once_and_again_when_the_points_or_the_view_move() {
        let (mut dots, mut state) = (Dots::default(), state());
        let context = egui::Context::default();
        let mut ordered = |state: &AppState| {
            let layer = egui::LayerId::background();
            let rect = Rect::from_min_size(Pos2::ZERO, SIZE);
            dots.ui(&Painter::new(context.clone(), layer, rect), rect, state);
            dots.take_order().is_some()
        };
        assert_eq!([ordered(&state), ordered(&state)], [true, false]);
        state.map.pan([1.0, 0.0]);
        assert_eq!([ordered(&state), ordered(&state)], [true, false]);
        state.map.set_means(Some(Arc::new(vec![0.0; 4])));
        assert_eq!([ordered(&state), ordered(&state)], [true, false]);
        state.map.clear();
        assert!(!ordered(&state));
    }
}
