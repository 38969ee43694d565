//! Writing pictures, on the thread `exporter`.

use std::path::PathBuf;
use std::sync::Arc;

use crate::app::task::Task;
use crate::latent::Grid;
use crate::model::Snapshot;
use crate::state::{Action, ExportKind};
use crate::threads::WakeUp;

/// What to write.
pub struct Order {
    /// Which picture.
    pub kind: ExportKind,
    /// The model.
    pub snapshot: Arc<Snapshot>,
    /// Points of the strip.
    pub strip: Vec<Vec<f32>>,
    /// The grid.
    pub grid: Option<Grid>,
    /// Pixels a side for each of the model's.
    pub upscale: usize,
    /// Where to; `None` is the run's exports under a new number.
    pub file: Option<PathBuf>,
    /// The run's folder.
    pub folder: Option<PathBuf>,
}

/// Writes the picture.
pub fn spawn(wake: WakeUp, order: Order) -> Result<Task<Action>, String> {
    Task::spawn("exporter", wake, move |post| {
        let written = write(&order).map_err(|e| format!("{e:#}"));
        post.send(Action::Exported(written));
    })
}

fn write(order: &Order) -> anyhow::Result<PathBuf> {
    let _ = order;
    Err(anyhow::anyhow!("pictures cannot be written yet"))
}
