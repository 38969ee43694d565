//! Zooming, the lattice, the axes and the nearest image, on maps made by hand.

use super::*;
use crate::rng::{Rng, Stream};

/// A map of a space of so many dimensions.
fn in_space(mut map: MapState, latent_dim: usize) -> MapState {
    map.enter(latent_dim);
    map
}

fn map() -> MapState {
    in_space(MapState { size: [800.0, 400.0], scale: 0.01, ..MapState::default() }, 2)
}

#[test]
fn the_place_under_the_pointer_stays_when_zooming() {
    let mut map = map();
    let before = map.latent_from_offset([120.0, -30.0]);
    map.zoom(2.5, [120.0, -30.0]);
    let after = map.latent_from_offset([120.0, -30.0]);
    assert!(before.iter().zip(after).all(|(x, y)| (x - y).abs() < 1e-5), "{before:?} {after:?}");
    assert!((map.scale - 0.004).abs() < 1e-7);
}

#[test]
fn the_grid_covers_the_map_and_keeps_its_lattice_when_panned() {
    let mut map = map();
    let grid = map.wanted_grid(&[0.0, 0.0]).unwrap();
    let half = grid.step / 2.0;
    assert!(grid.a0 - half <= -4.0 && grid.a0 + (grid.columns - 1) as f32 * grid.step + half >= 4.0);
    assert!(grid.b0 + half >= 2.0 && grid.b0 - (grid.rows - 1) as f32 * grid.step - half <= -2.0);
    map.pan([33.0, 7.0]);
    let panned = map.wanted_grid(&[0.0, 0.0]).unwrap();
    let cells = (panned.a0 - grid.a0) / grid.step;
    assert!((cells - cells.round()).abs() < 1e-4, "{cells}");
}

#[test]
fn a_grid_of_its_own_is_laid_out_only_when_another_is_decoded() {
    let mut map = map();
    let shape = ImageShape { side: 1, channels: 1 };
    let [first, other] =
        [0.0, 3.0].map(|a0| Arc::new(Grid { a0, columns: 2, rows: 1, ..map.wanted_grid(&[0.0, 0.0]).unwrap() }));
    map.add_cells(&first, shape, &[0], &[1]);
    map.add_cells(&first, shape, &[1], &[2]);
    let picture = map.grid.clone().unwrap();
    assert!(picture.is_complete() && picture.version > picture.laid_out);
    map.add_cells(&other, shape, &[1], &[3]);
    let laid_out = map.grid.as_ref().unwrap().laid_out;
    assert!(laid_out > picture.version);
    map.clear();
    map.add_cells(&first, shape, &[0], &[1]);
    assert!(map.grid.unwrap().laid_out > laid_out, "no two pictures share a version");
}

#[test]
fn with_more_axes_the_rest_is_held_at_the_point() {
    let mut map = in_space(map(), 4);
    map.set_axes(Axes::Pair(2, 0));
    let z = [0.5, -1.0, 2.0, 0.25];
    assert_eq!(map.coordinates(&z), [2.0, 0.5]);
    assert_eq!(map.moved(&z, [9.0, 8.0]), [8.0, -1.0, 9.0, 0.25]);
    assert_eq!(map.plane(&z).point(9.0, 8.0), [8.0, -1.0, 9.0, 0.25]);
}

#[test]
fn the_nearest_image_is_measured_in_points() {
    let mut map = map();
    map.set_means(Some(Arc::new(vec![0.0, 0.0, 1.0, 1.0])));
    let (idx, distance) = map.image_near([1.0, 0.9]).unwrap();
    assert_eq!(idx, 1);
    assert!((distance - 10.0).abs() < 1e-3);
}

#[test]
fn the_nearest_of_many_images_is_that_of_a_full_search() {
    let mut map = map();
    let means = Rng::new(5, Stream::TrainNoise, 0).normals(2 * 5000);
    map.set_means(Some(Arc::new(means)));
    for at in [[0.0, 0.0], [1.5, -2.0], [-9.0, 9.0]] {
        let distance = |[x, y]: [f32; 2]| (x - at[0]).hypot(y - at[1]);
        let nearest = (0..5000).min_by(|&i, &j| distance(map.places[i]).total_cmp(&distance(map.places[j])));
        let (idx, _) = map.image_near(at).unwrap();
        assert_eq!(Some(idx), nearest, "{at:?}");
    }
    let mut places = vec![[f32::NAN, 0.0]; 3000];
    map.shown = Arc::new(places.clone());
    assert_eq!(map.image_near([0.0, 0.0]), None);
    places.push([1.0, 0.0]);
    map.shown = Arc::new(places);
    assert_eq!(map.image_near([0.0, 0.0]).unwrap().0, 3000);
}

#[test]
fn other_axes_place_the_images_anew() {
    let mut map = in_space(map(), 3);
    map.set_means(Some(Arc::new(vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0])));
    assert_eq!(*map.places, [[1.0, 2.0], [4.0, 5.0]]);
    map.set_axes(Axes::Pair(2, 0));
    assert_eq!(*map.places, [[3.0, 1.0], [6.0, 4.0]]);
}

#[test]
fn fitting_leaves_out_one_image_in_400_on_each_side() {
    let mut map = in_space(MapState { size: [230.0, 230.0], ..MapState::default() }, 2);
    let line: Vec<f32> = (0..1000_u16).flat_map(|i| [f32::from(i), 0.0]).collect();
    map.set_means(Some(Arc::new(line)));
    map.fit();
    // From −1, where the prior's middle begins, to 997, with 15 % of room: (997 + 1) · 1.15 / 230
    assert_eq!(map.centre, [498.0, 0.0]);
    assert!((map.scale - 4.99).abs() < 1e-3, "{}", map.scale);
}

#[test]
fn on_a_turned_plane_a_point_moves_within_it_and_keeps_the_rest() {
    let mut map = in_space(map(), 3);
    let h = 0.5_f32.sqrt();
    map.set_axes(Axes::Principal);
    assert_eq!(map.axes, Axes::Pair(0, 1), "not before the directions are known");
    map.set_principal(Some([vec![h, h, 0.0], vec![0.0, 0.0, 1.0]]));
    map.set_axes(Axes::Principal);
    let z = [1.0, 3.0, -2.0];
    let near = |got: &[f32], expected: &[f32]| got.iter().zip(expected).all(|(g, e)| (g - e).abs() < 1e-5);
    assert!(near(&map.coordinates(&z), &[4.0 * h, -2.0]));
    assert!(near(&map.plane(&z).origin, &[-1.0, 1.0, 0.0]), "what lies across the plane stays");
    let moved = map.moved(&z, [0.0, 5.0]);
    assert!(near(&moved, &[-1.0, 1.0, 5.0]) && near(&map.coordinates(&moved), &[0.0, 5.0]));
    // Directions that turn with the training take the map along; another space has its own.
    map.set_principal(Some([vec![0.0, 1.0, 0.0], vec![1.0, 0.0, 0.0]]));
    assert_eq!(map.coordinates(&z), [3.0, 1.0]);
    map.enter(2);
    assert_eq!(map.axes, Axes::Pair(0, 1));
}
