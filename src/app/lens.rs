//! The numbers of the lens, on the thread `lens`: a newer order ends the one before.

mod contest;
mod contestants;
mod study;

use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::app::lens::contest::Contests;
use crate::app::lens::study::Studies;
use crate::app::task::{Post, Relay, Task, in_own_pool};
use crate::data::{Dataset, evenly, unit_values};
use crate::latent::{Question, Subject};
use crate::lens::{
    Ascent, Effort, Joint, LensError, PosteriorGrid, Sampled, Start, drawn, identity, posterior_grid, quadrature,
    samples, sigma_curve, squared_errors, story,
};
use crate::math::Diagonal;
use crate::math::cubature::Cell;
use crate::model::{Snapshot, snapshot};
use crate::rng::{Rng, Stream};
use crate::state::Action;
use crate::state::lens::{
    AscentView, BoundView, Climb, ContestErrand, Found, LensAction, LensOrder, Page, StoryView, StudyOrder,
};
use crate::threads::WakeUp;

/// Held images whose errors make the curve over σ, and images that are counted, at most.
const HELD: usize = 1000;
/// While the model trains on, the errors of the held images take one part in so many of the time.
const PAUSE: u32 = 10;
/// How far the curves over σ reach from their maximum, as a factor.
const REACH: f64 = 4.0;
/// Points of such a curve.
const POINTS: usize = 97;
/// Importance samples of the bound.
const SAMPLES: usize = 5000;
/// Importance samples of log p(x) beside the ascent, where it cannot be integrated.
const ASCENT_SAMPLES: usize = 2000;
/// Cells of a posterior along each side.
const CELLS: usize = 112;
/// How far the map of the ascent reaches at least, so that the prior is on it.
const PRIOR_REACH: f64 = 2.6;
/// The seed of every sample here.
const SEED: u64 = 0;

/// A climb under way, kept for its next steps.
struct Climbing {
    snapshot: Arc<Snapshot>,
    subject: Subject,
    view: AscentView,
}

/// The errors of the held images.
struct Held {
    by: Arc<Snapshot>,
    of: Arc<Dataset>,
    errors: Vec<f64>,
    /// When they were found, and how long that took.
    found: Instant,
    took: Duration,
}

/// What the last computations have found, kept for the next one.
#[derive(Default)]
struct Kept {
    held: Option<Held>,
    climbing: Option<Climbing>,
}

/// Who computes.
#[derive(Default)]
pub struct LensWorkers {
    relay: Relay,
    studies: Studies,
    contests: Contests,
    kept: Arc<Mutex<Kept>>,
}

impl LensWorkers {
    /// Computes what is ordered in place of what was.
    pub fn order(&mut self, wake: WakeUp, order: Option<LensOrder>, question: Question) -> Result<(), String> {
        self.relay.cancel();
        let Some(order) = order else { return Ok(()) };
        let kept = Arc::clone(&self.kept);
        let task = Task::spawn("lens", wake, move |post| {
            // Whoever computes holds it; the next one waits until the one before has heard that it is not wanted.
            let mut guard = kept.lock().unwrap_or_else(PoisonError::into_inner);
            let kept = &mut *guard;
            let ended = in_own_pool("lens", 1, true, || compute(&order, &question, kept, post));
            post.send(LensAction::Ended(ended).into());
        })?;
        self.relay.push(task);
        Ok(())
    }

    /// Computes this for a page that is not about one image.
    pub fn study(&mut self, wake: WakeUp, order: Option<StudyOrder>, question: Question) -> Result<(), String> {
        self.studies.order(wake, order, question)
    }

    /// Does something about AE, VAE and PCA on these images.
    pub fn contest(&mut self, wake: WakeUp, errand: ContestErrand, data: Option<Arc<Dataset>>) -> Result<(), String> {
        self.contests.perform(wake, errand, data)
    }

    /// What was found.
    pub fn poll(&mut self, actions: &mut Vec<Action>) {
        self.relay.poll(actions);
        self.studies.poll(actions);
        self.contests.poll(actions);
    }
}

fn compute(order: &LensOrder, question: &Question, kept: &mut Kept, post: &Post<Action>) -> Result<(), LensError> {
    let (Some(snapshot), Some(pixels)) = (&question.snapshot, question.pixels(order.subject)) else { return Ok(()) };
    let mut x: Vec<f32> = unit_values(pixels).collect();
    if let (Subject::Image(idx), Some(data)) = (order.subject, &question.data) {
        // Binary pixels are drawn as `eval` draws them.
        snapshot.vae().observe(data, &[idx as u32], &mut x);
    }
    let found = |found| post.send(LensAction::Found(order.clone(), snapshot.step, Box::new(found)).into());
    match order.page {
        Page::Image => {
            let tell = |held: &[f64]| tell(snapshot, &x, &order.eps, held).map(|view| found(Found::Image(view)));
            // The image itself at once, beside the last errors that are known of the held ones.
            tell(known_errors(order, question, kept))?;
            if let Some(held) = held(order, question, kept, post)? {
                tell(&held)?;
            }
        }
        Page::Bound => {
            if let Some(view) = bound(&Joint::new(snapshot, &x)?, order.subject, post)? {
                found(Found::Bound(view));
            }
        }
        Page::Ascent => {
            let before = kept
                .climbing
                .take_if(|before| Arc::ptr_eq(&before.snapshot, snapshot) && before.subject == order.subject);
            let joint = Joint::new(snapshot, &x)?;
            let mut view = begun(&joint, order.climb, before.map(|before| before.view), post)?;
            let tell = |view: &AscentView| found(Found::Ascent(view.clone()));
            tell(&view);
            while view.ascent.steps < order.climb.steps && post.go_on().is_continue() {
                view.ascent.step(&joint)?;
                view.elbos.push(view.ascent.elbo_nats);
                tell(&view);
            }
            kept.climbing = Some(Climbing { snapshot: Arc::clone(snapshot), subject: order.subject, view });
        }
        Page::Divergences | Page::Code | Page::Generate | Page::Contest => {}
    }
    Ok(())
}

fn tell(snapshot: &Snapshot, x: &[f32], eps: &[f32], held: &[f64]) -> Result<StoryView, LensError> {
    let eps: Vec<f64> = match eps {
        [] => vec![0.0; snapshot.latent_dim()],
        eps => eps.iter().map(|e| f64::from(*e)).collect(),
    };
    let story = story(snapshot, x, &eps)?;
    let n_pixels = x.len();
    let of_image = sigma_curve(&[story.reconstruction.squared_error()], n_pixels, REACH, POINTS);
    let n_held = held.len();
    let of_held = sigma_curve(held, n_pixels, REACH, POINTS).map(|curve| (curve, n_held));
    Ok(StoryView { decoded: snapshot::to_bytes(&story.decoded), story, n_pixels, of_image, of_held })
}

/// The squared errors of the held images that were found last, by this model or by one before.
fn known_errors<'a>(order: &LensOrder, question: &Question, kept: &'a Kept) -> &'a [f64] {
    let same = |held: &&Held| question.data.as_ref().is_some_and(|data| Arc::ptr_eq(data, &held.of));
    order.held.and(kept.held.as_ref()).filter(same).map_or(&[], |held| &held.errors)
}

/// The squared errors of the held images, at z = μ; `None` when the known ones have to do, when it is not known which
/// were held, or when nobody wants them any more.
fn held(
    order: &LensOrder,
    question: &Question,
    kept: &mut Kept,
    post: &Post<Action>,
) -> Result<Option<Vec<f64>>, LensError> {
    let (Some(snapshot), Some(data), Some((fraction, seed))) = (&question.snapshot, &question.data, order.held) else {
        return Ok(None);
    };
    let does = |held: &Held| {
        let recent = order.trains && held.found.elapsed() < held.took * PAUSE;
        Arc::ptr_eq(&held.of, data) && (recent || Arc::ptr_eq(&held.by, snapshot))
    };
    if kept.held.as_ref().is_some_and(does) {
        return Ok(None);
    }
    let began = Instant::now();
    let some = some_of(&data.split(fraction, seed).validation);
    let progress = |done: usize| {
        post.progress(LensAction::Progress(done as f32 / some.len().max(1) as f32).into());
        post.go_on()
    };
    let Some(errors) = squared_errors(snapshot, data, &some, &progress)? else { return Ok(None) };
    let (by, of) = (Arc::clone(snapshot), Arc::clone(data));
    kept.held = Some(Held { by, of, errors: errors.clone(), found: Instant::now(), took: began.elapsed() });
    Ok(Some(errors))
}

/// At most [`HELD`] of these, evenly.
fn some_of(all: &[u32]) -> Vec<u32> {
    evenly(all.len(), HELD).into_iter().filter_map(|i| all.get(i as usize).copied()).collect()
}

/// The bound and its gap; `None` when nobody wants it any more.
fn bound(joint: &Joint<'_>, subject: Subject, post: &Post<Action>) -> Result<Option<BoundView>, LensError> {
    let progress = |share: f32| {
        post.progress(LensAction::Progress(share).into());
        post.go_on()
    };
    let image_idx = match subject {
        Subject::Image(idx) | Subject::Own(idx) => idx as u32,
    };
    let noise = Rng::new(SEED, Stream::Demand, u64::from(image_idx));
    let of_q = samples(joint, SAMPLES, noise, &|n| progress(0.2 * n as f32 / SAMPLES as f32))?;
    let noise = Rng::new(SEED, Stream::LensNoise, 4 * u64::from(image_idx));
    let mixed = drawn(joint, SAMPLES, noise, &|n| progress(0.2 + 0.1 * n as f32 / SAMPLES as f32))?;
    let (Some(of_q), Some(mixed)) = (of_q, mixed) else { return Ok(None) };
    let all = Effort::default().decodes as f32;
    let told = |n: usize| progress(0.3 + 0.5 * (n as f32 / all).min(1.0));
    let Some(identity) = identity(joint, SAMPLES, SEED, image_idx, &told)? else { return Ok(None) };
    let posterior = if let Some(support) = &identity.support {
        let Some([grid]) = maps_of(joint, support, [None], &|share| progress(0.8 + 0.2 * share))? else {
            return Ok(None);
        };
        Some(grid)
    } else {
        None
    };
    Ok(Some(BoundView {
        q: joint.q.clone(),
        identity,
        curve: of_q.curve(),
        sampled: of_q.log_px(),
        mixed: mixed.log_px,
        kl: (of_q.kl_nats, of_q.sampled_kl()),
        posterior,
    }))
}

/// p(z|x) on squares: where it lies, or for a `reach` at least so far around the origin.
fn maps_of<const N: usize>(
    joint: &Joint<'_>,
    support: &Cell,
    reaches: [Option<f64>; N],
    progress: &dyn Fn(f32) -> ControlFlow<()>,
) -> Result<Option<[Arc<PosteriorGrid>; N]>, LensError> {
    let mut grids = Vec::with_capacity(N);
    for reach in reaches {
        let begun = grids.len() as f32;
        let told = |share: f32| progress((begun + share) / N as f32);
        let Some(grid) = posterior_grid(joint, square(&joint.q, support, reach), [CELLS; 2], &told)? else {
            return Ok(None);
        };
        grids.push(Arc::new(grid));
    }
    Ok(grids.try_into().ok())
}

/// Around q at 3 σ and the rectangle that holds the posterior; with a `reach` around the origin, so far at least.
fn square(q: &Diagonal, support: &Cell, reach: Option<f64>) -> Cell {
    let Some(reach) = reach else {
        let edge = |sign: f64, i: usize| {
            let of_q = q.mu[i] + sign * 3.0 * q.sigma[i];
            let of_support = support.centre[i] + sign * support.half[i];
            if sign > 0.0 { of_q.max(of_support) } else { of_q.min(of_support) }
        };
        let centre = [0, 1].map(|i| f64::midpoint(edge(1.0, i), edge(-1.0, i)));
        let half = [0, 1].map(|i| (edge(1.0, i) - edge(-1.0, i)) / 2.0).into_iter().fold(0.0, f64::max);
        return Cell { centre, half: [half; 2] };
    };
    let far = |i: usize| (q.mu[i].abs() + 3.0 * q.sigma[i]).max(support.centre[i].abs() + support.half[i]);
    Cell { centre: [0.0; 2], half: [reach.max(far(0)).max(far(1)); 2] }
}

/// The climb as it stands, or a new one.
fn begun(
    joint: &Joint<'_>,
    climb: Climb,
    before: Option<AscentView>,
    post: &Post<Action>,
) -> Result<AscentView, LensError> {
    let (mut log_px, mut posterior) = before.as_ref().map_or((None, None), |b| (b.log_px, b.posterior.clone()));
    let progress = |share: f32| {
        post.progress(LensAction::Progress(share).into());
        post.go_on()
    };
    if log_px.is_none() {
        if joint.latent_dim() == 2 {
            let all = Effort::default().decodes as f32;
            let told = |n: usize| progress(0.7 * (n as f32 / all).min(1.0));
            if let Some(whole) = quadrature(joint, Effort::default(), &told)? {
                log_px = Some(Sampled { nats: whole.log_px_nats, standard_error_nats: None });
                let told = |share: f32| progress(0.7 + 0.3 * share);
                posterior = maps_of(joint, &whole.support, [Some(PRIOR_REACH), None], &told)?;
            }
        } else {
            let noise = Rng::new(SEED, Stream::Demand, 1);
            let told = |n: usize| progress(n as f32 / ASCENT_SAMPLES as f32);
            log_px = drawn(joint, ASCENT_SAMPLES, noise, &told)?.map(|found| found.log_px);
        }
    }
    if let Some(before) = before.filter(|before| before.climb.begun == climb.begun) {
        return Ok(AscentView { climb, log_px, posterior, ..before });
    }
    let ascent = Ascent::new(joint, climb.start, SEED)?;
    let encoder_elbo_nats = match climb.start {
        Start::Encoder => ascent.elbo_nats,
        Start::Prior => Ascent::new(joint, Start::Encoder, SEED)?.elbo_nats,
    };
    let elbos = vec![ascent.elbo_nats];
    Ok(AscentView { ascent, climb, elbos, encoder: joint.q.clone(), encoder_elbo_nats, log_px, posterior })
}
