//! What the pages that are not about one image compute, on the thread `study`: a newer order ends the one before.

use std::sync::{Arc, Mutex, PoisonError};

use crate::app::lens::some_of;
use crate::app::task::{Post, Relay, Task, in_own_pool};
use crate::data::{Dataset, evenly};
use crate::latent::{Question, encode_some};
use crate::lens::{LensError, PlainCodes, Source, fit_mixture, generate, plain_codes};
use crate::math::divergence::SampledKl;
use crate::math::gaussian::log_normal;
use crate::math::mixture::Mixture;
use crate::model::{Snapshot, snapshot};
use crate::rng::{Rng, Stream};
use crate::state::Action;
use crate::state::lens::divergence::{DivergenceAction, Estimate, Pair};
use crate::state::lens::generate::{GenerateOrder, Generated, IMAGES};
use crate::state::lens::{CodeOrder, GenerateAction, LensAction, StudyOrder};
use crate::threads::WakeUp;

/// Samples after which KL is told; the last one is the end.
const TOLD: [u64; 16] =
    [10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000, 1_000_000];
/// Samples drawn at once.
const SLICE: u64 = 10_000;
/// Images whose means a mixture is fitted to, at most, and its Gaussians.
const FITTED: usize = 5000;
const GAUSSIANS: usize = 10;
/// The seed of every sample here.
const SEED: u64 = 0;

/// The last mixture, and what it was fitted to.
type Fitted = Option<(Arc<Snapshot>, Arc<Dataset>, Mixture)>;

/// Who computes.
#[derive(Default)]
pub struct Studies {
    relay: Relay,
    fitted: Arc<Mutex<Fitted>>,
}

impl Studies {
    /// Computes what is ordered in place of what was.
    pub fn order(&mut self, wake: WakeUp, order: Option<StudyOrder>, question: Question) -> Result<(), String> {
        self.relay.cancel();
        let Some(order) = order else { return Ok(()) };
        let fitted = Arc::clone(&self.fitted);
        let task = Task::spawn("study", wake, move |post| {
            let ended = in_own_pool("study", 1, true, || compute(&order, &question, &fitted, post));
            if let Err(reason) = ended {
                post.send(Action::Failed(reason));
            }
        })?;
        self.relay.push(task);
        Ok(())
    }

    /// What was found.
    pub fn poll(&mut self, actions: &mut Vec<Action>) {
        self.relay.poll(actions);
    }
}

fn compute(
    order: &StudyOrder,
    question: &Question,
    fitted: &Mutex<Fitted>,
    post: &Post<Action>,
) -> Result<(), LensError> {
    match order {
        StudyOrder::Divergence(pair) => sample(*pair, post),
        StudyOrder::Generate(order) => {
            let Some(snapshot) = &question.snapshot else { return Ok(()) };
            let draw = |source: &Source| -> Result<Arc<Vec<u8>>, LensError> {
                let z = source.points(IMAGES, snapshot.latent_dim(), SEED, order.round);
                let images = generate(snapshot, &z, order.draw, SEED, order.round)?;
                Ok(Arc::new(snapshot::to_bytes(&images)))
            };
            let prior = draw(&Source::Prior)?;
            let order = GenerateOrder { step: snapshot.step, ..*order };
            let tell = |aggregate| {
                let generated = Generated { order, prior: Arc::clone(&prior), aggregate };
                post.send(LensAction::Generate(GenerateAction::Drawn(Box::new(generated))).into());
            };
            let readable = |data: &&Arc<Dataset>| data.pixels_per_image() == snapshot.shape().pixels();
            let Some(data) = question.data.as_ref().filter(readable) else {
                tell(None);
                return Ok(());
            };
            if let Some(mixture) = mixture(snapshot, data, fitted, post)? {
                let n = mixture.components.len();
                tell(Some((draw(&Source::Aggregate(mixture))?, n)));
            }
        }
        StudyOrder::Levels(of) => {
            if let Some(codes) = counted(*of, question, post)? {
                post.send(LensAction::Divergence(DivergenceAction::Counted(codes.histogram)).into());
            }
        }
        StudyOrder::Plain(of) => {
            if let Some(codes) = counted(*of, question, post)? {
                post.send(LensAction::Counted(*of, Box::new(codes)).into());
            }
        }
    }
    Ok(())
}

/// What some of the images say without a model; `None` when nobody wants it any more.
fn counted(of: CodeOrder, question: &Question, post: &Post<Action>) -> Result<Option<PlainCodes>, LensError> {
    let Some(data) = question.data.as_ref() else { return Ok(None) };
    let held = of.held.map(|(fraction, seed)| data.split(fraction, seed).validation).filter(|held| !held.is_empty());
    let among = held.unwrap_or_else(|| (0..data.len() as u32).collect());
    plain_codes(data, &some_of(&among), &|_| post.go_on())
}

/// KL both ways by more and more samples.
fn sample(pair: Pair, post: &Post<Action>) {
    let [p, q] = pair.gaussians;
    let log = |of: usize, z: [f64; 2]| {
        let g = if of == 0 { p } else { q };
        if pair.on_a_line { log_normal(z[0], g.mean[0], g.sigma[0]) } else { g.log_density(z) }
    };
    let mut noise = Rng::new(SEED, Stream::Demand, 0);
    let mut sums = [SampledKl::default(); 2];
    for goal in TOLD {
        while sums[0].count() < goal {
            if post.go_on().is_break() {
                return;
            }
            let n = SLICE.min(goal - sums[0].count()) as usize;
            for (of, sum) in sums.iter_mut().enumerate() {
                for eps in noise.normals(2 * n).chunks_exact(2) {
                    let z = pair.gaussians[of].place([f64::from(eps[0]), f64::from(eps[1])]);
                    sum.push(log(of, z), log(1 - of, z));
                }
            }
        }
        let errors = sums.map(|sum| sum.standard_error_nats().unwrap_or(f64::NAN));
        let estimate = Estimate { samples: goal, nats: sums.map(|sum| sum.nats()), errors };
        post.send(LensAction::Divergence(DivergenceAction::Estimated(Box::new(pair), estimate)).into());
    }
}

/// A mixture fitted to the means of the images; the last one when it is of these. `None` when nobody wants it any more.
fn mixture(
    snapshot: &Arc<Snapshot>,
    data: &Arc<Dataset>,
    fitted: &Mutex<Fitted>,
    post: &Post<Action>,
) -> Result<Option<Mixture>, LensError> {
    let mut fitted = fitted.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((by, of, mixture)) = &*fitted
        && Arc::ptr_eq(by, snapshot)
        && Arc::ptr_eq(of, data)
    {
        return Ok(Some(mixture.clone()));
    }
    let some = evenly(data.len(), FITTED);
    let Some(encoded) = encode_some(snapshot, data, &some, &|_| post.go_on().is_continue())? else { return Ok(None) };
    let Some(mixture) = fit_mixture(&encoded.mu, snapshot.latent_dim(), GAUSSIANS, SEED, &|_| post.go_on())? else {
        return Ok(None);
    };
    *fitted = Some((Arc::clone(snapshot), Arc::clone(data), mixture.clone()));
    Ok(Some(mixture))
}
