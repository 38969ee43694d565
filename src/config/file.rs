//! Settings in a TOML file.

use crate::config::{ConfigError, RunConfig};

impl RunConfig {
    /// Reads a TOML file's text; keys left out keep their defaults. An error names the line.
    pub fn from_toml(text: &str) -> Result<Self, ConfigError> {
        toml::from_str(text).map_err(|error: toml::de::Error| {
            let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
            let line = before.matches('\n').count() + 1;
            ConfigError(format!("line {line}: {}", error.message().replace('\n', ", ")))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refuses(text: &str, line: usize, says: &str) {
        let error = RunConfig::from_toml(text).unwrap_err().to_string();
        assert!(error.starts_with(&format!("line {line}: ")) && error.contains(says), "{error}");
        assert_eq!(error.lines().count(), 1, "{error}");
    }

    #[test]
    fn what_is_wrong_is_one_sentence_with_its_line() {
        refuses("[train]\nepoch = 3\n", 2, "epoch");
        refuses("[train]\nepochs = 3\nlr = \"fast\"\n", 3, "fast");
        refuses("[train\n", 1, "");
        refuses("[data]\nmax_megapixels = -1\n", 2, "-1");
        refuses("\0", 1, "");
    }

    #[test]
    fn a_file_that_was_cut_anywhere_is_read_or_refused() {
        let text = toml::to_string(&RunConfig::default()).unwrap();
        for cut in 0..text.len() {
            if let Err(error) = RunConfig::from_toml(&text[..cut]) {
                assert!(error.to_string().starts_with("line "), "{error}");
            }
        }
    }
}
