//! The images a model is evaluated on.

use crate::data::Dataset;
use crate::model::Vae;
use crate::rng::{Rng, Stream};

/// Binary pixels are the same in every evaluation, whatever the run.
const SEED: u64 = 0;

impl Vae {
    /// Replaces what `pixels` holds by the images `indices` of `data`, `[n · P]` in [0, 1]: as they are, or, when the model
    /// is of binary pixels, as one draw that depends on an image's index alone.
    pub fn observe(&self, data: &Dataset, indices: &[u32], pixels: &mut Vec<f32>) {
        data.batch_into(indices, pixels);
        if self.config.binarise {
            for (idx, image) in indices.iter().zip(pixels.chunks_exact_mut(data.pixels_per_image())) {
                Rng::new(SEED, Stream::EvalPixels, u64::from(*idx)).bernoullis(image);
            }
        }
    }
}
