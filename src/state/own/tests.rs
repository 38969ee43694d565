use super::*;
use crate::data::Dataset;
use crate::latent::Answer;
use crate::state::{Model, Opened, PinSource, update};

const SMALL: ImageShape = ImageShape { side: 2, channels: 1 };

fn with_model(shape: ImageShape) -> AppState {
    let mut state = AppState::new();
    let data = Arc::new(Dataset::made("made", (2, 1), vec![0; 8]));
    let config = state.settings.data.clone();
    update(&mut state, Action::Opened(Box::new(Opened { source: "made".into(), data, config, run: None })));
    update(&mut state, Action::ModelReady(Model { step: 1, latent_dim: 2, shape }));
    state
}

fn file(name: &str) -> OwnSource {
    OwnSource::File(name.into())
}

fn loaded(name: &str, batch: u64) -> Action {
    let image = Arc::new(OwnImage { name: name.into(), pixels: vec![7; 4] });
    OwnAction::Loaded { source: file(name), batch, image, selects: true }.into()
}

/// What is asked to be read, and to which size.
fn asked(effects: &[Effect]) -> Option<(Vec<OwnSource>, Option<ImageShape>)> {
    effects.iter().find_map(|effect| match effect {
        Effect::Own(OwnErrand::Bring { sources, target, .. }) => {
            Some((sources.clone(), target.as_ref().map(|target| target.shape)))
        }
        _ => None,
    })
}

/// One image was brought along, encoded and pinned.
fn with_own() -> AppState {
    let mut state = with_model(SMALL);
    let batch = state.own.batch;
    let effects = update(&mut state, OwnAction::Bring(vec![file("a.png")]).into());
    assert_eq!(asked(&effects), Some((vec![file("a.png")], Some(SMALL))));
    update(&mut state, loaded("a.png", batch));
    let own = state.walk.own.clone();
    update(&mut state, Action::Answered(Answer::Own { own, mu: vec![0.5, -0.25], step: 1 }));
    assert_eq!((state.walk.selected, &state.walk.z), (Some(Subject::Own(0)), &vec![0.5, -0.25]));
    let (mu, sigma) = (vec![0.5, -0.25], vec![0.1, 0.1]);
    let subject = Subject::Own(0);
    let (recon_nats, kl_nats) = (1.0, 1.0);
    let answer = Answer::Selected { subject, mu, sigma, reconstruction: vec![0; 4], recon_nats, kl_nats, step: 1 };
    update(&mut state, Action::Answered(answer));
    update(&mut state, Action::Walk(WalkAction::PutPin(None, PinSource::Selected)));
    state
}

#[test]
fn a_model_of_another_shape_never_sees_what_was_read_for_the_last() {
    let mut state = with_own();
    let large = ImageShape { side: 4, channels: 1 };
    let effects = update(&mut state, Action::ModelReady(Model { step: 0, latent_dim: 2, shape: large }));
    assert_eq!(asked(&effects), Some((vec![file("a.png")], Some(large))), "it is read again");
    assert!(state.walk.own.is_empty() && state.walk.selected.is_none());
    assert_eq!(state.walk.pins[0].subject, None, "the pin stays, and is on no image");
    update(&mut state, Action::Undo);
    assert_eq!(state.walk.pins[0].subject, None);
    // One that was still being read for the last model is read again instead of shown.
    let effects = update(&mut state, loaded("b.png", 0));
    assert_eq!(asked(&effects), Some((vec![file("b.png")], Some(large))));
    assert!(state.walk.own.is_empty());
}

#[test]
fn without_a_model_they_wait_for_one() {
    let mut state = with_own();
    let data = Arc::new(Dataset::made("others", (2, 1), vec![0; 8]));
    let config = state.settings.data.clone();
    update(&mut state, Action::Opened(Box::new(Opened { source: "others".into(), data, config, run: None })));
    assert_eq!(state.own.n_waiting(), 1);
    let effects = update(&mut state, OwnAction::Bring(vec![file("b.png")]).into());
    assert_eq!(asked(&effects), Some((vec![file("b.png")], None)));
    update(&mut state, OwnAction::Waits(file("b.png")).into());
    let effects = update(&mut state, Action::ModelReady(Model { step: 1, latent_dim: 3, shape: SMALL }));
    assert_eq!(asked(&effects), Some((vec![file("a.png"), file("b.png")], Some(SMALL))));
}

#[test]
fn one_that_is_taken_away_leaves_the_others_their_numbers() {
    let mut state = with_own();
    let batch = state.own.batch;
    update(&mut state, loaded("b.png", batch));
    update(&mut state, OwnAction::Remove(0).into());
    assert_eq!(state.own.shown().collect::<Vec<_>>(), [1]);
    assert_eq!((state.name_of(Subject::Own(1)), state.walk.selected), ("b.png", None));
    let effects = update(&mut state, Action::ModelReady(Model { step: 0, latent_dim: 3, shape: SMALL }));
    assert_eq!(asked(&effects).unwrap().0, [file("b.png")], "it does not come back");
}

#[test]
fn pins_follow_what_training_moves() {
    let mut state = with_own();
    let own = state.walk.own.clone();
    update(&mut state, Action::Answered(Answer::Own { own, mu: vec![2.0, 3.0], step: 2 }));
    assert_eq!(state.walk.pins[0].z, [2.0, 3.0]);
    assert_eq!(state.walk.z, [0.5, -0.25], "the point is the user's");
}

#[test]
fn a_better_place_moves_the_point_and_can_be_pinned() {
    let mut state = with_own();
    let effects = update(&mut state, RefinementAction::Begin.into());
    let errand = OwnErrand::Refine { subject: Subject::Own(0), start: vec![0.5, -0.25] };
    assert!(effects.contains(&Effect::Own(errand)));
    assert!(update(&mut state, RefinementAction::Begin.into()).is_empty(), "one at a time");
    let (z, image, subject) = (vec![0.75, 0.0], vec![0; 4], Subject::Own(0));
    let view = refinement::RefinedView { subject, z, image, before_nats: 9.0, after_nats: 4.0, step: 1 };
    update(&mut state, RefinementAction::Ended(Some(view.clone())).into());
    assert_eq!(state.walk.z, [0.75, 0.0]);
    update(&mut state, RefinementAction::Pin.into());
    assert_eq!(state.walk.pins[1].z, [0.75, 0.0]);
    update(&mut state, Action::Undo);
    update(&mut state, Action::Undo);
    assert_eq!(state.walk.z, [0.5, -0.25]);
    // What was looked for with another model ends unheard.
    update(&mut state, RefinementAction::Begin.into());
    update(&mut state, Action::ModelReady(Model { step: 0, latent_dim: 3, shape: SMALL }));
    update(&mut state, RefinementAction::Ended(Some(view)).into());
    assert_eq!(state.own.refinement, Refinement::None);
}
