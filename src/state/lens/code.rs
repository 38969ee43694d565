//! The model as a code for the images: its rate and distortion, beside those of other runs and beside plain codes.

use crate::lens::Rate;
use crate::run::{Apart, RunRecord, Summary};
use crate::state::AppState;
use crate::state::lens;

/// Of which images is counted what they say without a model.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CodeOrder {
    /// The load they came with.
    pub data_version: u64,
    /// Share and seed of the held ones; `None` for all.
    pub held: Option<(f64, u64)>,
}

/// What the page wants counted.
pub fn wanted(state: &AppState) -> Option<CodeOrder> {
    state.data.set.as_ref()?;
    Some(CodeOrder { data_version: state.data.version, held: lens::held(state) })
}

/// A run as a code.
#[derive(Debug, Clone, PartialEq)]
pub struct RunPoint {
    /// Name of its folder.
    pub name: String,
    /// β.
    pub beta: f64,
    /// Latent dimensions.
    pub latent_dim: usize,
    /// Rate and distortion of its last validation.
    pub rate: Rate,
    /// Whether it is the open one.
    pub is_open: bool,
}

/// The open run at each of its validations, in order; none of a plain autoencoder, which is no code.
pub fn course(state: &AppState) -> Vec<Rate> {
    let Some((run, model)) = state.training.run.as_ref().zip(state.training.model) else { return Vec::new() };
    if !state.training.is_variational() {
        return Vec::new();
    }
    let terms = state.training.history.validation.iter().map(|stats| stats.terms);
    terms.map(|t| Rate::new(&run.config.model, model.shape.pixels(), t.recon_nats, t.kl_nats)).collect()
}

/// The open run first, then by their rate the runs on disk whose figures measure the same; and how many others there are.
pub fn runs(state: &AppState) -> (Vec<RunPoint>, usize) {
    let open = state.training.run.as_ref().zip(course(state).pop()).map(|(run, rate)| RunPoint {
        name: run.name.clone(),
        beta: run.config.train.beta,
        latent_dim: run.config.model.latent_dim,
        rate,
        is_open: true,
    });
    let is_open = |run: &&Summary| state.is_open_run(&run.folder);
    let all = &state.runs.listing.runs;
    let (Some(open), Some(reference)) = (open, all.iter().find(is_open)) else { return (Vec::new(), all.len()) };
    let alike = all.iter().filter(|run| !is_open(run) && Apart::between(&reference.record, &run.record).is_none());
    let mut points: Vec<RunPoint> = alike.filter_map(of_record).collect();
    points.sort_by(|a, b| a.rate.rate_bits.total_cmp(&b.rate.rate_bits));
    points.insert(0, open);
    let n_apart = all.len().saturating_sub(points.len());
    (points, n_apart)
}

fn of_record(run: &Summary) -> Option<RunPoint> {
    let RunRecord { config, data, validation, .. } = &run.record;
    let terms = validation.as_ref()?;
    let n_pixels = data.side * data.side * data.channels;
    Some(RunPoint {
        name: run.name.clone(),
        beta: config.train.beta,
        latent_dim: config.model.latent_dim,
        rate: Rate::new(&config.model, n_pixels, terms.recon_nats, terms.kl_nats),
        is_open: false,
    })
}
