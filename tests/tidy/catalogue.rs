//! The message catalogue: what the program says, what it holds, what a translation may differ in.

use std::collections::{BTreeMap, BTreeSet};

use crate::source::{Source, find};

/// What the program says and what the catalogue holds: `t!` of an unknown key, a key nobody says. A key counts as said
/// when a string literal is that key, or when a `format!` inside `t!` can make it.
pub fn catalogue_violations(sources: &[Source], catalogue: &BTreeMap<String, String>) -> Vec<String> {
    let mut said = BTreeSet::new();
    let mut wrong = Vec::new();
    for source in sources.iter().filter(|s| s.module().is_some()) {
        said.extend(source.strings.iter().map(|(_, text)| text.as_str()).filter(|key| catalogue.contains_key(*key)));
        for at in find(&source.code, "t!(") {
            let argument = source.code.get(at + 3..).unwrap_or_default();
            let start = argument.trim_start().trim_start_matches('&').trim_start_matches("format!(").trim_start();
            let quote = at + 3 + argument.len() - start.len();
            let Some((_, key)) = source.strings.iter().find(|(offset, _)| *offset == quote) else { continue };
            let made: Vec<_> = catalogue.keys().map(String::as_str).filter(|k| fits(key, k)).collect();
            if made.is_empty() {
                wrong.push(format!("{}:{}: no message \"{key}\" in the catalogue", source.path, source.line(at)));
            }
            said.extend(made);
        }
    }
    let unsaid = catalogue.keys().filter(|key| !said.contains(key.as_str()));
    wrong.into_iter().chain(unsaid.map(|key| format!("en.yml: nobody says \"{key}\""))).collect()
}

/// Whether `format!` of `pattern` can be `text`; without braces, whether they are equal.
fn fits(pattern: &str, text: &str) -> bool {
    let Some((before, rest)) = pattern.split_once('{') else { return pattern == text };
    let Some((_, after)) = rest.split_once('}') else { return false };
    let Some(tail) = text.strip_prefix(before) else { return false };
    let mut ends = tail.char_indices().map(|(i, c)| i + c.len_utf8());
    ends.any(|i| tail.get(i..).is_some_and(|rest| fits(after, rest)))
}

/// Names, units and signs: words that every language writes alike, those of formulas and citations among them. Single
/// letters are signs too.
const ALIKE: &[&str] = &[
    "AE",
    "ELBO",
    "English",
    "Esc",
    "GB",
    "He",
    "KL",
    "Latent Atlas",
    "MB",
    "MLP",
    "MSE",
    "PC",
    "PCA",
    "PNG",
    "PyTorch",
    "RGB",
    "ReLU",
    "VAE",
    "Var",
    "argmax",
    "argmin",
    "bit",
    "bits",
    "df",
    "diag",
    "ds",
    "dz",
    "et al",
    "ij",
    "log",
    "lr",
    "max",
    "min",
    "nats",
    "tanh",
];

/// A translation has the keys and the placeholders of the English text, and its words are not those of the English one.
pub fn translation_violations(
    english: &BTreeMap<String, String>,
    name: &str,
    other: &BTreeMap<String, String>,
) -> Vec<String> {
    let missing = english.keys().filter(|key| !other.contains_key(*key));
    let missing = missing.map(|key| format!("{name}: \"{key}\" of en.yml is not translated"));
    let wrong = |(key, text): (&String, &String)| match english.get(key) {
        None => Some(format!("{name}: \"{key}\" is not in en.yml")),
        Some(original) if holes(original) != holes(text) => {
            Some(format!("{name}: \"{key}\" has other placeholders than in en.yml"))
        }
        Some(original) if original == text && has_words(text) => {
            Some(format!("{name}: \"{key}\" says the same as en.yml"))
        }
        Some(_) => None,
    };
    missing.chain(other.iter().filter_map(wrong)).collect()
}

/// The placeholders of a message.
fn holes(text: &str) -> BTreeSet<&str> {
    text.split("%{").skip(1).filter_map(|rest| Some(rest.split_once('}')?.0)).collect()
}

/// Whether a message has words that are to be translated. Where a year is cited, the names before it are not.
fn has_words(text: &str) -> bool {
    let mut said = text.to_owned();
    for hole in holes(text) {
        said = said.replace(&format!("%{{{hole}}}"), " ");
    }
    let cites = said.split(|c: char| !c.is_ascii_digit()).any(|number| number.len() == 4);
    let is_author = |word: &str| cites && word.starts_with(|c: char| c.is_ascii_uppercase());
    let mut words = said.split(|c: char| !c.is_ascii_alphabetic()).filter(|word| word.len() > 1 && !is_author(word));
    words.any(|word| !ALIKE.iter().any(|name| name.split(' ').any(|alike| alike == word)))
}

/// The messages of a catalogue, nested keys joined by dots: the small part of YAML that catalogues use.
pub fn messages(yaml: &str) -> BTreeMap<String, String> {
    let (mut parents, mut all) = (Vec::<(usize, String)>::new(), BTreeMap::new());
    let mut block: Option<(usize, String)> = None;
    for line in yaml.lines().filter(|line| !line.trim().is_empty()) {
        let indent = line.len() - line.trim_start().len();
        if let Some((_, key)) = block.take_if(|(depth, _)| indent > *depth) {
            all.entry(key.clone()).or_insert_with(String::new).push_str(line.trim());
            block = Some((indent - 1, key));
            continue;
        }
        block = None;
        let Some((key, value)) = line.trim().split_once(':').filter(|_| !line.trim_start().starts_with('#')) else {
            continue;
        };
        parents.retain(|(depth, _)| *depth < indent);
        let key = key.trim().trim_matches(['"', '\'']);
        let parent = parents.last().map(|(_, parent)| format!("{parent}.")).unwrap_or_default();
        let key = format!("{parent}{key}");
        match value.trim() {
            "" => parents.push((indent, key)),
            value if value.starts_with(['|', '>']) => block = Some((indent, key)),
            value => _ = all.insert(key, value.to_owned()),
        }
    }
    all.remove("_version");
    all
}

#[test]
fn a_pattern_fits_what_format_can_make() {
    let check = |pattern, text, expected| assert_eq!(fits(pattern, text), expected, "{pattern} {text}");
    check("key.a", "key.a", true);
    check("key.a", "key.ab", false);
    check("key.{}", "key.", false);
    check("{a}.{b}.tip", "map.zoom.tip", true);
    check("{a}.{b}.tip", "map.tip", false);
}

#[test]
fn the_catalogue_check_sees_both_sides() {
    let yaml = "_version: 1\n# note\nmap:\n  title: \"Map\"\n  hint: >\n    Drag: moves\n    z\ntrain.start: Train\nkey:\n  a: A\n  b: B\n";
    let catalogue = messages(yaml);
    assert_eq!(catalogue.keys().collect::<Vec<_>>(), ["key.a", "key.b", "map.hint", "map.title", "train.start"]);
    let check = |text: &str, expected: &[&str]| {
        assert_eq!(catalogue_violations(&[Source::new("src/ui.rs", text)], &catalogue), expected, "{text}");
    };
    let all =
        "t!(\"map.title\"); t!(\n \"map.hint\", n = 1); let k = \"train.start\"; t!(k); t!(&format!(\"key.{x}\"));";
    check(all, &[]);
    check(&format!("{all} t!(\"map.titel\")"), &["src/ui.rs:2: no message \"map.titel\" in the catalogue"]);
    check(&format!("{all} t!(&format!(\"kex.{{x}}\"))"), &["src/ui.rs:2: no message \"kex.{x}\" in the catalogue"]);
    check(&all.replace("map.title", "map.hint"), &["en.yml: nobody says \"map.title\""]);
    check(
        &all.replace("key.{x}", "key.{x}.{y}"),
        &[
            "src/ui.rs:2: no message \"key.{x}.{y}\" in the catalogue",
            "en.yml: nobody says \"key.a\"",
            "en.yml: nobody says \"key.b\"",
        ],
    );
    check(&all.replace("t!(\"map.title\")", "// \"map.title\"\n"), &["en.yml: nobody says \"map.title\""]);
}

#[test]
fn a_translation_has_every_key_its_placeholders_and_words_of_its_own() {
    let english = messages("a: \"%{n} images\"\nb: \"KL of %{name}\"\nc: \"%{kl} nats: log p(x|z)\"\n");
    let rest = "b: KL von %{name}\nc: \"%{kl} nats: log p(x|z)\"\n";
    let check = |yaml: &str, expected: &[&str]| {
        assert_eq!(translation_violations(&english, "xx", &messages(&format!("{yaml}{rest}"))), expected, "{yaml}");
    };
    check("a: \"%{n} Bilder\"\n", &[]);
    check("a: \"%{m} Bilder\"\n", &["xx: \"a\" has other placeholders than in en.yml"]);
    check("a: \"%{n} images\"\n", &["xx: \"a\" says the same as en.yml"]);
    check("", &["xx: \"a\" of en.yml is not translated"]);
    check("a: \"%{n} Bilder\"\nd: D\n", &["xx: \"d\" is not in en.yml"]);
    let says_words = |text: &str, expected| assert_eq!(has_words(text), expected, "{text}");
    says_words("Blei et al. 2017; Pearson 1901", false);
    says_words("Burda et al. 2016, section 2", true);
    says_words("Measured", true);
    says_words("max_{μ,σ} E_{q}[log p(x|z)]", false);
    says_words("loss = max(λ, KL_{j})", true);
}
