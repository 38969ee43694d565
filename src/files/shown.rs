//! Names as people read them. A name may hold anything; a line on screen is one line.

use std::borrow::Cow;
use std::path::Path;

/// `text` on one line: line breaks, tabs and other control characters as they are escaped in source code.
pub fn one_line(text: &str) -> Cow<'_, str> {
    // The two separators break lines and are no control characters.
    let breaks = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    if !text.contains(breaks) {
        return Cow::Borrowed(text);
    }
    let mut line = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if breaks(c) { line.extend(c.escape_default()) } else { line.push(c) }
    }
    Cow::Owned(line)
}

/// A path on one line.
pub fn shown(path: &Path) -> String {
    one_line(&path.to_string_lossy()).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_on_their_line_and_as_they_are_otherwise() {
        assert_eq!(one_line("a\nb\t\u{1b}[31m\u{2028}c.png"), "a\\nb\\t\\u{1b}[31m\\u{2028}c.png");
        assert!(matches!(one_line("帽子 é \\n.png"), Cow::Borrowed("帽子 é \\n.png")));
        assert_eq!(shown(Path::new("x\r/y")), "x\\r/y");
    }
}
