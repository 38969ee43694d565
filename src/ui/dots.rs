//! The images on the map, as points or small pictures. A picture of 200,000 takes longer than a frame: it is ordered here, painted by
//! whoever has the time, and until the next one is there the last is shown where it belongs now.

use std::collections::BTreeMap;
use std::sync::Arc;

use egui::{Color32, ColorImage, Painter, Pos2, Rect, TextureHandle, TextureOptions, Vec2, pos2, vec2};

use crate::data::Dataset;
use crate::latent::Figures;
use crate::state::{AppState, Colour};
use crate::ui::{map, splat, theme, thumbs};

/// A prime larger than any dataset's common factors: its multiples visit every image once.
const MIXING: usize = 1_000_003;
/// From this many images on dots are smaller, so that their colours stay apart.
const MANY: usize = 20_000;

/// Colours that values are told apart by.
const SHADES: f32 = 48.0;

/// What the images are coloured by.
#[derive(Debug, Clone)]
enum By {
    Class,
    Split(Arc<Vec<bool>>),
    Figure(Figures),
}

impl PartialEq for By {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Class, Self::Class) => true,
            (Self::Split(x), Self::Split(y)) => Arc::ptr_eq(x, y),
            (Self::Figure(x), Self::Figure(y)) => Arc::ptr_eq(&x.values, &y.values),
            _ => false,
        }
    }
}

impl By {
    /// What the state asks for, as far as it is known.
    fn new(state: &AppState) -> Self {
        let images = &state.map.images;
        let colour = state.map.layers.colour;
        match colour {
            Colour::Split => images.held.clone().map_or(Self::Class, Self::Split),
            _ => colour.figure().and_then(|f| images.figures.get(&f)).map_or(Self::Class, |f| Self::Figure(f.clone())),
        }
    }

    fn colour(&self, data: &Dataset, idx: usize) -> Color32 {
        match self {
            Self::Class => theme::class_colour(data.labels.get(idx).copied().flatten()),
            Self::Split(held) => theme::split_colour(held.get(idx).copied().unwrap_or_default()),
            Self::Figure(Figures { values, range: [low, high] }) => {
                let value = values.get(idx).copied().unwrap_or_default();
                let share = (value - low) / (high - low).max(f32::MIN_POSITIVE);
                theme::scale_colour((share * SHADES).round() / SHADES)
            }
        }
    }
}

/// A picture of the images, and what it was painted from.
pub struct Painted {
    /// What was ordered.
    pub order: Order,
    /// The picture.
    pub image: ColorImage,
    /// The images shown as small pictures.
    pub thumbs: Vec<u32>,
}

/// What a picture of the points is painted from.
#[derive(Debug, Clone)]
pub struct Order {
    data: Arc<Dataset>,
    /// (a, b) of every image; NaN where it is hidden.
    places: Arc<Vec<[f32; 2]>>,
    by: By,
    thumbnails: bool,
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
        let view = |o: &Self| (o.centre, o.scale, o.size, o.pixels_per_point, o.thumbnails);
        Arc::ptr_eq(&self.data, &other.data)
            && self.by == other.by
            && Arc::ptr_eq(&self.places, &other.places)
            && view(self) == view(other)
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
            places: Arc::clone(&map.shown),
            by: By::new(state),
            thumbnails: map.layers.thumbnails,
            centre: map.centre,
            scale: map.scale,
            size: [pixels.x as usize, pixels.y as usize],
            pixels_per_point,
        })
    }

    /// Paints the picture.
    pub fn paint(self) -> Painted {
        let mut image = ColorImage::filled(self.size, Color32::TRANSPARENT);
        let thumbs = if self.thumbnails { self.thumbs(&mut image) } else { self.points(&mut image) };
        Painted { order: self, image, thumbs }
    }

    /// Pixels of a place.
    fn pixel(&self, [a, b]: [f32; 2]) -> [f32; 2] {
        let pixels_per_unit = self.pixels_per_point / self.scale;
        let [middle_x, middle_y] = self.size.map(|n| n as f32 / 2.0);
        let [centre_a, centre_b] = self.centre;
        [(a - centre_a) * pixels_per_unit + middle_x, (centre_b - b) * pixels_per_unit + middle_y]
    }

    fn points(&self, image: &mut ColorImage) -> Vec<u32> {
        let shrink = if self.data.len() > MANY { 0.6 } else { 1.0 };
        let diameter = theme::DOT * shrink * self.pixels_per_point;
        let mut dots = BTreeMap::new();
        for i in mixed(self.places.len()) {
            let Some(place) = self.places.get(i) else { continue };
            let [x, y] = self.pixel(*place);
            let colour = self.by.colour(&self.data, i);
            let dot = dots.entry(colour.to_array()).or_insert_with(|| splat::Dot::new(diameter, colour));
            dot.draw(image, x, y);
        }
        Vec::new()
    }

    fn thumbs(&self, image: &mut ColorImage) -> Vec<u32> {
        let separation = (theme::MAP_THUMB + 2.0) * self.scale;
        let chosen = thumbs::choose(&self.places, &mixed(self.places.len()), separation);
        let side = (theme::MAP_THUMB * self.pixels_per_point).round().max(3.0) as usize;
        for &idx in &chosen {
            let Some(place) = self.places.get(idx as usize) else { continue };
            let [x, y] = self.pixel(*place);
            let rim = self.by.colour(&self.data, idx as usize);
            thumbs::draw(image, &self.data, idx as usize, [x, y], side, rim);
        }
        chosen
    }

    /// Where the picture lies on a map that is looked at in another way.
    fn rect(&self, state: &AppState, rect: Rect) -> Rect {
        let [width, height] = self.size.map(|n| n as f32 / self.pixels_per_point * (self.scale / state.map.scale));
        Rect::from_center_size(map::screen_from_latent(state, rect, self.centre), vec2(width, height))
    }
}

/// Every image once, in mixed order: neighbours share a class, and the last class would cover the others.
fn mixed(n: usize) -> impl Iterator<Item = usize> + Clone {
    (0..n).map(move |i| i * MIXING % n)
}

/// The points: what is shown, and what should be.
#[derive(Default)]
pub struct Dots {
    shown: Option<(Order, TextureHandle)>,
    thumbs: Vec<u32>,
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
            // Points let the density shine through.
            let layers = &state.map.layers;
            let tint = if layers.density && !layers.thumbnails { theme::DOTS_OVER_DENSITY } else { Color32::WHITE };
            painter.image(texture.id(), order.rect(state, rect), uv, tint);
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

    /// The image whose small picture covers a place, which is given in points from the middle of the map.
    pub fn thumb_at(&self, state: &AppState, at: [f32; 2]) -> Option<usize> {
        let within = |idx: &&u32| {
            let place = state.map.shown.get(**idx as usize).map(|place| state.map.offset_from_latent(*place));
            place.is_some_and(|p| (p[0] - at[0]).abs().max((p[1] - at[1]).abs()) <= theme::MAP_THUMB / 2.0)
        };
        self.thumbs.iter().find(within).map(|idx| *idx as usize)
    }

    /// Shows a picture that was painted.
    pub fn show(&mut self, ctx: &egui::Context, painted: Painted) {
        let Painted { order, image, thumbs } = painted;
        self.thumbs = thumbs;
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
        state.map.enter(2);
        state.map.set_images(state.data.set.clone());
        state.map.set_means(Some(Arc::new(vec![-1.0, 0.0, 1.0, 0.5])));
        state
    }

    #[test]
    fn every_point_is_painted_in_its_place_and_colour() {
        let image = Order::new(&state(), SIZE, 2.0).unwrap().paint().image;
        assert_eq!(image.size, [200, 120]);
        let pixel = |x: usize, y: usize| image.pixels[y * 200 + x];
        // (−1, 0) is twenty points left of the middle, (1, 0.5) twenty right and ten up; two pixels a point.
        assert_eq!(pixel(60, 60), theme::class_colour(Some(0)));
        assert_eq!(pixel(140, 40), theme::class_colour(Some(1)));
        assert_eq!(pixel(100, 60), Color32::TRANSPARENT);
    }

    #[test]
    fn colours_tell_classes_splits_and_figures_and_what_is_hidden_is_not_painted() {
        let mut state = state();
        let painted = |state: &AppState| {
            let image = Order::new(state, SIZE, 2.0).unwrap().paint().image;
            [image.pixels[60 * 200 + 60], image.pixels[40 * 200 + 140]]
        };
        state.map.set_held(Some(Arc::new(vec![true, false])));
        state.map.layers.colour = Colour::Split;
        assert_eq!(painted(&state), [theme::split_colour(true), theme::split_colour(false)]);
        let figures = Figures { values: Arc::new(vec![5.0, 9.0]), range: [5.0, 9.0] };
        state.map.images.figures.insert(crate::latent::Figure::Kl, figures);
        state.map.layers.colour = Colour::Kl;
        assert_eq!(painted(&state), [theme::scale_colour(0.0), theme::scale_colour(1.0)]);
        state.map.toggle_group(crate::state::Group::Class(Some(0)));
        assert_eq!(painted(&state), [Color32::TRANSPARENT, theme::scale_colour(1.0)]);
    }

    #[test]
    fn a_small_picture_is_found_where_it_is_painted() {
        let mut state = state();
        state.map.layers.thumbnails = true;
        let painted = Order::new(&state, SIZE, 1.0).unwrap().paint();
        assert_eq!(painted.thumbs.len(), 2);
        // White, in the middle of the second.
        assert_eq!(painted.image.pixels[20 * 100 + 70], Color32::WHITE);
        let mut dots = Dots::default();
        dots.show(&egui::Context::default(), painted);
        assert_eq!(dots.thumb_at(&state, [25.0, -15.0]), Some(1));
        assert_eq!(dots.thumb_at(&state, [0.0, 0.0]), None);
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
