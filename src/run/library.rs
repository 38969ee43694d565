//! Runs as a list shows them: what they are made from, how far they came, and a small picture of what they learned.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::files;
use crate::latent::{Grid, Plane};
use crate::model::snapshot::to_bytes;
use crate::model::{ModelError, Snapshot};
use crate::run::{RunError, RunRecord, SavedRun, checkpoint, history, name_of, record, recorder};

/// Images along each side of the small picture.
const CELLS: usize = 4;
/// How far it reaches, in standard deviations of the prior.
const EXTENT: f32 = 2.0;

/// A run, in short.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// Its folder.
    pub folder: PathBuf,
    /// The folder's own name.
    pub name: String,
    /// `run.json`.
    pub record: RunRecord,
    /// The best ELBO on the held images, nats per image; a plain autoencoder has none.
    pub best_elbo_nats: Option<f64>,
    /// What its latent space decodes to; `None` before the first checkpoint.
    pub picture: Option<Thumbnail>,
    /// When `run.json` and the checkpoint were written.
    written: [Option<SystemTime>; 2],
}

/// A square picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thumbnail {
    /// Pixels along each side.
    pub side: usize,
    /// 1 or 3.
    pub channels: usize,
    /// `[side, side, channels]`.
    pub bytes: Vec<u8>,
}

/// The runs of a folder.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Listing {
    /// Those that could be read, the last that was written first.
    pub runs: Vec<Summary>,
    /// Why the others could not.
    pub unreadable: Vec<String>,
}

/// Names that a new run in `folder` cannot have: those of what is there, those that runs had at first, and those by which
/// runs speak of others.
pub fn names_in(folder: &Path) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for run in folder.read_dir().into_iter().flatten().flatten().map(|entry| entry.path()) {
        names.insert(name_of(&run));
        if let Ok(record) = RunRecord::read(&run) {
            names.extend(record.first_name);
            names.extend(record.parent.map(|parent| parent.run));
        }
    }
    names
}

impl Listing {
    /// The runs right inside `folder`, those in `elsewhere` and those beside them. Of those in `known` that were not written since, the
    /// picture is taken over; the others get theirs by [`Summary::draw`].
    pub fn read(folder: &Path, elsewhere: &[PathBuf], known: &[Summary]) -> Result<Self, RunError> {
        let mut folders = Vec::new();
        match folder.read_dir() {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            entries => {
                for entry in entries.map_err(|e| RunError::read(folder, &e))? {
                    folders.push(entry.map_err(|e| RunError::read(folder, &e))?.path());
                }
            }
        }
        folders.extend(elsewhere.iter().cloned());
        let beside: BTreeSet<&Path> = elsewhere.iter().map(|run| files::folder_of(run)).collect();
        let readable =
            beside.into_iter().filter(|beside| *beside != folder).filter_map(|beside| beside.read_dir().ok());
        folders.extend(readable.flatten().flatten().map(|entry| entry.path()));
        folders.sort();
        folders.dedup();
        let mut listing = Self::default();
        for run in folders.into_iter().filter(|run| SavedRun::is_in(run)) {
            match Summary::read(&run, known) {
                Ok(summary) => listing.runs.push(summary),
                Err(error) => listing.unreadable.push(error.to_string()),
            }
        }
        listing.runs.sort_by(|a, b| b.written[0].cmp(&a.written[0]).then_with(|| b.name.cmp(&a.name)));
        Ok(listing)
    }
}

impl Summary {
    fn read(folder: &Path, known: &[Self]) -> Result<Self, RunError> {
        let written = [record::FILE, checkpoint::FILE].map(|name| folder.join(name).metadata().ok()?.modified().ok());
        if let Some(known) = known.iter().find(|known| known.folder == folder && known.written == written) {
            return Ok(known.clone());
        }
        let record = RunRecord::read(folder)?;
        let name = name_of(folder);
        let best_elbo_nats = best_elbo(folder, &record);
        Ok(Self { folder: folder.to_owned(), name, record, best_elbo_nats, picture: None, written })
    }

    /// Whether there is something to draw that was not drawn.
    pub fn lacks_picture(&self) -> bool {
        self.picture.is_none() && self.written[1].is_some()
    }

    /// Decodes the small picture from the checkpoint.
    pub fn draw(&mut self) -> Result<(), RunError> {
        let run = SavedRun {
            folder: self.folder.clone(),
            record: self.record.clone(),
            rows: Vec::new(),
            checkpoint: checkpoint::read(&self.folder, &self.record)?,
        };
        self.picture = Some(thumbnail(&run.snapshot()?)?);
        Ok(())
    }
}

/// The best of every validation; runs of older versions, which did not keep it, are read through.
fn best_elbo(folder: &Path, record: &RunRecord) -> Option<f64> {
    if record.config.model.kind == crate::config::Kind::Ae {
        return None;
    }
    let of_rows = || {
        let rows = history::read(folder, record.step).unwrap_or_default();
        recorder::best(None, &rows).or_else(|| record.validation.map(|terms| terms.elbo_nats))
    };
    record.best_elbo_nats.or_else(|| record.validation.and_then(|_| of_rows()))
}

fn thumbnail(snapshot: &Snapshot) -> Result<Thumbnail, ModelError> {
    let (shape, d) = (snapshot.shape(), snapshot.latent_dim());
    let grid = Grid::square(Plane::axes(d, 0, 1), CELLS, EXTENT);
    let (side, line) = (CELLS * shape.side, shape.side * shape.channels);
    let mut bytes = Vec::with_capacity(side * side * shape.channels);
    for row in 0..CELLS {
        let images = to_bytes(&snapshot.decode(&grid.row_points(row))?); // [CELLS, side, side, channels]
        for y in 0..shape.side {
            for image in images.chunks_exact(shape.pixels()) {
                bytes.extend(image.iter().skip(y * line).take(line));
            }
        }
    }
    Ok(Thumbnail { side, channels: shape.channels, bytes })
}
