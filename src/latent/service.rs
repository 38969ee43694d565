//! The thread that decodes for the screen. The latest question wins, and it has a pool of its own, so that it never
//! queues behind training (measured with a 64-pixel convolutional model in training: 99 % of points within 1.4
//! ms, against 37 ms in a shared pool). What it does first is decided in `latent/clerk.rs`.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Instant;

use crossbeam_channel::{Receiver, Sender, bounded};

use crate::latent::clerk::{Clerk, Task};
use crate::latent::density::Density;
use crate::latent::protocol::{Answer, Question};
use crate::latent::surveyor::Surveyor;
use crate::threads::{Wake, WakeUp, pool_here};

/// Threads that decode. A second one decodes a large model's point in 460 instead of 655 µs on an idle machine, but while
/// that model trains it is waited for: 99 % of points within 6 instead of 2 ms.
pub const DECODING_THREADS: usize = 1;
/// Answers that may wait unread.
const CAPACITY: usize = 32;

/// The decoding thread. Dropping it ends the thread and waits for it.
pub struct Service {
    desk: Arc<Desk>,
    answers: Receiver<Answer>,
    handle: Option<JoinHandle<()>>,
}

/// The system refused the decoding thread.
#[derive(Debug, thiserror::Error)]
#[error("the decoding thread could not be started: {0}")]
pub struct ServiceError(String);

/// Where the question lies until the thread takes it.
#[derive(Default)]
struct Desk {
    slot: Mutex<Slot>,
    changed: Condvar,
}

#[derive(Default)]
struct Slot {
    question: Option<Question>,
    /// What the surveyor has found.
    density: Option<Arc<Density>>,
    closed: bool,
}

impl Service {
    /// Starts the thread `decoder`.
    pub fn spawn(wake: WakeUp) -> Result<Self, ServiceError> {
        let desk = Arc::new(Desk::default());
        let (sender, answers) = bounded(CAPACITY);
        let handle = std::thread::Builder::new()
            .name("decoder".into())
            .spawn({
                let desk = Arc::clone(&desk);
                move || match pool_here("decoder", DECODING_THREADS, false) {
                    Ok(pool) => pool.install(|| serve(&desk, &sender, &wake)),
                    Err(error) => drop(sender.send(Answer::Failed(ServiceError(error.to_string()).to_string()))),
                }
            })
            .map_err(|e| ServiceError(e.to_string()))?;
        Ok(Self { desk, answers, handle: Some(handle) })
    }

    /// Replaces the question; takes no longer than the swap.
    pub fn ask(&self, question: Question) {
        self.desk.lock().question = Some(question);
        self.desk.changed.notify_one();
    }

    /// What was answered.
    pub fn answers(&self) -> &Receiver<Answer> {
        &self.answers
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.desk.lock().closed = true;
        self.desk.changed.notify_one();
        // The thread may be waiting for room in the channel: listen until it hangs up.
        while self.answers.recv().is_ok() {}
        if let Some(handle) = self.handle.take() {
            let _caught_inside = handle.join();
        }
    }
}

impl Desk {
    fn lock(&self) -> MutexGuard<'_, Slot> {
        self.slot.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sleeps until there is a new question, the desk closes, or the moment comes.
    fn rest(&self, until: Option<Instant>) {
        let slot = self.lock();
        if slot.question.is_some() || slot.density.is_some() || slot.closed {
            return;
        }
        match until {
            None => drop(self.changed.wait(slot)),
            Some(moment) => drop(self.changed.wait_timeout(slot, moment.saturating_duration_since(Instant::now()))),
        }
    }
}

/// Answers until the desk closes: one piece of work, then a look at the desk.
fn serve(desk: &Arc<Desk>, answers: &Sender<Answer>, wake: &WakeUp) {
    let mut clerk = Clerk::default();
    let found = {
        let desk = Arc::clone(desk);
        move |density| {
            desk.lock().density = Some(density);
            desk.changed.notify_one();
        }
    };
    let surveyor = match Surveyor::spawn(answers.clone(), Arc::clone(wake), found) {
        Ok(surveyor) => surveyor,
        Err(error) => return drop(answers.send(Answer::Failed(ServiceError(error.to_string()).to_string()))),
    };
    loop {
        {
            let mut slot = desk.lock();
            if slot.closed {
                return;
            }
            if let Some(question) = slot.question.take() {
                clerk.hear(question);
            }
            if let Some(density) = slot.density.take() {
                clerk.know(density);
            }
        }
        if let Some(order) = clerk.survey_order() {
            surveyor.order(order);
        }
        match clerk.next_task(Instant::now()) {
            Task::Rest(until) => desk.rest(until),
            task => {
                let urgent = matches!(task, Task::Point | Task::Selected | Task::Strip);
                for answer in clerk.perform(task) {
                    if answers.send(answer).is_err() {
                        return;
                    }
                }
                wake(if urgent { Wake::Now } else { Wake::Soon });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::config::ModelConfig;
    use crate::data::Dataset;
    use crate::latent::{Grid, NEAREST, Plane, Spacing, Subject, View};
    use crate::model::snapshot::to_bytes;
    use crate::model::{ImageShape, Snapshot, Vae};
    use crate::rng::{Rng, Stream};

    const SHAPE: ImageShape = ImageShape { side: 16, channels: 1 };

    fn snapshot(seed: u64) -> Arc<Snapshot> {
        let config = ModelConfig { hidden: 16, ..ModelConfig::default() };
        Arc::new(Snapshot::of(&Vae::new(&config, SHAPE, seed).unwrap(), seed, 0.0).unwrap())
    }

    fn noise_images(n: usize) -> Arc<Dataset> {
        let noise = Rng::new(8, Stream::TrainNoise, 0).uniforms(n * SHAPE.pixels(), 127.0);
        Arc::new(Dataset::made(
            "noise",
            (SHAPE.side, SHAPE.channels),
            noise.iter().map(|v| (v + 127.0) as u8).collect(),
        ))
    }

    /// Answers until `enough` says so.
    fn until(service: &Service, mut enough: impl FnMut(&Answer) -> bool) -> Vec<Answer> {
        let mut answers = Vec::new();
        for answer in service.answers() {
            let last = enough(&answer);
            answers.push(answer);
            if last {
                break;
            }
        }
        answers
    }

    #[test]
    fn every_part_of_a_question_is_answered_with_the_models_own_numbers() {
        let service = Service::spawn(Arc::new(|_| {})).unwrap();
        let (snapshot, data) = (snapshot(1), noise_images(300));
        let grid = Grid {
            plane: Plane::axes(2, 0, 1),
            spacing: Spacing::Uniform,
            a0: -1.0,
            b0: 1.0,
            step: 0.5,
            columns: 5,
            rows: 4,
        };
        let z = vec![0.3, -0.7];
        service.ask(Question {
            snapshot: Some(Arc::clone(&snapshot)),
            data: Some(Arc::clone(&data)),
            view: View {
                point: Some(z.clone()),
                selected: Some(Subject::Image(7)),
                own: Vec::new(),
                grid: Some(grid.clone()),
                strip: vec![vec![0.0, 0.0], z.clone()],
                ..View::default()
            },
        });
        let (mut cells, mut means, mut near) = (BTreeMap::new(), None, false);
        let answers = until(&service, |answer| {
            match answer {
                Answer::GridCells { cells: some, images, .. } => {
                    let images = images.chunks(SHAPE.pixels()).map(<[u8]>::to_vec);
                    cells.extend(some.iter().copied().zip(images));
                }
                Answer::Means { mu, .. } => means = Some(Arc::clone(mu)),
                _ => {}
            }
            near |= matches!(answer, Answer::Point { nearest, .. } if nearest.len() == NEAREST);
            near && cells.len() == grid.n_cells()
        });
        let expected = to_bytes(&snapshot.decode(&z).unwrap());
        let mut pixels = Vec::new();
        data.batch_into(&(0..300).collect::<Vec<_>>(), &mut pixels);
        let mu = snapshot.encode(&pixels).unwrap().mu;
        assert!(matches!(&answers[0], Answer::Point { image, .. } if *image == expected));
        assert!(
            matches!(&answers[1], Answer::Selected { subject: Subject::Image(7), mu: at, .. } if at[..] == mu[14..16])
        );
        assert!(matches!(&answers[2], Answer::Strip { images, .. } if images[1] == expected));
        assert!(means.unwrap().iter().zip(&mu).all(|(a, b)| (a - b).abs() < 1e-5));
        // (a, b) of column 3, row 1
        let image = to_bytes(&snapshot.decode(&[0.5, 0.5]).unwrap());
        assert!(cells[&8].iter().zip(&image).all(|(x, y)| x.abs_diff(*y) <= 1), "pieces round differently");
    }

    #[test]
    fn a_newer_snapshot_is_answered_without_asking_anew_and_the_same_is_not_answered_twice() {
        let service = Service::spawn(Arc::new(|_| {})).unwrap();
        let at = |z: &[f32]| View { point: Some(z.to_vec()), ..View::default() };
        let question = Question { view: at(&[0.0, 0.0]), ..Question::default() };
        for seed in [1, 2] {
            let asked = Question { snapshot: Some(snapshot(seed)), ..question.clone() };
            service.ask(asked.clone());
            let answers = until(&service, |_| true);
            assert!(matches!(answers[0], Answer::Point { step, .. } if step == seed));
            service.ask(asked);
        }
        service.ask(Question { view: at(&[9.0, 0.0]), snapshot: Some(snapshot(3)), ..question });
        let answers = until(&service, |_| true);
        assert!(matches!(answers[0], Answer::Point { step: 3, .. }), "{answers:?}");
    }

    #[test]
    fn a_point_of_the_wrong_length_is_an_answer_not_an_end() {
        let service = Service::spawn(Arc::new(|_| {})).unwrap();
        let ask = |z: &[f32]| {
            let view = View { point: Some(z.to_vec()), ..View::default() };
            service.ask(Question { snapshot: Some(snapshot(1)), view, ..Question::default() });
            until(&service, |_| true).remove(0)
        };
        assert!(
            matches!(ask(&[1.0, 2.0, 3.0]), Answer::Failed(reason) if reason.contains("latent point has 3 values"))
        );
        assert!(matches!(ask(&[1.0, 2.0]), Answer::Point { .. }));
    }
}
