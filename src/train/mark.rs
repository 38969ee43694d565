//! What was changed while a run trained. A run's numbers follow from its first settings, its images and its marks, so
//! that one taken up again from any step goes on bit for bit.

use serde::{Deserialize, Serialize};

use crate::config::{ASIDE, ConfigError, KEYS, RunConfig, name_of, value_of};

/// A setting to be changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// One of [`is_live`].
    pub key: String,
    /// Its new value, as `--set` takes it.
    pub to: String,
}

/// A setting that was changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Mark {
    /// Steps done before: the change acts from the next one on.
    pub step: u64,
    /// Passes over the training images before it.
    pub epoch: f64,
    /// Wall time of training before it.
    pub seconds: f64,
    /// Which setting, such as `train.beta`.
    pub key: String,
    /// Its value before, as `--set` takes it.
    pub from: String,
    /// Its value after.
    pub to: String,
}

/// Whether the setting acts at the next step of a run under way; the others need a new run.
pub fn is_live(key: &str) -> bool {
    // The batch decides what an epoch is, the seed the split and the order.
    key.starts_with("train.") && !["train.batch", "train.seed"].contains(&key) && !ASIDE.contains(&key)
}

impl Change {
    /// `key` to become `to`.
    #[expect(clippy::needless_pass_by_value, reason = "a number, or a word that stands there")]
    pub fn new(key: &str, to: impl ToString) -> Self {
        Self { key: key.to_owned(), to: to.to_string() }
    }

    /// What turns `old` into `new`, as far as it can while a run trains.
    pub fn between(old: &RunConfig, new: &RunConfig) -> Vec<Self> {
        let changed = KEYS.iter().copied().filter(|key| is_live(key) && old.get(key) != new.get(key));
        changed.filter_map(|key| Some(Self { key: key.to_owned(), to: new.get(key)? })).collect()
    }
}

impl Mark {
    /// What was changed, in the window's words: β 1 → 4.
    pub fn in_words(&self) -> String {
        let Self { key, from, to, .. } = self;
        format!("{} {} → {}", name_of(key), value_of(key, from), value_of(key, to))
    }
}

/// Where a run stands when something is changed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moment {
    /// Steps done.
    pub step: u64,
    /// Passes over the training images done.
    pub epoch: f64,
    /// Wall time of training.
    pub seconds: f64,
}

/// Changes `config` at `now` and writes it into `marks`. What was once changed at a later step, before the run was taken
/// up again from an earlier one, does not count any more, like the rest of what happened then: `config` is first what
/// it was at `now`.
///
/// Errors, and changes nothing, when a value is out of range or needs a new run.
pub fn change(
    config: &mut RunConfig,
    marks: &mut Vec<Mark>,
    changes: &[Change],
    now: Moment,
) -> Result<(), ConfigError> {
    let mut new = at_step(config, marks, now.step);
    let mut kept: Vec<Mark> = marks.iter().filter(|mark| mark.step <= now.step).cloned().collect();
    for Change { key, to } in changes {
        let from = new.get(key).filter(|_| is_live(key)).ok_or_else(|| ConfigError::needs_new_run(key))?;
        new.set(key, to)?;
        // As it is written, whatever it was given as.
        let to = new.get(key).unwrap_or_else(|| to.clone());
        let same = kept.iter().position(|mark| mark.step == now.step && mark.key == *key);
        match same.map(|i| kept.remove(i)) {
            Some(mark) if mark.from == to => {}
            Some(mark) => kept.push(Mark { to, ..mark }),
            None if from == to => {}
            None => {
                let Moment { step, epoch, seconds } = now;
                kept.push(Mark { step, epoch, seconds, key: key.clone(), from, to });
            }
        }
    }
    new.validate()?;
    *config = new;
    *marks = kept;
    Ok(())
}

/// What `config`, the settings after every mark, were when `step` steps were done.
pub fn at_step(config: &RunConfig, marks: &[Mark], step: u64) -> RunConfig {
    let mut config = config.clone();
    for mark in marks.iter().rev().filter(|mark| mark.step > step) {
        // A value that was once set can be set again.
        let _known = config.set(&mark.key, &mark.from);
    }
    config
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(step: u64) -> Moment {
        Moment { step, epoch: step as f64 / 10.0, seconds: step as f64 }
    }

    fn values(marks: &[Mark]) -> Vec<(u64, &str, &str, &str)> {
        marks.iter().map(|m| (m.step, m.key.as_str(), m.from.as_str(), m.to.as_str())).collect()
    }

    #[test]
    fn changes_are_marked_and_can_be_taken_back_to_any_step() {
        let (mut config, mut marks) = (RunConfig::default(), Vec::new());
        let first = config.clone();
        change(&mut config, &mut marks, &[Change::new("train.beta", "4.0"), Change::new("train.lr", 1e-4)], at(10))
            .unwrap();
        change(&mut config, &mut marks, &[Change::new("train.beta", 2)], at(30)).unwrap();
        let expected =
            [(10, "train.beta", "1", "4"), (10, "train.lr", "0.002", "0.0001"), (30, "train.beta", "4", "2")];
        assert_eq!(values(&marks), expected);
        assert_eq!((config.train.beta, config.train.lr), (2.0, 1e-4));
        assert_eq!(at_step(&config, &marks, 9), first);
        assert_eq!(at_step(&config, &marks, 10).train.beta, 4.0);
        assert_eq!(at_step(&config, &marks, 29).train.beta, 4.0);
        assert_eq!(at_step(&config, &marks, 30), config);
        // Taken up again at step 20, where β was 4.
        change(&mut config, &mut marks, &[Change::new("train.free_bits", 0.5)], at(20)).unwrap();
        assert_eq!((config.train.beta, config.train.free_bits), (4.0, 0.5));
        assert_eq!(values(&marks)[2], (20, "train.free_bits", "0", "0.5"));
    }

    #[test]
    fn a_value_tried_and_taken_back_leaves_no_mark() {
        let (mut config, mut marks) = (RunConfig::default(), Vec::new());
        for to in ["3", "5"] {
            change(&mut config, &mut marks, &[Change::new("train.beta", to)], at(4)).unwrap();
        }
        assert_eq!(values(&marks), [(4, "train.beta", "1", "5")]);
        change(&mut config, &mut marks, &[Change::new("train.beta", 1)], at(4)).unwrap();
        assert_eq!((marks.len(), config), (0, RunConfig::default()));
    }

    #[test]
    fn what_cannot_be_changed_changes_nothing() {
        let refuses = |key: &str, to: &str, says: &str| {
            let (mut config, mut marks) = (RunConfig::default(), Vec::new());
            let changes = [Change::new("train.beta", 3), Change::new(key, to)];
            let error = change(&mut config, &mut marks, &changes, at(1)).unwrap_err().to_string();
            assert!(error.contains(says), "{error}");
            assert_eq!((config, marks), (RunConfig::default(), Vec::new()));
        };
        refuses("model.latent_dim", "4", "model.latent_dim needs a new run");
        refuses("train.batch", "4", "train.batch needs a new run");
        refuses("train.lr", "7", "train.lr is 7");
        refuses("train.lr", "fast", "train.lr: \"fast\"");
    }
}
