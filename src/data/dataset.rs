//! Images in memory: pixels, names and classes, and how they are split.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::OnceLock;

use crate::data::Pixels;
use crate::rng::{Rng, Stream};

/// Square images of one side and channel count.
#[derive(Debug, Clone)]
pub struct Dataset {
    /// What was opened: `sample:fashion`, or a folder's path as it was given.
    pub name: String,
    /// Height and width in pixels.
    pub side: usize,
    /// 1 (grey) or 3 (RGB).
    pub channels: usize,
    /// `[n, side, side, channels]`, row-major, 0 to 255.
    pub pixels: Pixels,
    /// Class names, sorted; empty when the folder has no subfolders.
    pub classes: Vec<String>,
    /// Index into `classes` of each image; `None` for an image at the top of the folder.
    pub labels: Vec<Option<u16>>,
    /// Path of each image inside the folder, with `/` between its parts; `class/0007` for a sample.
    pub names: Vec<String>,
    /// The folder, so that `root.join(name)` is the file; `None` for a sample.
    pub root: Option<PathBuf>,
    /// What was found, and what was not loaded.
    pub report: ScanReport,
    /// Of the fields above, once [`Dataset::fingerprint`] was asked for.
    pub fingerprint: OnceLock<String>,
}

/// What a scan found.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ScanReport {
    /// Files that were looked at.
    pub files: usize,
    /// Files that are no usable images, in the order of their paths.
    pub skipped: Vec<Skipped>,
    /// Wall time of the whole load.
    pub seconds: f64,
    /// Whether the pixels came from the cache.
    pub from_cache: bool,
}

/// One file that was not loaded.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Skipped {
    /// Path inside the folder.
    pub path: String,
    /// Why, in a few words.
    pub reason: String,
}

/// Which images train and which validate: indices into the dataset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Split {
    /// Images the weights see.
    pub train: Vec<u32>,
    /// Images held back, in ascending order.
    pub validation: Vec<u32>,
}

impl Dataset {
    /// Images made by a program rather than read: `pixels` is `[n, side, side, channels]`. They are called `0.png`,
    /// `1.png`, …, and have no classes and no folder.
    pub fn made(name: &str, (side, channels): (usize, usize), pixels: Vec<u8>) -> Self {
        let n = pixels.len() / (side * side * channels).max(1);
        Self {
            name: name.to_owned(),
            side,
            channels,
            pixels: pixels.into(),
            classes: Vec::new(),
            labels: vec![None; n],
            names: (0..n).map(|i| format!("{i}.png")).collect(),
            root: None,
            report: ScanReport::default(),
            fingerprint: OnceLock::new(),
        }
    }

    /// Number of images.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Whether there is no image.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// Values per image: side² · channels.
    pub fn pixels_per_image(&self) -> usize {
        self.side * self.side * self.channels
    }

    /// The bytes of image `idx`, `[side, side, channels]`; empty when there is no such image.
    pub fn image(&self, idx: usize) -> &[u8] {
        let n = self.pixels_per_image();
        self.pixels.get(idx * n..(idx + 1) * n).unwrap_or_default()
    }

    /// Images per class name, in the order of the names; images without a class are not counted.
    pub fn class_counts(&self) -> BTreeMap<&str, usize> {
        let mut counts: BTreeMap<&str, usize> = self.classes.iter().map(|c| (c.as_str(), 0)).collect();
        for label in self.labels.iter().flatten() {
            if let Some(count) = self.classes.get(usize::from(*label)).and_then(|c| counts.get_mut(c.as_str())) {
                *count += 1;
            }
        }
        counts
    }

    /// Pixels of `indices` as `[len, side² · channels]` in [0, 1], row after row into `out`.
    pub fn batch_into(&self, indices: &[u32], out: &mut Vec<f32>) {
        out.clear();
        out.reserve(indices.len() * self.pixels_per_image());
        for &idx in indices {
            out.extend(unit_values(self.image(idx as usize)));
        }
    }

    /// A fingerprint of shape, names and pixels as 16 hexadecimal digits (FNV-1a, 64 bits): two loads with the same
    /// one train the same model. Not proof against forgery. Computed once.
    pub fn fingerprint(&self) -> &str {
        self.fingerprint.get_or_init(|| self.compute_fingerprint())
    }

    pub(super) fn compute_fingerprint(&self) -> String {
        let mut hash = 0xcbf2_9ce4_8422_2325_u64;
        let mut eat = |bytes: &[u8]| {
            for byte in bytes {
                hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
            }
        };
        eat(&(self.side as u64).to_le_bytes());
        eat(&(self.channels as u64).to_le_bytes());
        for name in &self.names {
            eat(name.as_bytes());
            eat(&[0]);
        }
        self.pixels.segments().for_each(eat);
        format!("{hash:016x}")
    }

    /// Holds `fraction` of the images for validation, chosen by `seed`; at least one image stays for training,
    /// and at least one is held when `fraction` is above 0 and there are two images or more.
    pub fn split(&self, fraction: f64, seed: u64) -> Split {
        let n = self.len();
        let mut held = (n as f64 * fraction).round() as usize;
        if fraction > 0.0 && n > 1 {
            held = held.clamp(1, n - 1);
        }
        let order = Rng::new(seed, Stream::Split, 0).permutation(n);
        let (validation, train) = order.split_at(held.min(n));
        let sorted = |indices: &[u32]| {
            let mut indices = indices.to_vec();
            indices.sort_unstable();
            indices
        };
        Split { train: sorted(train), validation: sorted(validation) }
    }
}

/// Pixels as the model takes them, in [0, 1].
pub fn unit_values(bytes: &[u8]) -> impl Iterator<Item = f32> {
    bytes.iter().map(|&byte| f32::from(byte) * (1.0 / 255.0))
}

/// Σ (x − f)² of each image, of images `x` and what became of them `f`, `[n, P]` with `n_pixels` P.
pub fn squared_errors<'a>(x: &'a [f32], f: &'a [f32], n_pixels: usize) -> impl Iterator<Item = f64> + 'a {
    let square = |(x, f): (&f32, &f32)| f64::from(x - f).powi(2);
    x.chunks_exact(n_pixels).zip(f.chunks_exact(n_pixels)).map(move |(x, f)| x.iter().zip(f).map(square).sum())
}

/// At most `most` of `0..n`, as far apart as possible.
pub fn evenly(n: usize, most: usize) -> Vec<u32> {
    let count = n.min(most);
    (0..count).map(|i| (i * n / count.max(1)) as u32).collect()
}
