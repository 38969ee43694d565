//! A run is steered by what the window asks of the outside.

use std::path::PathBuf;

use super::*;
use crate::config::RunConfig;
use crate::state::update;
use crate::train::{Alarm, AlarmKind, Divergence, Event, StepStats, StopReason, Terms, ValidationStats, Watch};

const SPE: u64 = 300;

fn steps(from: u64, to: u64, kl_nats: f64) -> Event {
    let terms = Terms { recon_nats: 100.0, kl_nats };
    let step = |step| {
        let epoch = step as f64 / SPE as f64;
        StepStats { step, epoch, seconds: step as f64, terms, beta: 1.0, lr: 1e-3, sigma: None, n_images: 8 }
    };
    Event::Steps((from..=to).map(step).collect())
}

fn validation(epoch: u64, active: usize) -> Event {
    Event::Validation(ValidationStats {
        step: epoch * SPE,
        epoch: epoch as f64,
        seconds: 1.0,
        terms: Terms { recon_nats: 100.0, kl_nats: 0.1 },
        kl_per_dim_nats: vec![0.0; 32],
        active_units: Some(active),
    })
}

/// A run of 40 epochs with β = 20 and 32 dimensions, after two epochs in which nothing was learned.
fn collapsed() -> AppState {
    let mut state = AppState::new();
    state.settings.train.beta = 20.0;
    state.settings.model.latent_dim = 32;
    state.training.begin(state.settings.clone());
    let told = [
        Event::Started { total_steps: 40 * SPE, steps_per_epoch: SPE },
        steps(1, SPE, 0.1),
        validation(1, 0),
        steps(SPE + 1, 2 * SPE, 0.1),
        validation(2, 0),
    ];
    update(&mut state, Action::RunStarted { name: "one".into(), folder: "runs/one".into() });
    for event in told {
        update(&mut state, Action::Training(event));
    }
    state
}

fn ended(reason: StopReason) -> AppState {
    let mut state = collapsed();
    update(&mut state, Action::Training(Event::Stopped(reason)));
    state
}

fn kinds(state: &AppState) -> Vec<AlarmKind> {
    state.training.alarms().iter().map(Alarm::kind).collect()
}

#[test]
fn a_cure_changes_the_run_under_way_and_what_the_next_is_made_from() {
    let mut state = collapsed();
    assert_eq!(kinds(&state), [AlarmKind::Collapse]);
    let effects = update(&mut state, Action::Cure(Cure::LowerBeta));
    let [Effect::Command(Command::Change(changes))] = effects.as_slice() else { panic!("{effects:?}") };
    let [beta, .., from] = changes.as_slice() else { panic!("{changes:?}") };
    assert_eq!((beta, from), (&Change::new("train.beta", 1), &Change::new("train.beta_from_epoch", 2)));
    for config in [&state.settings, &state.training.run.as_ref().unwrap().config] {
        assert_eq!((config.train.beta, config.train.warmup_epochs, config.train.beta_from_epoch), (1.0, 9.0, 2.0));
    }
    // When the training thread says that it is done, all is judged anew.
    let config = Box::new(state.settings.clone());
    let (step, epoch, seconds) = (2 * SPE, 2.0, 1.0);
    let (key, from, to) = ("train.beta".into(), "20".into(), "1".into());
    let marks = vec![crate::train::Mark { step, epoch, seconds, key, from, to }];
    update(&mut state, Action::Training(Event::Changed { config, marks, total_steps: 40 * SPE }));
    assert_eq!((kinds(&state), state.training.marks.len()), (vec![], 1));
}

#[test]
fn an_alarm_that_was_closed_stays_closed_and_stop_here_stops() {
    let mut state = collapsed();
    update(&mut state, Action::DismissAlarm(AlarmKind::Collapse));
    assert_eq!(kinds(&state), []);
    assert_eq!(update(&mut state, Action::Cure(Cure::Stop)), [Effect::Command(Command::Stop)]);
    assert_eq!(state.training.phase, Phase::Stopping);
    // What was asked for has not happened yet: no change is sent any more.
    assert_eq!(update(&mut state, Action::Change(vec![Change::new("train.beta", 3)])), []);
}

#[test]
fn a_change_out_of_range_is_said_and_not_made() {
    let mut state = collapsed();
    assert_eq!(update(&mut state, Action::Change(vec![Change::new("train.lr", 7)])), []);
    assert_eq!(state.training.run.as_ref().unwrap().config.train.lr, 2e-3);
    assert_eq!(state.notices.iter().count(), 1);
}

#[test]
fn a_finished_run_goes_on_for_as_many_epochs_as_are_asked_for() {
    let mut state = ended(StopReason::Finished);
    assert!(state.training.can_prolong());
    update(&mut state, Action::SetMoreEpochs(3));
    let (folder, changes) = (PathBuf::from("runs/one"), vec![Change::new("train.epochs", 5)]);
    assert_eq!(update(&mut state, Action::ContinueForMore), [Effect::ResumeRun { folder, changes }]);
    assert_eq!(state.training.phase, Phase::Starting);
    // Not while it runs.
    assert_eq!(update(&mut state, Action::ContinueForMore), []);
}

#[test]
fn a_run_that_ended_collapsed_says_so_and_its_cure_goes_on_for_some_epochs() {
    let mut state = ended(StopReason::Finished);
    state.training.total_steps = 2 * SPE;
    assert_eq!(kinds(&state), [AlarmKind::Collapse]);
    update(&mut state, Action::SetMoreEpochs(8));
    let effects = update(&mut state, Action::Cure(Cure::LowerBeta));
    let [Effect::ResumeRun { changes, .. }] = effects.as_slice() else { panic!("{effects:?}") };
    let warmed = ["train.beta_schedule", "train.warmup_epochs", "train.beta_from_epoch"];
    let warmed = warmed.into_iter().zip(["constant", "2", "2"]).map(|(key, to)| Change::new(key, to));
    let expected: Vec<_> =
        [Change::new("train.epochs", 10), Change::new("train.beta", 1)].into_iter().chain(warmed).collect();
    assert_eq!(*changes, expected);
    // One that was stopped half way has epochs left.
    let mut state = ended(StopReason::Asked);
    let effects = update(&mut state, Action::Cure(Cure::FreeBits));
    let changes = vec![Change::new("train.free_bits", 0.25)];
    assert_eq!(effects, [Effect::ResumeRun { folder: "runs/one".into(), changes }]);
}

#[test]
fn a_run_that_diverged_offers_a_tenth_of_the_learning_rate_from_where_it_was() {
    let mut state = ended(StopReason::Diverged(Divergence::at(2 * SPE + 1, "the loss")));
    assert_eq!(kinds(&state), [AlarmKind::Diverged]);
    assert!(!state.training.can_prolong(), "it would end the same way");
    let (folder, changes) = (PathBuf::from("runs/one"), vec![Change::new("train.lr", 0.0002)]);
    assert_eq!(update(&mut state, Action::Cure(Cure::LowerLr)), [Effect::ResumeRun { folder, changes }]);
    assert!(!kinds(&state).contains(&AlarmKind::Diverged));
}

#[test]
fn a_new_run_from_here_waits_for_the_old_one_to_be_kept() {
    let mut state = collapsed();
    let mut wanted: RunConfig = state.settings.clone();
    wanted.model.latent_dim = 8;
    update(&mut state, Action::Configure(Box::new(wanted.clone())));
    assert_eq!(need_new_run(&state.training.run.as_ref().unwrap().config, &state.settings), ["model.latent_dim"]);
    assert_eq!(update(&mut state, Action::BranchRun), [Effect::Command(Command::Stop)]);
    let effects = update(&mut state, Action::Training(Event::Stopped(StopReason::Asked)));
    let (config, from) = (Box::new(wanted.clone()), PathBuf::from("runs/one"));
    assert_eq!(effects, [Effect::BranchRun { config, from }]);
    let training = &state.training;
    assert_eq!((&training.phase, training.step(), training.branch.is_none()), (&Phase::Starting, 0, true));
    assert_eq!(training.run.as_ref().unwrap().config, wanted);
    // Of a run that has ended it begins at once.
    let mut state = ended(StopReason::Finished);
    assert!(matches!(update(&mut state, Action::BranchRun).as_slice(), [Effect::BranchRun { .. }]));
}

#[test]
fn one_step_is_made_only_while_the_run_waits() {
    let mut state = collapsed();
    assert_eq!(update(&mut state, Action::Step), []);
    update(&mut state, Action::TogglePlay);
    update(&mut state, Action::Training(Event::Paused));
    assert_eq!(update(&mut state, Action::Step), [Effect::Command(Command::Step)]);
    // A watch that was never told of a model is silent.
    assert_eq!(Watch::default().alarms(), []);
}
