//! The kinds of value a setting can have, and the words that stand for them in files and on the command line.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::config::ConfigError;

/// Declares an enum with the words that stand for its values in files, on the command line and in messages.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum $name { $($(#[$vmeta])* #[serde(rename = $word)] $variant),+ }

        impl $name {
            /// Every value, in the order shown to the user.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The word that stands for this value.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.word())
            }
        }

        impl FromStr for $name {
            type Err = ConfigError;
            fn from_str(text: &str) -> Result<Self, ConfigError> {
                Self::ALL.iter().copied().find(|v| v.word() == text).ok_or_else(|| {
                    let known: Vec<_> = Self::ALL.iter().map(|v| v.word()).collect();
                    ConfigError(format!("\"{text}\" is not one of {}", known.join(", ")))
                })
            }
        }
    };
}

words!(
    /// Grey or colour.
    Channels { /// Grey when every image is, RGB otherwise.
        Auto = "auto", /// One channel.
        Grey = "grey", /// Three channels.
        Rgb = "rgb" }
);
words!(
    /// How an oblong image becomes square.
    Fit { /// The centre square is kept.
        Crop = "crop", /// Bars of the background colour are added.
        Pad = "pad", /// Both sides are scaled to the same length.
        Stretch = "stretch" }
);
words!(
    /// Variational or plain autoencoder.
    Kind { /// q(z|x) is a Gaussian, KL is paid.
        Vae = "vae", /// z = μ(x), no KL.
        Ae = "ae" }
);
words!(
    /// The networks.
    Arch { /// Two hidden layers each way.
        Mlp = "mlp", /// Strided convolutions down, transposed convolutions up.
        Conv = "conv" }
);
words!(
    /// The non-linearity after every layer but the last.
    Activation { /// max(0, x).
        Relu = "relu", /// The hyperbolic tangent, as in the older literature (Burda et al. 2016).
        Tanh = "tanh" }
);
words!(
    /// Where the weights start.
    Init { /// He et al. 2015, eq. 10, before every ReLU, with biases of zero; PyTorch's elsewhere.
        He = "he", /// As PyTorch's `Linear` and `Conv2d` start: weights and biases in U(−1/√fan_in, 1/√fan_in).
        Pytorch = "pytorch" }
);
words!(
    /// p(x|z).
    Likelihood { /// N(f(z), σ² I), σ given.
        Gaussian = "gaussian", /// N(f(z), σ² I), σ² is the mean squared error (Rybkin et al. 2021).
        GaussianLearned = "gaussian-learned", /// Independent Bernoulli pixels, grey values as soft targets.
        Bernoulli = "bernoulli" }
);
words!(
    /// β over the run.
    BetaSchedule { /// It stays, after its warm-up.
        Constant = "constant", /// It rises again and again from 0 (Fu et al. 2019).
        Cyclical = "cyclical" }
);
words!(
    /// The learning rate over the run.
    LrSchedule { /// It stays, after its warm-up.
        Constant = "constant", /// It falls along half a cosine to 0 at the last epoch (Loshchilov & Hutter 2017).
        Cosine = "cosine" }
);

/// Side of the square image: a number of pixels, or the images' own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "SizeText", into = "SizeText")]
pub enum Size {
    /// The images' own side when all are squares of one side in 16 to 128, otherwise 64.
    Auto,
    /// Pixels.
    Side(usize),
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum SizeText {
    Number(usize),
    Word(String),
}

impl From<Size> for SizeText {
    fn from(size: Size) -> Self {
        match size {
            Size::Auto => Self::Word("auto".into()),
            Size::Side(side) => Self::Number(side),
        }
    }
}

impl TryFrom<SizeText> for Size {
    type Error = ConfigError;
    fn try_from(text: SizeText) -> Result<Self, ConfigError> {
        match text {
            SizeText::Number(side) => Ok(Self::Side(side)),
            SizeText::Word(word) => word.parse(),
        }
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => f.write_str("auto"),
            Self::Side(side) => write!(f, "{side}"),
        }
    }
}

impl FromStr for Size {
    type Err = ConfigError;
    fn from_str(text: &str) -> Result<Self, ConfigError> {
        if text == "auto" {
            return Ok(Self::Auto);
        }
        text.parse().map(Self::Side).map_err(|_| ConfigError(format!("\"{text}\" is neither auto nor a whole number")))
    }
}

/// A colour, written `#rrggbb`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Rgb(pub [u8; 3]);

impl From<Rgb> for String {
    fn from(colour: Rgb) -> Self {
        colour.to_string()
    }
}

impl TryFrom<String> for Rgb {
    type Error = ConfigError;
    fn try_from(text: String) -> Result<Self, ConfigError> {
        text.parse()
    }
}

impl fmt::Display for Rgb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [r, g, b] = self.0;
        write!(f, "#{r:02x}{g:02x}{b:02x}")
    }
}

impl FromStr for Rgb {
    type Err = ConfigError;
    fn from_str(text: &str) -> Result<Self, ConfigError> {
        let wrong = || ConfigError(format!("\"{text}\" is not a colour like #ff8800"));
        let hex = text.strip_prefix('#').filter(|h| h.len() == 6 && h.is_ascii()).ok_or_else(wrong)?;
        let value = u32::from_str_radix(hex, 16).map_err(|_| wrong())?;
        let [_, r, g, b] = value.to_be_bytes();
        Ok(Self([r, g, b]))
    }
}
