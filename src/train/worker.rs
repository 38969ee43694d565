//! The thread that drives a [`Trainer`]: listens to commands, streams events, records the run.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, TryRecvError, TrySendError, bounded};
use rayon::ThreadPool;

use crate::threads::{Wake, WakeUp, panic_message, pool_here};
use crate::train::autosave::Autosave;
use crate::train::{
    Checkpoint, Command, Divergence, Evaluation, Event, Recorder, StepStats, StopReason, TrainError, Trainer,
    ValidationStats,
};

/// A snapshot is published this often; the promise is 250 ms.
const SNAPSHOT_EVERY: Duration = Duration::from_millis(200);
/// Steps are sent together this often: two frames of a 60 Hz screen.
const STEPS_EVERY: Duration = Duration::from_millis(33);
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

/// Whether steps are made.
#[derive(Clone, Copy, PartialEq)]
enum Going {
    On,
    /// One step, then no more until told.
    Once,
    Waits,
}

/// The owner's next wish, which a run that waits waits for. Nobody there any more is a wish to stop.
fn next_wish(commands: &Receiver<Command>, going: Going) -> Option<Command> {
    if going == Going::Waits {
        return Some(commands.recv().unwrap_or(Command::Stop));
    }
    match commands.try_recv() {
        Ok(command) => Some(command),
        Err(TryRecvError::Empty) => None,
        Err(TryRecvError::Disconnected) => Some(Command::Stop),
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
    outbox.push(Event::Started { total_steps: trainer.total_steps(), steps_per_epoch: trainer.steps_per_epoch() });
    outbox.push(Event::Snapshot(Arc::new(trainer.snapshot()?)));
    keep_moment(&mut *recorder, &trainer)?;
    let mut clock = Clock { before: seconds_before, running_since: Some(Instant::now()) };
    let (mut shown, mut autosave) = (Instant::now(), Autosave::begin());
    let mut unsaved = Vec::new();
    let mut going = Going::On;
    let reason = loop {
        if trainer.step_count() >= trainer.total_steps() {
            break StopReason::Finished;
        }
        match next_wish(commands, going) {
            Some(Command::Stop) => break StopReason::Asked,
            Some(Command::Pause) => {
                if going != Going::Waits {
                    save(&mut *recorder, &trainer, &mut unsaved, clock.seconds(), None)?;
                    autosave.saved();
                    going = Going::Waits;
                    outbox.push(Event::Snapshot(Arc::new(trainer.snapshot()?)));
                    clock.hold();
                    outbox.push(Event::Paused);
                }
                continue;
            }
            Some(Command::Resume) if going != Going::On => {
                going = Going::On;
                clock.go();
                outbox.push(Event::Resumed);
            }
            None | Some(Command::Resume) => {}
            Some(Command::Step) => {
                going = Going::Once;
                clock.go();
            }
            Some(Command::Save) => {
                save(&mut *recorder, &trainer, &mut unsaved, clock.seconds(), None)?;
                autosave.saved();
                outbox.push(Event::Saved(trainer.step_count()));
                continue;
            }
            Some(Command::Change(changes)) => {
                match trainer.change(&changes, clock.seconds()) {
                    Ok(()) => recorder.changed(trainer.config(), trainer.marks())?,
                    Err(error) => outbox.push(Event::Refused(error.to_string())),
                }
                // Also after a refusal: this is how things are.
                outbox.push(Event::Changed {
                    config: Box::new(trainer.config().clone()),
                    marks: trainer.marks().to_vec(),
                    total_steps: trainer.total_steps(),
                });
                continue;
            }
        }
        let stats = match pool.install(|| trainer.step()) {
            Ok(stats) => StepStats { seconds: clock.seconds(), ..stats },
            Err(TrainError::NotFinite(divergence)) => {
                break StopReason::Diverged(Divergence { kept: trainer.go_back()?, ..divergence });
            }
            Err(error) => break StopReason::Failed(error.to_string()),
        };
        unsaved.push(stats);
        outbox.step(stats);
        if trainer.at_epoch_end()
            && let Some(evaluation) = pool.install(|| trainer.validate(&|_| true))?
        {
            let active_units = Some(evaluation.active_units());
            let Evaluation { terms, kl_per_dim_nats, .. } = evaluation;
            if !terms.elbo_nats().is_finite() {
                let divergence = Divergence::at(stats.step + 1, "the loss on the held images");
                break StopReason::Diverged(Divergence { kept: trainer.go_back()?, ..divergence });
            }
            let StepStats { step, epoch, seconds, .. } = stats;
            let stats = ValidationStats { step, epoch, seconds, terms, kl_per_dim_nats, active_units };
            recorder.steps(&std::mem::take(&mut unsaved))?;
            recorder.validation(&stats)?;
            outbox.push(Event::Validation(stats));
        }
        keep_moment(&mut *recorder, &trainer)?;
        if going == Going::Once {
            going = Going::Waits;
            save(&mut *recorder, &trainer, &mut unsaved, clock.seconds(), None)?;
            autosave.saved();
            clock.hold();
            outbox.push(Event::Snapshot(Arc::new(trainer.snapshot()?)));
            outbox.push(Event::Paused);
        } else if shown.elapsed() >= SNAPSHOT_EVERY && outbox.has_room() {
            outbox.push(Event::Snapshot(Arc::new(trainer.snapshot()?)));
            shown = Instant::now();
        }
        if autosave.is_due() {
            save(&mut *recorder, &trainer, &mut unsaved, clock.seconds(), None)?;
            autosave.saved();
        }
    };
    // After going back what came later does not count.
    unsaved.retain(|stats| stats.step <= trainer.step_count());
    save(&mut *recorder, &trainer, &mut unsaved, clock.seconds(), Some(&reason))?;
    outbox.push(Event::Snapshot(Arc::new(trainer.snapshot()?)));
    Ok(reason)
}

fn keep_moment(recorder: &mut dyn Recorder, trainer: &Trainer) -> Result<(), TrainError> {
    if recorder.wants_moment(trainer.step_count()) { recorder.moment(&trainer.snapshot()?) } else { Ok(()) }
}

/// Wall time of training, pauses left out.
struct Clock {
    before: f64,
    running_since: Option<Instant>,
}

impl Clock {
    fn seconds(&self) -> f64 {
        self.before + self.running_since.map_or(0.0, |since| since.elapsed().as_secs_f64())
    }

    fn hold(&mut self) {
        (self.before, self.running_since) = (self.seconds(), None);
    }

    fn go(&mut self) {
        self.running_since.get_or_insert_with(Instant::now);
    }
}

fn save(
    recorder: &mut dyn Recorder,
    trainer: &Trainer,
    unsaved: &mut Vec<StepStats>,
    seconds: f64,
    ended: Option<&StopReason>,
) -> Result<(), TrainError> {
    let checkpoint = Checkpoint { seconds, ..trainer.checkpoint()? };
    recorder.steps(&std::mem::take(unsaved))?;
    recorder.checkpoint(&checkpoint, ended)
}

#[cfg(test)]
mod tests;
