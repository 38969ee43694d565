use std::sync::Arc;

use candle_core::{Device, Tensor};

use super::*;
use crate::config::ModelConfig;
use crate::latent::{Density, Easing};
use crate::model::{ImageShape, Snapshot, Vae};
use crate::rng::{Rng, Stream};

/// 256 pixels, of which the tests use three.
const SHAPE: ImageShape = ImageShape { side: 16, channels: 1 };
/// Logits stay where the logistic function is straight: f − ½ = ¼ logit, to a millionth of it.
const SMALL: f32 = 1e-2;

/// A decoder whose first three pixels are ½ + ¼ SMALL (u, v, k max(v, 0)): a roof, two planes joined at v = 0.
fn roof(k: f32) -> Arc<Snapshot> {
    let config = ModelConfig { hidden: 4, ..ModelConfig::default() };
    let drawn = Vae::new(&config, SHAPE, 1).unwrap();
    let lookup = |name: &str| {
        let param = drawn.params().iter().find(|p| p.name == name)?;
        let shape = param.values.dims().to_vec();
        let mut values = vec![0.0_f32; param.values.elem_count()];
        let mut set = |entries: &[(usize, usize, f32)]| {
            for (row, column, v) in entries {
                values[row * shape[1] + column] = *v;
            }
        };
        match name {
            // relu(u), relu(−u), relu(v), relu(−v)
            "decoder.fc1.weight" => set(&[(0, 0, 1.0), (1, 0, -1.0), (2, 1, 1.0), (3, 1, -1.0)]),
            "decoder.fc2.weight" => set(&[(0, 0, 1.0), (1, 1, 1.0), (2, 2, 1.0), (3, 3, 1.0)]),
            "decoder.fc3.weight" => {
                set(&[(0, 0, SMALL), (0, 1, -SMALL), (1, 2, SMALL), (1, 3, -SMALL), (2, 2, k * SMALL)]);
            }
            _ => {}
        }
        Tensor::from_vec(values, shape, &Device::Cpu).ok()
    };
    Arc::new(Snapshot::of(&Vae::from_torch(&config, SHAPE, &lookup).unwrap(), 0, 0.0).unwrap())
}

/// Images on a square lattice over [−2, 2]², but for those that `gap` leaves out.
fn lattice(gap: impl Fn(f32, f32) -> bool) -> Density {
    let at = |i: usize| (i % 33, i / 33);
    let place = |i: usize| [at(i).0 as f32 / 8.0 - 2.0, at(i).1 as f32 / 8.0 - 2.0];
    let mu: Vec<f32> = (0..33 * 33).map(place).filter(|[u, v]| !gap(*u, *v)).flatten().collect();
    Density::new(&mu, &vec![0.1; mu.len()], 2)
}

fn terrain(snapshot: &Arc<Snapshot>, density: Density) -> Terrain {
    let on = &mut |_| ControlFlow::Continue(());
    Terrain::survey(Arc::clone(snapshot), Arc::new(density), on).unwrap().unwrap()
}

/// Without the density: the pull-back metric alone.
fn bare(snapshot: &Arc<Snapshot>) -> Terrain {
    let mut terrain = terrain(snapshot, lattice(|_, _| false));
    terrain.metric.scale = 0.0;
    terrain
}

fn between(terrain: &Terrain, a: [f32; 2], b: [f32; 2]) -> Vec<Vec<f32>> {
    let route = Route::between(Path::Geodesic, &a, &b);
    let course = solve(&route, terrain, &mut |_| ControlFlow::Continue(())).unwrap().unwrap();
    assert_eq!((course.path, course.legs()), (Path::Geodesic, 1));
    course.points(PIECES + 1, Easing::Linear)
}

/// Length in images, in units of ¼ SMALL.
fn length(snapshot: &Snapshot, nodes: &[Vec<f32>]) -> f64 {
    let images = snapshot.decode(&nodes.concat()).unwrap();
    let images: Vec<&[f32]> = images.chunks_exact(SHAPE.pixels()).collect();
    images.windows(2).map(|p| squared(p[0], p[1]).sqrt()).sum::<f64>() * 4.0 / f64::from(SMALL)
}

#[test]
fn through_a_linear_decoder_it_is_the_straight_line() {
    let snapshot = roof(0.0);
    for node in between(&bare(&snapshot), [-1.5, -1.0], [1.5, 0.5]) {
        assert!((node[1] - (0.5 * node[0] - 0.25)).abs() < 0.02, "{node:?} is off the line");
    }
}

/// Unrolled, the upper half of the roof is √(1 + k²) times as deep, and the shortest way is straight:
/// L² = (Δu)² + (a + b √(1 + k²))² from v = −a to v = b.
#[test]
fn over_a_roof_it_bends_where_the_unrolled_line_does() {
    let (k, a, b) = (3.0_f64, 1.5_f64, 1.0_f64);
    let snapshot = roof(k as f32);
    let nodes = between(&bare(&snapshot), [-1.5, -a as f32], [1.5, b as f32]);
    let deep = b * (1.0 + k * k).sqrt();
    let expected = (9.0 + (a + deep).powi(2)).sqrt();
    let (got, straight) = (length(&snapshot, &nodes), (0..=PIECES).map(|i| i as f32 / PIECES as f32));
    let straight = straight.map(|t| vec![-1.5 + 3.0 * t, -1.5 + 2.5 * t]).collect::<Vec<_>>();
    assert!((got - expected).abs() < 2e-3 * expected, "{got} against {expected}");
    assert!(got < length(&snapshot, &straight));
    let crossing = nodes.iter().min_by(|x, y| x[1].abs().total_cmp(&y[1].abs())).unwrap();
    let at = -1.5 + 3.0 * a / (a + deep);
    assert!((f64::from(crossing[0]) - at).abs() < 0.15, "crosses at {crossing:?}, not at {at}");
}

#[test]
fn every_piece_changes_the_picture_equally() {
    let snapshot = roof(3.0);
    let nodes = between(&bare(&snapshot), [-1.5, -1.5], [1.5, 1.0]);
    let steps: Vec<f64> = nodes.windows(2).map(|pair| length(&snapshot, pair)).collect();
    let mean = steps.iter().sum::<f64>() / PIECES as f64;
    assert!(steps.iter().all(|step| (step - mean).abs() < 0.05 * mean), "{steps:?}");
}

#[test]
fn it_goes_around_a_gap_in_the_data_and_costs_less_than_the_line_through_it() {
    let snapshot = roof(0.0);
    // A wall of nothing, open at one end.
    let terrain = terrain(&snapshot, lattice(|u, v| u.abs() < 0.6 && v < 1.2));
    let nodes = between(&terrain, [-1.5, -0.5], [1.5, -0.5]);
    let density = &terrain.metric.density;
    let lowest = |nodes: &[Vec<f32>]| nodes.iter().map(|z| density.log_density(z)).fold(f64::INFINITY, f64::min);
    let straight: Vec<Vec<f32>> = (0..=PIECES).map(|i| vec![-1.5 + 3.0 * i as f32 / PIECES as f32, -0.5]).collect();
    let loneliest = density.at_percentile(0.0);
    assert!(lowest(&nodes) > loneliest - 0.5, "{} against {loneliest}: {nodes:?}", lowest(&nodes));
    assert!(lowest(&straight) < loneliest - 5.0);
    let energy = |nodes: &[Vec<f32>]| terrain.metric.energy(&nodes.concat()).unwrap().0;
    assert!(energy(&nodes) < energy(&straight));
    assert!(nodes.iter().any(|z| z[1] > 1.0), "{nodes:?}");
}

#[test]
fn its_energy_is_never_above_that_of_the_straight_line() {
    let snapshot = Arc::new(Snapshot::of(&Vae::new(&ModelConfig::default(), SHAPE, 7).unwrap(), 0, 0.0).unwrap());
    let mu = Rng::new(3, Stream::TrainNoise, 0).normals(600);
    let terrain = terrain(&snapshot, Density::new(&mu, &[0.2; 600], 2));
    for (i, ends) in Rng::new(4, Stream::TrainNoise, 0).normals(24).chunks(4).enumerate() {
        let straight = spread(&[ends[..2].to_vec(), ends[2..].to_vec()], &[1.0]);
        let mut on = |_| ControlFlow::Continue(());
        let (energy, nodes) = descend(&terrain.metric, &straight, &mut on).unwrap().unwrap();
        let before = terrain.metric.energy(&straight.concat()).unwrap().0;
        assert!(energy <= before, "{i}: {energy} above {before}");
        assert_eq!((&nodes[0], &nodes[PIECES]), (&straight[0], &straight[PIECES]));
    }
}

#[test]
fn the_slope_of_the_energy_is_that_of_finite_differences() {
    let snapshot = roof(2.0);
    let terrain = terrain(&snapshot, lattice(|u, _| u.abs() < 0.4));
    let z = [-1.0_f32, -0.5, -0.45, 0.3, 0.1, 0.6, 0.5, 0.7];
    let (_, slope) = terrain.metric.energy(&z).unwrap();
    let largest = slope.iter().fold(0.0_f64, |most, v| most.max(v.abs()));
    for j in 0..z.len() {
        let at = |h: f32| {
            let mut z = z;
            z[j] += h;
            terrain.metric.energy(&z).unwrap().0
        };
        let expected = (at(2e-3) - at(-2e-3)) / 4e-3;
        assert!((slope[j] - expected).abs() < 0.01 * largest, "{j}: {} against {expected}", slope[j]);
    }
}

#[test]
fn it_tells_how_far_it_is_and_ends_when_told() {
    let (terrain, mut told) = (bare(&roof(3.0)), Vec::new());
    let route =
        Route { stops: vec![vec![-1.0, -1.0], vec![1.0, 1.0], vec![1.0, -1.0]], path: Path::Geodesic, closed: true };
    let course = solve(&route, &terrain, &mut |share| {
        told.push(share);
        ControlFlow::Continue(())
    });
    assert_eq!(course.unwrap().unwrap().legs(), 3);
    assert!(told.windows(2).all(|pair| pair[0] <= pair[1]) && told.iter().all(|share| (0.0..1.0).contains(share)));
    let ended = solve(&route, &terrain, &mut |share| {
        if share > 0.3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    assert_eq!(ended.unwrap(), None);
}
