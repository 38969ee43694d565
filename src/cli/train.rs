//! `latent-atlas train`: trains without a display and records the run.

use std::sync::Arc;

use crossbeam_channel::select;
use indicatif::ProgressBar;
use serde::Serialize;

use crate::cli::args::Train;
use crate::cli::images;
use crate::cli::interrupt::Interrupt;
use crate::cli::output::{Output, bar};
use crate::cli::{Outcome, Usage};
use crate::config::{ASIDE, KEYS, RunConfig};
use crate::data::Dataset;
use crate::run::record::TermsRecord;
use crate::run::{RunRecord, SavedRun, job};
use crate::threads::WakeUp;
use crate::train::{
    Alarm, AlarmKind, Change, Command, Cure, Divergence, Event, StepStats, StopReason, Terms, ValidationStats, Watch,
    Worker, is_live,
};

#[derive(Serialize)]
struct Started<'a> {
    run: &'a std::path::Path,
    step: u64,
    total_steps: u64,
    images: usize,
    train_images: usize,
    validation_images: usize,
    side: usize,
    channels: usize,
}

/// Figures at the end of an epoch and of the run.
#[derive(Serialize)]
struct Figures {
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'static str>,
    steps: u64,
    epochs: f64,
    seconds: f64,
    images_per_second: f64,
    /// Mean over the steps of the last epoch, as its weights changed.
    train: TermsRecord,
    /// The held images with the weights at the end of the last whole epoch.
    validation: Option<TermsRecord>,
    sigma: Option<f64>,
}

/// Something is wrong with the run.
#[derive(Serialize)]
struct Warning {
    step: u64,
    epoch: f64,
    reason: String,
    /// Settings that usually help, as `--resume --set` takes them.
    usual_cure: Vec<String>,
}

pub fn run(args: &Train, output: &Output, interrupt: &Interrupt) -> anyhow::Result<Outcome> {
    let Plan { record, saved, data } = Plan::make(args, interrupt)?;
    let mut tally = Tally::default();
    let config = record.config.clone();
    let mut alarms = Alarms { watch: Watch::new(&config.model), told: Vec::new() };
    if let Some(saved) = &saved {
        alarms.watch = saved.watch();
        saved.rows.iter().for_each(|row| tally.take(&row.step, saved.steps_per_epoch()));
        tally.validation = saved.rows.iter().rev().find_map(|row| row.validation.clone());
        tally.count_speed_from(saved.seconds());
    }
    let facts = record.data.clone();
    let wake: WakeUp = Arc::new(|_| {});
    let worker = Worker::spawn(match saved {
        Some(saved) => job::go_on(saved, data, wake)?,
        None => job::begin(&args.out, record, data, wake)?,
    })?;
    let bar = bar(0, "training");
    let mut steps_per_epoch = 1;
    let reason = loop {
        let event = select! {
            recv(worker.events()) -> event => event?,
            recv(interrupt.asked()) -> _ => {
                worker.send(Command::Stop);
                continue;
            }
        };
        match event {
            Event::Started { total_steps, steps_per_epoch: per_epoch } => {
                steps_per_epoch = per_epoch;
                bar.set_length(total_steps);
                let started = Started {
                    run: &args.out,
                    step: tally.step,
                    total_steps,
                    images: facts.images,
                    train_images: facts.train_images,
                    validation_images: facts.validation_images,
                    side: facts.side,
                    channels: facts.channels,
                };
                output.event("started", &started, || Some(introduction(&started)));
            }
            Event::Steps(steps) => steps.iter().for_each(|step| {
                tally.take(step, steps_per_epoch);
                alarms.watch.step(step);
                bar.set_position(step.step);
                if step.step.is_multiple_of(steps_per_epoch) && facts.validation_images == 0 {
                    tell_epoch(&tally, output, &bar);
                }
            }),
            Event::Validation(stats) => {
                alarms.watch.validation(&stats);
                tally.validation = Some(stats);
                tell_epoch(&tally, output, &bar);
            }
            Event::Stopped(reason) => break reason,
            Event::Snapshot(_)
            | Event::Paused
            | Event::Resumed
            | Event::Changed { .. }
            | Event::Saved(_)
            | Event::Refused(_) => {}
        }
        for warning in alarms.fresh(&config, &tally) {
            bar.suspend(|| output.event("alarm", &warning, || Some(in_words(&warning))));
        }
    };
    bar.finish_and_clear();
    drop(worker);
    let (status, outcome) = match reason {
        StopReason::Finished => ("finished", Outcome::Done),
        StopReason::Asked => ("stopped", Outcome::Interrupted),
        StopReason::Diverged(divergence) => anyhow::bail!(diverged(&divergence, args, &config)),
        StopReason::Failed(reason) => anyhow::bail!("{reason}; the run is kept in {}", args.out.display()),
    };
    let figures = Figures { status: Some(status), ..tally.figures() };
    output.result(&figures, || format!("{status}: {}\nrecorded in {}", line(&figures), args.out.display()));
    Ok(outcome)
}

/// What will be trained, decided before anything is written.
struct Plan {
    record: RunRecord,
    /// The run that goes on.
    saved: Option<SavedRun>,
    data: Arc<Dataset>,
}

impl Plan {
    fn make(args: &Train, interrupt: &Interrupt) -> anyhow::Result<Self> {
        let resumes = args.resume && SavedRun::is_in(&args.out);
        if !resumes {
            let config = args.training.over(RunConfig::default())?;
            refuse_unless_empty(args)?;
            let data = images::open(&args.data, &config.data, &args.reading, interrupt)?;
            return Ok(Self { record: RunRecord::new(&data, config), saved: None, data: Arc::new(data) });
        }
        let mut saved = SavedRun::open(&args.out)?;
        let config = args.training.over(saved.record.config.clone())?;
        refuse_changes(&saved.record.config, &config)?;
        let changes = Change::between(&saved.record.config, &config);
        if !changes.is_empty() {
            saved.change(&changes)?;
        }
        saved.record.config.train.threads = config.train.threads;
        saved.record.config.train.timeline_mb = config.train.timeline_mb;
        let data = images::open_for(&saved, &args.data, &args.reading, interrupt)?;
        Ok(Self { record: saved.record.clone(), saved: Some(saved), data: Arc::new(data) })
    }
}

/// Said before the images are loaded, which may take long.
fn refuse_unless_empty(args: &Train) -> anyhow::Result<()> {
    let holds_something = crate::files::holds_something(&args.out).unwrap_or(false);
    if holds_something || args.out.is_file() {
        return Err(crate::run::RunError::NotEmpty(args.out.clone()).into());
    }
    Ok(())
}

/// A run that goes on keeps what its model and its images are; how it is trained may change.
fn refuse_changes(old: &RunConfig, new: &RunConfig) -> Result<(), Usage> {
    let fixed = |key: &&str| !is_live(key) && !ASIDE.contains(key);
    let changed: Vec<_> = KEYS.iter().copied().filter(fixed).filter(|k| old.get(k) != new.get(k)).collect();
    if changed.is_empty() {
        return Ok(());
    }
    let changed = changed.join(", ");
    Err(Usage(format!(
        "--resume keeps the model and the images of the run, but {changed} would change; train a new run instead"
    )))
}

/// Each kind of alarm is told once.
struct Alarms {
    watch: Watch,
    told: Vec<AlarmKind>,
}

impl Alarms {
    /// Those that were not told yet.
    fn fresh(&mut self, config: &RunConfig, tally: &Tally) -> Vec<Warning> {
        let mut alarms = self.watch.alarms();
        alarms.retain(|alarm| !self.told.contains(&alarm.kind()));
        self.told.extend(alarms.iter().map(Alarm::kind));
        let cure = |alarm: &Alarm| alarm.cures(config).first().map_or(Vec::new(), |c| c.changes(config, tally.epoch));
        let pair = |change: &Change| format!("{}={}", change.key, change.to);
        let warning = |alarm: &Alarm| Warning {
            step: tally.step,
            epoch: tally.epoch,
            reason: alarm.to_string(),
            usual_cure: cure(alarm).iter().map(pair).collect(),
        };
        alarms.iter().map(warning).collect()
    }
}

fn in_words(warning: &Warning) -> String {
    let cure = warning.usual_cure.join(" --set ");
    let help =
        if cure.is_empty() { "it may be time to stop".into() } else { format!("usual cure: --resume --set {cure}") };
    format!("warning: {}; {help}", warning.reason)
}

/// What happened, and the command that goes on from the last good state.
fn diverged(divergence: &Divergence, args: &Train, config: &RunConfig) -> String {
    let Divergence { step, what, kept } = divergence;
    let kept = format!("{what} was not finite at step {step}; step {kept} is kept in {}", args.out.display());
    let Some(Change { key, to }) = Cure::LowerLr.changes(config, 0.0).pop() else { return kept };
    let (data, out) = (quoted(&args.data), quoted(&args.out.display().to_string()));
    format!(
        "{kept}. To go on from it with a tenth of the learning rate:\n  \
         latent-atlas train {data} --out {out} --resume --set {key}={to}"
    )
}

/// As a shell takes it for one word.
fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "/._-:~+,".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// What has been measured so far.
#[derive(Default)]
struct Tally {
    step: u64,
    epoch: f64,
    seconds: f64,
    sigma: Option<f64>,
    /// Sums over the images of the epoch under way, or of the one that has just ended.
    terms: Terms,
    images: f64,
    epoch_ended: bool,
    validation: Option<ValidationStats>,
    /// Images and seconds of this session.
    timed_images: f64,
    timed_from: f64,
}

impl Tally {
    fn take(&mut self, stats: &StepStats, steps_per_epoch: u64) {
        if std::mem::take(&mut self.epoch_ended) {
            (self.terms, self.images) = (Terms::default(), 0.0);
        }
        let n = stats.n_images as f64;
        self.terms.recon_nats += stats.terms.recon_nats * n;
        self.terms.kl_nats += stats.terms.kl_nats * n;
        self.images += n;
        self.timed_images += n;
        (self.step, self.epoch, self.seconds, self.sigma) = (stats.step, stats.epoch, stats.seconds, stats.sigma);
        self.epoch_ended = stats.step.is_multiple_of(steps_per_epoch.max(1));
    }

    /// Leaves what was trained before out of the speed.
    fn count_speed_from(&mut self, seconds: f64) {
        self.timed_images = 0.0;
        self.timed_from = seconds;
    }

    fn figures(&self) -> Figures {
        let n = self.images.max(1.0);
        let mean = Terms { recon_nats: self.terms.recon_nats / n, kl_nats: self.terms.kl_nats / n };
        let timed = self.seconds - self.timed_from;
        Figures {
            status: None,
            steps: self.step,
            epochs: self.epoch,
            seconds: self.seconds,
            images_per_second: if timed > 0.0 { self.timed_images / timed } else { 0.0 },
            train: mean.into(),
            validation: self.validation.as_ref().map(|v| v.terms.into()),
            sigma: self.sigma,
        }
    }
}

fn tell_epoch(tally: &Tally, output: &Output, bar: &ProgressBar) {
    let figures = tally.figures();
    bar.suspend(|| output.event("epoch", &figures, || Some(line(&figures))));
}

fn introduction(started: &Started<'_>) -> String {
    let Started { step, total_steps, train_images, validation_images, side, channels, .. } = started;
    let kind = if *channels == 1 { "grey" } else { "RGB" };
    if step >= total_steps {
        return format!("all {total_steps} steps of this run are done; give more --epochs to go on");
    }
    let from = if *step > 0 { format!("going on from step {step}, ") } else { String::new() };
    format!(
        "{from}{total_steps} steps on {train_images} images of {side} × {side} {kind}, \
         {validation_images} held for validation; nats per image"
    )
}

fn line(figures: &Figures) -> String {
    let terms = |t: &TermsRecord| format!("{:.2} + {:.2} = {:.2}", t.recon_nats, t.kl_nats, -t.elbo_nats);
    let held = figures.validation.as_ref().map(|v| format!(", validation {}", terms(v))).unwrap_or_default();
    format!(
        "epoch {:.0}: reconstruction + KL {}{held} ({:.1} s, {:.0} images/s)",
        figures.epochs,
        terms(&figures.train),
        figures.seconds,
        figures.images_per_second,
    )
}
