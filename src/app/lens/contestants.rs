//! Those who have ended, kept for what else is asked of them.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crate::config::DataConfig;
use crate::data::{Dataset, Loader, Source, evenly};
use crate::model::{ModelError, snapshot};
use crate::run::contest::{Contestant, Method};
use crate::state::lens::contest::{Codes, ContestOrder, Entry, MAPPED, SHOWN, Scene, UNSEEN, Unseen};

/// Images encoded at once.
const BATCH: usize = 256;

/// Those who have ended, and the images they are asked about.
pub struct Kept {
    round: u64,
    draw: u64,
    seed: u64,
    config: DataConfig,
    data: Arc<Dataset>,
    n_train: usize,
    held: Vec<u32>,
    contestants: Vec<Contestant>,
    unseen: Option<(Dataset, Vec<u32>)>,
}

/// What came of looking for other images.
pub enum Found {
    /// They were read, and these are the errors of each contestant, per pixel value.
    Errors(Unseen, Vec<Arc<Vec<f64>>>),
    /// They cannot be had.
    Nothing(String),
}

/// Some of these, as far apart as possible.
fn some(indices: &[u32], most: usize) -> Vec<u32> {
    evenly(indices.len(), most).into_iter().filter_map(|i| indices.get(i as usize).copied()).collect()
}

impl Kept {
    /// Nobody yet.
    pub fn new(order: &ContestOrder, data: Arc<Dataset>) -> Self {
        let config = &order.config;
        let split = data.split(config.data.validation_fraction, config.train.seed);
        Self {
            round: order.round,
            draw: order.draw,
            seed: config.train.seed,
            config: config.data.like(data.side, data.channels),
            data,
            n_train: split.train.len(),
            held: split.validation,
            contestants: Vec::new(),
            unseen: None,
        }
    }

    /// Of which contest they are.
    pub fn round(&self) -> u64 {
        self.round
    }

    /// The images they are seen on.
    pub fn scene(&self) -> Scene {
        let data = &*self.data;
        let images = some(&self.held, SHOWN).into_iter().map(|idx| data.image(idx as usize));
        let label = |idx: u32| data.labels.get(idx as usize).copied().flatten();
        Scene {
            side: data.side,
            channels: data.channels,
            n_train: self.n_train,
            n_held: self.held.len(),
            originals: Arc::new(images.flatten().copied().collect()),
            labels: Arc::new(some(&self.held, MAPPED).into_iter().map(label).collect()),
        }
    }

    /// Takes one in, and tells what it has come to.
    pub fn enter(&mut self, contestant: &Contestant) -> Result<Entry, ModelError> {
        let data = &*self.data;
        let mut pixels = Vec::new();
        data.batch_into(&some(&self.held, SHOWN), &mut pixels);
        let back = snapshot::to_bytes(&contestant.reconstruct(&pixels)?);
        let unseen = self.unseen.as_ref().map(|(others, some)| errors(contestant, others, some));
        let entry = Entry {
            method: contestant.method(),
            latent_dim: contestant.latent_dim,
            train_mse: contestant.train_mse,
            test_mse: contestant.test_mse.unwrap_or(f64::NAN),
            held: errors(contestant, data, &self.held)?,
            unseen: unseen.transpose()?,
            back: Arc::new(back),
            codes: codes(contestant, data, &some(&self.held, MAPPED))?,
            drawn: drawn(contestant, self.seed, self.draw)?,
        };
        self.contestants.push(contestant.clone());
        Ok(entry)
    }

    /// Other samples of everybody.
    pub fn draw(&mut self, draw: u64) -> Result<Vec<Arc<Vec<u8>>>, ModelError> {
        self.draw = draw;
        self.contestants.iter().map(|contestant| drawn(contestant, self.seed, draw)).collect()
    }

    /// Everybody's errors on the images of a folder or sample, which are brought to the size of the others; those who end
    /// later are held to them too.
    pub fn look_at(&mut self, source: &str, stop: &AtomicBool) -> Found {
        let read = || -> Result<(Dataset, Unseen, Vec<u32>), String> {
            let from: Source = source.parse().map_err(|e| format!("{e:#}"))?;
            let loaded = Loader { cache: None, yields: true }.load(&from, &self.config, stop, &|_| ());
            let others = loaded.map_err(|e| format!("{e:#}"))?.data;
            let all: Vec<u32> = (0..others.len() as u32).collect();
            let some = some(&all, UNSEEN);
            let unseen = Unseen { name: source.to_owned(), n: some.len(), of: all.len() };
            Ok((others, unseen, some))
        };
        let (others, unseen, some) = match read() {
            Ok(read) => read,
            Err(reason) => return Found::Nothing(reason),
        };
        let found = self.contestants.iter().map(|contestant| errors(contestant, &others, &some)).collect();
        self.unseen = Some((others, some));
        match found {
            Ok(found) => Found::Errors(unseen, found),
            Err(error) => Found::Nothing(error.to_string()),
        }
    }
}

fn errors(contestant: &Contestant, data: &Dataset, indices: &[u32]) -> Result<Arc<Vec<f64>>, ModelError> {
    let n_pixels = data.pixels_per_image() as f64;
    let found = contestant.squared_errors(data, indices)?;
    Ok(Arc::new(found.into_iter().map(|squares| squares / n_pixels).collect()))
}

fn drawn(contestant: &Contestant, seed: u64, draw: u64) -> Result<Arc<Vec<u8>>, ModelError> {
    Ok(Arc::new(snapshot::to_bytes(&contestant.drawn(SHOWN, seed, draw)?)))
}

fn codes(contestant: &Contestant, data: &Dataset, indices: &[u32]) -> Result<Codes, ModelError> {
    let k = contestant.code_len();
    let (mut all, mut pixels) = (Vec::with_capacity(indices.len() * k), Vec::new());
    for batch in indices.chunks(BATCH) {
        data.batch_into(batch, &mut pixels);
        all.extend(contestant.codes(&pixels)?);
    }
    let axes = match contestant.method() {
        // Whitened, they all vary as much; the images vary most along the first.
        Method::Pca => [0, 1],
        Method::Ae | Method::Vae => widest(&all, k),
    };
    let at = |z: &[f32], axis: usize| z.get(axis).copied().unwrap_or_default();
    let points = all.chunks_exact(k.max(1)).map(|z| axes.map(|axis| at(z, axis))).collect();
    Ok(Codes { axes, points: Arc::new(points) })
}

/// The two coordinates of codes `[n, k]` that vary most, in ascending order.
fn widest(codes: &[f32], k: usize) -> [usize; 2] {
    let n = (codes.len() / k.max(1)).max(1) as f64;
    let variance = |j: usize| {
        let column = || codes.iter().skip(j).step_by(k).map(|z| f64::from(*z));
        let mean = column().sum::<f64>() / n;
        column().map(|z| (z - mean).powi(2)).sum::<f64>() / n
    };
    let variances: Vec<f64> = (0..k).map(variance).collect();
    let mut order: Vec<usize> = (0..k).collect();
    order.sort_by(|a, b| variances[*b].total_cmp(&variances[*a]));
    match order[..] {
        [a, b, ..] => [a.min(b), a.max(b)],
        _ => [0, 1],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_widest_coordinates_are_found() {
        let codes: Vec<f32> =
            (0..50).flat_map(|i| [0.1, 2.0, 0.0, 1.0].map(|wide| wide * (i % 7) as f32 + 9.0)).collect();
        assert_eq!(widest(&codes, 4), [1, 3]);
        assert_eq!(widest(&[1.0, 2.0], 1), [0, 1]);
    }
}
