//! What comes first, and what waits for how long: without the thread.

use super::*;
use crate::config::ModelConfig;
use crate::latent::{Plane, Spacing};
use crate::model::{ImageShape, Vae};

fn snapshot(step: u64) -> Arc<Snapshot> {
    let config = ModelConfig { hidden: 8, ..ModelConfig::default() };
    let shape = ImageShape { side: 16, channels: 1 };
    Arc::new(Snapshot::of(&Vae::new(&config, shape, 1).unwrap(), step, 0.0).unwrap())
}

fn grid(a0: f32) -> Grid {
    Grid { plane: Plane::axes(2, 0, 1), spacing: Spacing::Uniform, a0, b0: 2.0, step: 1.0, columns: 24, rows: 16 }
}

fn question(snapshot: &Arc<Snapshot>, grid: Grid) -> Question {
    Question { snapshot: Some(Arc::clone(snapshot)), view: View { grid: Some(grid), ..View::default() }, data: None }
}

/// The next piece, which must be one of the grid: its cells and the step of its model.
#[track_caller]
fn piece(clerk: &mut Clerk) -> (Vec<usize>, u64) {
    let task = clerk.next_task(Instant::now());
    assert_eq!(task, Task::Grid);
    match clerk.perform(task).remove(0) {
        Answer::GridCells { cells, step, .. } => (cells, step),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_pass_goes_through_the_grid_coarse_to_fine_with_one_model() {
    let (mut clerk, began) = (Clerk::default(), Instant::now());
    clerk.hear(question(&snapshot(1), grid(0.0)));
    let (mut cells, _) = piece(&mut clerk);
    // A newer model waits for the next pass.
    clerk.hear(question(&snapshot(2), grid(0.0)));
    while cells.len() < grid(0.0).n_cells() {
        let (more, step) = piece(&mut clerk);
        assert_eq!(step, 1);
        cells.extend(more);
    }
    assert_eq!(cells, grid(0.0).coarse_to_fine());
    let Task::Rest(Some(next)) = clerk.next_task(began) else { panic!("the next pass comes after a rest") };
    let task = clerk.next_task(next);
    assert!(matches!(clerk.perform(task)[..], [Answer::GridCells { step: 2, .. }]));
}

#[test]
fn a_point_waits_for_one_piece_and_not_for_the_pass() {
    let mut clerk = Clerk::default();
    let snapshot = snapshot(1);
    let asked = question(&snapshot, grid(0.0));
    clerk.hear(asked.clone());
    let (first, _) = piece(&mut clerk);
    let view = View { point: Some(vec![0.5, 0.5]), ..asked.view.clone() };
    clerk.hear(Question { view, ..asked });
    let task = clerk.next_task(Instant::now());
    assert_eq!(task, Task::Point);
    clerk.perform(task);
    let (second, _) = piece(&mut clerk);
    let both = [first, second].concat();
    assert_eq!(both[..], grid(0.0).coarse_to_fine()[..both.len()], "the pass goes on where it was");
}

#[test]
fn what_comes_into_view_is_decoded_first() {
    let mut clerk = Clerk::default();
    let snapshot = snapshot(1);
    clerk.hear(question(&snapshot, grid(0.0)));
    piece(&mut clerk);
    // Two columns further: the last two are new.
    clerk.hear(question(&snapshot, grid(2.0)));
    let mut cells = Vec::new();
    while cells.len() < 2 * 16 {
        cells.extend(piece(&mut clerk).0);
    }
    assert!(cells.iter().take(2 * 16).all(|cell| cell % 24 >= 22), "{cells:?}");
}
