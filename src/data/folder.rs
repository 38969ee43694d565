//! A folder of files to a dataset.

use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use rayon::prelude::*;

use crate::config::{Channels, DataConfig, SIDES, Size};
use crate::data::fit::{Square, fit, to_grey};
use crate::data::listing::{Entry, list};
use crate::data::source::decided_grey;
use crate::data::{Dataset, LoadError, Progress, ScanReport, Skipped, decode};

/// Side of the square when the images are of many sizes.
const MIXED_SIDE: usize = 64;
/// Least time between two reports of progress.
const REPORT_EVERY: Duration = Duration::from_millis(33);

/// One file, read or not.
pub struct Loaded {
    /// Its path inside the folder.
    pub name: String,
    /// Its pixels, or why there are none.
    pub square: Result<Square, String>,
}

/// Reads every image below `root`.
pub fn load(
    root: &Path,
    config: &DataConfig,
    cancel: &AtomicBool,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<Dataset, LoadError> {
    let listing = list(root, cancel)?;
    let side = match config.size {
        Size::Side(side) => side,
        Size::Auto => common_side(&listing.entries, cancel).unwrap_or(MIXED_SIDE),
    };
    let meter = Meter { done: AtomicUsize::new(0), total: listing.entries.len(), last: Mutex::new(None), progress };
    let read = |entry: &Entry| {
        if cancel.load(Ordering::Relaxed) {
            return Err(LoadError::Cancelled);
        }
        let picture = decode::decode(&entry.path);
        let square = picture.and_then(|picture| fit(&picture, side, config.fit, config.background));
        meter.tick();
        Ok(Loaded { name: entry.name.clone(), square })
    };
    let loaded: Vec<Loaded> = listing.entries.par_iter().map(read).collect::<Result<_, _>>()?;
    let mut data = assemble(&root.display().to_string(), side, config.channels, loaded, listing.skipped)?;
    data.root = Some(root.to_path_buf());
    Ok(data)
}

/// The side that every image has, when all are squares of one side that the model takes.
fn common_side(entries: &[Entry], cancel: &AtomicBool) -> Option<usize> {
    // Files that are no images have no say; one image of another size ends the search.
    let side_of = |entry: &Entry| match decode::dimensions(&entry.path) {
        Ok((w, h)) if w == h && SIDES.contains(&(w as usize)) => Some(Some(w as usize)),
        Ok(_) => None,
        Err(_) => Some(None),
    };
    let agree = |a: Option<usize>, b: Option<usize>| match (a, b) {
        (Some(x), Some(y)) => (x == y).then_some(a),
        (one, other) => Some(one.or(other)),
    };
    let stopped = || cancel.load(Ordering::Relaxed);
    entries.par_iter().map(|entry| if stopped() { None } else { side_of(entry) }).try_reduce(|| None, agree).flatten()
}

/// Puts what was read together: images in the order given, the rest in the report.
pub fn assemble(
    name: &str,
    side: usize,
    channels: Channels,
    loaded: Vec<Loaded>,
    mut skipped: Vec<Skipped>,
) -> Result<Dataset, LoadError> {
    let files = loaded.len() + skipped.len();
    let is_grey = decided_grey(channels)
        .unwrap_or_else(|| loaded.iter().filter_map(|l| l.square.as_ref().ok()).all(|square| square.is_grey));
    let channels = if is_grey { 1 } else { 3 };
    let mut pixels = Vec::with_capacity(loaded.len() * side * side * channels);
    let (mut names, mut class_of_image) = (Vec::new(), Vec::new());
    for Loaded { name, square } in loaded {
        match square {
            Ok(square) if is_grey => pixels.extend(to_grey(&square.rgb)),
            Ok(square) => pixels.extend(square.rgb),
            Err(reason) => {
                skipped.push(Skipped { path: name, reason });
                continue;
            }
        }
        class_of_image.push(name.split_once('/').map(|(class, _)| class.to_owned()));
        names.push(name);
    }
    skipped.sort_by(|a, b| a.path.cmp(&b.path));
    if names.is_empty() {
        return Err(LoadError::Empty { path: name.to_owned(), files, skipped });
    }
    let mut classes: Vec<String> = class_of_image.iter().flatten().cloned().collect();
    classes.sort_unstable();
    classes.dedup();
    let label = |class: &Option<String>| {
        class.as_ref().and_then(|class| classes.binary_search(class).ok()).and_then(|i| u16::try_from(i).ok())
    };
    let labels = class_of_image.iter().map(label).collect();
    let report = ScanReport { files, skipped, seconds: 0.0 };
    Ok(Dataset { name: name.to_owned(), side, channels, pixels, classes, labels, names, root: None, report })
}

/// Counts files and says so now and then.
struct Meter<'a> {
    done: AtomicUsize,
    total: usize,
    last: Mutex<Option<Instant>>,
    progress: &'a (dyn Fn(Progress) + Sync),
}

impl Meter<'_> {
    fn tick(&self) {
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        // Whoever finds the lock taken need not report: another thread just does.
        let Ok(mut last) = self.last.try_lock() else { return };
        if done == self.total || last.is_none_or(|t| t.elapsed() >= REPORT_EVERY) {
            *last = Some(Instant::now());
            (self.progress)(Progress { done, total: self.total });
        }
    }
}
