//! How well a name fits the words that are searched for.

/// A word of the query is the beginning of the name, a word of it, the beginning of one, inside one, or its letters come
/// in this order.
const NAME_BEGINS: u32 = 16;
const IS_WORD: u32 = 12;
const WORD_BEGINS: u32 = 8;
const INSIDE: u32 = 4;
const IN_ORDER: u32 = 1;
/// Fewer letters come in order in nearly every name.
const FEWEST_IN_ORDER: usize = 3;

/// How well `name` fits `query`, the more the better; `None` when a word of the query is not in it.
pub fn fit(query: &str, name: &str) -> Option<u32> {
    let name = name.to_lowercase();
    query.to_lowercase().split_whitespace().map(|word| fit_word(word, &name)).sum()
}

fn fit_word(word: &str, name: &str) -> Option<u32> {
    let mut words = name.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty());
    if name.starts_with(word) {
        Some(NAME_BEGINS)
    } else if words.clone().any(|w| w == word) {
        Some(IS_WORD)
    } else if words.clone().any(|w| w.starts_with(word)) {
        Some(WORD_BEGINS)
    } else if name.contains(word) {
        Some(INSIDE)
    } else {
        let enough = word.chars().count() >= FEWEST_IN_ORDER;
        // From the beginning of a word on: letters from anywhere are in order too often.
        (enough && words.any(|w| in_order(word, name_from(name, w)))).then_some(IN_ORDER)
    }
}

/// The rest of a name from one of its words on.
fn name_from<'a>(name: &'a str, word: &str) -> &'a str {
    name.find(word).and_then(|at| name.get(at..)).unwrap_or_default()
}

/// Whether `text` begins with the first letter of `letters`, and the others follow in their order.
fn in_order(letters: &str, text: &str) -> bool {
    let mut rest = text.chars();
    let mut letters = letters.chars();
    letters.next() == rest.next() && letters.all(|letter| rest.any(|c| c == letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_better_a_word_fits_the_more_it_counts() {
        let names = ["Grid in even steps", "Map: decoded grid", "Map: gridded", "Map: upgrid", "Map: great island"];
        let fits: Vec<_> = names.iter().map(|name| fit("grid", name)).collect();
        assert_eq!(fits[..4], [Some(NAME_BEGINS), Some(IS_WORD), Some(WORD_BEGINS), Some(INSIDE)]);
        assert_eq!(fit("grid", names[4]), Some(IN_ORDER));
        assert_eq!(fit("dgr", "Map: decoded grid"), Some(IN_ORDER));
    }

    #[test]
    fn every_word_has_to_be_there_in_any_order_and_case() {
        assert!(fit("GRID map", "Map: decoded grid").is_some());
        assert_eq!(fit("grid curves", "Map: decoded grid"), None);
        assert_eq!(fit("zz", "Map: decoded grid"), None);
        assert_eq!(fit("", "anything"), Some(0));
    }
}
