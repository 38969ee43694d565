//! Whether the figures of two runs measure the same.

use rust_i18n::t;

use crate::config::{Likelihood, ModelConfig};
use crate::run::RunRecord;

/// Why the figures of two runs say little about each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Apart {
    /// They were trained on other images.
    Images,
    /// A density is not a probability, and one of a narrow σ is higher than one of a wide σ.
    Likelihood,
    /// Other images are held in each.
    Held,
}

impl Apart {
    /// The gravest reason; `None` when the figures can be compared.
    pub fn between(a: &RunRecord, b: &RunRecord) -> Option<Self> {
        // A learned σ is part of what is judged, a fixed one is how.
        let sigma = |model: &ModelConfig| (model.likelihood == Likelihood::Gaussian).then_some(model.sigma);
        let measure = |model: &ModelConfig| (model.kind, model.likelihood, sigma(model), model.binarise);
        let split = |record: &RunRecord| (record.config.data.validation_fraction, record.config.train.seed);
        if a.data.fingerprint != b.data.fingerprint {
            Some(Self::Images)
        } else if measure(&a.config.model) != measure(&b.config.model) {
            Some(Self::Likelihood)
        } else {
            (split(a) != split(b)).then_some(Self::Held)
        }
    }

    /// The reason in one sentence.
    pub fn in_words(self) -> String {
        let text = match self {
            Self::Images => t!("compare.apart_images"),
            Self::Likelihood => t!("compare.apart_likelihood"),
            Self::Held => t!("compare.apart_held"),
        };
        text.into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::RunConfig;
    use crate::data::Dataset;

    #[test]
    fn the_gravest_reason_is_given() {
        let record = |grey: u8, pairs: &[&str]| {
            let mut config = RunConfig::default();
            pairs.iter().try_for_each(|pair| config.set_pair(pair)).unwrap();
            RunRecord::new(&Dataset::made("greys", (16, 1), vec![grey; 512]), config)
        };
        let check = |a: &[&str], b: &[&str], expected| {
            assert_eq!(Apart::between(&record(1, a), &record(1, b)), expected, "{a:?} {b:?}");
        };
        check(&[], &["train.beta=4", "model.latent_dim=8", "train.lr=0.1"], None);
        check(&[], &["train.seed=4"], Some(Apart::Held));
        check(&["train.seed=4"], &["model.likelihood=gaussian"], Some(Apart::Likelihood));
        let (fixed, learned) = ("model.likelihood=gaussian", "model.likelihood=gaussian-learned");
        check(&[fixed], &[fixed, "model.sigma=0.2"], Some(Apart::Likelihood));
        check(&[learned], &[learned, "model.sigma=0.2"], None);
        assert_eq!(Apart::between(&record(1, &[]), &record(2, &[fixed])), Some(Apart::Images));
    }
}
