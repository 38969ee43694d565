//! `checkpoint.safetensors`: PyTorch's names and shapes, so that other tools read the weights.

use std::collections::HashMap;
use std::path::Path;

use candle_core::{DType, Device, Tensor};
use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};
use serde::{Deserialize, Serialize};

use crate::config::Arch;
use crate::files::{self, Clash};
use crate::run::{RunError, RunRecord, record};
use crate::train::Checkpoint;

/// Its name in the folder.
pub const FILE: &str = "checkpoint.safetensors";
/// The one entry of the file's own table of texts: [`Progress`] as JSON.
const ENTRY: &str = "latent-atlas";

/// How far the run had come. There is no generator state: all randomness is counted by the step.
#[derive(Serialize, Deserialize)]
struct Progress {
    step: u64,
    seconds: f64,
}

/// Replaces `folder`'s checkpoint.
pub fn write(folder: &Path, checkpoint: &Checkpoint) -> Result<(), RunError> {
    let path = folder.join(FILE);
    let bytes = to_bytes(checkpoint).map_err(|reason| RunError::Io { verb: "write", path: path.clone(), reason })?;
    files::write(&path, &bytes, Clash::Replace).map_err(|e| RunError::write(&path, &e))
}

/// What the file holds.
pub(super) fn to_bytes(checkpoint: &Checkpoint) -> Result<Vec<u8>, String> {
    let mut buffers = Vec::with_capacity(checkpoint.tensors.len());
    for (name, tensor) in &checkpoint.tensors {
        let values = tensor.flatten_all().and_then(|t| t.to_vec1::<f32>()).map_err(|e| e.to_string())?;
        let bytes: Vec<u8> = values.iter().flat_map(|v| v.to_le_bytes()).collect();
        buffers.push((name, tensor.dims().to_vec(), bytes));
    }
    let view = |(name, shape, bytes)| Ok((name, TensorView::new(Dtype::F32, shape, bytes)?));
    let views: Vec<(&String, TensorView<'_>)> = buffers
        .iter()
        .map(|(name, shape, bytes)| view((*name, shape.clone(), bytes.as_slice())))
        .collect::<Result<_, safetensors::SafeTensorError>>()
        .map_err(|e| e.to_string())?;
    let progress = Progress { step: checkpoint.step, seconds: checkpoint.seconds };
    let progress = serde_json::to_string(&progress).map_err(|e| e.to_string())?;
    let table = HashMap::from([(ENTRY.to_owned(), progress)]);
    safetensors::serialize(views, Some(table)).map_err(|e| e.to_string())
}

/// Reads the checkpoint in `folder` of the run that `record` tells of; `None` when there is none yet.
pub fn read(folder: &Path, record: &RunRecord) -> Result<Option<Checkpoint>, RunError> {
    let path = folder.join(FILE);
    match load(&path, record) {
        Err(RunError::Io { .. }) if !path.exists() => Ok(None),
        read => read.map(Some),
    }
}

/// Reads the file `path`, which holds weights of the run that `record` tells of.
pub(super) fn load(path: &Path, record: &RunRecord) -> Result<Checkpoint, RunError> {
    let bytes = files::read_whole(path, most_bytes(record)).map_err(|e| RunError::read(path, &e))?;
    parse(&bytes).map_err(|reason| RunError::damaged(path, &reason))
}

/// More than a checkpoint of such a run has: weights, their mean and both moments of all layers, counted generously, and
/// a megabyte for names.
pub(super) fn most_bytes(record: &RunRecord) -> u64 {
    let (shape, model) = (record.shape(), &record.config.model);
    let (layers, convolutions) = match model.arch {
        Arch::Mlp => ((model.hidden + 1) * (shape.pixels() + model.hidden + 3 * model.latent_dim + 4), 0),
        // The last map is at most 7 × 7 × 256; the convolutions before it have 4 × 4 × 256 × 256 weights at most.
        Arch::Conv => ((7 * 7 * 256 + 1) * (3 * model.latent_dim + 4), shape.maps().len() * 16 * 256 * 256),
    };
    let parameters = 2 * (layers + convolutions + shape.pixels()) as u64;
    4 * 4 * parameters + (1 << 20)
}

/// Reads what [`to_bytes`] gave.
fn parse(bytes: &[u8]) -> Result<Checkpoint, String> {
    let file = SafeTensors::deserialize(bytes).map_err(|e| e.to_string())?;
    let (_, metadata) = SafeTensors::read_metadata(bytes).map_err(|e| e.to_string())?;
    let entry = metadata.metadata().as_ref().and_then(|table| table.get(ENTRY));
    let entry = entry.ok_or("it does not say at which step it was written")?;
    let Progress { step, seconds } = serde_json::from_str(entry).map_err(|e| e.to_string())?;
    if !(0.0..=record::MOST_SECONDS).contains(&seconds) {
        return Err(format!("it says that training took {seconds} seconds"));
    }
    let mut tensors = Vec::with_capacity(file.len());
    for (name, view) in file.tensors() {
        if view.dtype() != Dtype::F32 {
            return Err(format!("{name} does not hold 32-bit floats"));
        }
        let tensor = Tensor::from_raw_buffer(view.data(), DType::F32, view.shape(), &Device::Cpu);
        let tensor = tensor.map_err(|e| e.to_string())?;
        let values = tensor.flatten_all().and_then(|t| t.to_vec1::<f32>()).map_err(|e| e.to_string())?;
        if values.iter().any(|v| !v.is_finite()) {
            return Err(format!("{name} holds values that are no numbers"));
        }
        tensors.push((name, tensor));
    }
    Ok(Checkpoint { step, seconds, tensors })
}
