//! What a run is made from: plain data with defaults, one dotted key per setting, and `validate()`.
//!
//! The same keys serve the window, `--set K=V`, a TOML file (`--config F`) and `run.json`.

mod differing;
mod file;
mod names;
pub mod number;
mod schedule;
mod values;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

pub use differing::differing;
pub use names::{name_of, value_of};
pub use values::{Activation, Arch, BetaSchedule, Channels, Fit, Init, Kind, Likelihood, LrSchedule, Rgb, Size};

/// A setting that cannot be used, in one sentence that names the key, the value and what would be accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ConfigError(String);

impl ConfigError {
    /// `key` cannot change in a run that has begun.
    pub fn needs_new_run(key: &str) -> Self {
        Self(format!("{key} needs a new run: it cannot change in one that has begun"))
    }
}

/// Everything that decides a run's numbers, given the images.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RunConfig {
    /// How files become pixels.
    pub data: DataConfig,
    /// What is trained.
    pub model: ModelConfig,
    /// How it is trained.
    pub train: TrainConfig,
}

/// How files become pixels.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DataConfig {
    /// Side of the square image in pixels, 16 to 128; `auto` keeps the images' own side when all share one.
    pub size: Size,
    /// Grey or RGB; `auto` is grey when every image is.
    pub channels: Channels,
    /// How an oblong image becomes square.
    pub fit: Fit,
    /// What shows through transparent pixels and in the bars of `pad`.
    pub background: Rgb,
    /// Pictures of more megapixels are refused by their header, before memory is taken; 1 to 1000.
    pub max_megapixels: usize,
    /// Share of the images held for validation, 0 to 0.5.
    pub validation_fraction: f64,
}

impl DataConfig {
    /// Reads other images as those of `side` and `channels` were, whatever these look like.
    #[must_use]
    pub fn like(&self, side: usize, channels: usize) -> Self {
        let channels = if channels == 1 { Channels::Grey } else { Channels::Rgb };
        Self { size: Size::Side(side), channels, ..self.clone() }
    }

    /// Most pixels that a picture may have.
    pub fn max_pixels(&self) -> u64 {
        self.max_megapixels as u64 * 1_000_000
    }
}

/// What is trained.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ModelConfig {
    /// Variational or plain autoencoder.
    pub kind: Kind,
    /// Fully connected or convolutional networks.
    pub arch: Arch,
    /// Dimensions of z, 2 to 64.
    pub latent_dim: usize,
    /// p(x|z).
    pub likelihood: Likelihood,
    /// σ of the Gaussian likelihood in pixel units ([0, 1]); of no use when it is learned.
    pub sigma: f64,
    /// Width of the two hidden layers of `mlp`.
    pub hidden: usize,
    /// What follows every layer but the last.
    pub activation: Activation,
    /// Where the weights start.
    pub init: Init,
    /// Pixels are 0 or 1, drawn from Bernoulli(x): anew for every batch, and once and for all where a model is evaluated
    /// (Burda et al. 2016, section 5).
    pub binarise: bool,
}

/// How it is trained.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TrainConfig {
    /// Passes over the training images.
    pub epochs: usize,
    /// Images per step.
    pub batch: usize,
    /// Adam's step size.
    pub lr: f64,
    /// What becomes of it over the run.
    pub lr_schedule: LrSchedule,
    /// The learning rate rises linearly from 0 over this many epochs (Goyal et al. 2017, section 2.2).
    pub lr_warmup_epochs: f64,
    /// Weight of the KL term (Higgins et al. 2017); 1 is the ELBO.
    pub beta: f64,
    /// What becomes of it over the run.
    pub beta_schedule: BetaSchedule,
    /// β rises linearly from 0 over this many epochs.
    pub warmup_epochs: f64,
    /// Epochs of one cycle of a cyclical β.
    pub cycle_epochs: f64,
    /// So many cycles, then β stays.
    pub cycles: usize,
    /// Share of a cycle in which β rises; the rest it stays.
    pub cycle_ramp: f64,
    /// Epoch at which the warm-up and the cycles of β begin.
    pub beta_from_epoch: f64,
    /// Nats per latent dimension below which KL is not penalised (Kingma et al. 2016, eq. 15).
    pub free_bits: f64,
    /// Samples of z per image and step.
    pub mc_samples: usize,
    /// Longest gradient, over all parameters together; longer ones are shortened to it (Pascanu et al. 2013); 0 is off.
    pub clip_norm: f64,
    /// The model is judged, shown and used with the mean of its weights over the last steps, about a tenth of those done
    /// (Karras et al. 2024, section 3.1); training goes on from the weights themselves.
    pub average: bool,
    /// Training images are mirrored left to right, every other time by chance.
    pub flip: bool,
    /// Training images are moved by chance, up to this many pixels each way; the edge is repeated.
    pub shift_pixels: usize,
    /// Seed of the weights, the split, the order of the images and the noise.
    pub seed: u64,
    /// Training threads; 0 is one per core.
    pub threads: usize,
    /// Disk space for the model as it was at earlier epochs, in MB; 0 keeps none.
    pub timeline_mb: usize,
}

impl Default for DataConfig {
    fn default() -> Self {
        Self {
            size: Size::Auto,
            channels: Channels::Auto,
            fit: Fit::Crop,
            background: Rgb([0, 0, 0]),
            // The largest cameras have 200.
            max_megapixels: 256,
            validation_fraction: 0.1,
        }
    }
}

impl Default for ModelConfig {
    fn default() -> Self {
        Self {
            kind: Kind::Vae,
            arch: Arch::Mlp,
            latent_dim: 2,
            likelihood: Likelihood::Bernoulli,
            sigma: 0.1,
            hidden: 400,
            activation: Activation::Relu,
            init: Init::He,
            binarise: false,
        }
    }
}

impl Default for TrainConfig {
    fn default() -> Self {
        Self {
            epochs: 40,
            batch: 128,
            lr: 2e-3,
            lr_schedule: LrSchedule::Constant,
            lr_warmup_epochs: 0.0,
            beta: 1.0,
            beta_schedule: BetaSchedule::Constant,
            warmup_epochs: 0.0,
            // Four cycles in the default forty epochs, half of each rising: Fu et al. 2019, section 4.1.
            cycle_epochs: 10.0,
            cycles: 4,
            cycle_ramp: 0.5,
            beta_from_epoch: 0.0,
            free_bits: 0.0,
            mc_samples: 1,
            clip_norm: 0.0,
            average: true,
            flip: false,
            shift_pixels: 0,
            seed: 0,
            threads: 0,
            timeline_mb: 128,
        }
    }
}

/// Smallest and largest side of an image, in pixels.
pub const SIDES: std::ops::RangeInclusive<usize> = 16..=128;
/// Least and most that the largest picture may be set to, in megapixels.
pub const MEGAPIXELS: std::ops::RangeInclusive<usize> = 1..=1000;
/// Smallest and largest learning rate.
pub const LRS: std::ops::RangeInclusive<f64> = 1e-7..=1.0;
/// Furthest that a training image is moved, in pixels: half of the smallest image.
pub const MAX_SHIFT: usize = 8;
/// Fewest and most latent dimensions.
pub const LATENT_DIMS: std::ops::RangeInclusive<usize> = 2..=64;

/// Settings that play no part in a run's numbers.
pub const ASIDE: [&str; 2] = ["train.threads", "train.timeline_mb"];

fn number<T: FromStr>(value: &str) -> Result<T, ConfigError> {
    value.parse().map_err(|_| ConfigError(format!("\"{value}\" is not a number this setting takes")))
}

fn yes_or_no(value: &str) -> Result<bool, ConfigError> {
    value.parse().map_err(|_| ConfigError(format!("\"{value}\" is neither true nor false")))
}

/// One arm per key: reads it as text, or sets it from text.
macro_rules! keys {
    ($($key:literal => $($field:ident).+, $parse:expr;)+) => {
        /// Every key, in the order they are written.
        pub const KEYS: &[&str] = &[$($key),+];

        impl RunConfig {
            /// The value of `key` as text, or `None` for an unknown key.
            pub fn get(&self, key: &str) -> Option<String> {
                match key { $($key => Some(self.$($field).+.to_string()),)+ _ => None }
            }

            /// Sets `key` from text; the result still has to pass [`RunConfig::validate`].
            pub fn set(&mut self, key: &str, value: &str) -> Result<(), ConfigError> {
                let named = |e: ConfigError| ConfigError(format!("{key}: {e}"));
                match key {
                    $($key => self.$($field).+ = $parse(value).map_err(named)?,)+
                    _ => return Err(ConfigError(format!("{key}: no such setting; known are {}", KEYS.join(", ")))),
                }
                Ok(())
            }
        }
    };
}

keys! {
    "data.size" => data.size, str::parse;
    "data.channels" => data.channels, str::parse;
    "data.fit" => data.fit, str::parse;
    "data.background" => data.background, str::parse;
    "data.max_megapixels" => data.max_megapixels, number;
    "data.validation_fraction" => data.validation_fraction, number;
    "model.kind" => model.kind, str::parse;
    "model.arch" => model.arch, str::parse;
    "model.latent_dim" => model.latent_dim, number;
    "model.likelihood" => model.likelihood, str::parse;
    "model.sigma" => model.sigma, number;
    "model.hidden" => model.hidden, number;
    "model.activation" => model.activation, str::parse;
    "model.init" => model.init, str::parse;
    "model.binarise" => model.binarise, yes_or_no;
    "train.epochs" => train.epochs, number;
    "train.batch" => train.batch, number;
    "train.lr" => train.lr, number;
    "train.lr_schedule" => train.lr_schedule, str::parse;
    "train.lr_warmup_epochs" => train.lr_warmup_epochs, number;
    "train.beta" => train.beta, number;
    "train.beta_schedule" => train.beta_schedule, str::parse;
    "train.warmup_epochs" => train.warmup_epochs, number;
    "train.cycle_epochs" => train.cycle_epochs, number;
    "train.cycles" => train.cycles, number;
    "train.cycle_ramp" => train.cycle_ramp, number;
    "train.beta_from_epoch" => train.beta_from_epoch, number;
    "train.free_bits" => train.free_bits, number;
    "train.mc_samples" => train.mc_samples, number;
    "train.clip_norm" => train.clip_norm, number;
    "train.average" => train.average, yes_or_no;
    "train.flip" => train.flip, yes_or_no;
    "train.shift_pixels" => train.shift_pixels, number;
    "train.seed" => train.seed, number;
    "train.threads" => train.threads, number;
    "train.timeline_mb" => train.timeline_mb, number;
}

impl RunConfig {
    /// Applies `KEY=VALUE`, as `--set` takes it.
    pub fn set_pair(&mut self, pair: &str) -> Result<(), ConfigError> {
        let (key, value) = pair
            .split_once('=')
            .ok_or_else(|| ConfigError(format!("\"{pair}\" is not KEY=VALUE, e.g. train.lr=0.001")))?;
        self.set(key.trim(), value.trim())
    }

    /// Checks every range; the first setting out of range is named.
    pub fn validate(&self) -> Result<(), ConfigError> {
        let Self { data, model, train } = self;
        if let Size::Side(side) = data.size {
            within("data.size", side, &SIDES)?;
        }
        within("data.max_megapixels", data.max_megapixels, &MEGAPIXELS)?;
        within("data.validation_fraction", data.validation_fraction, &(0.0..=0.5))?;
        within("model.latent_dim", model.latent_dim, &LATENT_DIMS)?;
        within("model.sigma", model.sigma, &(1e-3..=10.0))?;
        within("model.hidden", model.hidden, &(1..=4096))?;
        within("train.epochs", train.epochs, &(1..=1_000_000))?;
        within("train.batch", train.batch, &(1..=4096))?;
        within("train.lr", train.lr, &LRS)?;
        within("train.lr_warmup_epochs", train.lr_warmup_epochs, &(0.0..=1e6))?;
        within("train.beta", train.beta, &(0.0..=1000.0))?;
        within("train.warmup_epochs", train.warmup_epochs, &(0.0..=1e6))?;
        within("train.cycle_epochs", train.cycle_epochs, &(0.01..=1e6))?;
        within("train.cycles", train.cycles, &(1..=1_000_000))?;
        within("train.cycle_ramp", train.cycle_ramp, &(0.0..=1.0))?;
        within("train.beta_from_epoch", train.beta_from_epoch, &(0.0..=1e6))?;
        within("train.free_bits", train.free_bits, &(0.0..=100.0))?;
        within("train.mc_samples", train.mc_samples, &(1..=64))?;
        within("train.clip_norm", train.clip_norm, &(0.0..=1e9))?;
        within("train.shift_pixels", train.shift_pixels, &(0..=MAX_SHIFT))?;
        within("train.threads", train.threads, &(0..=1024))?;
        within("train.timeline_mb", train.timeline_mb, &(0..=1_000_000))
    }
}

fn within<T: PartialOrd + fmt::Display + Copy>(
    key: &str,
    value: T,
    range: &std::ops::RangeInclusive<T>,
) -> Result<(), ConfigError> {
    if range.contains(&value) {
        return Ok(());
    }
    Err(ConfigError(format!("{key} is {value}; it must lie between {} and {}", range.start(), range.end())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_reads_back_what_was_set() {
        let defaults = RunConfig::default();
        for key in KEYS {
            let mut config = RunConfig::default();
            let text = defaults.get(key).unwrap();
            config.set(key, &text).unwrap();
            assert_eq!(config, defaults, "{key} = {text}");
        }
    }

    #[test]
    fn toml_and_json_keep_every_setting() {
        let mut config = RunConfig::default();
        for pair in ["data.size=48", "data.background=#ff8800", "model.likelihood=gaussian-learned", "train.seed=7"] {
            config.set_pair(pair).unwrap();
        }
        assert_eq!(RunConfig::from_toml(&toml::to_string(&config).unwrap()).unwrap(), config);
        assert_eq!(serde_json::from_str::<RunConfig>(&serde_json::to_string(&config).unwrap()).unwrap(), config);
    }

    #[track_caller]
    fn refuses(pair: &str, says: &str) {
        let mut config = RunConfig::default();
        let error = config.set_pair(pair).and_then(|()| config.validate()).unwrap_err().to_string();
        assert!(error.contains(says), "{error:?} should say {says:?}");
    }

    #[test]
    fn a_wrong_setting_is_named_with_what_would_be_accepted() {
        refuses("model.latent_dim=1", "model.latent_dim is 1; it must lie between 2 and 64");
        refuses("data.size=512", "between 16 and 128");
        refuses("train.lr=nan", "train.lr is NaN");
        refuses("model.kind=gan", "vae, ae");
        refuses("model.knd=vae", "no such setting; known are data.size");
        refuses("train.batch=-1", "train.batch: \"-1\" is not a number");
        refuses("data.background=red", "#ff8800");
        refuses("train.lr", "KEY=VALUE");
        refuses("train.flip=maybe", "train.flip: \"maybe\" is neither true nor false");
        refuses("train.beta_schedule=linear", "constant, cyclical");
        refuses("train.cycle_epochs=0", "train.cycle_epochs is 0; it must lie between 0.01");
        refuses("train.shift_pixels=9", "between 0 and 8");
    }
}
