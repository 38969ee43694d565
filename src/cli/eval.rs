//! `latent-atlas eval`: what a trained model makes of some images.

use indicatif::ProgressBar;

use crate::cli::args::{Eval, Part, within};
use crate::cli::images;
use crate::cli::interrupt::Interrupt;
use crate::cli::output::{Output, bar};
use crate::cli::{Outcome, Usage};
use crate::data::{Dataset, evenly};
use crate::lens::evidence::{Evidence, SAMPLES, evidence};
use crate::lens::quadrature::DIMENSIONS;
use crate::lens::{Effort, Information, Joint, LensError, amortisation, information, quadrature};
use crate::model::Snapshot;
use crate::run::SavedRun;
use crate::train::{Evaluation, evaluate};

mod figures;

/// Steps of gradient ascent.
const STEPS: std::ops::RangeInclusive<usize> = 1..=10_000;

/// What was found; `None` is what was not asked for, or what a plain autoencoder has not.
struct Found {
    evaluation: Evaluation,
    evidence: Option<Evidence>,
    log_px_quadrature_nats: Option<f64>,
    amortisation_gap_nats: Option<f64>,
    information: Option<Information>,
}

pub fn run(args: &Eval, output: &Output, interrupt: &Interrupt) -> anyhow::Result<Outcome> {
    if let Some(samples) = args.samples {
        within("--samples", samples, &SAMPLES)?;
    }
    if let Some(limit) = args.limit {
        within("--limit", limit, &(1..=usize::MAX))?;
    }
    if let Some(steps) = args.refine {
        within("--refine", steps, &STEPS)?;
    }
    let run = SavedRun::open(&args.run)?;
    let snapshot = run.snapshot()?;
    let data = images::open_for(&run, &args.data, &args.reading, interrupt)?;
    let all = indices(args.split, &run, &data)?;
    let taken = evenly(all.len(), args.limit.unwrap_or(usize::MAX));
    let indices: Vec<u32> = taken.iter().filter_map(|i| all.get(*i as usize).copied()).collect();
    let look = Look { args, snapshot: &snapshot, data: &data, indices: &indices, seed: run.record.config.train.seed };
    let bar = bar(indices.len() as u64, "evaluating");
    let Some(found) = look.find(&bar, interrupt)? else { return Ok(Outcome::Interrupted) };
    bar.finish_and_clear();
    let figures = figures::figures(args, &run, &found, snapshot.vae().sigma());
    output.result(&figures, || figures::table(&figures));
    Ok(Outcome::Done)
}

/// What is looked at.
struct Look<'a> {
    args: &'a Eval,
    snapshot: &'a Snapshot,
    data: &'a Dataset,
    indices: &'a [u32],
    seed: u64,
}

impl Look<'_> {
    /// `None` when interrupted.
    fn find(&self, bar: &ProgressBar, interrupt: &Interrupt) -> anyhow::Result<Option<Found>> {
        let Self { args, snapshot, data, indices, seed } = self;
        let vae = snapshot.vae();
        let go_on = |done: usize| {
            bar.set_position(done as u64);
            !interrupt.is_asked()
        };
        let Some(evaluation) = evaluate(vae, data, indices, *seed, true, &go_on)? else { return Ok(None) };
        let mut found = Found {
            evaluation,
            evidence: None,
            log_px_quadrature_nats: None,
            amortisation_gap_nats: None,
            information: None,
        };
        if vae.is_variational() && !indices.is_empty() {
            let Some(information) =
                information(&found.evaluation.encoded, snapshot.latent_dim(), *seed, &|_| interrupt.go_on())?
            else {
                return Ok(None);
            };
            found.information = Some(information);
        }
        if let Some(samples) = args.samples {
            bar.set_prefix("log p(x)");
            found.evidence = evidence(snapshot, data, indices, samples, *seed, &go_on)?;
            if found.evidence.is_none() {
                return Ok(None);
            }
        }
        if args.samples.is_some() && snapshot.latent_dim() == DIMENSIONS {
            bar.set_prefix("quadrature");
            let log_px = |joint: &Joint<'_>| {
                Ok(quadrature(joint, Effort::default(), &|_| interrupt.go_on())?.map(|found| found.log_px_nats))
            };
            found.log_px_quadrature_nats = self.mean(&go_on, log_px)?;
            if found.log_px_quadrature_nats.is_none() {
                return Ok(None);
            }
        }
        if let Some(steps) = args.refine {
            bar.set_prefix("refining");
            let gap = |joint: &Joint<'_>| {
                Ok(amortisation(joint, steps, *seed, &|_| interrupt.go_on())?.map(|found| found.gap_nats()))
            };
            found.amortisation_gap_nats = self.mean(&go_on, gap)?;
            if found.amortisation_gap_nats.is_none() {
                return Ok(None);
            }
        }
        Ok(Some(found))
    }

    /// Mean of a figure over the images.
    fn mean(
        &self,
        go_on: &dyn Fn(usize) -> bool,
        figure: impl Fn(&Joint<'_>) -> Result<Option<f64>, LensError>,
    ) -> Result<Option<f64>, LensError> {
        let (mut sum, mut pixels) = (0.0, Vec::new());
        for (done, idx) in self.indices.iter().enumerate() {
            if !go_on(done) {
                return Ok(None);
            }
            self.snapshot.vae().observe(self.data, &[*idx], &mut pixels);
            let Some(value) = figure(&Joint::new(self.snapshot, &pixels)?)? else { return Ok(None) };
            sum += value;
        }
        if self.indices.is_empty() { Err(LensError::NoImages) } else { Ok(Some(sum / self.indices.len() as f64)) }
    }
}

fn indices(part: Part, run: &SavedRun, data: &Dataset) -> anyhow::Result<Vec<u32>> {
    if part == Part::All {
        return Ok((0..data.len() as u32).collect());
    }
    run.record.check_data(data)?;
    let config = &run.record.config;
    let split = data.split(config.data.validation_fraction, config.train.seed);
    let indices = if part == Part::Train { split.train } else { split.validation };
    if indices.is_empty() {
        return Err(Usage("--split validation: this run held no image for validation".into()).into());
    }
    Ok(indices)
}
