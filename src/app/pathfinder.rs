//! Finding geodesics and measuring ways, on the thread `pathfinder`.

use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use crate::app::task::{Post, Relay, Task, in_own_pool};
use crate::data::Dataset;
use crate::latent::{Course, Density, Measured, Path, Question, Terrain, encode, geodesic, measure};
use crate::model::{Encoded, ModelError, Snapshot};
use crate::state::walk::{Findings, WaysAction, WaysOrder};
use crate::state::{Action, Pinned};
use crate::threads::WakeUp;

/// Shares of a search that encoding the images and joining them take, when they are not known yet.
const ENCODING: f32 = 0.3;
const SURVEY: f32 = 0.2;

/// What the last searches have learned, kept for the next one.
#[derive(Default)]
struct Known {
    density: Option<(Arc<Snapshot>, Arc<Dataset>, Arc<Density>)>,
    terrain: Option<Terrain>,
    geodesic: Option<(Vec<Pinned>, bool, Course)>,
}

/// Who searches for ways, after those who were told to stop and are not heard any more.
#[derive(Default)]
pub struct Pathfinders {
    relay: Relay,
    known: Arc<Mutex<Known>>,
}

impl Pathfinders {
    /// Searches for what is ordered in place of what was.
    pub fn order(&mut self, wake: WakeUp, order: Option<WaysOrder>, question: Question) -> Result<(), String> {
        self.relay.cancel();
        let Question { snapshot, data, .. } = question;
        if let (Some(order), Some(snapshot), Some(data)) = (order, snapshot, data) {
            self.relay.push(spawn(wake, order, snapshot, data, Arc::clone(&self.known))?);
        }
        Ok(())
    }

    /// What was found.
    pub fn poll(&mut self, actions: &mut Vec<Action>) {
        self.relay.poll(actions);
    }
}

/// Finds what is ordered. Whoever searches holds `known`; the next one waits until the one before has heard that it
/// is not wanted any more.
fn spawn(
    wake: WakeUp,
    order: WaysOrder,
    snapshot: Arc<Snapshot>,
    data: Arc<Dataset>,
    known: Arc<Mutex<Known>>,
) -> Result<Task<Action>, String> {
    Task::spawn("pathfinder", wake, move |post| {
        let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
        let began = Instant::now();
        let mut search = Search { order, snapshot, data, known: &mut known, post };
        // As low as training, which it must not slow down.
        let ended = in_own_pool("pathfinder", 1, true, || search.run());
        post.send(Action::Ways(WaysAction::Ended(began.elapsed().as_secs_f64(), ended)));
    })
}

struct Search<'a> {
    order: WaysOrder,
    snapshot: Arc<Snapshot>,
    data: Arc<Dataset>,
    known: &'a mut Known,
    post: &'a Post<Action>,
}

impl Search<'_> {
    /// Ends early, with nothing more to say, when nobody wants it any more.
    fn run(&mut self) -> Result<(), ModelError> {
        let Some(density) = self.density()? else { return Ok(()) };
        let formulas: Vec<Measured> = [Path::Lerp, Path::Slerp]
            .iter()
            .map(|path| self.measured(&self.order.route(*path).course(), &density))
            .collect::<Result<_, _>>()?;
        self.tell(None, formulas.clone());
        if self.order.geodesic
            && let Some(course) = self.geodesic(&density)?
        {
            let measured = self.measured(&course, &density)?;
            self.tell(Some(course), [formulas, vec![measured]].concat());
        }
        Ok(())
    }

    fn tell(&self, geodesic: Option<Course>, measured: Vec<Measured>) {
        let findings = Findings { order: self.order.clone(), geodesic, measured };
        self.post.send(Action::Ways(WaysAction::Found(Box::new(findings))));
    }

    fn measured(&self, course: &Course, density: &Density) -> Result<Measured, ModelError> {
        measure(course, self.order.frames, &self.snapshot, density)
    }

    /// How well known places are, from every image as this model has it.
    fn density(&mut self) -> Result<Option<Arc<Density>>, ModelError> {
        if let Some((snapshot, data, density)) = &self.known.density
            && Arc::ptr_eq(snapshot, &self.snapshot)
            && Arc::ptr_eq(data, &self.data)
        {
            return Ok(Some(Arc::clone(density)));
        }
        *self.known = Known::default();
        let n = self.data.len().max(1) as f32;
        let go_on = |done: usize| self.go_on(ENCODING * done as f32 / n).is_continue();
        let Some(Encoded { mu, sigma }) = encode(&self.snapshot, &self.data, &go_on)? else { return Ok(None) };
        let density = Arc::new(Density::new(&mu, &sigma, self.snapshot.latent_dim()));
        self.known.density = Some((Arc::clone(&self.snapshot), Arc::clone(&self.data), Arc::clone(&density)));
        Ok(Some(density))
    }

    fn geodesic(&mut self, density: &Arc<Density>) -> Result<Option<Course>, ModelError> {
        let (pins, closed) = (&self.order.pins, self.order.closed);
        if let Some((known_pins, known_closed, course)) = &self.known.geodesic
            && (known_pins, *known_closed) == (pins, closed)
        {
            return Ok(Some(course.clone()));
        }
        let mut told = |share: f32| self.go_on(ENCODING + SURVEY * share);
        if self.known.terrain.is_none() {
            let surveyed = Terrain::survey(Arc::clone(&self.snapshot), Arc::clone(density), &mut told)?;
            let Some(terrain) = surveyed else { return Ok(None) };
            self.known.terrain = Some(terrain);
        }
        let Some(terrain) = &self.known.terrain else { return Ok(None) };
        let mut told = |share: f32| self.go_on(ENCODING + SURVEY + (1.0 - ENCODING - SURVEY) * share);
        let course = geodesic::solve(&self.order.route(Path::Geodesic), terrain, &mut told)?;
        self.known.geodesic = course.clone().map(|course| (pins.clone(), closed, course));
        Ok(course)
    }

    /// Says how far it is; breaks off when nobody wants it any more.
    fn go_on(&self, share: f32) -> ControlFlow<()> {
        self.post.go_on()?;
        self.post.progress(Action::Ways(WaysAction::Progress(share)));
        ControlFlow::Continue(())
    }
}
