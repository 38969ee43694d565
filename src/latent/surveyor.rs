//! The thread that looks at all images at once, for as long as that takes: their density, and their main directions. The
//! latest order wins, and nobody waits for it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::JoinHandle;

use crossbeam_channel::Sender;

use crate::latent::{Answer, Density, Heat, Plane};
use crate::threads::{Tray, Wake, WakeUp, panic_message, pool_here};

/// Means that principal directions are found from, at most, evenly taken: their error is a hundredth of a radian.
const MEANS: usize = 20_000;

/// What is wanted.
#[derive(Debug, Clone)]
pub struct Order {
    /// Dimensions of z.
    pub latent_dim: usize,
    /// μ of the images, `[n, d]`.
    pub mu: Arc<Vec<f32>>,
    /// σ of the images, `[n, d]`.
    pub sigma: Arc<Vec<f32>>,
    /// The plane whose density is wanted, by its directions.
    pub heat: Option<[Vec<f32>; 2]>,
}

impl PartialEq for Order {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.mu, &other.mu) && self.heat == other.heat
    }
}

/// The thread. Dropping it ends it and waits for it, which takes one order.
pub struct Surveyor {
    orders: Tray<Order>,
    handle: Option<JoinHandle<()>>,
}

impl Surveyor {
    /// Starts the thread `surveyor`. Densities go to `found`, everything else is answered.
    pub fn spawn(
        answers: Sender<Answer>,
        wake: WakeUp,
        found: impl Fn(Arc<Density>) + Send + 'static,
    ) -> std::io::Result<Self> {
        let (orders, begun) = Tray::<Order>::new();
        let serve = move || {
            let mut known = None;
            while let Ok(order) = begun.recv() {
                let work = AssertUnwindSafe(|| survey(&order, &mut known, &found));
                let said = catch_unwind(work).unwrap_or_else(|panic| {
                    vec![Answer::Failed(format!("the survey failed unexpectedly: {}", panic_message(&*panic)))]
                });
                for answer in said {
                    if answers.send(answer).is_err() {
                        return;
                    }
                }
                wake(Wake::Now);
            }
        };
        let inside = move || match pool_here("surveyor", 1, true) {
            Ok(pool) => pool.install(serve),
            Err(_no_pool) => serve(),
        };
        let handle = std::thread::Builder::new().name("surveyor".into()).spawn(inside)?;
        Ok(Self { orders, handle: Some(handle) })
    }

    /// Orders something in place of what still waits.
    pub fn order(&self, order: Order) {
        self.orders.put(order);
    }
}

impl Drop for Surveyor {
    fn drop(&mut self) {
        self.orders.close();
        if let Some(handle) = self.handle.take() {
            let _caught_inside = handle.join();
        }
    }
}

/// The density of some means.
type Known = Option<(Arc<Vec<f32>>, Arc<Density>)>;

fn survey(order: &Order, known: &mut Known, found: &impl Fn(Arc<Density>)) -> Vec<Answer> {
    let mut answers = Vec::new();
    let before = known.as_ref().filter(|(mu, _)| Arc::ptr_eq(mu, &order.mu));
    let density = if let Some((_, density)) = before {
        Arc::clone(density)
    } else {
        let density = Arc::new(Density::new(&order.mu, &order.sigma, order.latent_dim));
        *known = Some((Arc::clone(&order.mu), Arc::clone(&density)));
        found(Arc::clone(&density));
        answers.extend(principal(order));
        density
    };
    answers.extend(order.heat.as_ref().and_then(|plane| Heat::new(&density, plane)).map(Arc::new).map(Answer::Heat));
    answers
}

fn principal(order: &Order) -> Option<Answer> {
    let d = order.latent_dim;
    let n = order.mu.len() / d.max(1);
    let some = order.mu.chunks_exact(d.max(1)).step_by(n.div_ceil(MEANS).max(1));
    let mu: Vec<f32> = some.flatten().copied().filter(|v| v.is_finite()).collect();
    let (Plane { u, v, .. }, share) = Plane::principal(&mu, &vec![0.0; d]).filter(|_| d > 2)?;
    Some(Answer::Principal([u, v], share))
}
