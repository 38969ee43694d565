//! Every step is told, commands are obeyed between steps, and there is one last word.

use super::*;
use crate::train::Change;
use crate::train::trainer::tests::{small_config, squares};

fn job(make: impl FnOnce() -> Result<Trainer, TrainError> + Send + 'static) -> Job {
    Job { make: Box::new(make), recorder: Box::new(()), wake: Arc::new(|_| {}), threads: 1, seconds_before: 0.0 }
}

fn small() -> Job {
    job(|| Trainer::new(small_config(), squares(30, 16)))
}

/// A small run that finds `command` waiting before its first step.
fn told(command: Command) -> Worker {
    let (go, gone) = bounded::<()>(1);
    let worker = Worker::spawn(job(move || {
        gone.recv().unwrap();
        Trainer::new(small_config(), squares(30, 16))
    }));
    let worker = worker.unwrap();
    worker.send(command);
    go.send(()).unwrap();
    worker
}

/// Every event up to the last word, answering with `reply`.
fn listen(worker: &Worker, mut reply: impl FnMut(&Event) -> Option<Command>) -> Vec<Event> {
    let mut events = Vec::new();
    while let Ok(event) = worker.events().recv() {
        if let Some(command) = reply(&event) {
            worker.send(command);
        }
        events.push(event);
    }
    events
}

fn steps_of(events: &[Event]) -> Vec<u64> {
    let steps = events.iter().filter_map(|e| if let Event::Steps(steps) = e { Some(steps) } else { None });
    steps.flatten().map(|s| s.step).collect()
}

#[test]
fn a_run_tells_every_step_and_ends_in_one_last_word() {
    let worker = Worker::spawn(small()).unwrap();
    let events = listen(&worker, |_| None);
    assert!(matches!(events.first(), Some(Event::Started { total_steps: 20, steps_per_epoch: 4 })));
    assert_eq!(steps_of(&events), (1..=20).collect::<Vec<_>>());
    assert_eq!(events.iter().filter(|e| matches!(e, Event::Validation(_))).count(), 5);
    assert_eq!(events.iter().filter(|e| matches!(e, Event::Stopped(_))).count(), 1);
    assert!(matches!(events.last(), Some(Event::Stopped(StopReason::Finished))));
    let last = events.iter().rev().find_map(|e| if let Event::Snapshot(s) = e { Some(s.step) } else { None });
    assert_eq!(last, Some(20));
}

#[test]
fn pause_resume_and_stop_are_obeyed_between_steps() {
    let mut endless = small_config();
    endless.train.epochs = 1_000_000;
    let worker = Worker::spawn(job(|| Trainer::new(endless, squares(30, 16)))).unwrap();
    let mut resumed = false;
    let events = listen(&worker, |event| match event {
        Event::Started { .. } => Some(Command::Pause),
        Event::Paused => Some(Command::Resume),
        Event::Resumed => {
            resumed = true;
            None
        }
        Event::Steps(_) if resumed => Some(Command::Stop),
        _ => None,
    });
    assert!(resumed);
    assert!(matches!(events.last(), Some(Event::Stopped(StopReason::Asked))));
}

#[test]
fn single_steps_and_changes_are_made_while_the_run_waits() {
    let worker = told(Command::Pause);
    let mut paused_at = Vec::new();
    let mut done = 0;
    let beta = || Command::Change(vec![Change::new("train.beta", 4), Change::new("train.epochs", 2)]);
    let events = listen(&worker, |event| match event {
        Event::Steps(steps) => {
            done = steps.last().unwrap().step;
            None
        }
        Event::Paused => {
            paused_at.push(done);
            Some(if paused_at.len() == 3 { beta() } else { Command::Step })
        }
        Event::Changed { .. } => Some(Command::Resume),
        _ => None,
    });
    // A single step each time, then what was left of the two epochs the run was cut down to.
    assert_eq!(paused_at, [0, 1, 2]);
    assert_eq!(steps_of(&events), (1..=8).collect::<Vec<_>>());
    let changed_at = paused_at[2];
    let betas: Vec<(u64, f64)> = events.iter().flat_map(steps_in).map(|s| (s.step, s.beta)).collect();
    assert!(betas.iter().all(|(step, beta)| *beta == if *step > changed_at { 4.0 } else { 1.0 }), "{betas:?}");
    let changed = events.iter().find_map(|e| match e {
        Event::Changed { config, marks, total_steps } => Some((config.train.beta, marks.len(), *total_steps)),
        _ => None,
    });
    assert_eq!(changed, Some((4.0, 2, 8)));
}

fn steps_in(event: &Event) -> &[StepStats] {
    if let Event::Steps(steps) = event { steps } else { &[] }
}

#[test]
fn a_change_that_needs_a_new_run_is_refused_and_the_run_goes_on() {
    let worker = told(Command::Change(vec![Change::new("train.batch", 2)]));
    let events = listen(&worker, |_| None);
    assert!(matches!(events.last(), Some(Event::Stopped(StopReason::Finished))));
    let mut refused = events.iter().filter_map(|e| if let Event::Refused(text) = e { Some(text) } else { None });
    assert!(refused.next().unwrap().contains("train.batch needs a new run"));
    assert_eq!(steps_of(&events), (1..=20).collect::<Vec<_>>());
}

/// Keeps the last checkpoint, and hands it over when the run has ended.
struct Keep(Sender<Checkpoint>);
impl Recorder for Keep {
    fn steps(&mut self, _: &[StepStats]) -> Result<(), TrainError> {
        Ok(())
    }
    fn validation(&mut self, _: &ValidationStats) -> Result<(), TrainError> {
        Ok(())
    }
    fn checkpoint(&mut self, checkpoint: &Checkpoint, ended: Option<&StopReason>) -> Result<(), TrainError> {
        if matches!(ended, Some(StopReason::Diverged(_))) {
            self.0.send(checkpoint.clone()).unwrap();
        }
        Ok(())
    }
}

#[test]
fn a_run_that_diverges_is_kept_as_it_was_before_and_says_where() {
    let mut config = small_config();
    (config.train.lr, config.train.epochs, config.model.sigma) = (1.0, 2000, 1e-3);
    config.model.likelihood = crate::config::Likelihood::Gaussian;
    let (sender, kept) = bounded(1);
    let job = Job { recorder: Box::new(Keep(sender)), ..job(|| Trainer::new(config, squares(16, 16))) };
    let events = listen(&Worker::spawn(job).unwrap(), |_| None);
    let Some(Event::Stopped(StopReason::Diverged(Divergence { step, what, kept: kept_step }))) = events.last() else {
        panic!("{:?}", events.last())
    };
    assert!(what == "the loss" || what.starts_with("the gradient of "), "{what}");
    assert_eq!(steps_of(&events), (1..*step).collect::<Vec<_>>());
    let kept = kept.recv().unwrap();
    assert_eq!(kept.step, *kept_step);
    assert!(kept.step + 100 <= *step || kept.step == 0, "far enough back to go another way");
    for (name, tensor) in &kept.tensors {
        let values = tensor.flatten_all().unwrap().to_vec1::<f32>().unwrap();
        assert!(values.iter().all(|v| v.is_finite()), "{name}");
    }
}

/// Tells when the run has ended.
struct Tell(Sender<()>);
impl Recorder for Tell {
    fn steps(&mut self, _: &[StepStats]) -> Result<(), TrainError> {
        Ok(())
    }
    fn validation(&mut self, _: &ValidationStats) -> Result<(), TrainError> {
        Ok(())
    }
    fn checkpoint(&mut self, _: &Checkpoint, ended: Option<&StopReason>) -> Result<(), TrainError> {
        if ended.is_some() {
            self.0.send(()).unwrap();
        }
        Ok(())
    }
}

#[test]
fn a_reader_that_sleeps_through_the_run_still_gets_every_step() {
    let mut config = small_config();
    config.train.epochs = 200;
    let (done, all_done) = bounded(1);
    let job = Job { recorder: Box::new(Tell(done)), ..job(|| Trainer::new(config, squares(30, 16))) };
    let worker = Worker::spawn(job).unwrap();
    all_done.recv().unwrap();
    let events = listen(&worker, |_| None);
    assert_eq!(steps_of(&events), (1..=800).collect::<Vec<_>>());
    assert_eq!(events.iter().filter(|e| matches!(e, Event::Validation(_))).count(), 200);
}

#[test]
fn a_panic_or_an_error_becomes_the_last_word() {
    let says = |job: Job| match listen(&Worker::spawn(job).unwrap(), |_| None).pop() {
        Some(Event::Stopped(StopReason::Failed(reason))) => reason,
        other => panic!("{other:?}"),
    };
    assert!(says(job(|| panic!("out of luck"))).contains("out of luck"));
    assert!(says(job(|| Trainer::new(small_config(), squares(0, 16)))).contains("squares has no image"));
}

#[test]
fn dropping_the_worker_ends_its_thread() {
    let mut endless = small_config();
    endless.train.epochs = 1_000_000;
    let worker = Worker::spawn(job(|| Trainer::new(endless, squares(30, 16)))).unwrap();
    let events = worker.events().clone();
    drop(worker);
    assert!(events.recv().is_err());
}
