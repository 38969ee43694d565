use super::*;
use crate::data::Dataset;
use crate::model::ImageShape;
use crate::state::{MapAction, Model, SelectedView, update};
use std::sync::Arc;

/// Six images in a row at (0, 0), (1, 0), … (5, 0); the classes are a, a, b, b, none, none.
fn state() -> AppState {
    let mut state = AppState::new();
    let mut data = Dataset::made("six", (1, 1), vec![0; 6]);
    data.classes = vec!["a".into(), "b".into()];
    data.labels = vec![Some(0), Some(0), Some(1), Some(1), None, None];
    state.data.set = Some(Arc::new(data));
    state.map.enter(2);
    state.walk.enter(2);
    state.map.set_images(state.data.set.clone());
    state.map.set_means(Some(Arc::new((0..6_u8).flat_map(|i| [f32::from(i), 0.0]).collect())));
    state.training.model = Some(Model { step: 1, latent_dim: 2, shape: ImageShape { side: 1, channels: 1 } });
    state
}

/// Draws round every image from `low` to `high`.
fn lasso(state: &mut AppState, side: Side, low: f32, high: f32, adds: bool) {
    let (low, high) = (low - 0.5, high + 0.5);
    let outline = vec![[low, -1.0], [high, -1.0], [high, 1.0], [low, 1.0]];
    update(state, DirectionsAction::Lasso { side, outline, adds }.into());
}

fn groups(state: &AppState) -> [Vec<u32>; 2] {
    [Side::A, Side::B].map(|side| state.directions.groups.of(side).to_vec())
}

#[test]
fn an_outline_replaces_a_group_or_adds_to_it_and_every_change_can_be_taken_back() {
    let mut state = state();
    lasso(&mut state, Side::A, 0.0, 1.0, false);
    lasso(&mut state, Side::B, 4.0, 5.0, false);
    lasso(&mut state, Side::A, 1.0, 2.0, true);
    assert_eq!(groups(&state), [vec![0, 1, 2], vec![4, 5]]);
    lasso(&mut state, Side::A, 3.0, 3.0, false);
    assert_eq!(groups(&state), [vec![3], vec![4, 5]]);
    update(&mut state, DirectionsAction::Swap.into());
    assert_eq!(groups(&state), [vec![4, 5], vec![3]]);
    update(&mut state, DirectionsAction::Clear.into());
    assert!(state.directions.groups.are_empty() && state.direction().is_none());
    for _ in 0..3 {
        update(&mut state, Action::Undo);
    }
    assert_eq!(groups(&state), [vec![0, 1, 2], vec![4, 5]]);
    update(&mut state, Action::Redo);
    assert_eq!(groups(&state), [vec![3], vec![4, 5]]);
    let direction = state.direction().unwrap();
    assert_eq!((direction.scale, &direction.unit[..]), (1.5, &[1.0, 0.0][..]));
}

#[test]
fn what_is_hidden_is_not_caught_and_an_empty_outline_changes_nothing() {
    let mut state = state();
    update(&mut state, MapAction::ToggleGroup(Group::Class(Some(1))).into());
    lasso(&mut state, Side::A, 0.0, 5.0, false);
    assert_eq!(groups(&state)[0], [0, 1, 4, 5]);
    lasso(&mut state, Side::A, 2.0, 3.0, false);
    assert_eq!((groups(&state)[0].len(), state.notices.iter().count()), (4, 1));
    // By name a class is taken whole.
    update(&mut state, DirectionsAction::Take(Side::B, Group::Class(Some(1))).into());
    assert_eq!(groups(&state)[1], [2, 3]);
    state.map.layers.images = false;
    lasso(&mut state, Side::A, 0.0, 0.0, false);
    assert_eq!(groups(&state)[0].len(), 4);
}

#[test]
fn in_another_plane_what_is_seen_inside_the_outline_is_caught() {
    let mut state = state();
    state.map.set_axes(crate::state::Axes::Pair(1, 0));
    // The images lie on the upright axis now: the outline ends at b = 1.
    lasso(&mut state, Side::A, 0.0, 5.0, false);
    assert_eq!(groups(&state)[0], [0], "the one at b = 0; that at b = 1 lies on the outline's edge");
}

#[test]
fn the_direction_leads_from_the_point_or_the_selected_image_and_is_asked_for_at_once() {
    let mut state = state();
    lasso(&mut state, Side::A, 0.0, 1.0, false);
    lasso(&mut state, Side::B, 4.0, 5.0, false);
    state.walk.z = vec![1.0, 2.0];
    let effects = update(&mut state, DirectionsAction::SetStrength(-0.5).into());
    assert_eq!(state.directed(-0.5).unwrap(), [-1.0, 2.0]);
    let [Effect::Ask(view)] = &effects[..] else { panic!("{effects:?}") };
    assert_eq!(view.strip.len(), 1 + FILM.len());
    assert_eq!(view.strip[0], [-1.0, 2.0]);
    let subject = Subject::Image(3);
    let (mu, sigma) = (vec![3.0, 0.0], vec![1.0; 2]);
    let selected = SelectedView { subject, mu, sigma, reconstruction: vec![], recon_nats: 0.0, kl_nats: 0.0 };
    (state.walk.selected, state.walk.selected_view) = (Some(subject), Some(selected));
    update(&mut state, DirectionsAction::SetStart(Start::Selected).into());
    update(&mut state, DirectionsAction::SetStrength(9.0).into());
    assert_eq!(state.directions.strength, 2.0);
    update(&mut state, DirectionsAction::PutPoint.into());
    assert_eq!(state.walk.z, [11.0, 0.0]);
    update(&mut state, Action::Undo);
    assert_eq!(state.walk.z, [1.0, 2.0]);
}

#[test]
fn an_analogy_of_images_follows_their_means() {
    let mut state = state();
    for (slot, image) in [5, 2, 1].into_iter().enumerate() {
        update(&mut state, DirectionsAction::FillWith(slot, Subject::Image(image)).into());
    }
    assert_eq!(state.analogy().unwrap(), [4.0, 0.0]);
    state.map.set_means(Some(Arc::new((0..6_u8).flat_map(|i| [0.0, f32::from(i)]).collect())));
    let effects = update(&mut state, DirectionsAction::SetStrength(1.0).into());
    assert_eq!(state.analogy().unwrap(), [0.0, 4.0]);
    assert!(matches!(&effects[..], [Effect::Ask(view)] if view.strip == [[0.0, 4.0]]), "{effects:?}");
    update(&mut state, DirectionsAction::Empty(1).into());
    assert_eq!(state.analogy(), None);
    update(&mut state, Action::Undo);
    update(&mut state, DirectionsAction::PutAnalogy.into());
    assert_eq!(state.walk.z, [0.0, 4.0]);
}

#[test]
fn a_kept_direction_is_used_until_the_groups_change_or_it_is_gone() {
    let mut state = state();
    let folder = PathBuf::from("run");
    state.directions.folder = Some(folder.clone());
    let listed = |names: &[&str]| {
        let up = Direction { unit: vec![0.0, 1.0], scale: 3.0 };
        let kept = names.iter().map(|name| ((*name).to_owned(), up.clone())).collect();
        DirectionsAction::Listed(folder.clone(), kept)
    };
    apply(&mut state, listed(&["hat", "smile"]), &mut Vec::new());
    apply(&mut state, DirectionsAction::Choose(Some("hat".into())), &mut Vec::new());
    assert_eq!(state.directed(1.0).unwrap(), [0.0, 3.0]);
    apply(&mut state, listed(&["smile"]), &mut Vec::new());
    assert_eq!(state.direction(), None);
    apply(&mut state, DirectionsAction::Listed("other".into(), BTreeMap::new()), &mut Vec::new());
    assert_eq!(state.directions.saved.len(), 1);
}
