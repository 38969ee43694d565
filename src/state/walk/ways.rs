//! The three kinds of way through the pins side by side: what was ordered of the thread that finds them, how far it is,
//! and what it found.

use crate::latent::{Course, Measured, Path, Route};
use crate::state::walk::{Held, PlayAction, play};
use crate::state::{AppState, Effect, Pinned};

/// A search that only follows the training begins after a rest of this many times its length.
const REST_PER_WORK: f64 = 4.0;
/// The known region ends where fewer than so many percent of the images lie in places as thinly settled.
pub const EDGE_PERCENT: f64 = 5.0;

/// What is to be found.
#[derive(Debug, Clone, PartialEq)]
pub struct WaysOrder {
    /// The stops.
    pub pins: Vec<Pinned>,
    /// Whether the ways lead back to the first.
    pub closed: bool,
    /// Images in the strip.
    pub frames: usize,
    /// Whether the geodesic is wanted besides the ways that have a formula.
    pub geodesic: bool,
    /// Step of the model.
    pub step: u64,
}

/// What was found.
#[derive(Debug, Clone)]
pub struct Findings {
    /// What was ordered.
    pub order: WaysOrder,
    /// The geodesic, once it is solved.
    pub geodesic: Option<Course>,
    /// The straight way, the arc, and the geodesic once it is solved.
    pub measured: Vec<Measured>,
}

/// Something about the ways.
#[derive(Debug, Clone)]
pub enum WaysAction {
    /// This share of the search is done.
    Progress(f32),
    /// Something was found; more may follow.
    Found(Box<Findings>),
    /// The search is over after so many seconds; the sentence for the user when it failed.
    Ended(f64, Result<(), String>),
    /// Stops the search.
    Cancel,
    /// Searches after all.
    Search,
    /// The way is played.
    Play(PlayAction),
}

/// The search for ways.
#[derive(Debug, Clone, Default)]
pub struct Ways {
    /// What was ordered last.
    asked: Option<WaysOrder>,
    /// The share that is done while the thread is at work, in [0, 1].
    pub progress: Option<f32>,
    /// Why there is nothing, when the last search failed.
    pub failed: Option<String>,
    /// What was found last.
    found: Option<Findings>,
    /// Training seconds before which nothing is searched that only training has changed.
    rests_until: f64,
}

impl WaysOrder {
    /// Its pins lead the same way, whatever training has changed.
    fn leads_as(&self, other: &Self) -> bool {
        (&self.pins, self.closed) == (&other.pins, other.closed)
    }

    /// The way of one kind.
    pub fn route(&self, path: Path) -> Route {
        Route { stops: self.pins.iter().map(|pin| pin.z.clone()).collect(), path, closed: self.closed }
    }
}

impl Ways {
    /// The geodesic through these pins, when it was found.
    pub fn geodesic(&self, pins: &[Pinned], closed: bool) -> Option<&Course> {
        self.found_for(pins, closed)?.geodesic.as_ref()
    }

    /// What one kind of way through these pins is like, when that was found.
    pub fn measured(&self, pins: &[Pinned], closed: bool, path: Path) -> Option<&Measured> {
        self.found_for(pins, closed)?.measured.iter().find(|measured| measured.path == path)
    }

    /// Whether the geodesic could be searched for and is not.
    pub fn is_given_up(&self) -> bool {
        self.progress.is_none() && self.asked.is_some()
    }

    fn found_for(&self, pins: &[Pinned], closed: bool) -> Option<&Findings> {
        self.found.as_ref().filter(|found| found.order.pins == pins && found.order.closed == closed)
    }
}

/// Applies one action.
pub fn apply(state: &mut AppState, action: WaysAction, effects: &mut Vec<Effect>) {
    let clock = clock(state);
    let ways = &mut state.walk.ways;
    match action {
        WaysAction::Progress(share) if ways.progress.is_some() => ways.progress = Some(share),
        WaysAction::Found(found) => {
            // The geodesic that was there stands until there is a newer one.
            let before = ways.found.take_if(|before| found.geodesic.is_none() && before.order.leads_as(&found.order));
            let mut found = *found;
            if let Some(Findings { geodesic, measured, .. }) = before {
                found.geodesic = geodesic;
                found.measured.extend(measured.into_iter().filter(|m| m.path == Path::Geodesic));
            }
            ways.found = Some(found);
        }
        WaysAction::Ended(seconds, result) => {
            ways.progress = None;
            ways.rests_until = clock + REST_PER_WORK * seconds;
            ways.failed = result.err();
        }
        WaysAction::Cancel if ways.progress.take().is_some() => effects.push(Effect::FindWays(None)),
        WaysAction::Progress(_) | WaysAction::Cancel => {}
        WaysAction::Search => ways.asked = None,
        WaysAction::Play(action) => play::apply(state, action),
    }
}

/// Orders the ways anew when the pins have come to rest elsewhere, or training has moved on and the thread has rested.
pub fn seek(state: &mut AppState, effects: &mut Vec<Effect>) {
    let (wanted, clock, trains) = (wanted(state), clock(state), state.training.is_moving());
    let (ways, held) = (&mut state.walk.ways, state.walk.held);
    let Some(order) = wanted else {
        if ways.asked.is_some() || ways.found.is_some() {
            *ways = Ways::default();
            effects.push(Effect::FindWays(None));
        }
        return;
    };
    if matches!(held, Held::Pin(_)) {
        return;
    }
    let due = ways.asked.as_ref().is_none_or(|asked| {
        let same_questions = (asked.frames, asked.geodesic) == (order.frames, order.geodesic);
        let rested = ways.progress.is_none() && (!trains || clock >= ways.rests_until);
        !asked.leads_as(&order) || !same_questions || asked.step != order.step && rested
    });
    if due {
        ways.progress = Some(0.0);
        ways.failed = None;
        ways.asked = Some(order.clone());
        effects.push(Effect::FindWays(Some(order)));
    }
}

/// What the pins and the model ask for. While a model trains its geodesic is searched only when it is shown.
fn wanted(state: &AppState) -> Option<WaysOrder> {
    let (model, walk) = (state.training.model?, &state.walk);
    let fits = walk.pins.len() > 1 && walk.pins.iter().all(|pin| pin.z.len() == model.latent_dim);
    let geodesic = walk.path == Path::Geodesic || !state.training.is_moving();
    (fits && state.data.set.is_some()).then(|| WaysOrder {
        pins: walk.pins.clone(),
        closed: walk.closed,
        frames: walk.frames,
        geodesic,
        step: model.step,
    })
}

/// Seconds of training so far: the clock of what only training changes.
fn clock(state: &AppState) -> f64 {
    state.training.history.last().map_or(0.0, |step| step.seconds)
}

#[cfg(test)]
mod tests;
