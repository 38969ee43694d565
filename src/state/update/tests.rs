//! Pins, which run a model is of, and what training begins with.

use std::sync::Arc;

use super::*;
use crate::config::{RunConfig, Size};
use crate::data::Dataset;
use crate::latent::Answer;
use crate::model::ImageShape;
use crate::state::{MapAction, PinSource, Subject, WalkAction};

const MODEL: Model = Model { step: 0, latent_dim: 2, shape: ImageShape { side: 16, channels: 1 } };

/// A window that shows a model and the image 3, whose mean is (1, 1).
fn shown() -> AppState {
    let mut state = AppState::new();
    update(&mut state, Action::ModelReady(MODEL));
    update(&mut state, Action::Walk(WalkAction::Select(Some(Subject::Image(3)))));
    let (mu, sigma, reconstruction) = (vec![1.0, 1.0], vec![0.1, 0.1], Vec::new());
    let answer = Answer::Selected {
        subject: Subject::Image(3),
        mu,
        sigma,
        reconstruction,
        recon_nats: 9.0,
        kl_nats: 1.0,
        step: 0,
    };
    update(&mut state, Action::Answered(answer));
    state
}

#[track_caller]
fn pin_a(state: &AppState, z: [f32; 2], image: Option<usize>) {
    let pinned = &state.walk.pins[0];
    assert_eq!((&pinned.z[..], pinned.subject), (&z[..], image.map(Subject::Image)));
}

#[test]
fn a_pin_remembers_its_image_until_it_is_dragged_away() {
    let mut state = shown();
    update(&mut state, Action::Walk(WalkAction::PutPin(Some(0), PinSource::Selected)));
    pin_a(&state, [1.0, 1.0], Some(3));
    for action in [WalkAction::Grab([1.0, 1.0]), WalkAction::DragTo([0.5, 2.0]), WalkAction::Release] {
        update(&mut state, Action::Walk(action));
    }
    pin_a(&state, [0.5, 2.0], None);
    update(&mut state, Action::Undo);
    pin_a(&state, [1.0, 1.0], Some(3));
    update(&mut state, Action::Redo);
    pin_a(&state, [0.5, 2.0], None);
    update(&mut state, Action::Walk(WalkAction::PutPin(Some(0), PinSource::Point)));
    pin_a(&state, [0.0, 0.0], None);
}

#[test]
fn a_pin_on_an_image_moves_with_its_mean_also_after_undo() {
    let mut state = shown();
    update(&mut state, Action::Walk(WalkAction::PutPin(Some(0), PinSource::Selected)));
    update(&mut state, Action::Walk(WalkAction::Nudge([0.25, 0.0])));
    let mu = Arc::new(vec![0.0, 0.0, 0.0, 0.0, 0.0, 0.0, -1.0, 0.5]);
    update(&mut state, Action::Answered(Answer::Means { mu, step: 1 }));
    pin_a(&state, [-1.0, 0.5], Some(3));
    update(&mut state, Action::Undo);
    pin_a(&state, [-1.0, 0.5], Some(3));
}

#[test]
fn a_model_is_of_the_run_before_until_the_new_run_has_one() {
    let mut state = AppState::new();
    state.training.begin(RunConfig::default());
    let started = |name: &str| Action::RunStarted { name: name.into(), folder: name.into() };
    let name = |state: &AppState| state.training.model_run.as_ref().map(|run| run.name.clone());
    update(&mut state, started("first"));
    assert_eq!(name(&state), None);
    update(&mut state, Action::ModelReady(MODEL));
    state.training.begin(RunConfig::default());
    update(&mut state, started("second"));
    assert_eq!(name(&state).as_deref(), Some("first"));
    update(&mut state, Action::ModelReady(MODEL));
    assert_eq!(name(&state).as_deref(), Some("second"));
}

/// Four images of 16 × 16 that were loaded as `config` says.
fn opened(config: &RunConfig) -> Action {
    let data = Dataset::made("shades", (16, 1), vec![0; 4 * 256]);
    let config = config.data.clone();
    Action::Opened(Box::new(Opened { source: "shades".into(), data: Arc::new(data), config, run: None }))
}

#[test]
fn train_loads_the_images_anew_when_their_settings_were_changed() {
    let mut state = AppState::new();
    update(&mut state, opened(&RunConfig::default()));
    let mut wanted = RunConfig::default();
    wanted.data.size = Size::Side(32);
    update(&mut state, Action::Configure(Box::new(wanted.clone())));
    let effects = update(&mut state, Action::TogglePlay);
    assert_eq!(effects, [Effect::Load { source: "shades".into(), config: wanted.data.clone() }]);
    assert!(!state.training.is_active());
    let effects = update(&mut state, opened(&wanted));
    assert_eq!(effects, [Effect::StartRun(Box::new(wanted))]);
    // Only once: other images do not start a run.
    let mut other = AppState::new();
    update(&mut other, Action::TogglePlay);
    assert_eq!(update(&mut other, opened(&RunConfig::default())), []);
}

#[test]
fn the_map_holds_still_under_a_hand() {
    let mut state = shown();
    let far = || Action::Answered(Answer::Means { mu: Arc::new(vec![40.0, 40.0, -40.0, -40.0]), step: 1 });
    update(&mut state, Action::Map(MapAction::Sized([400.0, 400.0])));
    let before = state.map.scale;
    update(&mut state, Action::Walk(WalkAction::Grab([0.0, 0.0])));
    update(&mut state, far());
    assert_eq!(state.map.scale, before);
    update(&mut state, Action::Walk(WalkAction::Release));
    update(&mut state, far());
    assert!(state.map.scale > before);
}

#[test]
fn pins_make_one_way_in_their_order_that_can_be_closed() {
    let mut state = shown();
    for at in [[1.0, 0.0], [2.0, 0.0], [3.0, 0.0]] {
        for action in [WalkAction::Grab(at), WalkAction::Release, WalkAction::PutPin(None, PinSource::Point)] {
            update(&mut state, Action::Walk(action));
        }
    }
    let places = |state: &AppState| state.walk.pins.iter().map(|pin| pin.z[0]).collect::<Vec<_>>();
    update(&mut state, Action::Walk(WalkAction::MovePin(2, 0)));
    assert_eq!(places(&state), [3.0, 1.0, 2.0]);
    update(&mut state, Action::Walk(WalkAction::SetFrames(5)));
    let strip = |state: &AppState| state.walk.strip_points().iter().map(|z| z[0]).collect::<Vec<_>>();
    assert_eq!(strip(&state), [3.0, 2.0, 1.0, 1.5, 2.0]);
    update(&mut state, Action::Walk(WalkAction::SetClosed(true)));
    assert_eq!(state.walk.course().legs(), 3);
    update(&mut state, Action::Walk(WalkAction::RemovePin(0)));
    update(&mut state, Action::Walk(WalkAction::RemovePin(0)));
    assert_eq!((places(&state), strip(&state)), (vec![2.0], Vec::new()));
    update(&mut state, Action::Undo);
    update(&mut state, Action::Undo);
    update(&mut state, Action::Undo);
    assert_eq!(places(&state), [1.0, 2.0, 3.0]);
}

#[test]
fn a_run_that_is_still_being_saved_stays_where_it_is() {
    let mut state = AppState::new();
    let folder = std::path::PathBuf::from("runs/cats-01");
    state.training.begin(RunConfig::default());
    update(&mut state, Action::RunStarted { name: "cats-01".into(), folder: folder.clone() });
    let data = Arc::new(Dataset::made("dogs", (16, 1), vec![0; 256]));
    let opened = Opened { source: "dogs".into(), data, config: RunConfig::default().data, run: None };
    update(&mut state, Action::Opened(Box::new(opened)));
    let trash = || Action::Runs(runs::RunsAction::Trash(folder.clone()));
    update(&mut state, Action::Runs(runs::RunsAction::Select(folder.clone())));
    update(&mut state, Action::Runs(runs::RunsAction::TypeName(Some("cats".into()))));
    for action in [trash(), Action::Runs(runs::RunsAction::Rename)] {
        assert_eq!(update(&mut state, action), []);
        let said = state.notices.iter().last().unwrap();
        assert!(matches!(&said.kind, NoticeKind::Error(text) if text.contains("cats-01 is still being saved")));
    }
    update(&mut state, Action::Runs(runs::RunsAction::Kept(folder.clone())));
    assert_eq!(update(&mut state, trash()), [Effect::Library(runs::Errand::Trash(folder.clone()))]);
}

#[test]
fn a_run_that_is_closed_leads_back_once_it_is_saved() {
    let mut state = AppState::new();
    update(&mut state, opened(&RunConfig::default()));
    update(&mut state, Action::TogglePlay);
    let folder = std::path::PathBuf::from("shades-01");
    update(&mut state, Action::RunStarted { name: "shades-01".into(), folder: folder.clone() });
    update(&mut state, opened(&RunConfig::default()));
    assert!(state.notices.iter().any(|notice| notice.kind == NoticeKind::Closed(folder.clone())));
    assert!(state.runs.is_leaving(&folder));
    update(&mut state, Action::Runs(runs::RunsAction::Kept(folder.clone())));
    assert!(!state.runs.is_leaving(&folder));
}
