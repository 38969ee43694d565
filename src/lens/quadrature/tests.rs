//! The oracle is the midpoint rule on a fine grid; importance sampling is the second opinion.

use super::*;
use crate::config::Likelihood;
use crate::lens::made::{image, images_of, sharp, snapshot};
use crate::lens::{evidence, posterior_grid};
use crate::model::Snapshot;

fn on<T>(_: T) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

fn found(snapshot: &Snapshot, idx: u32) -> Quadrature {
    let joint = Joint::new(snapshot, &image(snapshot, idx)).unwrap();
    quadrature(&joint, Effort::default(), &on).unwrap().unwrap()
}

/// log p(x) by a fine grid, and what half its resolution would change.
fn fine(snapshot: &Snapshot, idx: u32, area: Cell) -> (f64, f64) {
    let joint = Joint::new(snapshot, &image(snapshot, idx)).unwrap();
    let grid = posterior_grid(&joint, area, [300, 300], &on).unwrap().unwrap();
    assert!(grid.error_nats() < 0.01, "{}", grid.error_nats());
    (grid.log_px_nats(), grid.error_nats())
}

#[test]
fn the_integral_agrees_with_a_fine_grid() {
    for likelihood in Likelihood::ALL {
        // Larger weights make narrower posteriors.
        for enlarge in [1.0, 1.6, 2.5] {
            let snapshot = snapshot(*likelihood, 2, enlarge);
            for idx in 0..4 {
                let found = found(&snapshot, idx);
                let (expected, slack) = fine(&snapshot, idx, Cell { centre: [0.0; 2], half: [6.0; 2] });
                let off = found.log_px_nats - expected;
                assert!(
                    off.abs() < 1e-3 + 0.5 * slack && found.converged && found.error_nats < 1e-3,
                    "{likelihood} {enlarge}: {off} {found:?}"
                );
                assert!(found.decodes < 60_000, "{found:?}");
            }
        }
    }
}

#[test]
fn importance_sampling_agrees_within_two_standard_errors_of_most_images() {
    let (mut outside, mut all) = (0, 0);
    for likelihood in Likelihood::ALL {
        let snapshot = snapshot(*likelihood, 2, 1.6);
        let data = images_of(&snapshot);
        let sampled = evidence(&snapshot, &data, &[0, 1, 2, 3], 5000, 2, &|_| true).unwrap().unwrap();
        for (idx, estimate) in (0..).zip(&sampled.images) {
            let (off, error) =
                (estimate.log_px_nats - found(&snapshot, idx).log_px_nats, estimate.standard_error_nats.unwrap());
            assert!(error < 0.1 && off.abs() < 3.5 * error, "{likelihood} {idx}: off by {off}, se {error}");
            all += 1;
            outside += usize::from(off.abs() > 2.0 * error);
        }
    }
    // One of twenty lies outside by chance.
    assert!(outside <= 2, "{outside} of {all}");
}

#[test]
fn a_posterior_of_a_hundredth_is_met_wherever_it_lies() {
    let snapshot = sharp();
    let found = found(&snapshot, 1);
    let support = found.support;
    assert!(support.half[0] < 0.3 && support.half[1] < 0.3, "not narrow: {found:?}");
    let (expected, _) = fine(&snapshot, 1, support);
    assert!((found.log_px_nats - expected).abs() < 2e-3, "{expected} against {found:?}");
    // The image was decoded from there.
    assert!(support.holds([-1.0, 0.6]), "{found:?}");
}

#[test]
fn the_posterior_integrates_to_one_over_its_support() {
    let snapshot = snapshot(Likelihood::Bernoulli, 2, 1.6);
    let joint = Joint::new(&snapshot, &image(&snapshot, 2)).unwrap();
    let found = found(&snapshot, 2);
    let grid = posterior_grid(&joint, found.support, [80, 60], &on).unwrap().unwrap();
    let cell = 4.0 * found.support.half[0] * found.support.half[1] / 4800.0;
    let sum: f64 = grid.log_posterior_nats(found.log_px_nats).iter().map(|log| log.exp() * cell).sum();
    assert!((sum - 1.0).abs() < 2e-3, "{sum}");
    // Row by row: the cell of the highest mode is the highest.
    let best = (0..4800).max_by(|a, b| grid.log_joint_nats[*a].total_cmp(&grid.log_joint_nats[*b])).unwrap();
    let centre = found.support.tiles(80, 60)[best].centre;
    let [mode, _] = [found.modes[0].0, centre];
    let near = |axis: usize, n: f64| (mode[axis] - centre[axis]).abs() <= 2.1 * found.support.half[axis] / n;
    assert!(near(0, 80.0) && near(1, 60.0), "{mode:?} against {centre:?}");
}

#[test]
fn it_ends_when_told_and_says_what_it_cannot() {
    let flat = snapshot(Likelihood::Bernoulli, 2, 1.6);
    let joint = Joint::new(&flat, &image(&flat, 0)).unwrap();
    let stop = |decodes: usize| if decodes > 2000 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
    assert_eq!(quadrature(&joint, Effort::default(), &stop).unwrap(), None);
    let half = |share: f32| if share > 0.5 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
    let area = Cell { centre: [0.0; 2], half: [3.0; 2] };
    assert_eq!(posterior_grid(&joint, area, [100, 100], &half).unwrap(), None);
    let deep = snapshot(Likelihood::Bernoulli, 3, 1.6);
    let joint = Joint::new(&deep, &image(&deep, 0)).unwrap();
    let error = quadrature(&joint, Effort::default(), &on).unwrap_err().to_string();
    assert!(error.contains("need 2 latent dimensions, this model has 3"), "{error}");
}
