//! What the pages that are not about one image compute, on the thread `study`: a newer order ends the one before.

use std::sync::Arc;

use rust_i18n::t;

use crate::app::task::{Post, Relay, Task};
use crate::data::evenly;
use crate::latent::Question;
use crate::lens::{LensError, plain_codes};
use crate::math::divergence::SampledKl;
use crate::math::gaussian::log_normal;
use crate::rng::{Rng, Stream};
use crate::state::Action;
use crate::state::lens::divergence::{DivergenceAction, Estimate, Pair};
use crate::state::lens::{LensAction, StudyOrder};
use crate::threads::{WakeUp, pool_here};

/// Samples after which KL is told; the last one is the end.
const TOLD: [u64; 16] =
    [10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000, 1_000_000];
/// Samples drawn at once.
const SLICE: u64 = 10_000;
/// Images whose grey levels are counted, at most.
const COUNTED: usize = 1000;
/// The seed of every sample here.
const SEED: u64 = 0;

/// Who computes.
#[derive(Default)]
pub struct Studies(Relay);

impl Studies {
    /// Computes what is ordered in place of what was.
    pub fn order(&mut self, wake: WakeUp, order: Option<StudyOrder>, question: Question) -> Result<(), String> {
        self.0.cancel();
        let Some(order) = order else { return Ok(()) };
        let task = Task::spawn("study", wake, move |post| {
            let ended = match pool_here("study", 1, true) {
                Ok(pool) => pool.install(|| compute(&order, &question, post)).map_err(|e| e.to_string()),
                Err(error) => Err(t!("error.thread", name = "study", reason = error.to_string()).into_owned()),
            };
            if let Err(reason) = ended {
                post.send(Action::Failed(reason));
            }
        })?;
        self.0.push(task);
        Ok(())
    }

    /// What was found.
    pub fn poll(&mut self, actions: &mut Vec<Action>) {
        self.0.poll(actions);
    }
}

fn compute(order: &StudyOrder, question: &Question, post: &Post<Action>) -> Result<(), LensError> {
    match order {
        StudyOrder::Divergence(pair) => sample(*pair, post),
        StudyOrder::Levels(_) => {
            let Some(data) = question.data.as_ref().map(Arc::clone) else { return Ok(()) };
            if let Some(codes) = plain_codes(&data, &evenly(data.len(), COUNTED), &|_| post.go_on())? {
                post.send(LensAction::Divergence(DivergenceAction::Counted(codes.histogram)).into());
            }
        }
    }
    Ok(())
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
