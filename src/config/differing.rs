//! In what runs differ.

use crate::config::{ASIDE, KEYS, RunConfig};

/// The keys on which the settings of some runs do not agree, in their usual order; those that play no part in a
/// run's numbers left out.
pub fn differing(configs: &[&RunConfig]) -> Vec<&'static str> {
    let Some((first, others)) = configs.split_first() else { return Vec::new() };
    let differs = |key: &&str| others.iter().any(|other| other.get(key) != first.get(key));
    KEYS.iter().copied().filter(|key| !ASIDE.contains(key)).filter(differs).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_not_the_same_everywhere_is_named() {
        let with = |pair: &str| {
            let mut config = RunConfig::default();
            config.set_pair(pair).unwrap();
            config
        };
        let (plain, beta, wide) = (RunConfig::default(), with("train.beta=4"), with("model.latent_dim=8"));
        assert!(differing(&[]).is_empty() && differing(&[&beta]).is_empty() && differing(&[&beta, &beta]).is_empty());
        assert_eq!(differing(&[&plain, &beta, &plain]), ["train.beta"]);
        assert_eq!(differing(&[&beta, &wide]), ["model.latent_dim", "train.beta"]);
        assert!(differing(&[&plain, &with("train.threads=3")]).is_empty());
    }
}
