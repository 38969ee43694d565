//! The thread that drives a [`Trainer`]: listens to commands, streams events, records the run.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, TryRecvError, TrySendError, bounded};
use rayon::ThreadPool;

use crate::threads::{Wake, WakeUp, panic_message, pool_here};
use crate::train::{Command, Event, Recorder, StepStats, StopReason, TrainError, Trainer, ValidationStats};

/// A snapshot is published this often; the promise is 250 ms.
const SNAPSHOT_EVERY: Duration = Duration::from_millis(200);
/// Steps are sent together this often: two frames of a 60 Hz screen.
const STEPS_EVERY: Duration = Duration::from_millis(33);
/// A run loses at most this much to a power cut.
const SAVE_EVERY: Duration = Duration::from_secs(30);
/// Messages that may wait unread.
const CAPACITY: usize = 64;

/// What to train, and whom to tell.
pub struct Job {
    /// Builds the trainer on the training thread, where building may take its time.
    pub make: Box<dyn FnOnce() -> Result<Trainer, TrainError> + Send>,
    /// Where the run is written down.
    pub recorder: Box<dyn Recorder>,
    /// Called after a message was sent.
    pub wake: WakeUp,
    /// Training threads; 0 is one per core.
    pub threads: usize,
    /// Wall time of training before this start, in seconds.
    pub seconds_before: f64,
}

/// A running training thread. Dropping it asks the thread to stop and waits for it.
pub struct Worker {
    commands: Sender<Command>,
    events: Receiver<Event>,
    handle: Option<JoinHandle<()>>,
}

impl Worker {
    /// Starts the thread `trainer`, the first of its pool.
    pub fn spawn(job: Job) -> Result<Self, TrainError> {
        let (command_sender, commands) = bounded(CAPACITY);
        let (event_sender, events) = bounded(CAPACITY);
        let handle = std::thread::Builder::new()
            .name("trainer".into())
            .spawn(move || run(job, &commands, event_sender))
            .map_err(|e| TrainError::Thread(e.to_string()))?;
        Ok(Self { commands: command_sender, events, handle: Some(handle) })
    }

    /// Tells the worker something; after its last word nobody listens, and nothing happens.
    pub fn send(&self, command: Command) {
        let _nobody_listens = self.commands.send(command);
    }

    /// What the worker says.
    pub fn events(&self) -> &Receiver<Event> {
        &self.events
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.send(Command::Stop);
        // The thread may be waiting for room in the channel: listen until it hangs up.
        while self.events.recv().is_ok() {}
        if let Some(handle) = self.handle.take() {
            let _caught_inside = handle.join();
        }
    }
}

/// Runs the job and says the last word, whatever happens.
fn run(job: Job, commands: &Receiver<Command>, events: Sender<Event>) {
    let wake = Arc::clone(&job.wake);
    let mut outbox = Outbox { events, wake, queue: VecDeque::new(), steps: Vec::new(), sent: Instant::now() };
    let driven = catch_unwind(AssertUnwindSafe(|| {
        let pool = pool_here("trainer", job.threads, true).map_err(|e| TrainError::Thread(e.to_string()))?;
        drive(job, &pool, commands, &mut outbox)
    }));
    let reason = match driven {
        Ok(Ok(reason)) => reason,
        Ok(Err(error)) => StopReason::Failed(error.to_string()),
        Err(panic) => StopReason::Failed(format!("training failed unexpectedly: {}", panic_message(&*panic))),
    };
    outbox.finish(reason);
}

/// Messages on their way out. Steps are merged and snapshots skipped while the reader is slow; nothing else is lost,
/// and training never waits for the reader.
struct Outbox {
    events: Sender<Event>,
    wake: WakeUp,
    queue: VecDeque<Event>,
    steps: Vec<StepStats>,
    sent: Instant,
}

impl Outbox {
    fn step(&mut self, stats: StepStats) {
        self.steps.push(stats);
        if self.sent.elapsed() >= STEPS_EVERY {
            self.flush(Wake::Soon);
        }
    }

    fn push(&mut self, event: Event) {
        self.queue_steps();
        self.queue.push_back(event);
        self.flush(Wake::Soon);
    }

    /// Whether a snapshot would be read now.
    fn has_room(&self) -> bool {
        self.queue.is_empty() && self.events.len() < CAPACITY / 2
    }

    fn queue_steps(&mut self) {
        if self.steps.is_empty() {
            return;
        }
        let steps = std::mem::take(&mut self.steps);
        match self.queue.back_mut() {
            Some(Event::Steps(waiting)) => waiting.extend(steps),
            _ => self.queue.push_back(Event::Steps(steps)),
        }
    }

    fn flush(&mut self, wake: Wake) {
        self.queue_steps();
        self.sent = Instant::now();
        while let Some(event) = self.queue.pop_front() {
            if let Err(TrySendError::Full(event)) = self.events.try_send(event) {
                self.queue.push_front(event);
                break;
            }
        }
        (self.wake)(wake);
    }

    fn finish(mut self, reason: StopReason) {
        self.queue_steps();
        self.queue.push_back(Event::Stopped(reason));
        for event in self.queue {
            (self.wake)(Wake::Now);
            if self.events.send(event).is_err() {
                break;
            }
        }
        (self.wake)(Wake::Now);
    }
}

/// The owner's wishes, taken from the channel between steps.
struct Control<'a> {
    commands: &'a Receiver<Command>,
}

enum Wish {
    GoOn,
    Pause,
    Stop,
}

impl Control<'_> {
    fn next(&self) -> Wish {
        match self.commands.try_recv() {
            Ok(Command::Pause) => Wish::Pause,
            Ok(Command::Stop) | Err(TryRecvError::Disconnected) => Wish::Stop,
            Ok(Command::Resume) | Err(TryRecvError::Empty) => Wish::GoOn,
        }
    }

    /// Waits until told to go on (`true`) or to stop.
    fn wait(&self) -> bool {
        loop {
            match self.commands.recv() {
                Ok(Command::Resume) => return true,
                Ok(Command::Pause) => {}
                Ok(Command::Stop) | Err(_) => return false,
            }
        }
    }
}

fn drive(
    job: Job,
    pool: &ThreadPool,
    commands: &Receiver<Command>,
    outbox: &mut Outbox,
) -> Result<StopReason, TrainError> {
    let Job { make, mut recorder, seconds_before, .. } = job;
    let mut trainer = pool.install(make)?;
    let total_steps = trainer.total_steps();
    outbox.push(Event::Started { total_steps, steps_per_epoch: trainer.steps_per_epoch() });
    outbox.push(Event::Snapshot(Arc::new(trainer.snapshot()?)));
    let control = Control { commands };
    let mut clock = Clock { before: seconds_before, running_since: Instant::now() };
    let (mut shown, mut saved) = (Instant::now(), Instant::now());
    let mut unsaved = Vec::new();
    let reason = loop {
        if trainer.step_count() >= total_steps {
            break StopReason::Finished;
        }
        match control.next() {
            Wish::GoOn => {}
            Wish::Stop => break StopReason::Asked,
            Wish::Pause => {
                save(&mut *recorder, &trainer, &mut unsaved, clock.seconds(), None)?;
                outbox.push(Event::Snapshot(Arc::new(trainer.snapshot()?)));
                outbox.push(Event::Paused);
                clock.before = clock.seconds();
                let goes_on = control.wait();
                clock.running_since = Instant::now();
                if !goes_on {
                    break StopReason::Asked;
                }
                outbox.push(Event::Resumed);
            }
        }
        let stats = match pool.install(|| trainer.step()) {
            Ok(stats) => StepStats { seconds: clock.seconds(), ..stats },
            Err(error) => break StopReason::Failed(error.to_string()),
        };
        unsaved.push(stats);
        outbox.step(stats);
        if trainer.at_epoch_end()
            && let Some(evaluation) = pool.install(|| trainer.validate(&|_| true))?
        {
            recorder.steps(&std::mem::take(&mut unsaved))?;
            let stats = ValidationStats {
                step: stats.step,
                epoch: stats.epoch,
                seconds: clock.seconds(),
                terms: evaluation.terms,
                kl_per_dim_nats: evaluation.kl_per_dim_nats,
            };
            recorder.validation(&stats)?;
            outbox.push(Event::Validation(stats));
        }
        if shown.elapsed() >= SNAPSHOT_EVERY && outbox.has_room() {
            outbox.push(Event::Snapshot(Arc::new(trainer.snapshot()?)));
            shown = Instant::now();
        }
        if saved.elapsed() >= SAVE_EVERY {
            save(&mut *recorder, &trainer, &mut unsaved, clock.seconds(), None)?;
            saved = Instant::now();
        }
    };
    save(&mut *recorder, &trainer, &mut unsaved, clock.seconds(), Some(&reason))?;
    outbox.push(Event::Snapshot(Arc::new(trainer.snapshot()?)));
    Ok(reason)
}

/// Wall time of training, pauses left out.
struct Clock {
    before: f64,
    running_since: Instant,
}

impl Clock {
    fn seconds(&self) -> f64 {
        self.before + self.running_since.elapsed().as_secs_f64()
    }
}

fn save(
    recorder: &mut dyn Recorder,
    trainer: &Trainer,
    unsaved: &mut Vec<StepStats>,
    seconds: f64,
    ended: Option<&StopReason>,
) -> Result<(), TrainError> {
    recorder.steps(&std::mem::take(unsaved))?;
    let checkpoint = crate::train::Checkpoint { seconds, ..trainer.checkpoint()? };
    recorder.checkpoint(&checkpoint, ended)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::Checkpoint;
    use crate::train::trainer::tests::{small_config, squares};

    fn job(make: impl FnOnce() -> Result<Trainer, TrainError> + Send + 'static) -> Job {
        Job { make: Box::new(make), recorder: Box::new(()), wake: Arc::new(|_| {}), threads: 1, seconds_before: 0.0 }
    }

    fn small() -> Job {
        job(|| Trainer::new(small_config(), squares(30, 16)))
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
}
