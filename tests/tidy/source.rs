//! A source file as the rules see it: code without comments and literals, and the paths it imports.

use std::collections::BTreeSet;
use std::path::Path;

/// What a rule found, and on which line.
pub type Found = Vec<(usize, String)>;

/// A file, and its code without comments and without what is inside literals; offsets are those of the text.
pub struct Source<'a> {
    pub path: &'a str,
    pub text: &'a str,
    pub code: String,
    /// (offset of the opening quote, contents) of every string literal.
    pub strings: Vec<(usize, String)>,
}

impl<'a> Source<'a> {
    pub fn new(path: &'a str, text: &'a str) -> Self {
        let (code, strings) = if is_rust(path) { blank(text) } else { Default::default() };
        Self { path, text, code, strings }
    }

    /// `["train", "worker"]` of `src/train/worker.rs`, none outside `src`; empty for the roots.
    pub fn module(&self) -> Option<Vec<&'a str>> {
        let path = self.path.strip_prefix("src/")?.strip_suffix(".rs")?;
        Some(if ["lib", "main"].contains(&path) { Vec::new() } else { path.split('/').collect() })
    }

    pub fn line(&self, offset: usize) -> usize {
        1 + self.code.bytes().take(offset).filter(|&b| b == b'\n').count()
    }

    /// Where the code, or a path imported through braces, says one of `words`.
    pub fn found(&self, words: &[&str], why: &str) -> Found {
        let said = |text: &str| words.iter().find(|w| !find(text, w).is_empty()).copied();
        let lines = self.code.lines().enumerate().filter_map(|(i, line)| Some((i + 1, said(line)?)));
        let imports = find(&self.code, "use").into_iter();
        let imported = imports.flat_map(|at| self.paths_at(at + 3).into_iter().map(move |path| (at, path)));
        let imported = imported.filter_map(|(at, path)| Some((self.line(at), said(&path)?)));
        let all: BTreeSet<_> = lines.chain(imported).collect();
        all.into_iter().map(|(line, word)| (line, format!("{word} {why}"))).collect()
    }

    /// The paths that begin at `offset`, groups written out: `a::{b, c::d}` is `a::b` and `a::c::d`.
    fn paths_at(&self, offset: usize) -> Vec<String> {
        let mut paths = Vec::new();
        expand(&mut self.code.get(offset..).unwrap_or_default().trim_start(), "", &mut paths);
        paths
    }

    /// The inline modules around `offset`.
    fn inline_modules(&self, offset: usize) -> Vec<&str> {
        let (mut depth, mut open) = (0, Vec::new());
        for (at, brace) in self.code.get(..offset).unwrap_or_default().match_indices(['{', '}']) {
            if brace == "}" {
                depth -= 1;
                open.retain(|&(_, d)| d <= depth);
                continue;
            }
            depth += 1;
            let mut words = self.code.get(..at).unwrap_or_default().split_whitespace().rev();
            if let (Some(name), Some("mod")) = (words.next(), words.next()) {
                open.push((name, depth));
            }
        }
        open.into_iter().map(|(name, _)| name).collect()
    }

    /// (offset, path from the crate's root) of whatever the code takes from its own crate.
    pub fn own_paths(&self) -> Vec<(usize, String)> {
        let Some(module) = self.module() else { return Vec::new() };
        let starts = ["crate::", "latent_atlas::", "super::"].iter().flat_map(|word| find(&self.code, word));
        let starts = starts.filter(|&at| !self.code.get(..at).is_some_and(|before| before.ends_with("super::")));
        let mut all = Vec::new();
        for at in starts {
            for path in self.paths_at(at) {
                let mut from: Vec<_> = module.iter().copied().chain(self.inline_modules(at)).collect();
                let mut rest = path.split("::").peekable();
                if rest.next_if(|&s| s == "crate" || s == "latent_atlas").is_some() {
                    from.clear();
                }
                while rest.next_if_eq(&"super").is_some() {
                    from.pop();
                }
                all.push((at, from.into_iter().chain(rest).collect::<Vec<_>>().join("::")));
            }
        }
        all
    }
}

/// Reads one path or group off the front of `code` and writes out what it names.
fn expand(code: &mut &str, prefix: &str, paths: &mut Vec<String>) {
    let end = code.find(|c: char| !c.is_alphanumeric() && !"_:*".contains(c)).unwrap_or(code.len());
    let (segments, rest) = code.split_at(end);
    let path = format!("{prefix}{segments}");
    let Some(inside) = rest.strip_prefix('{').filter(|_| segments.is_empty() || segments.ends_with("::")) else {
        *code = rest;
        paths.push(path.trim_end_matches("::").trim_end_matches("::self").to_owned());
        return;
    };
    *code = inside.trim_start();
    while !code.is_empty() && !code.starts_with('}') {
        expand(code, &path, paths);
        // ` as name`, then the comma
        let next = code.find([',', '}']).unwrap_or(code.len());
        *code = code.get(next..).unwrap_or_default().trim_start_matches(',').trim_start();
    }
    *code = code.strip_prefix('}').unwrap_or_default();
}

/// Offsets of `word`; its letters do not touch another identifier's, unless it ends in `_`.
pub fn find(text: &str, word: &str) -> Vec<usize> {
    let part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    let whole = word.ends_with(char::is_alphanumeric);
    let outside = |at: &usize| {
        let (before, after) = (text.get(..*at).unwrap_or_default(), text.get(at + word.len()..).unwrap_or_default());
        !(part(before.chars().next_back()) || whole && part(after.chars().next()))
    };
    text.match_indices(word).map(|(at, _)| at).filter(outside).collect()
}

/// Blanks comments and the insides of literals; also returns the string literals.
fn blank(text: &str) -> (String, Vec<(usize, String)>) {
    let mut code = text.as_bytes().to_vec();
    let (mut strings, mut at) = (Vec::new(), 0);
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let after_word = text.get(..at).is_some_and(|t| t.ends_with(|c: char| c.is_alphanumeric() || c == '_'));
        let raw = rest.strip_prefix('r').map(|r| (r.trim_start_matches('#'), r)).filter(|(r, _)| r.starts_with('"'));
        let (skip, hide) = if rest.starts_with("//") {
            (rest.find('\n').unwrap_or(rest.len()), 0)
        } else if rest.starts_with("/*") {
            (comment_len(rest), 0)
        } else if let Some((quoted, hashed)) = raw.filter(|_| !after_word || text.get(..at).is_some_and(ends_in_b)) {
            let hashes = "#".repeat(hashed.len() - quoted.len());
            let close = format!("\"{hashes}");
            let body = quoted.get(1..).unwrap_or_default();
            let len = body.find(&close).unwrap_or(body.len());
            strings.push((at + 1 + hashes.len(), body.get(..len).unwrap_or_default().to_owned()));
            (2 + hashes.len() + len + close.len(), 2 + hashes.len())
        } else if rest.starts_with('"') {
            let len = literal_len(rest, '"');
            strings.push((at, rest.get(1..len - 1).unwrap_or_default().to_owned()));
            (len, 1)
        } else if rest.starts_with("'\\") || rest.chars().nth(2) == Some('\'') && rest.starts_with('\'') {
            (literal_len(rest, '\''), 1)
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
            continue;
        };
        let end = (at + skip).min(code.len());
        let hidden = code.get_mut(at + hide..end.saturating_sub(hide.min(1))).unwrap_or_default();
        hidden.iter_mut().filter(|b| **b != b'\n').for_each(|b| *b = b' ');
        at = end;
    }
    (String::from_utf8_lossy(&code).into_owned(), strings)
}

/// Whether a raw string's `r` stands after the `b` or `c` of its prefix.
fn ends_in_b(before: &str) -> bool {
    let mut last = before.chars().rev();
    matches!(last.next(), Some('b' | 'c')) && !last.next().is_some_and(|c| c.is_alphanumeric() || c == '_')
}

fn literal_len(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (i, c) in rest.char_indices().skip(1) {
        if c == quote && !escaped {
            return i + 1;
        }
        escaped = c == '\\' && !escaped;
    }
    rest.len()
}

fn comment_len(rest: &str) -> usize {
    let mut depth = 0_i32;
    let (bytes, mut i) = (rest.as_bytes(), 0);
    while let Some(pair) = bytes.get(i..i + 2) {
        match pair {
            b"/*" => depth += 1,
            b"*/" => depth -= 1,
            _ => {
                i += 1;
                continue;
            }
        }
        i += 2;
        if depth == 0 {
            return i;
        }
    }
    rest.len()
}

pub fn is_rust(path: &str) -> bool {
    Path::new(path).extension().is_some_and(|e| e == "rs")
}
