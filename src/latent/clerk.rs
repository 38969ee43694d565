//! What the decoding thread does next, and doing it: the dragged point, the selected image and the strip at once;
//! the grid behind the map and the places of the images piece by piece, with one snapshot from the first piece to the
//! last, and no oftener than leaves training its time.

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use candle_core::{Device, Tensor};

use crate::data::Dataset;
use crate::latent::grid::Grid;
use crate::latent::neighbours::nearest;
use crate::latent::pace::Pace;
use crate::latent::protocol::{Answer, OwnImage, Question, Subject, View};
use crate::model::snapshot::to_bytes;
use crate::model::{ModelError, Snapshot};
use crate::rng::{Rng, Stream};
use crate::threads::panic_message;

/// Samples of z behind the selected image's reconstruction term.
pub const SELECTED_SAMPLES: usize = 16;
/// Real images named beside the decoded point.
pub const NEAREST: usize = 4;
/// A pass that only follows the training begins after a rest of this many times its length: a tenth of two cores.
const REST_PER_WORK: u32 = 4;

/// The next piece of work.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Task {
    /// Decode the point.
    Point,
    /// Encode and reconstruct the selected image.
    Selected,
    /// Decode what stands in the panels.
    Beside,
    /// Decode the strip.
    Strip,
    /// Encode the images that were brought along.
    Own,
    /// Decode a few cells of the grid.
    Grid,
    /// Encode a few images.
    Means,
    /// Nothing before this moment, or before the question changes.
    Rest(Option<Instant>),
}

/// What was answered last to a question that takes one piece.
type Answered<T> = Option<(T, Arc<Snapshot>)>;

/// Work in pieces.
struct Pass<T> {
    what: Arc<T>,
    snapshot: Arc<Snapshot>,
    next: usize,
    total: usize,
    worked: Duration,
    ended: Instant,
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
    point: Answered<Vec<f32>>,
    selected: Answered<Subject>,
    beside: Answered<Vec<Vec<f32>>>,
    strip: Answered<Vec<Vec<f32>>>,
    own: Answered<Vec<Arc<OwnImage>>>,
    grid: Option<Pass<Tour>>,
    /// The grid of the last pass.
    grid_before: Option<Arc<Grid>>,
    grid_pace: Pace,
    means: Option<Pass<Dataset>>,
    means_pace: Pace,
    /// μ of the images encoded so far in this pass.
    encoded: Vec<f32>,
    /// μ of all images of a dataset, as last encoded.
    known: Option<(Arc<Dataset>, Arc<Vec<f32>>)>,
    /// Whether the grid had its turn last.
    grid_had_turn: bool,
}

impl Clerk {
    /// Takes the latest question; work it does not ask for is dropped.
    pub fn hear(&mut self, question: Question) {
        if self.grid.as_ref().is_some_and(|pass| question.view.grid.as_ref() != Some(&*pass.what.grid)) {
            self.grid = None;
        }
        let other_data = |data: &Arc<Dataset>| !question.data.as_ref().is_some_and(|asked| Arc::ptr_eq(asked, data));
        if self.means.as_ref().is_some_and(|pass| other_data(&pass.what)) {
            self.means = None;
        }
        if self.known.as_ref().is_some_and(|(data, _)| other_data(data)) {
            self.known = None;
            self.selected = None;
        }
        if question.view.own != self.question.view.own {
            self.selected = None;
        }
        self.question = question;
    }

    /// The most urgent piece of work.
    pub fn next_task(&self, now: Instant) -> Task {
        let Question { snapshot: Some(newest), data, view } = &self.question else {
            return Task::Rest(None);
        };
        let View { point, selected, own, beside, grid, strip } = view;
        if point.as_ref().is_some_and(|point| outdated(self.point.as_ref(), point, newest)) {
            return Task::Point;
        }
        let there = selected.as_ref().filter(|subject| self.question.pixels(**subject).is_some());
        if there.is_some_and(|subject| outdated(self.selected.as_ref(), subject, newest)) {
            return Task::Selected;
        }
        let beside_fits = beside.iter().all(|point| point.len() == newest.latent_dim());
        if !beside.is_empty() && beside_fits && outdated(self.beside.as_ref(), beside, newest) {
            return Task::Beside;
        }
        if !strip.is_empty() && outdated(self.strip.as_ref(), strip, newest) {
            return Task::Strip;
        }
        // Those that another model's images were brought to the size of are asked again when they are brought to this one's.
        let readable = (0..own.len()).all(|idx| self.question.pixels(Subject::Own(idx)).is_some());
        if !own.is_empty() && readable && outdated(self.own.as_ref(), own, newest) {
            return Task::Own;
        }
        let grid_due = grid.as_ref().and_then(|_| due(self.grid.as_ref(), newest, now));
        let means_due = data.as_ref().and_then(|_| due(self.means.as_ref(), newest, now));
        match (grid_due.filter(|at| *at <= now), means_due.filter(|at| *at <= now)) {
            (Some(_), Some(_)) if self.grid_had_turn => Task::Means,
            (Some(_), _) => Task::Grid,
            (None, Some(_)) => Task::Means,
            (None, None) => Task::Rest(grid_due.into_iter().chain(means_due).min()),
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
                self.point = Some((z.clone(), Arc::clone(newest)));
                let image = to_bytes(&newest.decode(&z)?);
                let nearest = self.known.as_ref().map(|(_, mu)| nearest(mu, &z, NEAREST)).unwrap_or_default();
                Ok(vec![Answer::Point { z, image, nearest, step }])
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
            Task::Beside => {
                let points = self.question.view.beside.clone();
                self.beside = Some((points.clone(), Arc::clone(newest)));
                Ok(vec![Answer::Beside { images: decode_each(newest, &points)?, points, step }])
            }
            Task::Own => {
                let own = self.question.view.own.clone();
                self.own = Some((own.clone(), Arc::clone(newest)));
                let pixels = own.iter().flat_map(|own| &own.pixels).map(|&byte| f32::from(byte) * (1.0 / 255.0));
                let mu = newest.encode(&pixels.collect::<Vec<_>>())?.mu;
                Ok(vec![Answer::Own { own, mu, step }])
            }
            Task::Grid => self.some_cells(newest),
            Task::Means => self.encode_some(newest),
            Task::Rest(_) => Ok(Vec::new()),
        }
    }

    fn some_cells(&mut self, newest: &Arc<Snapshot>) -> Result<Vec<Answer>, ModelError> {
        self.grid_had_turn = true;
        let Some(asked) = &self.question.view.grid else { return Ok(Vec::new()) };
        let begin = || (Arc::new(Tour::new(asked, self.grid_before.as_deref())), asked.n_cells());
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
            self.encoded.clear();
        }
        let indices: Vec<u32> = pass.advance(self.means_pace.n_items()).map(|i| i as u32).collect();
        let mut pixels = Vec::new();
        data.batch_into(&indices, &mut pixels);
        self.encoded.extend(pass.snapshot.encode(&pixels)?.mu);
        self.means_pace.took(indices.len(), pass.rest(began));
        if pass.next < pass.total {
            return Ok(Vec::new());
        }
        let mu = Arc::new(std::mem::take(&mut self.encoded));
        self.known = Some((Arc::clone(data), Arc::clone(&mu)));
        // The neighbours of the point have moved.
        self.point = None;
        Ok(vec![Answer::Means { mu, step: pass.snapshot.step }])
    }
}

fn decode_each(snapshot: &Snapshot, points: &[Vec<f32>]) -> Result<Vec<Vec<u8>>, ModelError> {
    let all = to_bytes(&snapshot.decode(&points.concat())?);
    Ok(all.chunks(snapshot.shape().pixels()).map(<[u8]>::to_vec).collect())
}

fn outdated<T: PartialEq>(answered: Option<&(T, Arc<Snapshot>)>, asked: &T, newest: &Arc<Snapshot>) -> bool {
    answered.is_none_or(|(what, snapshot)| what != asked || !Arc::ptr_eq(snapshot, newest))
}

/// When the next piece is due: at once for a pass that has not begun or not ended, after a rest for one that would
/// only follow the training, never (`None`) for one that is up to date.
fn due<T>(pass: Option<&Pass<T>>, newest: &Arc<Snapshot>, now: Instant) -> Option<Instant> {
    match pass {
        None => Some(now),
        Some(pass) if pass.next < pass.total => Some(now),
        Some(pass) if Arc::ptr_eq(&pass.snapshot, newest) => None,
        Some(pass) => Some(pass.ended + pass.worked * REST_PER_WORK),
    }
}

/// The pass to go on with: the one under way, or a new one with the newest snapshot.
fn under_way<'a, T>(
    pass: &'a mut Option<Pass<T>>,
    begin: impl FnOnce() -> (Arc<T>, usize),
    newest: &Arc<Snapshot>,
) -> Option<&'a mut Pass<T>> {
    if pass.as_ref().is_none_or(|pass| pass.next >= pass.total) {
        let (what, total) = begin();
        let snapshot = Arc::clone(newest);
        *pass = Some(Pass { what, snapshot, next: 0, total, worked: Duration::ZERO, ended: Instant::now() });
    }
    pass.as_mut()
}

impl<T> Pass<T> {
    /// The next piece, of at most so many items.
    fn advance(&mut self, n_items: usize) -> Range<usize> {
        let from = self.next;
        self.next = (from + n_items).min(self.total);
        from..self.next
    }

    /// A piece is done; how long it took.
    fn rest(&mut self, began: Instant) -> Duration {
        self.ended = Instant::now();
        let took = self.ended - began;
        self.worked += took;
        took
    }
}

impl Tour {
    /// What the grid before has not covered is not on screen yet and comes first.
    fn new(grid: &Grid, before: Option<&Grid>) -> Self {
        let mut order = grid.coarse_to_fine();
        let covered = |cell: usize| before.is_some_and(|before| grid.stand_in(cell, before).is_some());
        order.sort_by_cached_key(|&cell| covered(cell));
        Self { grid: Arc::new(grid.clone()), order }
    }
}

/// Encodes a subject, reconstructs it at z = μ, and estimates its two terms.
fn select(snapshot: &Snapshot, subject: Subject, pixels: &[u8]) -> Result<Answer, ModelError> {
    let pixels: Vec<f32> = pixels.iter().map(|&byte| f32::from(byte) * (1.0 / 255.0)).collect();
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
