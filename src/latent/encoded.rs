//! Every image of a dataset as the encoder sees it.

use crate::data::Dataset;
use crate::model::{Encoded, ModelError, Snapshot};

/// Images per forward pass.
const BATCH: usize = 256;

/// q(z|x) of every image of `data`, `[n, d]`. `go_on` is told how many are done; `Ok(None)` when it said no.
pub fn encode(
    snapshot: &Snapshot,
    data: &Dataset,
    go_on: &dyn Fn(usize) -> bool,
) -> Result<Option<Encoded>, ModelError> {
    let all: Vec<u32> = (0..data.len() as u32).collect();
    encode_some(snapshot, data, &all, go_on)
}

/// The same of some of them.
pub fn encode_some(
    snapshot: &Snapshot,
    data: &Dataset,
    indices: &[u32],
    go_on: &dyn Fn(usize) -> bool,
) -> Result<Option<Encoded>, ModelError> {
    let n = indices.len() * snapshot.latent_dim();
    let mut encoded = Encoded { mu: Vec::with_capacity(n), sigma: Vec::with_capacity(n) };
    let mut pixels = Vec::new();
    for (i, batch) in indices.chunks(BATCH).enumerate() {
        if !go_on(i * BATCH) {
            return Ok(None);
        }
        data.batch_into(batch, &mut pixels);
        encoded.append(snapshot.encode(&pixels)?);
    }
    Ok(Some(encoded))
}
