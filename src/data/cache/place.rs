//! Where the prepared pixels of a folder are kept, and what they were prepared from.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::UNIX_EPOCH;

use rayon::prelude::*;

use crate::config::DataConfig;
use crate::data::cache::format::{self, Facts, Stored};
use crate::data::cache::{Cache, ENDING};
use crate::data::folder::Order;
use crate::data::gather::dataset;
use crate::data::listing::Entry;
use crate::data::meter::Meter;
use crate::data::{Dataset, LoadError, Pixels, Skipped};
use crate::files::{self, Clash};

/// Goes up when the same files give other pixels than before.
const PREPARATION: u32 = 1;
/// What turns files into pixels: another version may turn them into others. A test compares it with `Cargo.lock`.
pub(super) const DECODERS: &str = "fast_image_resize 6.1.0, gif 0.14.2, image 0.25.10, image-webp 0.2.4, png 0.18.1, \
                                   qoi 0.4.1, tiff 0.11.3, zune-jpeg 0.5.15";

/// A file of the cache, there or not.
pub struct Place {
    cache: Cache,
    file: PathBuf,
    /// Everything the pixels depend on; kept in the file and compared byte by byte.
    key: Vec<u8>,
}

/// Pixels that are not in the cache yet.
pub struct Unsaved {
    place: Place,
    skipped: Vec<(u32, String)>,
}

/// What the cache had.
pub struct Found {
    facts: Facts,
    pixels: Pixels,
}

impl Place {
    pub(super) fn new(cache: Cache, root: &Path, config: &DataConfig, entries: &[Entry]) -> Self {
        let absolute = root.canonicalize().unwrap_or_else(|_| root.to_path_buf());
        let mut key = absolute.as_os_str().as_encoded_bytes().to_vec();
        let DataConfig { size, channels, fit, background, max_megapixels, validation_fraction: _ } = config;
        key.extend(format!("\n{size} {channels} {fit} {background} {max_megapixels}\n").into_bytes());
        let file = cache.folder.join(format!("{:016x}.{ENDING}", fnv1a(&key)));
        key.extend(format!("preparation {PREPARATION} with {DECODERS}\n").into_bytes());
        let stamps: Vec<Vec<u8>> = entries.par_iter().map(|entry| stamp(root, entry)).collect();
        key.extend(stamps.concat());
        Self { cache, file, key }
    }

    /// What is kept here, when it is all there; `None` too when the load was cancelled.
    pub fn read(&self, entries: &[Entry], order: &Order) -> Option<Found> {
        let stored = Stored::open(&self.file, &self.key, entries.len(), order.config.size)?;
        let meter = Meter::new(entries.len(), order.progress);
        let pixels = stored.pixels(|images| {
            meter.advance(images);
            order.check().is_ok()
        })?;
        meter.advance(stored.facts.skipped.len());
        stored.mark_used();
        Some(Found { facts: stored.facts, pixels })
    }

    /// What is needed to keep `data`, which was read from `entries`.
    pub fn unsaved(self, entries: &[Entry], data: &Dataset) -> Unsaved {
        let reports = &data.report.skipped;
        let mut loaded = data.names.iter().peekable();
        let mut skipped = Vec::new();
        for (idx, entry) in entries.iter().enumerate() {
            if loaded.next_if_eq(&&entry.name).is_none() {
                let found = reports.binary_search_by(|report| report.path.as_str().cmp(&entry.name));
                let reason = found.ok().and_then(|at| reports.get(at)).map_or("", |report| &report.reason);
                skipped.push((idx as u32, reason.to_owned()));
            }
        }
        Unsaved { place: self, skipped }
    }
}

impl Unsaved {
    /// Puts `data` into the cache. More than the cache may hold is not kept; once `cancel` is set nothing is.
    pub fn save(self, data: &Dataset, cancel: &AtomicBool) -> io::Result<()> {
        let Self { place: Place { cache, file, key }, skipped } = self;
        let Dataset { side, channels, ref pixels, .. } = *data;
        let checksums = pixels.segments().map(crc32fast::hash).collect();
        let fingerprint = data.fingerprint().to_owned();
        let facts = Facts { side, channels, images: data.len(), skipped, fingerprint, checksums };
        let head = format::head(&key, &facts, pixels.len())?;
        std::fs::create_dir_all(&cache.folder)?;
        if !cache.make_room((head.len() + pixels.len()) as u64)? {
            return Ok(());
        }
        let write = |out: &mut File| {
            out.write_all(&head)?;
            pixels.segments().try_for_each(|segment| {
                if cancel.load(Ordering::Relaxed) {
                    return Err(io::ErrorKind::Interrupted.into());
                }
                out.write_all(segment)
            })
        };
        match files::write_with(&file, Clash::Replace, write) {
            Err(_) if cancel.load(Ordering::Relaxed) => Ok(()),
            written => written,
        }
    }
}

impl Found {
    /// The dataset that reading `entries` would give.
    pub fn into_dataset(self, name: &str, entries: Vec<Entry>, listed: Vec<Skipped>) -> Result<Dataset, LoadError> {
        let Facts { side, channels, skipped: reasons, fingerprint, .. } = self.facts;
        let (mut names, mut skipped) = (Vec::with_capacity(entries.len()), listed);
        let mut reasons = reasons.into_iter().peekable();
        for (idx, entry) in entries.into_iter().enumerate() {
            match reasons.next_if(|(at, _)| *at as usize == idx) {
                Some((_, reason)) => skipped.push(Skipped { path: entry.name, reason }),
                None => names.push(entry.name),
            }
        }
        let mut data = dataset(name, (side, channels), self.pixels, names, skipped)?;
        data.fingerprint = fingerprint.into();
        data.report.from_cache = true;
        Ok(data)
    }
}

/// What the pixels of one file depend on: its name, size and time, or that they cannot be told.
fn stamp(root: &Path, entry: &Entry) -> Vec<u8> {
    let mut stamp = entry.path.strip_prefix(root).unwrap_or(&entry.path).as_os_str().as_encoded_bytes().to_vec();
    stamp.push(0);
    let meta = std::fs::metadata(&entry.path);
    let size = meta.as_ref().map_or(u64::MAX, std::fs::Metadata::len);
    stamp.extend(size.to_le_bytes());
    let modified = meta.and_then(|meta| meta.modified()).ok();
    // Before 1970 too: the time that is missing up to then.
    let (sign, since) = match modified.map(|time| time.duration_since(UNIX_EPOCH)) {
        None => (0, std::time::Duration::MAX),
        Some(Ok(after)) => (1, after),
        Some(Err(before)) => (2, before.duration()),
    };
    stamp.push(sign);
    stamp.extend(since.as_secs().to_le_bytes());
    stamp.extend(since.subsec_nanos().to_le_bytes());
    stamp
}

/// FNV-1a, 64 bits: names a file; what it is compared by is the whole key.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}
