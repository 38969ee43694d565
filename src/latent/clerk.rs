//! What the decoding thread does next, and doing it: the dragged point, the selected image and the strip at once;
//! the grid behind the map and the places of the images piece by piece, with one snapshot from the first piece to the
//! last, and no oftener than leaves training its time.

pub mod figures;
mod pass;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Instant;

use candle_core::{Device, Tensor};

use crate::data::{Dataset, unit_values};
use crate::latent::clerk::figures::{error_percent, kl_nats};
use crate::latent::clerk::pass::{Pass, due, under_way};
use crate::latent::density::Density;
use crate::latent::grid::Grid;
use crate::latent::neighbours::nearest;
use crate::latent::pace::Pace;
use crate::latent::protocol::{Answer, Figure, Figures, OwnImage, Question, Subject, Survey, View};
use crate::latent::surveyor::Order;
use crate::model::snapshot::to_bytes;
use crate::model::{ModelError, Snapshot};
use crate::rng::{Rng, Stream};
use crate::threads::panic_message;

/// Samples of z behind the selected image's reconstruction term.
pub const SELECTED_SAMPLES: usize = 16;
/// Real images named beside the decoded point.
pub const NEAREST: usize = 4;

/// The seed of drawn pixels.
const PIXELS: u64 = 1;

/// The next piece of work.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Task {
    /// Decode the point.
    Point,
    /// Encode and reconstruct the selected image.
    Selected,
    /// Decode the strip.
    Strip,
    /// Encode the images that were brought along.
    Own,
    /// Decode a few cells of the grid.
    Grid,
    /// Encode a few images.
    Means,
    /// Reconstruct a few images.
    Errors,
    /// Say which images are held back.
    Split,
    /// Nothing before this moment, or before the question changes.
    Rest(Option<Instant>),
}

/// What was answered last to a question that takes one piece.
type Answered<T> = Option<(T, Arc<Snapshot>)>;

/// All images of a dataset as one model sees them.
struct Encoding {
    data: Arc<Dataset>,
    snapshot: Arc<Snapshot>,
    /// `[n, d]`
    mu: Arc<Vec<f32>>,
    /// `[n, d]`
    sigma: Arc<Vec<f32>>,
}

/// A grid and the order its cells are decoded in.
struct Tour {
    grid: Arc<Grid>,
    order: Vec<usize>,
}

/// The state between two pieces of work.
#[derive(Default)]
pub struct Clerk {
    question: Question,
    point: Answered<(Vec<f32>, Option<u64>)>,
    selected: Answered<Subject>,
    strip: Answered<Vec<Vec<f32>>>,
    own: Answered<Vec<Arc<OwnImage>>>,
    grid: Option<Pass<Tour>>,
    /// The grid of the last pass.
    grid_before: Option<Arc<Grid>>,
    /// Cells it had got to when another took its place.
    left_at: usize,
    grid_pace: Pace,
    means: Option<Pass<Dataset>>,
    means_pace: Pace,
    /// μ and σ of the images encoded so far in this pass.
    encoded: [Vec<f32>; 2],
    /// All images as last encoded.
    known: Option<Arc<Encoding>>,
    /// Their density, once the surveyor has found it.
    density: Option<Arc<Density>>,
    /// What the surveyor was last asked for.
    surveyed: Option<Order>,
    errors: Option<Pass<Encoding>>,
    errors_pace: Pace,
    /// Errors of the images so far in this pass.
    measured: Vec<f32>,
    /// The split that was answered.
    split: Option<(f64, u64)>,
    /// Whether the grid had its turn last.
    grid_had_turn: bool,
}

impl Clerk {
    /// Takes the latest question; work it does not ask for is dropped.
    pub fn hear(&mut self, question: Question) {
        if let Some(pass) = self.grid.take_if(|pass| question.view.grid.as_ref() != Some(&*pass.what.grid)) {
            self.left_at = if pass.is_over() { 0 } else { pass.next };
        }
        let other_data = |data: &Arc<Dataset>| !question.data.as_ref().is_some_and(|asked| Arc::ptr_eq(asked, data));
        if self.means.as_ref().is_some_and(|pass| other_data(&pass.what)) {
            self.means = None;
        }
        if self.known.as_ref().is_some_and(|known| other_data(&known.data)) {
            self.known = None;
            self.density = None;
            self.selected = None;
            self.split = None;
        }
        if self.errors.as_ref().is_some_and(|pass| !question.view.survey.errors || other_data(&pass.what.data)) {
            self.errors = None;
        }
        if question.view.survey.split.is_none() {
            self.split = None;
        }
        if question.view.own != self.question.view.own || question.view.selection != self.question.view.selection {
            self.selected = None;
        }
        self.question = question;
    }

    /// Takes in how dense the images lie.
    pub fn know(&mut self, density: Arc<Density>) {
        self.density = Some(density);
        // How well the point is known is known now.
        self.point = None;
    }

    /// What the surveyor should do, when that is something new.
    pub fn survey_order(&mut self) -> Option<Order> {
        let known = self.known.as_ref()?;
        let order = Order {
            latent_dim: known.snapshot.latent_dim(),
            mu: Arc::clone(&known.mu),
            sigma: Arc::clone(&known.sigma),
            heat: self.question.view.survey.heat.clone(),
        };
        // A plane that is no longer asked for is no news.
        let news = |before: &Order| *before != order && (order.heat.is_some() || !Arc::ptr_eq(&before.mu, &order.mu));
        self.surveyed.as_ref().is_none_or(news).then(|| {
            self.surveyed = Some(order.clone());
            order
        })
    }

    /// The most urgent piece of work.
    pub fn next_task(&self, now: Instant) -> Task {
        let Question { snapshot: Some(newest), data, view } = &self.question else {
            return Task::Rest(None);
        };
        let View { point, selected, selection: _, own, grid, strip, noise, survey } = view;
        let asked = point.as_ref().map(|point| (point.clone(), *noise));
        if asked.is_some_and(|asked| outdated(self.point.as_ref(), &asked, newest)) {
            return Task::Point;
        }
        let there = selected.as_ref().filter(|subject| self.question.pixels(**subject).is_some());
        if there.is_some_and(|subject| outdated(self.selected.as_ref(), subject, newest)) {
            return Task::Selected;
        }
        if !strip.is_empty() && outdated(self.strip.as_ref(), strip, newest) {
            return Task::Strip;
        }
        // Those that another model's images were brought to the size of are asked again when they are brought to this one's.
        let readable = (0..own.len()).all(|idx| self.question.pixels(Subject::Own(idx)).is_some());
        if !own.is_empty() && readable && outdated(self.own.as_ref(), own, newest) {
            return Task::Own;
        }
        let Survey { errors, split, heat: _ } = &**survey;
        if data.is_some() && split.is_some() && *split != self.split {
            return Task::Split;
        }
        let errors_due = self.known.as_ref().filter(|_| *errors).and_then(|known| self.errors_due(known, now));
        let grid_due = grid.as_ref().and_then(|_| due(self.grid.as_ref(), newest, now));
        let means_due = data.as_ref().and_then(|_| due(self.means.as_ref(), newest, now));
        match (grid_due.filter(|at| *at <= now), means_due.filter(|at| *at <= now)) {
            (Some(_), Some(_)) if self.grid_had_turn => Task::Means,
            (Some(_), _) => Task::Grid,
            (None, Some(_)) => Task::Means,
            (None, None) if errors_due.is_some_and(|at| at <= now) => Task::Errors,
            (None, None) => Task::Rest(grid_due.into_iter().chain(means_due).chain(errors_due).min()),
        }
    }

    /// Does a piece of work. What fails is not tried again before the question or the snapshot changes.
    pub fn perform(&mut self, task: Task) -> Vec<Answer> {
        let Some(newest) = self.question.snapshot.clone() else { return Vec::new() };
        let answer = match catch_unwind(AssertUnwindSafe(|| self.try_perform(task, &newest))) {
            Ok(answer) => answer.map_err(|e| e.to_string()),
            Err(panic) => Err(format!("decoding failed unexpectedly: {}", panic_message(&*panic))),
        };
        answer.unwrap_or_else(|reason| vec![Answer::Failed(reason)])
    }

    fn try_perform(&mut self, task: Task, newest: &Arc<Snapshot>) -> Result<Vec<Answer>, ModelError> {
        let step = newest.step;
        match task {
            Task::Point => {
                let Some(z) = self.question.view.point.clone() else { return Ok(Vec::new()) };
                let noise = self.question.view.noise;
                self.point = Some(((z.clone(), noise), Arc::clone(newest)));
                let mut image = newest.decode(&z)?;
                if let (Some(draw), Some(sigma)) = (noise, newest.vae().sigma()) {
                    // x = f(z) + σ ε
                    let epsilon = Rng::new(PIXELS, Stream::Demand, draw).normals(image.len());
                    image.iter_mut().zip(epsilon).for_each(|(x, e)| *x += sigma as f32 * e);
                }
                let image = to_bytes(&image);
                let nearest = self.known.as_ref().map(|known| nearest(&known.mu, &z, NEAREST)).unwrap_or_default();
                let density = self.density.as_ref().filter(|density| density.latent_dim() == z.len());
                let percentile = density.map(|density| density.percentile_at(&z));
                let known = percentile.map(|percentile| Answer::Known { z: z.clone(), percentile });
                Ok([Answer::Point { z, image, nearest, step }].into_iter().chain(known).collect())
            }
            Task::Selected => {
                let Some(subject) = self.question.view.selected else { return Ok(Vec::new()) };
                self.selected = Some((subject, Arc::clone(newest)));
                let Some(pixels) = self.question.pixels(subject) else { return Ok(Vec::new()) };
                Ok(vec![select(newest, subject, pixels)?])
            }
            Task::Strip => {
                let points = self.question.view.strip.clone();
                self.strip = Some((points.clone(), Arc::clone(newest)));
                Ok(vec![Answer::Strip { images: decode_each(newest, &points)?, step }])
            }
            Task::Own => {
                let own = self.question.view.own.clone();
                self.own = Some((own.clone(), Arc::clone(newest)));
                let pixels = own.iter().flat_map(|own| unit_values(&own.pixels));
                let mu = newest.encode(&pixels.collect::<Vec<_>>())?.mu;
                Ok(vec![Answer::Own { own, mu, step }])
            }
            Task::Grid => self.some_cells(newest),
            Task::Means => self.encode_some(newest),
            Task::Errors => self.measure_some(),
            Task::Split => Ok(self.hold_back().into_iter().collect()),
            Task::Rest(_) => Ok(Vec::new()),
        }
    }

    fn some_cells(&mut self, newest: &Arc<Snapshot>) -> Result<Vec<Answer>, ModelError> {
        self.grid_had_turn = true;
        let Some(asked) = &self.question.view.grid else { return Ok(Vec::new()) };
        let begin = || (Arc::new(Tour::new(asked, self.grid_before.as_deref(), self.left_at)), asked.n_cells());
        let Some(pass) = under_way(&mut self.grid, begin, newest) else { return Ok(Vec::new()) };
        let grid = Arc::clone(&pass.what.grid);
        self.grid_before = Some(Arc::clone(&grid));
        let began = Instant::now();
        let piece = pass.advance(self.grid_pace.n_items());
        let cells = pass.what.order.get(piece).unwrap_or_default().to_vec();
        let points: Vec<f32> = cells.iter().flat_map(|&cell| grid.point(cell)).collect();
        let images = to_bytes(&pass.snapshot.decode(&points)?);
        self.grid_pace.took(cells.len(), pass.rest(began));
        Ok(vec![Answer::GridCells { grid, cells, images, step: pass.snapshot.step }])
    }

    fn encode_some(&mut self, newest: &Arc<Snapshot>) -> Result<Vec<Answer>, ModelError> {
        self.grid_had_turn = false;
        let Some(data) = &self.question.data else { return Ok(Vec::new()) };
        let pass = under_way(&mut self.means, || (Arc::clone(data), data.len()), newest);
        let Some(pass) = pass else { return Ok(Vec::new()) };
        let began = Instant::now();
        if pass.next == 0 {
            self.encoded = Default::default();
        }
        let indices: Vec<u32> = pass.advance(self.means_pace.n_items()).map(|i| i as u32).collect();
        let mut pixels = Vec::new();
        data.batch_into(&indices, &mut pixels);
        let encoded = pass.snapshot.encode(&pixels)?;
        for (all, some) in self.encoded.iter_mut().zip([encoded.mu, encoded.sigma]) {
            all.extend(some);
        }
        self.means_pace.took(indices.len(), pass.rest(began));
        if !pass.is_over() {
            return Ok(Vec::new());
        }
        let [mu, sigma] = std::mem::take(&mut self.encoded).map(Arc::new);
        let snapshot = Arc::clone(&pass.snapshot);
        let mut answers = vec![Answer::Means { mu: Arc::clone(&mu), step: snapshot.step }];
        if snapshot.vae().is_variational() {
            let kl = kl_nats(&mu, &sigma, snapshot.latent_dim());
            answers.push(Answer::Figures(Figure::Kl, Figures::new(kl)));
        }
        self.known = Some(Arc::new(Encoding { data: Arc::clone(data), snapshot, mu, sigma }));
        // The neighbours of the point have moved.
        self.point = None;
        Ok(answers)
    }

    /// When the next errors are due, as [`due`] has it: what they are measured from is the last encoding.
    fn errors_due(&self, known: &Arc<Encoding>, now: Instant) -> Option<Instant> {
        match &self.errors {
            Some(pass) if pass.is_over() && Arc::ptr_eq(&pass.what, known) => None,
            Some(pass) if pass.is_over() && !Arc::ptr_eq(&pass.what, known) => Some(pass.rested()),
            _ => Some(now),
        }
    }

    /// Reconstructs a few images at z = μ and compares.
    fn measure_some(&mut self) -> Result<Vec<Answer>, ModelError> {
        let Some(known) = &self.known else { return Ok(Vec::new()) };
        let begin = || (Arc::clone(known), known.data.len());
        let Some(pass) = under_way(&mut self.errors, begin, &known.snapshot) else { return Ok(Vec::new()) };
        let began = Instant::now();
        if pass.next == 0 {
            self.measured.clear();
        }
        let piece = pass.advance(self.errors_pace.n_items());
        let (d, n) = (pass.snapshot.latent_dim(), pass.snapshot.shape().pixels());
        let images = pass.snapshot.decode(pass.what.mu.get(piece.start * d..piece.end * d).unwrap_or_default())?;
        let indices: Vec<u32> = piece.clone().map(|i| i as u32).collect();
        let mut pixels = Vec::new();
        pass.what.data.batch_into(&indices, &mut pixels);
        self.measured.extend(pixels.chunks_exact(n).zip(images.chunks_exact(n)).map(|(x, f)| error_percent(x, f)));
        self.errors_pace.took(piece.len(), pass.rest(began));
        let measured = pass.is_over().then(|| Figures::new(std::mem::take(&mut self.measured)));
        Ok(measured.map(|figures| Answer::Figures(Figure::Error, figures)).into_iter().collect())
    }

    fn hold_back(&mut self) -> Option<Answer> {
        let (data, (fraction, seed)) = (self.question.data.as_ref()?, self.question.view.survey.split?);
        self.split = Some((fraction, seed));
        let mut held = vec![false; data.len()];
        for idx in data.split(fraction, seed).validation {
            held.get_mut(idx as usize).into_iter().for_each(|held| *held = true);
        }
        Some(Answer::Held(Arc::new(held)))
    }
}

fn decode_each(snapshot: &Snapshot, points: &[Vec<f32>]) -> Result<Vec<Vec<u8>>, ModelError> {
    let all = to_bytes(&snapshot.decode(&points.concat())?);
    Ok(all.chunks(snapshot.shape().pixels()).map(<[u8]>::to_vec).collect())
}

fn outdated<T: PartialEq>(answered: Option<&(T, Arc<Snapshot>)>, asked: &T, newest: &Arc<Snapshot>) -> bool {
    answered.is_none_or(|(what, snapshot)| what != asked || !Arc::ptr_eq(snapshot, newest))
}

impl Tour {
    /// What the grid before has not covered is not on screen yet and comes first. The rest goes on where the tour of the
    /// grid before was left, `left_at`: while a dimension is dragged every frame brings another grid, and no cell is to
    /// wait for the last of them.
    fn new(grid: &Grid, before: Option<&Grid>, left_at: usize) -> Self {
        let mut order = grid.coarse_to_fine();
        if before.is_some_and(|before| (before.columns, before.rows) == (grid.columns, grid.rows)) {
            order.rotate_left(left_at.min(grid.n_cells()));
        }
        let covered = |cell: usize| before.is_some_and(|before| grid.stand_in(cell, before).is_some());
        order.sort_by_cached_key(|&cell| covered(cell));
        Self { grid: Arc::new(grid.clone()), order }
    }
}

/// Encodes a subject, reconstructs it at z = μ, and estimates its two terms.
fn select(snapshot: &Snapshot, subject: Subject, pixels: &[u8]) -> Result<Answer, ModelError> {
    let pixels: Vec<f32> = unit_values(pixels).collect();
    let encoded = snapshot.encode(&pixels)?;
    let reconstruction = to_bytes(&snapshot.decode(&encoded.mu)?);
    let (n, d) = (SELECTED_SAMPLES, snapshot.latent_dim());
    let x = Tensor::from_vec(pixels, (1, snapshot.shape().pixels()), &Device::Cpu)?; // [1, P]
    let stream = match subject {
        Subject::Image(idx) => idx as u64,
        Subject::Own(_) => u64::MAX,
    };
    let noise = Rng::new(0, Stream::EvalNoise, stream).normals(n * d);
    let elbo = snapshot.vae().elbo(&x, &Tensor::from_vec(noise, (n, d), &Device::Cpu)?, n)?;
    Ok(Answer::Selected {
        subject,
        mu: encoded.mu,
        sigma: encoded.sigma,
        reconstruction,
        recon_nats: f64::from(elbo.recon.mean_all()?.to_scalar::<f32>()?),
        kl_nats: f64::from(elbo.kl.sum_all()?.to_scalar::<f32>()?),
        step: snapshot.step,
    })
}

#[cfg(test)]
mod tests;
