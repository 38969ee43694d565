//! What is remarkable in a folder of images: those that a model reconstructs worst, those that lie apart from all others,
//! and those that are there twice.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use rayon::prelude::*;

use crate::data::Dataset;
use crate::latent::Density;
use crate::latent::twins::{Twins, twins};
use crate::model::{Encoded, ModelError, Snapshot};

/// Images per forward pass.
const BATCH: usize = 256;
/// Images between two looks at whether to go on.
const CHUNK: usize = 1024;
/// An image is unlike the others when this share of them, in percent, lie in denser places or are reconstructed better.
pub const UNLIKE: f64 = 99.0;

/// Every image of a folder, judged.
#[derive(Debug, Clone)]
pub struct Inspection {
    /// q(z|x) of every image, `[n, d]`.
    pub encoded: Encoded,
    /// Σ (x − f(μ))² of each image, over pixels in [0, 1].
    pub errors: Vec<f32>,
    /// log q at each image's mean by the others, nats.
    pub log_densities: Vec<f64>,
    /// What they were judged by.
    pub density: Density,
    /// Images with the very same pixels: two or more each, in ascending order.
    pub copies: Vec<Vec<u32>>,
    /// Pairs that differ a little, the most alike first.
    pub twins: Vec<Twins>,
    /// The errors, ascending.
    sorted_errors: Vec<f32>,
}

/// How an image compares with those of a folder.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Verdict {
    /// Σ (x − f(μ))² over pixels in [0, 1].
    pub squared_error: f32,
    /// The share of the images that are reconstructed better, percent.
    pub error_percentile: f64,
    /// log q(μ) in nats.
    pub log_density_nats: f64,
    /// The share of the images that lie in a thinner place, percent.
    pub density_percentile: f64,
    /// Whether it is unlike them: worse reconstructed, or farther out, than 99 of 100.
    pub is_unlike: bool,
}

/// Judges every image of `data`, and keeps the `most` closest pairs. `progress` is told which share is done and may end
/// it: `Ok(None)`.
pub fn inspect(
    snapshot: &Snapshot,
    data: &Dataset,
    most: usize,
    progress: &dyn Fn(f32) -> ControlFlow<()>,
) -> Result<Option<Inspection>, ModelError> {
    let n = data.len();
    let mut encoded = Encoded::default();
    let (mut errors, mut pixels) = (Vec::with_capacity(n), Vec::new());
    let all: Vec<u32> = (0..n as u32).collect();
    for (i, batch) in all.chunks(BATCH).enumerate() {
        if progress(0.3 * (i * BATCH) as f32 / n as f32).is_break() {
            return Ok(None);
        }
        data.batch_into(batch, &mut pixels);
        let (q, of_batch) = look(snapshot, &pixels)?;
        errors.extend(of_batch);
        encoded.append(q);
    }
    let density = Density::new(&encoded.mu, &encoded.sigma, snapshot.latent_dim());
    let mut log_densities = Vec::with_capacity(n);
    for chunk in all.chunks(CHUNK) {
        if progress(0.3 + 0.3 * log_densities.len() as f32 / n as f32).is_break() {
            return Ok(None);
        }
        let of_chunk: Vec<f64> = chunk.par_iter().map(|&i| density.of_image(&encoded.mu, i as usize)).collect();
        log_densities.extend(of_chunk);
    }
    let copies = copies(data);
    let repeated: Vec<u32> = copies.iter().flat_map(|group| group.iter().skip(1)).copied().collect();
    let go_on = |share: f32| progress(0.6 + 0.4 * share);
    let Some(twins) = twins(&encoded.mu, data, &repeated, most, &go_on) else { return Ok(None) };
    let mut sorted_errors = errors.clone();
    sorted_errors.sort_unstable_by(f32::total_cmp);
    Ok(Some(Inspection { encoded, errors, log_densities, density, copies, twins, sorted_errors }))
}

impl Inspection {
    /// Images by their error, the worst first.
    pub fn worst(&self) -> Vec<u32> {
        let mut order: Vec<u32> = (0..self.errors.len() as u32).collect();
        order.sort_by(|a, b| self.errors[*b as usize].total_cmp(&self.errors[*a as usize]));
        order
    }

    /// Images by their density, the loneliest first.
    pub fn outliers(&self) -> Vec<u32> {
        let mut order: Vec<u32> = (0..self.log_densities.len() as u32).collect();
        order.sort_by(|a, b| self.log_densities[*a as usize].total_cmp(&self.log_densities[*b as usize]));
        order
    }

    /// Judges one image that need not be among them: x `[P]` in [0, 1].
    pub fn judge(&self, snapshot: &Snapshot, x: &[f32]) -> Result<Verdict, ModelError> {
        let (q, errors) = look(snapshot, x)?;
        let squared_error = errors.first().copied().unwrap_or(f32::NAN);
        let better = self.sorted_errors.partition_point(|error| *error < squared_error);
        let error_percentile = 100.0 * better as f64 / self.sorted_errors.len().max(1) as f64;
        let log_density_nats = self.density.log_density(&q.mu);
        let density_percentile = self.density.percentile(log_density_nats);
        let is_unlike = error_percentile >= UNLIKE || density_percentile <= 100.0 - UNLIKE;
        Ok(Verdict { squared_error, error_percentile, log_density_nats, density_percentile, is_unlike })
    }
}

/// q(z|x) of some images `[n, P]`, and their squared errors at z = μ.
fn look(snapshot: &Snapshot, pixels: &[f32]) -> Result<(Encoded, Vec<f32>), ModelError> {
    let q = snapshot.encode(pixels)?;
    let images = snapshot.decode(&q.mu)?; // [n, P]
    let n_pixels = snapshot.shape().pixels();
    let pairs = pixels.chunks_exact(n_pixels).zip(images.chunks_exact(n_pixels));
    let errors = pairs.map(|(x, f)| x.iter().zip(f).map(|(x, f)| (x - f) * (x - f)).sum()).collect();
    Ok((q, errors))
}

/// Groups of images with the same bytes.
fn copies(data: &Dataset) -> Vec<Vec<u32>> {
    let checksums: Vec<u32> = (0..data.len()).into_par_iter().map(|i| crc32fast::hash(data.image(i))).collect();
    let mut alike = BTreeMap::<u32, Vec<Vec<u32>>>::new();
    for (idx, checksum) in checksums.into_iter().enumerate() {
        let groups = alike.entry(checksum).or_default();
        // A checksum may be shared by chance: the bytes decide.
        let same = |group: &&mut Vec<u32>| group.first().is_some_and(|i| data.image(*i as usize) == data.image(idx));
        match groups.iter_mut().find(same) {
            Some(group) => group.push(idx as u32),
            None => groups.push(vec![idx as u32]),
        }
    }
    let mut copies: Vec<_> = alike.into_values().flatten().filter(|group| group.len() > 1).collect();
    copies.sort();
    copies
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::ModelConfig;
    use crate::latent::Lists;
    use crate::model::{ImageShape, Vae};
    use crate::rng::{Rng, Stream};

    const SHAPE: ImageShape = ImageShape { side: 16, channels: 1 };

    fn snapshot() -> Snapshot {
        Snapshot::of(&Vae::new(&ModelConfig { hidden: 24, ..ModelConfig::default() }, SHAPE, 3).unwrap(), 0, 0.0)
            .unwrap()
    }

    /// Noise; 7 is a copy of 2 and of 30, 11 differs from 4 in one pixel by one.
    fn images() -> Dataset {
        let noise = Rng::new(8, Stream::TrainNoise, 0).uniforms(40 * SHAPE.pixels(), 127.0);
        let mut bytes: Vec<u8> = noise.iter().map(|v| (v + 127.0) as u8).collect();
        let n = SHAPE.pixels();
        for (from, to) in [(2, 7), (2, 30), (4, 11)] {
            bytes.copy_within(from * n..(from + 1) * n, to * n);
        }
        bytes[11 * n] ^= 1;
        Dataset::made("noise", (SHAPE.side, SHAPE.channels), bytes)
    }

    fn on(_: f32) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }

    #[test]
    fn copies_and_twins_are_found() {
        let found = inspect(&snapshot(), &images(), 3, &on).unwrap().unwrap();
        assert_eq!(found.copies, [vec![2, 7, 30]]);
        assert_eq!(found.twins.len(), 3);
        assert_eq!(found.twins[0].images, [4, 11]);
        assert!((found.twins[0].rms_pixels - 1.0 / 255.0 / 16.0).abs() < 1e-6, "{:?}", found.twins[0]);
        assert!(found.twins[1].rms_pixels > 0.1, "{:?}", found.twins);
    }

    #[test]
    fn the_worst_and_the_loneliest_come_first_with_the_figures_of_the_model() {
        let (snapshot, data) = (snapshot(), images());
        let found = inspect(&snapshot, &data, 3, &on).unwrap().unwrap();
        let (worst, outliers) = (found.worst(), found.outliers());
        assert!(worst.windows(2).all(|pair| found.errors[pair[0] as usize] >= found.errors[pair[1] as usize]));
        assert!(found.log_densities.iter().all(|v| *v >= found.log_densities[outliers[0] as usize]));
        let mut pixels = Vec::new();
        data.batch_into(&[worst[0]], &mut pixels);
        let f = snapshot.decode(&snapshot.encode(&pixels).unwrap().mu).unwrap();
        let expected: f32 = pixels.iter().zip(&f).map(|(x, f)| (x - f).powi(2)).sum();
        assert!((found.errors[worst[0] as usize] - expected).abs() < 1e-3);
    }

    #[test]
    fn one_of_them_is_like_them_and_a_black_image_is_not() {
        let (snapshot, data) = (snapshot(), images());
        let found = inspect(&snapshot, &data, 3, &on).unwrap().unwrap();
        let mut pixels = Vec::new();
        let middle = found.worst()[20];
        data.batch_into(&[middle], &mut pixels);
        let own = found.judge(&snapshot, &pixels).unwrap();
        assert!((45.0..55.0).contains(&own.error_percentile), "{own:?}");
        let foreign: Vec<f32> = (0..SHAPE.pixels()).map(|i| (i % 2) as f32).collect();
        let foreign = found.judge(&snapshot, &foreign).unwrap();
        assert!(foreign.is_unlike && foreign.error_percentile == 100.0, "{foreign:?}");
    }

    #[test]
    fn lists_hold_every_image_and_the_copies_before_what_is_alike() {
        let found = inspect(&snapshot(), &images(), 3, &on).unwrap().unwrap();
        let lists = Lists::from(&found);
        let sorted = |mut images: Vec<u32>| {
            images.sort_unstable();
            images
        };
        let all: Vec<u32> = (0..40).collect();
        assert_eq!(sorted(lists.worst.iter().map(|w| w.image).collect()), all);
        assert_eq!(sorted(lists.outliers.iter().map(|o| o.image).collect()), all);
        assert!(lists.outliers.is_sorted_by(|a, b| a.percentile <= b.percentile));
        let pairs: Vec<_> = lists.alike.iter().map(|pair| pair.images).collect();
        assert_eq!((lists.copies, &pairs[..3], pairs.len()), (2, &[[2, 7], [2, 30], [4, 11]][..], 5));
    }

    #[test]
    fn it_ends_when_told() {
        for at in [0.0, 0.4, 0.59] {
            let until = |share: f32| if share > at { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
            assert!(inspect(&snapshot(), &images(), 3, &until).unwrap().is_none(), "{at}");
        }
    }
}
