//! The languages that the window speaks.

use serde::{Deserialize, Serialize};

/// A language of the window.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// Simplified Chinese.
    Chinese,
}

impl Language {
    /// Every language.
    pub const ALL: [Self; 2] = [Self::English, Self::Chinese];

    /// The name of its file in `assets/locales`.
    pub fn locale(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Chinese => "zh-CN",
        }
    }

    /// The first of `tags` that the window speaks, English if it speaks none. They are a user's languages in the order of
    /// preference, as BCP 47 tags or names of POSIX locales. Who reads traditional characters gets English.
    pub fn preferred<T: AsRef<str>>(tags: impl IntoIterator<Item = T>) -> Self {
        tags.into_iter().find_map(|tag| Self::of(tag.as_ref())).unwrap_or_default()
    }

    fn of(tag: &str) -> Option<Self> {
        let tag = tag.split(['.', '@']).next().unwrap_or_default().to_lowercase();
        let mut parts = tag.split(['-', '_']);
        match parts.next().unwrap_or_default() {
            "en" | "c" | "posix" => Some(Self::English),
            "zh" if !parts.any(|part| ["hant", "tw", "hk", "mo"].contains(&part)) => Some(Self::Chinese),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_language_that_the_window_speaks_is_preferred() {
        let check = |tags: &[&str], expected| assert_eq!(Language::preferred(tags), expected, "{tags:?}");
        check(&[], Language::English);
        check(&["zh-CN"], Language::Chinese);
        check(&["zh_CN.UTF-8"], Language::Chinese);
        check(&["zh-Hans-SG"], Language::Chinese);
        check(&["zh"], Language::Chinese);
        check(&["zh-TW"], Language::English);
        check(&["zh-Hant-HK"], Language::English);
        check(&["C", "zh-CN"], Language::English);
        check(&["en-GB", "zh-CN"], Language::English);
        check(&["de-DE", "zh-CN", "en"], Language::Chinese);
        check(&["ja_JP.UTF-8"], Language::English);
    }
}
