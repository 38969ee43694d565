//! `run.json`: what a run is made from, and where it stands.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::config::{DataConfig, Init, RunConfig};
use crate::data::Dataset;
use crate::files::{self, Clash};
use crate::model::ImageShape;
use crate::run::{MOST_TEXT, RunError};
use crate::train::{Divergence, Mark, StopReason, Terms};

/// Its name in the folder.
pub const FILE: &str = "run.json";
/// More than any training took: 3,000 years.
pub(super) const MOST_SECONDS: f64 = 1e11;
/// What this version writes.
const FORMAT: u32 = 3;

/// The whole of `run.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunRecord {
    /// Changes when an older program could no longer read the folder.
    pub format: u32,
    /// Version of the program that wrote it.
    pub version: String,
    /// What its folder was called at first, when the window made it: no later run is called so.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub first_name: Option<String>,
    /// What was trained on: a folder's path or a sample's name.
    pub source: String,
    /// What the images were.
    pub data: DataFacts,
    /// Every setting, after all changes.
    pub config: RunConfig,
    /// What was changed while it trained.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub marks: Vec<Mark>,
    /// The run whose weights it began with.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub parent: Option<Parent>,
    /// Where the run stands.
    pub status: Status,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reason: Option<String>,
    /// Where its numbers ended, when that is why.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub diverged: Option<Divergence>,
    /// Steps done.
    pub step: u64,
    /// Passes over the training images done.
    pub epoch: f64,
    /// Wall time of training.
    pub seconds: f64,
    /// Of the last step's batch.
    pub train: Option<TermsRecord>,
    /// Of the last validation.
    pub validation: Option<TermsRecord>,
    /// The best ELBO of any validation, nats per image.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub best_elbo_nats: Option<f64>,
    /// Hardware threads of the machine that trains: with `train.threads = 0` the bits depend on it.
    pub cores: usize,
}

/// Where a run's first weights come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parent {
    /// Name of the run's folder.
    pub run: String,
    /// Its step.
    pub step: u64,
    /// Parameters that were taken over; the others did not fit and were drawn.
    pub parameters_kept: usize,
    /// Parameters of the new model.
    pub parameters: usize,
}

/// The images, as far as a run depends on them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DataFacts {
    /// [`Dataset::fingerprint`].
    pub fingerprint: String,
    /// Images.
    pub images: usize,
    /// Height and width in pixels.
    pub side: usize,
    /// 1 or 3.
    pub channels: usize,
    /// Images the weights see.
    pub train_images: usize,
    /// Images held for validation.
    pub validation_images: usize,
}

/// Where a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Being trained, or cut off while it was.
    Running,
    /// Ended early; it can go on.
    Stopped,
    /// Every epoch was done.
    Finished,
    /// It could not go on.
    Failed,
}

/// The terms of the bound, mean over images.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct TermsRecord {
    /// −E_q[log p(x|z)], nats per image.
    pub recon_nats: f64,
    /// KL(q(z|x) ‖ p(z)), nats per image.
    pub kl_nats: f64,
    /// −reconstruction − KL, nats per image.
    pub elbo_nats: f64,
}

impl From<Terms> for TermsRecord {
    fn from(terms: Terms) -> Self {
        Self { recon_nats: terms.recon_nats, kl_nats: terms.kl_nats, elbo_nats: terms.elbo_nats() }
    }
}

impl From<Option<&StopReason>> for Status {
    fn from(ended: Option<&StopReason>) -> Self {
        match ended {
            None => Self::Running,
            Some(StopReason::Asked) => Self::Stopped,
            Some(StopReason::Finished) => Self::Finished,
            Some(StopReason::Diverged(_) | StopReason::Failed(_)) => Self::Failed,
        }
    }
}

impl RunRecord {
    /// The record of a run that has not begun.
    pub fn new(data: &Dataset, config: RunConfig) -> Self {
        // A folder is found again from wherever the program is started next.
        let folder = data.root.as_ref().map(|root| std::path::absolute(root).unwrap_or_else(|_| root.clone()));
        let source = folder.map_or_else(|| data.name.clone(), |folder| folder.display().to_string());
        let split = data.split(config.data.validation_fraction, config.train.seed);
        let data = DataFacts {
            fingerprint: data.fingerprint().to_owned(),
            images: data.len(),
            side: data.side,
            channels: data.channels,
            train_images: split.train.len(),
            validation_images: split.validation.len(),
        };
        Self {
            format: FORMAT,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            first_name: None,
            source,
            data,
            config,
            marks: Vec::new(),
            parent: None,
            status: Status::Running,
            reason: None,
            diverged: None,
            step: 0,
            epoch: 0.0,
            seconds: 0.0,
            train: None,
            validation: None,
            best_elbo_nats: None,
            cores: std::thread::available_parallelism().map_or(1, usize::from),
        }
    }

    /// Reads `folder`'s record.
    pub fn read(folder: &Path) -> Result<Self, RunError> {
        /// All that is certain about a file of a later version.
        #[derive(Deserialize)]
        struct Format {
            format: u32,
        }
        let path = folder.join(FILE);
        let text = match files::read_text(&path, MOST_TEXT) {
            Err(e) if e.kind() == std::io::ErrorKind::NotFound && folder.is_dir() => {
                return Err(RunError::NotARun(folder.to_owned()));
            }
            text => text.map_err(|e| RunError::read(&path, &e))?,
        };
        let damaged = |reason: String| RunError::Damaged { path: path.clone(), reason };
        let Format { format } = serde_json::from_str(&text).map_err(|e| damaged(e.to_string()))?;
        if format > FORMAT {
            return Err(RunError::Newer { path, format });
        }
        let mut record: Self = serde_json::from_str(&text).map_err(|e| damaged(e.to_string()))?;
        if format < 3 {
            // It was begun so, and goes on so.
            (record.config.model.init, record.config.train.average) = (Init::Pytorch, false);
            record.format = FORMAT;
        }
        record.config.validate().map_err(|e| damaged(e.to_string()))?;
        record.check().map_err(damaged)?;
        Ok(record)
    }

    /// Whether its figures can be a run's: what is computed from them stays in range.
    fn check(&self) -> Result<(), String> {
        let DataFacts { images, side, channels, train_images, validation_images, .. } = self.data;
        if !crate::config::SIDES.contains(&side) || ![1, 3].contains(&channels) {
            return Err(format!("images of {side} × {side} × {channels}"));
        }
        if train_images.checked_add(validation_images) != Some(images) || images > u32::MAX as usize {
            return Err(format!("{train_images} + {validation_images} of {images} images"));
        }
        let (seconds, epoch) = (self.seconds, self.epoch);
        if !(0.0..=MOST_SECONDS).contains(&seconds) || !(0.0..=1e18).contains(&epoch) {
            return Err(format!("{epoch} epochs in {seconds} seconds"));
        }
        // A setting that was changed has to be one, with values that it takes.
        self.marks.iter().try_for_each(|mark| {
            let mut config = self.config.clone();
            [&mark.from, &mark.to]
                .into_iter()
                .try_for_each(|value| config.set(&mark.key, value))
                .map_err(|e| e.to_string())
        })
    }

    /// Replaces `folder`'s record.
    pub fn write(&self, folder: &Path) -> Result<(), RunError> {
        let path = folder.join(FILE);
        let mut text = serde_json::to_vec_pretty(self).map_err(|e| RunError::Io {
            verb: "write",
            path: path.clone(),
            reason: e.to_string(),
        })?;
        text.push(b'\n');
        files::write(&path, &text, Clash::Replace).map_err(|e| RunError::write(&path, &e))
    }

    /// Steps of one epoch.
    pub fn steps_per_epoch(&self) -> u64 {
        self.data.train_images.div_ceil(self.config.train.batch).max(1) as u64
    }

    /// Shape of the run's images.
    pub fn shape(&self) -> ImageShape {
        ImageShape { side: self.data.side, channels: self.data.channels }
    }

    /// How to load images for this run: as it was trained, with what `auto` came to.
    pub fn data_config(&self) -> DataConfig {
        self.config.data.like(self.data.side, self.data.channels)
    }

    /// Whether `data` are the images the run was trained on.
    pub fn check_data(&self, data: &Dataset) -> Result<(), RunError> {
        let found = data.fingerprint();
        if found == self.data.fingerprint {
            return Ok(());
        }
        Err(RunError::OtherData {
            given: data.name.clone(),
            trained: self.data.images,
            source_name: self.source.clone(),
            expected: self.data.fingerprint.clone(),
            found: found.to_owned(),
        })
    }
}
