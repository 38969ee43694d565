use super::*;
use crate::model::ImageShape;
use crate::state::{Action, Model, PinSource, WalkAction, update};

/// Two pins, a model of two dimensions, and the order that was given for them.
fn with_pins() -> (AppState, WaysOrder) {
    let mut state = AppState::new();
    state.data.set = Some(std::sync::Arc::new(crate::data::Dataset::made("dark", (4, 1), vec![0; 32])));
    let shape = ImageShape { side: 4, channels: 1 };
    let mut all = Vec::new();
    let mut act = |action| all.extend(orders(&mut state, action));
    act(Action::ModelReady(Model { step: 1, latent_dim: 2, shape }));
    for at in [[0.0, 0.0], [1.0, 0.0]] {
        act(Action::Walk(WalkAction::Grab(at)));
        act(Action::Walk(WalkAction::Release));
        act(Action::Walk(WalkAction::PutPin(None, PinSource::Point)));
    }
    let [Some(order)] = &all[..] else { panic!("{all:?}") };
    (state, order.clone())
}

/// What an action has ordered of the thread that finds ways.
#[track_caller]
fn orders(state: &mut AppState, action: Action) -> Vec<Option<WaysOrder>> {
    let order = |effect| if let Effect::FindWays(order) = effect { vec![order] } else { vec![] };
    update(state, action).into_iter().flat_map(order).collect()
}

fn found(order: &WaysOrder, path: Path, length_z: f64) -> Action {
    let geodesic = (path == Path::Geodesic).then(|| Course::solved(vec![vec![vec![0.0, 0.0], vec![0.5, 3.0]]], false));
    let measured = Measured {
        path,
        length_z,
        length_images: 1.0,
        lowest_percentile: 50.0,
        lowest_log_density_nats: -1.0,
        percentiles: vec![],
        changes: vec![],
    };
    let findings = Findings { order: order.clone(), geodesic, measured: vec![measured] };
    Action::Ways(WaysAction::Found(Box::new(findings)))
}

#[test]
fn ways_are_ordered_once_the_pins_rest() {
    let (mut state, order) = with_pins();
    assert_eq!((order.pins.len(), order.geodesic, order.step), (2, true, 1));
    assert_eq!(orders(&mut state, Action::Walk(WalkAction::Nudge([0.1, 0.0]))), []);
    assert_eq!(orders(&mut state, Action::Walk(WalkAction::Grab([1.0, 0.0]))), []);
    assert_eq!(orders(&mut state, Action::Walk(WalkAction::DragTo([2.0, 2.0]))), []);
    assert_eq!(orders(&mut state, Action::Walk(WalkAction::DragTo([3.0, 2.0]))), []);
    let after = orders(&mut state, Action::Walk(WalkAction::Release));
    assert_eq!(after.len(), 1);
    assert_eq!(after[0].as_ref().unwrap().pins[1].z, [3.0, 2.0]);
    assert_eq!(orders(&mut state, Action::Walk(WalkAction::ClearPins)), [None]);
    assert_eq!(state.walk.ways.progress, None);
}

#[test]
fn a_newer_model_is_waited_for_until_the_search_is_over() {
    let (mut state, order) = with_pins();
    let model = |step| Action::ModelReady(Model { step, latent_dim: 2, shape: ImageShape { side: 4, channels: 1 } });
    assert_eq!(orders(&mut state, model(2)), []);
    let again = orders(&mut state, Action::Ways(WaysAction::Ended(1.0, Ok(()))));
    assert_eq!(again, [Some(WaysOrder { step: 2, ..order })]);
}

#[test]
fn the_geodesic_is_shown_for_its_own_pins_only() {
    let (mut state, order) = with_pins();
    state.walk.path = Path::Geodesic;
    assert_eq!(state.walk.course().path, Path::Lerp);
    update(&mut state, found(&order, Path::Geodesic, 4.0));
    assert_eq!(state.walk.course().path, Path::Geodesic);
    // The first findings of a later search leave it standing.
    update(&mut state, found(&order, Path::Lerp, 1.0));
    assert_eq!(state.walk.course().path, Path::Geodesic);
    let length = |state: &AppState, path| {
        let walk = &state.walk;
        walk.ways.measured(&walk.pins, walk.closed, path).map(|measured| measured.length_z)
    };
    assert_eq!((length(&state, Path::Lerp), length(&state, Path::Geodesic)), (Some(1.0), Some(4.0)));
    update(&mut state, Action::Walk(WalkAction::MovePin(0, 1)));
    assert_eq!(state.walk.course().path, Path::Lerp);
    assert_eq!(length(&state, Path::Geodesic), None);
    update(&mut state, Action::Undo);
    assert_eq!(state.walk.course().path, Path::Geodesic);
}

#[test]
fn a_search_that_was_stopped_stays_so_until_it_is_wanted() {
    let (mut state, order) = with_pins();
    update(&mut state, Action::Ways(WaysAction::Progress(0.5)));
    assert_eq!(state.walk.ways.progress, Some(0.5));
    assert_eq!(orders(&mut state, Action::Ways(WaysAction::Cancel)), [None]);
    assert!(state.walk.ways.is_given_up());
    assert_eq!(orders(&mut state, Action::Ways(WaysAction::Search)), [Some(order)]);
}
