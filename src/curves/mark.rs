//! Something that happened in a run and is marked on its curves.

/// A vertical line with its text: "β 1 → 4".
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    /// The step before which it happened.
    pub step: u64,
    /// Passes over the training images then.
    pub epoch: f64,
    /// Wall time of training then.
    pub seconds: f64,
    /// What happened, in a few words.
    pub text: String,
}
