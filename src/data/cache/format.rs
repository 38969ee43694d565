//! The form of a file of the cache.
//!
//! Numbers are little-endian:
//! ```text
//! "LATPIX01"  key bytes: u64  facts bytes: u64  pixel bytes: u64     32 bytes
//! key         what the pixels depend on
//! facts       JSON
//! checksum    CRC-32 of everything above, u32
//! pixels      segment after segment, as they are in memory; their checksums are in the facts
//! ```
//! No length is believed before it is known to be what the listing and the file's own length allow.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::config::{SIDES, Size};
use crate::data::Pixels;

const MAGIC: &[u8; 8] = b"LATPIX01";
const PREFIX: usize = 32;
const CHECKSUM: usize = 4;
/// Most bytes of facts: so many, and so many for each file that was listed.
const FACTS: (u64, u64) = (1 << 16, 1 << 10);

/// What there is to know about the pixels.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Facts {
    /// Height and width.
    pub side: usize,
    /// 1 or 3.
    pub channels: usize,
    /// How many.
    pub images: usize,
    /// Files that are no usable images: place in the listing, and why.
    pub skipped: Vec<(u32, String)>,
    /// Of the dataset.
    pub fingerprint: String,
    /// CRC-32 of each segment of the pixels.
    pub checksums: Vec<u32>,
}

/// A file whose head is whole and is what was looked for.
pub struct Stored {
    path: PathBuf,
    /// Where the pixels begin.
    start: u64,
    /// Checked.
    pub facts: Facts,
}

/// Everything before the pixels.
pub fn head(key: &[u8], facts: &Facts, pixel_bytes: usize) -> io::Result<Vec<u8>> {
    let facts = serde_json::to_vec(facts)?;
    let lengths = [key.len(), facts.len(), pixel_bytes].map(|length| (length as u64).to_le_bytes());
    let mut head = [MAGIC.as_slice(), lengths.as_flattened(), key, &facts].concat();
    head.extend(crc32fast::hash(&head).to_le_bytes());
    Ok(head)
}

impl Stored {
    /// Opens `path` if its pixels were made from `key`, the listing of `files` files.
    pub fn open(path: &Path, key: &[u8], files: usize, size: Size) -> Option<Self> {
        let mut file = File::open(path).ok()?;
        let length = file.metadata().ok()?.len();
        let prefix = read(&mut file, PREFIX)?;
        let (magic, lengths) = prefix.split_first_chunk::<8>()?;
        let (lengths, _) = lengths.as_chunks::<8>();
        let [key_bytes, facts_bytes, pixel_bytes] = *lengths else { return None };
        let [key_bytes, facts_bytes, pixel_bytes] = [key_bytes, facts_bytes, pixel_bytes].map(u64::from_le_bytes);
        let start = (PREFIX as u64).checked_add(key_bytes)?.checked_add(facts_bytes)?.checked_add(CHECKSUM as u64)?;
        let known = magic == MAGIC && key_bytes == key.len() as u64;
        let possible = facts_bytes <= FACTS.0 + FACTS.1 * files as u64;
        if !known || !possible || start.checked_add(pixel_bytes)? != length {
            return None;
        }
        // The parts of the listing are compared before anything else is read: a changed folder costs no more.
        let found = read(&mut file, key.len())?;
        if found != key {
            return None;
        }
        let facts = read(&mut file, facts_bytes as usize)?;
        let mut hasher = crc32fast::Hasher::new();
        for part in [prefix.as_slice(), key, &facts] {
            hasher.update(part);
        }
        if read(&mut file, CHECKSUM)? != hasher.finalize().to_le_bytes() {
            return None;
        }
        let facts: Facts = serde_json::from_slice(&facts).ok()?;
        facts.are_possible(files, size, pixel_bytes).then(|| Self { path: path.to_owned(), start, facts })
    }

    /// The pixels, if every checksum is right; `goes_on` is told how many images more are there, and may end it.
    pub fn pixels(&self, goes_on: impl Fn(usize) -> bool + Sync) -> Option<Pixels> {
        let Facts { side, channels, images, ref checksums, .. } = self.facts;
        let (pixels, image) = (Pixels::of_images(side, channels), side * side * channels);
        let (segment, total) = (pixels.segment_bytes(), images * image);
        let read_segment = |(i, checksum): (usize, &u32)| {
            let begin = i * segment;
            let length = segment.min(total.checked_sub(begin)?);
            let mut file = File::open(&self.path).ok()?;
            file.seek(SeekFrom::Start(self.start + begin as u64)).ok()?;
            let bytes = read(&mut file, length)?;
            (crc32fast::hash(&bytes) == *checksum && goes_on(length / image)).then_some(bytes)
        };
        let segments: Option<Vec<Vec<u8>>> = checksums.par_iter().enumerate().map(read_segment).collect();
        Some(pixels.with_segments(segments?))
    }

    /// Notes that the file is of use: what is used is kept longest.
    pub fn mark_used(&self) {
        // Refused on a file system that is read-only: then nothing is taken away there either.
        let _unmarked = File::options().append(true).open(&self.path).and_then(|f| f.set_modified(SystemTime::now()));
    }
}

impl Facts {
    fn are_possible(&self, files: usize, size: Size, pixel_bytes: u64) -> bool {
        let Self { side, channels, images, skipped, fingerprint, checksums } = self;
        let wanted = matches!(size, Size::Auto) || size == Size::Side(*side);
        let shape = wanted && SIDES.contains(side) && [1, 3].contains(channels);
        // Only now do the products below stay small.
        if !shape || *images == 0 || images.checked_add(skipped.len()) != Some(files) {
            return false;
        }
        let bytes = (side * side * channels).checked_mul(*images).map(|bytes| bytes as u64);
        let ascending = skipped.windows(2).all(|pair| matches!(pair, [(a, _), (b, _)] if a < b));
        let inside = skipped.last().is_none_or(|(last, _)| (*last as usize) < files);
        let segments = pixel_bytes.div_ceil(Pixels::of_images(*side, *channels).segment_bytes() as u64);
        let hexadecimal = fingerprint.len() == 16 && fingerprint.bytes().all(|b| b.is_ascii_hexdigit());
        bytes == Some(pixel_bytes) && ascending && inside && hexadecimal && checksums.len() as u64 == segments
    }
}

/// The next `length` bytes, which the file is known to have.
fn read(file: &mut File, length: usize) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(length);
    file.take(length as u64).read_to_end(&mut bytes).ok()?;
    (bytes.len() == length).then_some(bytes)
}
