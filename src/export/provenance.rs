//! How a picture was made: enough to make it again from the same run.

use serde::{Deserialize, Serialize};

use crate::config::{Kind, Likelihood, TrainConfig};
use crate::export::{End, ExportError, Playback};
use crate::latent::Grid;
use crate::model::Snapshot;

/// What a picture is decoded with.
#[derive(Debug, Clone, Copy)]
pub struct Origin<'a> {
    /// The model.
    pub snapshot: &'a Snapshot,
    /// Name of the run that trained it.
    pub run: &'a str,
    /// How it was trained.
    pub train: &'a TrainConfig,
}

/// How a picture was made. The same JSON stands inside the PNG and beside it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Provenance {
    /// The program that made it.
    pub program: String,
    /// Its version.
    pub version: String,
    /// Which picture, and where in latent space.
    #[serde(flatten)]
    pub made: Made,
    /// The model that decoded it; of two, the first.
    #[serde(flatten)]
    pub decoder: Decoder,
    /// How the frames of an animation are played.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub playback: Option<Playback>,
    /// Every decoded pixel is this many pixels wide and high.
    pub upscale: usize,
}

/// A model, and how it was trained.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Decoder {
    /// Name of the run.
    pub run: String,
    /// Training steps behind the model.
    pub step: u64,
    /// Passes over the training images behind it.
    pub epoch: f64,
    /// Variational or plain autoencoder.
    pub model: Kind,
    /// p(x|z).
    pub likelihood: Likelihood,
    /// σ of the likelihood in pixel units; none for Bernoulli.
    pub sigma: Option<f64>,
    /// Weight of the KL term; none in a plain autoencoder.
    pub beta: Option<f64>,
    /// Seed of the run.
    pub seed: u64,
}

/// Which picture, and where in latent space: `"kind"` is the word for it, the rest under `"layout"`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "layout", rename_all = "lowercase")]
pub enum Made {
    /// Frames along a path.
    Strip {
        /// `lerp`, `slerp` or `geodesic`.
        path: String,
        /// Where it begins; an image stands left of the frames.
        from: MadeEnd,
        /// Where it ends; an image stands right of the frames.
        to: MadeEnd,
        /// z of every frame, left to right: `[frames, d]`.
        z: Vec<Vec<f32>>,
    },
    /// Frames through several stops.
    Animation {
        /// What lies between two stops: `lerp`, `slerp` or `geodesic`.
        path: String,
        /// Speed between two stops: `linear`, or `smoothstep`, 3t² − 2t³.
        easing: String,
        /// Whether it leads from the last stop back to the first.
        closed: bool,
        /// Where it goes through.
        stops: Vec<MadeEnd>,
        /// z of every frame, those of a way back not repeated: `[frames, d]`.
        z: Vec<Vec<f32>>,
    },
    /// The same points by one model of the run's past after another.
    History {
        /// Training steps behind the model of each frame, `[frames]`.
        steps: Vec<u64>,
        /// Passes over the training images behind it, `[frames]`.
        epochs: Vec<f64>,
        /// What is decoded.
        #[serde(flatten)]
        watched: Watched,
    },
    /// One frame of an animation.
    Frame {
        /// Which, from 0.
        frame: usize,
        /// Its z, `[d]`, when it is the decoded image of a point.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        z: Option<Vec<f32>>,
    },
    /// Points of a plane: z of column i, row j is origin + w(a0 + i·step)·u + w(b0 − j·step)·v, with w(s) = s, or Φ⁻¹(s)
    /// when the spacing is that of quantiles.
    Grid(Grid),
    /// Images, row by row, each above its reconstruction.
    Sheet {
        /// Images side by side.
        columns: usize,
        /// The images and the means that are decoded.
        images: Vec<MadeEnd>,
    },
    /// The same points by two models, a row for each.
    Diff {
        /// z of every column, left to right: `[columns, d]`.
        z: Vec<Vec<f32>>,
        /// The model of the lower row.
        other: Decoder,
    },
}

/// What the models of a run's past decode: `"grid"`, or `"z"`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Watched {
    /// Points of a plane.
    #[serde(rename = "grid")]
    Grid(Grid),
    /// Single points, `[n, d]`.
    #[serde(rename = "z")]
    Points(Vec<Vec<f32>>),
}

/// An end of a strip.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MadeEnd {
    /// The image that stands there, by its path inside the folder of images.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub image: Option<String>,
    /// Its z, `[d]`: of an image, the mean of q(z|x).
    pub z: Vec<f32>,
}

impl Provenance {
    /// What is known of `origin`, and `made`.
    pub(super) fn new(origin: &Origin<'_>, made: Made, upscale: usize) -> Self {
        Self {
            program: env!("CARGO_PKG_NAME").into(),
            version: env!("CARGO_PKG_VERSION").into(),
            made,
            decoder: Decoder::of(origin),
            playback: None,
            upscale,
        }
    }

    /// The program and its version.
    pub(super) fn software(&self) -> String {
        format!("{} {}", self.program, self.version)
    }

    /// The provenance of one frame of an animation.
    pub(super) fn of_frame(&self, frame: usize) -> Self {
        let of = |made, decoder: &Decoder| Self { made, decoder: decoder.clone(), ..self.clone() };
        match &self.made {
            Made::Animation { z, .. } => of(Made::Frame { frame, z: z.get(frame).cloned() }, &self.decoder),
            Made::History { steps, epochs, watched } => {
                let (step, epoch) = steps.iter().copied().zip(epochs.iter().copied()).nth(frame).unwrap_or_default();
                let watched = watched.clone();
                let made = Made::History { steps: vec![step], epochs: vec![epoch], watched };
                of(made, &Decoder { step, epoch, ..self.decoder.clone() })
            }
            _ => of(Made::Frame { frame, z: None }, &self.decoder),
        }
    }

    /// The JSON that is written.
    pub fn json(&self) -> Result<String, ExportError> {
        Ok(serde_json::to_string_pretty(self)?)
    }
}

/// How something that is no picture was made: the program, the model `decoder` and, in the same object, `what`.
pub(super) fn told(kind: &str, decoder: &Decoder, what: impl Serialize) -> Result<String, ExportError> {
    #[derive(Serialize)]
    struct Told<'a, T> {
        program: &'static str,
        version: &'static str,
        kind: &'a str,
        #[serde(flatten)]
        decoder: &'a Decoder,
        #[serde(flatten)]
        what: T,
    }
    let (program, version) = (env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));
    Ok(serde_json::to_string_pretty(&Told { program, version, kind, decoder, what })?)
}

impl Decoder {
    /// What is known of `origin`.
    pub fn of(origin: &Origin<'_>) -> Self {
        let Origin { snapshot, run, train } = origin;
        let vae = snapshot.vae();
        Self {
            run: inner_path(run),
            step: snapshot.step,
            epoch: snapshot.epoch,
            model: vae.config.kind,
            likelihood: vae.config.likelihood,
            sigma: vae.sigma(),
            beta: vae.is_variational().then_some(train.beta),
            seed: train.seed,
        }
    }
}

impl Made {
    /// The word for the picture, which is also how its numbered files begin.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Strip { .. } => "strip",
            Self::Animation { .. } => "animation",
            Self::History { .. } => "history",
            Self::Frame { .. } => "frame",
            Self::Grid(_) => "grid",
            Self::Sheet { .. } => "sheet",
            Self::Diff { .. } => "diff",
        }
    }
}

impl From<&End> for MadeEnd {
    fn from(end: &End) -> Self {
        Self { image: end.image.as_ref().map(|image| inner_path(&image.name)), z: end.z.clone() }
    }
}

/// A path inside a folder stays as it is; of one that leads in from outside only the last part is kept, because the
/// rest says whose machine it was.
pub fn inner_path(name: &str) -> String {
    let parts = || name.split(['/', '\\']);
    let has_drive = name.get(1..2) == Some(":");
    let from_outside = has_drive || name.starts_with('~') || parts().any(|part| part == "..");
    if from_outside || name.starts_with(['/', '\\']) {
        return parts().rfind(|part| !part.is_empty()).unwrap_or_default().to_owned();
    }
    name.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_from_outside_keeps_only_its_last_part() {
        let check = |name, expected| assert_eq!(inner_path(name), expected);
        check("class/name.png", "class/name.png");
        check("猫/ねこ.png", "猫/ねこ.png");
        check("/srv/me/cats/tom.png", "tom.png");
        check("../me/tom.png", "tom.png");
        check("~/tom.png", "tom.png");
        check(r"C:\cats\me\tom.png", "tom.png");
        check(r"\\server\me\tom.png", "tom.png");
        check("/srv/runs/emoji-01/", "emoji-01");
    }
}
