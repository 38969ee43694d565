//! States made by hand: eight small images, a model of two dimensions, a run half done. No worker, no chance.

use std::sync::Arc;

use latent_atlas::config::RunConfig;
use latent_atlas::data::{Dataset, ScanReport, Skipped};
use latent_atlas::latent::Answer;
use latent_atlas::model::ImageShape;
use latent_atlas::state::{Action, AppState, MapAction, Model, Opened, PinSource, Subject, WalkAction, update};
use latent_atlas::train::{Event, Mark, StepStats, Terms, ValidationStats};

/// Side of the images.
const SIDE: usize = 16;
const CLASSES: [&str; 2] = ["0_round", "1_square"];
const OF_EACH: usize = 4;

/// The images are open, and nothing was trained.
pub fn idle() -> AppState {
    let mut state = AppState::new();
    let (source, data) = ("pictures".to_owned(), Arc::new(dataset()));
    update(&mut state, Action::Opened(Box::new(Opened { source, data, config: RunConfig::default().data, run: None })));
    state
}

/// A run half done, with pins, a strip and a selected image.
pub fn training() -> AppState {
    let mut state = idle();
    let mut act = |action| drop(update(&mut state, action));
    act(Action::Map(MapAction::Sized([420.0, 240.0])));
    act(Action::TogglePlay);
    act(Action::RunStarted { name: "pictures-01".into(), folder: "pictures-01".into() });
    act(Action::Training(Event::Started { total_steps: 400, steps_per_epoch: 10 }));
    act(Action::Training(Event::Steps((1..=200).map(step).collect())));
    for epoch in 1..=20_u16 {
        act(Action::Training(Event::Validation(validation(epoch))));
    }
    let shape = ImageShape { side: SIDE, channels: 1 };
    act(Action::ModelReady(Model { step: 200, latent_dim: 2, shape }));
    act(Action::Answered(Answer::Means { mu: Arc::new(means()), step: 200 }));
    let mut walk = |action| act(Action::Walk(action));
    for at in [[-1.0, 0.8], [1.2, -0.7]] {
        walk(WalkAction::Grab(at));
        walk(WalkAction::Release);
        walk(WalkAction::PutPin(None, PinSource::Point));
    }
    walk(WalkAction::Grab([0.4, 0.5]));
    walk(WalkAction::Release);
    walk(WalkAction::Select(Some(Subject::Image(1))));
    let [key, from, to] = ["train.beta", "1", "4"].map(str::to_owned);
    state.training.marks.push(Mark { step: 120, epoch: 12.0, seconds: 4.8, key, from, to });
    let z = state.walk.z.clone();
    let nearest = vec![(1, 0.0), (2, 0.31), (5, 0.44), (7, 1.02)];
    answer(&mut state, Answer::Point { image: picture(z[0], z[1]), z, nearest, step: 200 });
    let (mu, sigma) = (vec![0.4, 0.5], vec![0.1, 0.12]);
    let reconstruction = picture(0.4, 0.5);
    let selected = Answer::Selected {
        subject: Subject::Image(1),
        mu,
        sigma,
        reconstruction,
        recon_nats: 54.32,
        kl_nats: 4.2,
        step: 200,
    };
    answer(&mut state, selected);
    let grid = Arc::new(state.map.wanted_grid(&state.walk.z).unwrap());
    let cells: Vec<usize> = (0..grid.n_cells()).collect();
    let images = cells.iter().map(|cell| grid.point(*cell)).flat_map(|z| picture(z[0], z[1])).collect();
    answer(&mut state, Answer::GridCells { grid, cells, images, step: 200 });
    let places = state.walk.strip_points().into_iter().chain(state.walk.pins.iter().map(|pin| pin.z.clone()));
    let images = places.map(|z| picture(z[0], z[1])).collect();
    answer(&mut state, Answer::Strip { images, step: 200 });
    state
}

/// Goes on with the run of [`training`] until its code has died.
pub fn collapse(state: &mut AppState) {
    let terms = Terms { recon_nats: 130.0, kl_nats: 0.004 };
    for epoch in 21..=44_u16 {
        let steps = (0..10).map(|i| StepStats { terms, ..step(u64::from(epoch - 1) * 10 + i + 1) }).collect();
        let held =
            ValidationStats { terms, active_units: Some(0), kl_per_dim_nats: vec![0.001, 0.003], ..validation(epoch) };
        for event in [Event::Steps(steps), Event::Validation(held)] {
            update(state, Action::Training(event));
        }
    }
}

fn answer(state: &mut AppState, answer: Answer) {
    update(state, Action::Answered(answer));
}

/// A blob whose place and size are (a, b).
fn picture(a: f32, b: f32) -> Vec<u8> {
    let pixel = |i: usize| {
        let (x, y) = ((i % SIDE) as f32 - 7.5 - 2.0 * a, (i / SIDE) as f32 - 7.5 + 2.0 * b);
        let distance = if a < 0.0 { x.hypot(y) } else { x.abs().max(y.abs()) };
        ((4.5 - distance).clamp(0.0, 1.0) * 255.0) as u8
    };
    (0..SIDE * SIDE).map(pixel).collect()
}

fn means() -> Vec<f32> {
    (0..CLASSES.len() * OF_EACH).flat_map(place).collect()
}

fn place(i: usize) -> [f32; 2] {
    let side = if i < OF_EACH { -1.0 } else { 1.0 };
    [side * (0.4 + 0.25 * (i % OF_EACH) as f32), 0.5 - 0.4 * (i % 3) as f32]
}

fn dataset() -> Dataset {
    let n = CLASSES.len() * OF_EACH;
    let class = |i: usize| i / OF_EACH;
    let skipped = vec![Skipped { path: "notes.txt".into(), reason: "not an image".into() }];
    Dataset {
        name: "pictures".into(),
        side: SIDE,
        channels: 1,
        pixels: (0..n).map(place).flat_map(|[a, b]| picture(a, b)).collect(),
        classes: CLASSES.map(str::to_owned).into(),
        labels: (0..n).map(|i| Some(class(i) as u16)).collect(),
        names: (0..n).map(|i| format!("{}/{i:04}.png", CLASSES[class(i)])).collect(),
        root: None,
        report: ScanReport { files: n + 1, skipped, seconds: 0.1, from_cache: false },
        fingerprint: std::sync::OnceLock::new(),
    }
}

/// A falling curve that trembles.
fn terms(t: f64) -> Terms {
    Terms { recon_nats: 60.0 + 120.0 / t + 3.0 * (t * 1.7).sin(), kl_nats: 6.0 - 5.0 / (1.0 + 0.05 * t) }
}

fn step(i: u64) -> StepStats {
    let t = i as f64;
    let (epoch, seconds) = (t / 10.0, t / 25.0);
    StepStats { step: i, epoch, seconds, terms: terms(t), beta: 1.0, lr: 1e-3, sigma: None, n_images: 7 }
}

fn validation(epoch: u16) -> ValidationStats {
    let t = f64::from(epoch) * 10.0;
    let terms = Terms { recon_nats: 64.0 + 130.0 / t, kl_nats: 6.0 - 5.0 / (1.0 + 0.05 * t) };
    let kl_per_dim_nats = vec![terms.kl_nats * 0.65, terms.kl_nats * 0.35];
    ValidationStats {
        step: t as u64,
        epoch: f64::from(epoch),
        seconds: t / 25.0,
        terms,
        kl_per_dim_nats,
        active_units: Some(2),
    }
}
