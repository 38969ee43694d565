//! Squares, one after the other, to a dataset.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use crate::config::Channels;
use crate::data::fit::{Square, to_grey, to_rgb};
use crate::data::{Dataset, LoadError, Pixels, ScanReport, Skipped};
use crate::files::one_line;

/// Takes in what was read, in the order of the names.
///
/// With `auto` channels pixels stay grey until the first coloured square comes: nothing is kept in colour that could
/// turn out to be grey in the end, but for bars in a coloured background.
pub struct Gatherer {
    side: usize,
    channels: Channels,
    /// What `pixels` hold.
    stored: usize,
    all_grey: bool,
    pixels: Pixels,
    names: Vec<String>,
    skipped: Vec<Skipped>,
}

impl Gatherer {
    /// Nothing yet.
    pub fn new(side: usize, channels: Channels) -> Self {
        let stored = if channels == Channels::Rgb { 3 } else { 1 };
        let pixels = Pixels::of_images(side, stored);
        Self { side, channels, stored, all_grey: true, pixels, names: Vec::new(), skipped: Vec::new() }
    }

    /// Images so far.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// One file: its pixels, or why there are none.
    pub fn push(&mut self, name: String, square: Result<Square, String>) {
        let square = match square {
            Ok(square) => square,
            Err(reason) => return self.skipped.push(Skipped { path: name, reason }),
        };
        self.names.push(name);
        self.all_grey &= square.is_grey;
        if self.channels == Channels::Auto && square.channels > self.stored {
            self.pixels.change((3, 1), |grey| to_rgb(grey).collect());
            self.stored = 3;
        }
        match (square.channels, self.stored) {
            (1, 3) => self.pixels.push(to_rgb(&square.bytes)),
            (3, 1) => self.pixels.push(to_grey(&square.bytes)),
            _ => self.pixels.push(square.bytes),
        }
    }

    /// The dataset; `listed` are the files that were not even opened.
    pub fn finish(mut self, name: &str, listed: Vec<Skipped>) -> Result<Dataset, LoadError> {
        if self.channels == Channels::Auto && self.all_grey && self.stored == 3 {
            self.pixels.change((1, 3), |rgb| to_grey(rgb).collect());
            self.stored = 1;
        }
        self.pixels.shrink();
        let (side, channels) = (self.side, self.stored);
        dataset(name, (side, channels), self.pixels, self.names, [self.skipped, listed].concat())
    }
}

/// Puts a dataset together; the classes are the first parts of the names.
pub fn dataset(
    name: &str,
    (side, channels): (usize, usize),
    pixels: Pixels,
    names: Vec<String>,
    mut skipped: Vec<Skipped>,
) -> Result<Dataset, LoadError> {
    let files = names.len() + skipped.len();
    skipped.sort_by(|a, b| a.path.cmp(&b.path));
    if names.is_empty() {
        return Err(LoadError::Empty { path: one_line(name).into_owned(), files, skipped });
    }
    let classes: BTreeSet<&str> = names.iter().filter_map(|name| class_of(name)).collect();
    let classes: Vec<String> = classes.into_iter().map(str::to_owned).collect();
    let place = |class: &str| classes.binary_search_by(|other| other.as_str().cmp(class)).ok();
    let labels = names.iter().map(|name| u16::try_from(place(class_of(name)?)?).ok()).collect();
    let report = ScanReport { files, skipped, ..ScanReport::default() };
    let (name, fingerprint) = (name.to_owned(), OnceLock::new());
    Ok(Dataset { name, side, channels, pixels, classes, labels, names, root: None, report, fingerprint })
}

/// The folder of the first level that an image lies in.
fn class_of(name: &str) -> Option<&str> {
    name.split_once('/').map(|(class, _)| class)
}
