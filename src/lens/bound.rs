//! The identity of variational inference, its three numbers computed each in its own way:
//!
//! log p(x) = ELBO + KL(q(z|x) ‖ p(z|x))
//!
//! With two latent dimensions log p(x) comes from adaptive quadrature over the prior's square; the ELBO from
//! a regular lattice under q and the closed form of KL(q ‖ p); KL(q ‖ p(z|x)) from cubature over q's own rectangle,
//! the posterior normalised by a regular grid over its support. With more dimensions each is sampled, with noise of its
//! own. So the residual says how far all of them can be trusted.

use std::ops::ControlFlow;

use crate::lens::nodes::Nodes;
use crate::lens::quadrature::DIMENSIONS;
use crate::lens::{Effort, Joint, LensError, Sampled, drawn, posterior_grid, quadrature, samples};
use crate::math::Running;
use crate::math::cubature::{Cell, Limits, integrate};
use crate::rng::{Rng, Stream};

/// Nodes of the lattice under q along each axis, and of the coarser one that judges it.
const NODES: [usize; 2] = [121, 61];
/// q counts within so many σ.
const REACH: f64 = 8.0;
/// Cells of the posterior's grid along each axis, tried one after the other.
const GRIDS: [usize; 3] = [128, 256, 512];

/// How a figure was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Adaptive quadrature over z.
    Quadrature,
    /// A regular lattice under q.
    Lattice,
    /// Cubature under q and a regular grid for the posterior's normaliser.
    Grid,
    /// So many samples of q.
    Samples(usize),
}

/// One number of the identity.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Figure {
    /// Nats.
    pub nats: f64,
    /// How sure it is, nats: an estimate of the rule's error, or the standard error of the samples.
    pub error_nats: f64,
    /// How it was found.
    pub method: Method,
}

/// log p(x) = ELBO + KL(q ‖ p(z|x)).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Identity {
    /// log p(x).
    pub log_px: Figure,
    /// The bound.
    pub elbo: Figure,
    /// What the bound misses, KL(q(z|x) ‖ p(z|x)).
    pub kl_to_posterior: Figure,
    /// With two dimensions, a rectangle around all but a billionth of p(z|x).
    pub support: Option<Cell>,
}

impl Identity {
    /// log p(x) − ELBO − KL, nats: zero but for the errors of the three.
    pub fn residual_nats(&self) -> f64 {
        self.log_px.nats - self.elbo.nats - self.kl_to_posterior.nats
    }

    /// How large the residual may be by the errors of the three, nats: the root of the sum of their squares.
    pub fn residual_error_nats(&self) -> f64 {
        let square = |figure: &Figure| figure.error_nats * figure.error_nats;
        (square(&self.log_px) + square(&self.elbo) + square(&self.kl_to_posterior)).sqrt()
    }
}

/// The identity for one image, `n_samples` samples each where it must be sampled. The noise depends on `seed` and on
/// `image_idx`. `go_on` is told the number of points decoded; `Ok(None)` when it breaks.
pub fn identity(
    joint: &Joint<'_>,
    n_samples: usize,
    seed: u64,
    image_idx: u32,
    go_on: &dyn Fn(usize) -> ControlFlow<()>,
) -> Result<Option<Identity>, LensError> {
    let before = joint.decodes();
    let go_on = &|| go_on(joint.decodes() - before);
    if joint.latent_dim() == DIMENSIONS {
        in_a_plane(joint, go_on)
    } else {
        sampled(joint, n_samples, seed, image_idx, go_on)
    }
}

fn in_a_plane(joint: &Joint<'_>, go_on: &dyn Fn() -> ControlFlow<()>) -> Result<Option<Identity>, LensError> {
    let Some(whole) = quadrature(joint, Effort::default(), &|_| go_on())? else { return Ok(None) };
    let log_px = Figure { nats: whole.log_px_nats, error_nats: whole.error_nats, method: Method::Quadrature };

    let by_lattice = |n| Nodes::regular(n).elbo(joint, &joint.q);
    let [fine, coarse] = [by_lattice(NODES[0])?, by_lattice(NODES[1])?];
    let elbo = Figure { nats: fine, error_nats: (fine - coarse).abs(), method: Method::Lattice };

    // E_q[log q − log p(x, z)] over the rectangle of q.
    let q = &joint.q;
    let area = Cell { centre: [q.mu[0], q.mu[1]], half: [REACH * q.sigma[0], REACH * q.sigma[1]] };
    let f = |places: &[[f64; 2]]| -> Result<Vec<f64>, LensError> {
        let logs = joint.log_joint(places.as_flattened())?;
        let log_q = places.iter().map(|z| q.log_density(z));
        Ok(log_q.zip(logs).map(|(log_q, log)| log_q.exp() * (log_q - log)).collect())
    };
    let limits = Limits { absolute: 1e-3, relative: 0.0, points: 30_000 };
    let Some(crossed) = integrate(area.tiles(6, 6), limits, f, &|_| go_on())? else { return Ok(None) };

    let wider = Cell { centre: whole.support.centre, half: whole.support.half.map(|half| 1.1 * half) };
    let (mut log_normaliser, mut error) = (f64::NAN, f64::INFINITY);
    for cells in GRIDS {
        let Some(grid) = posterior_grid(joint, wider, [cells; 2], &|_| go_on())? else { return Ok(None) };
        (log_normaliser, error) = (grid.log_px_nats(), grid.error_nats());
        if error < 1e-3 {
            break;
        }
    }
    let kl_to_posterior =
        Figure { nats: crossed.value + log_normaliser, error_nats: crossed.error + error, method: Method::Grid };
    Ok(Some(Identity { log_px, elbo, kl_to_posterior, support: Some(whole.support) }))
}

fn sampled(
    joint: &Joint<'_>,
    n: usize,
    seed: u64,
    image_idx: u32,
    go_on: &dyn Fn() -> ControlFlow<()>,
) -> Result<Option<Identity>, LensError> {
    let noise = |part: u64| Rng::new(seed, Stream::LensNoise, 4 * u64::from(image_idx) + part);
    let log_px = |part| drawn(joint, n, noise(part), &|_| go_on());
    let of_q = |part| samples(joint, n, noise(part), &|_| go_on());
    let figure = |sampled: Sampled| Figure {
        nats: sampled.nats,
        error_nats: sampled.standard_error_nats.unwrap_or(f64::INFINITY),
        method: Method::Samples(n),
    };
    let (Some(a), Some(b)) = (log_px(0)?, of_q(1)?) else { return Ok(None) };
    let (Some(c), Some(e)) = (log_px(2)?, of_q(3)?) else { return Ok(None) };
    // KL(q ‖ p(z|x)) = E_q[log q(z|x) − log p(x, z)] + log p(x)
    let (normaliser, log_weight) = (figure(c.log_px), figure(e.log_weights().collect::<Running>().into()));
    let kl_to_posterior = Figure {
        nats: normaliser.nats - log_weight.nats,
        error_nats: normaliser.error_nats.hypot(log_weight.error_nats),
        method: Method::Samples(n),
    };
    Ok(Some(Identity { log_px: figure(a.log_px), elbo: figure(b.elbo()), kl_to_posterior, support: None }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Likelihood;
    use crate::lens::CurvePoint;
    use crate::lens::made::{image, snapshot};

    fn on<T>(_: T) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }

    #[test]
    fn the_identity_holds_in_a_plane_and_its_numbers_are_what_sampling_gives() {
        for likelihood in Likelihood::ALL {
            let snapshot = snapshot(*likelihood, 2, 1.6);
            for idx in 0..4 {
                let joint = Joint::new(&snapshot, &image(&snapshot, idx)).unwrap();
                let found = identity(&joint, 0, 0, idx, &on).unwrap().unwrap();
                assert!(found.residual_nats().abs() < 0.02, "{likelihood} {idx}: {} {found:?}", found.residual_nats());
                assert!(found.residual_error_nats() < 0.05, "{found:?}");
                assert!(found.kl_to_posterior.nats > 0.01, "q is the posterior: nothing would be tested");
                let sampled = samples(&joint, 5000, Rng::new(1, Stream::LensNoise, 0), &on).unwrap().unwrap();
                let Sampled { nats, standard_error_nats } = sampled.elbo();
                let (off, error) = (nats - found.elbo.nats, standard_error_nats.unwrap());
                assert!(off.abs() < 4.0 * error, "ELBO off by {off}, se {error}");
                assert!(found.elbo.nats <= found.log_px.nats + found.residual_error_nats(), "{found:?}");
            }
        }
    }

    #[test]
    fn with_more_dimensions_the_residual_is_within_its_error() {
        let snapshot = snapshot(Likelihood::Bernoulli, 3, 1.6);
        for idx in 0..4 {
            let joint = Joint::new(&snapshot, &image(&snapshot, idx)).unwrap();
            let found = identity(&joint, 4000, 3, idx, &on).unwrap().unwrap();
            let (residual, error) = (found.residual_nats(), found.residual_error_nats());
            assert!(error < 0.3 && residual.abs() < 4.0 * error, "{residual}, se {error}: {found:?}");
            assert!((16_000..17_000).contains(&joint.decodes()), "{}", joint.decodes());
        }
    }

    #[test]
    fn the_curve_climbs_from_the_bound_to_the_evidence() {
        let snapshot = snapshot(Likelihood::Bernoulli, 2, 1.6);
        let joint = Joint::new(&snapshot, &image(&snapshot, 1)).unwrap();
        let all = samples(&joint, 5000, Rng::new(5, Stream::LensNoise, 0), &on).unwrap().unwrap();
        let curve = all.curve();
        let sizes: Vec<usize> = curve.iter().map(|point| point.samples).collect();
        assert_eq!(sizes, [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000]);
        let error = |point: &CurvePoint| point.bound.standard_error_nats.unwrap();
        for pair in curve.windows(2) {
            let slack = 3.0 * error(&pair[0]).hypot(error(&pair[1]));
            assert!(pair[1].bound.nats > pair[0].bound.nats - slack, "{pair:?}");
        }
        let (first, last) = (curve[0], curve[11]);
        assert_eq!(last.bound, all.log_px());
        // Both are the ELBO, with KL sampled and in closed form.
        assert!((first.bound.nats - all.elbo().nats).abs() < 4.0 * error(&first), "{first:?} {:?}", all.elbo());
        let exact = quadrature(&joint, Effort::default(), &on).unwrap().unwrap().log_px_nats;
        assert!((last.bound.nats - exact).abs() < 3.0 * error(&last), "{last:?} against {exact}");
        assert!(first.bound.nats < exact - 0.3, "the bound is tight: nothing would be tested");
    }

    #[test]
    fn sampled_kl_is_the_closed_form_within_its_error() {
        let snapshot = snapshot(Likelihood::Gaussian, 3, 1.6);
        let joint = Joint::new(&snapshot, &image(&snapshot, 0)).unwrap();
        let all = samples(&joint, 4000, Rng::new(2, Stream::LensNoise, 0), &on).unwrap().unwrap();
        let Sampled { nats, standard_error_nats } = all.sampled_kl();
        assert!((nats - all.kl_nats).abs() < 3.5 * standard_error_nats.unwrap(), "{nats} against {}", all.kl_nats);
        let stop = |n: usize| if n > 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
        assert_eq!(samples(&joint, 4000, Rng::new(2, Stream::LensNoise, 0), &stop).unwrap(), None);
    }
}
