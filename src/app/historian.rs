//! Reading a run's past, on the thread `historian`: the latest wish wins.

use std::path::PathBuf;
use std::sync::Arc;

use crate::app::latest::Latest;
use crate::model::Snapshot;
use crate::run::{Moment, RunError, timeline};
use crate::state::timeline::Look;
use crate::threads::WakeUp;

/// What was found.
pub struct Found {
    /// The run's folder.
    pub folder: PathBuf,
    /// Its moments.
    pub moments: Vec<Moment>,
    /// The model as it was.
    pub then: Option<Arc<Snapshot>>,
}

/// Starts the thread; instead of what cannot be read there is a sentence for the user.
pub fn spawn(wake: WakeUp) -> Result<Latest<Look, Result<Found, String>>, String> {
    Latest::spawn("historian", wake, |look| find(look).map_err(|error| error.to_string()))
}

fn find(Look { folder, step }: Look) -> Result<Found, RunError> {
    let moments = timeline::moments(&folder)?;
    let then = step.map(|step| timeline::load(&folder, step)).transpose()?.map(Arc::new);
    Ok(Found { folder, moments, then })
}
