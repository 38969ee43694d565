//! The rules of the house that no compiler checks; `ARCHITECTURE.md` says why they hold.
//!
//! Every rule is a pure function of (path, text) and comes with sources it must flag and sources it must not, so that
//! a rule that has gone blind fails its own test. To run this file alone:
//! `rustc --test --edition 2024 tests/tidy.rs -o target/tidy && target/tidy`.

#[path = "tidy/catalogue.rs"]
mod catalogue;
#[path = "tidy/dependencies.rs"]
mod dependencies;
#[path = "tidy/source.rs"]
mod source;

use std::collections::BTreeMap;
use std::path::Path;
use std::{fs, io};

use catalogue::{catalogue_violations, messages, translation_violations};
use dependencies::dependency_violations;
use source::{Found, Source};

/// The floors, lowest first; a module imports itself and strictly lower floors.
const FLOORS: &[&[&str]] = &[
    &["config", "files", "letters", "rng", "math", "threads"],
    &["kernels"],
    &["data"],
    &["model"],
    &["train", "latent", "lens"],
    &["run", "export", "curves"],
    &["state"],
    &["ui"],
    &["app", "cli"],
];

/// (module, path it may use all the same, reason). One that is no longer needed fails `no_exception_is_stale`.
const EXCEPTIONS: &[(&str, &str, &str)] = &[];

/// Both faces sit on the top floor; the command line opens the window through this one door.
const DOOR: (&str, &str) = ("cli", "app::run");

/// (what, the only modules whose code may say it). A word ending in a letter is matched whole, others as a beginning.
const ONLY_IN: &[(&str, &[&str])] = &[
    ("candle_", &["kernels", "data", "model", "train", "latent", "lens", "run"]),
    ("egui", &["ui", "app"]),
    ("egui_", &["ui", "app"]),
    ("eframe", &["ui", "app"]),
    ("rfd", &["app"]),
    ("unsafe", &["kernels"]),
    ("print!", &["cli"]),
    ("println!", &["cli"]),
    ("eprint!", &["cli"]),
    ("eprintln!", &["cli"]),
    // A thread has a name: thread::Builder.
    ("thread::spawn", &[]),
];

/// Not in any Rust file: ignored tests, and sleeping where one can wait for the event itself.
const NOWHERE_IN_CODE: &[&str] = &["#[ignore", "thread::sleep"];

/// Not in any text file, comments included.
const NOWHERE: &[&str] = &["TODO", "FIXME", "/home/", "/root/", "/Users/", "\\Users\\"];

const MOST_LINES: usize = 400;

struct Rule {
    name: &'static str,
    check: fn(&Source) -> Found,
    flags: &'static [(&'static str, &'static str)],
    passes: &'static [(&'static str, &'static str)],
}

const RULES: &[Rule] = &[
    Rule {
        name: "a floor imports only lower floors",
        check: imports_upwards,
        flags: &[
            ("src/model/vae.rs", "use crate::train::Trainer;"),
            ("src/model/vae.rs", "use crate::{\n    config::Kind,\n    data::{self, Split},\n    ui as screen,\n};"),
            ("src/model.rs", "fn f() { let _ = \"text\"; crate::run::open() }"),
            ("src/train.rs", "use crate::latent::Plane;"),
            ("src/train.rs", "use super::run::Folder;"),
            ("src/train/worker.rs", "use super::super::run::Folder;"),
            ("src/train.rs", "mod tests { use super::super::run::Folder; }"),
            ("src/rng.rs", "use crate::config::Kind;"),
            ("src/app.rs", "use crate::cli::Args;"),
            ("src/cli.rs", "use crate::app::{run, App};"),
            ("src/cli/train.rs", "use latent_atlas::app::App;"),
            ("src/ui.rs", "use crate::widgets::Knob;"),
            ("src/widgets.rs", "use crate::config::Kind;"),
        ],
        passes: &[
            ("src/model/vae.rs", "use crate::model::decoder::Decoder; use crate::kernels::linear;"),
            ("src/train/worker.rs", "use super::Trainer; mod tests { use super::*; }"),
            ("src/train.rs", "//! see [`crate::run`]\n/* crate::ui */ const A: &str = r#\"crate::ui \" \"#;"),
            ("src/train.rs", "mod tests { use super::*; fn f<'a>(x: &'a str) -> char { 'a' } }"),
            ("src/cli.rs", "fn f() { crate::app::run(1) }"),
            ("src/main.rs", "fn main() { latent_atlas::cli::main(); latent_atlas::app::run() }"),
            ("tests/cli.rs", "use latent_atlas::ui::theme;"),
        ],
    },
    Rule {
        name: "some words belong to some floors",
        check: word_out_of_place,
        // The table itself makes the examples: see `every_word_is_held_to_its_floors`.
        flags: &[
            ("src/train/worker.rs", "use std::thread::{self, spawn};"),
            ("src/state.rs", "use {egui_plot::Line, std::fmt};"),
            ("src/main.rs", "fn main() { println!() }"),
        ],
        passes: &[
            ("src/state.rs", "//! no egui here\nconst WORD: &str = \"unsafe egui candle_core\"; // println!()"),
            ("src/state.rs", "fn unsafe_code() { eprintln_all(); std::thread::Builder::new().spawn(f) }"),
            ("tests/window.rs", "use egui::Vec2; fn f() { println!() }"),
        ],
    },
    Rule {
        name: "no ignored test, no sleep",
        check: |s| s.found(NOWHERE_IN_CODE, "is not used here: a test always runs, and waits for what it waits for"),
        flags: &[
            ("tests/cli.rs", "#[ignore]\nfn f() {}"),
            ("tests/cli.rs", "#[ignore = \"slow\"]\nfn f() {}"),
            ("src/train.rs", "fn f() { std::thread::sleep(d) }"),
            ("src/train.rs", "use std::thread::{Builder, sleep};"),
        ],
        passes: &[("src/train.rs", "// #[ignore] and thread::sleep\nfn f() { thread::sleepy() }")],
    },
    Rule {
        name: "nothing half done, nobody's home",
        check: |s| lines_with(s.text, NOWHERE),
        flags: &[
            ("src/rng.rs", "// TODO: later"),
            ("ARCHITECTURE.md", "FIXME"),
            ("tests/run", "cd /home/me"),
            ("src/rng.rs", "const P: &str = \"/root/runs\";"),
        ],
        passes: &[("README.md", "`~/runs`, $HOME/runs"), ("src/ui.rs", "fn todo_list() {}")],
    },
    Rule {
        name: "a façade is named after its folder",
        check: |s| if s.path.ends_with("/mod.rs") { vec![(1, "is data.rs beside data/".into())] } else { vec![] },
        flags: &[("src/data/mod.rs", "")],
        passes: &[("src/data.rs", "")],
    },
    Rule {
        name: "one file, one idea",
        check: |s| match s.text.lines().count() {
            n if n > MOST_LINES && s.module().is_some() => vec![(n, format!("is above {MOST_LINES} lines"))],
            _ => vec![],
        },
        flags: &[("src/model.rs", LINES_401)],
        passes: &[("src/model.rs", LINES_400), ("tests/model.rs", LINES_401)],
    },
];

const LINES_400: &str = LINES_401.split_at(400).0;
const LINES_401: &str = match str::from_utf8(&[b'\n'; 401]) {
    Ok(lines) => lines,
    Err(_) => "",
};

fn floor(module: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| floor.contains(&module))
}

/// Whether `path` lies below `prefix`, or is it.
fn is_under(path: &str, prefix: &str) -> bool {
    path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

fn imports_upwards(source: &Source) -> Found {
    let module = source.module().unwrap_or_default();
    let Some(&from) = module.first() else { return Vec::new() };
    let mut found = Vec::new();
    if floor(from).is_none() {
        found.push((1, format!("{from} stands on no floor: add it to FLOORS and to ARCHITECTURE.md")));
    }
    for (at, path) in source.own_paths() {
        let to = path.split("::").next().unwrap_or_default();
        let granted = EXCEPTIONS.iter().any(|(module, prefix, _)| *module == from && is_under(&path, prefix));
        let lower = floor(to).is_some_and(|lower| floor(from).is_some_and(|own| lower < own));
        if !(to == from || lower || granted || (from, path.as_str()) == DOOR) {
            found.push((source.line(at), format!("{from} may not use {path}")));
        }
    }
    found
}

fn word_out_of_place(source: &Source) -> Found {
    let Some(module) = source.module() else { return Vec::new() };
    let at_home = |homes: &[&str]| module.first().is_some_and(|m| homes.contains(m));
    let words: Vec<_> = ONLY_IN.iter().filter(|(_, homes)| !at_home(homes)).map(|(word, _)| *word).collect();
    source.found(&words, "does not belong in this module")
}

fn lines_with(text: &str, words: &[&str]) -> Found {
    let said = |line: &str| words.iter().find(|word| line.contains(**word)).copied();
    text.lines().enumerate().filter_map(|(i, line)| Some((i + 1, format!("says {}", said(line)?)))).collect()
}

/// Every violation of every rule in one file, as `path:line: what (rule)`.
fn violations(path: &str, text: &str) -> Vec<String> {
    let source = Source::new(path, text);
    let report = |rule: &Rule| {
        let found = (rule.check)(&source).into_iter();
        found.map(|(line, what)| format!("{path}:{line}: {what} ({})", rule.name)).collect::<Vec<_>>()
    };
    RULES.iter().flat_map(report).collect()
}
// ---- the tree ----

fn root() -> &'static Path {
    Path::new(option_env!("CARGO_MANIFEST_DIR").unwrap_or("."))
}

/// Every text file of the project but this one, as (path from the root, text).
fn tree() -> io::Result<Vec<(String, String)>> {
    let mut files = Vec::new();
    let mut folders = vec![root().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            let name = path.strip_prefix(root()).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            let hidden = name.starts_with('.') && name != ".ci";
            if path.is_dir() && !hidden && !["target", "runs"].contains(&name.as_str()) {
                folders.push(path);
            } else if path.is_file() && is_text(&path) && name != "tests/tidy.rs" {
                files.push((name, fs::read_to_string(path)?));
            }
        }
    }
    files.sort();
    Ok(files)
}

fn is_text(path: &Path) -> bool {
    let extension = path.extension().map_or(String::new(), |e| e.to_string_lossy().into_owned());
    ["", "rs", "md", "toml", "yml", "sh", "py"].contains(&extension.as_str())
}

#[track_caller]
fn none(violations: &[String]) {
    assert!(violations.is_empty(), "\n{}\n", violations.join("\n"));
}

#[test]
fn the_tree_is_tidy() {
    let files = tree().unwrap();
    assert!(files.iter().any(|(path, _)| path == "src/lib.rs"), "no sources under {}", root().display());
    none(&files.iter().flat_map(|(path, text)| violations(path, text)).collect::<Vec<_>>());
}

#[test]
fn the_catalogue_and_the_program_agree() {
    let files = tree().unwrap();
    let sources: Vec<_> = files.iter().map(|(path, text)| Source::new(path, text)).collect();
    let locales = files.iter().filter(|(path, _)| path.starts_with("assets/locales/"));
    let locales: BTreeMap<_, _> = locales.map(|(path, text)| (path.as_str(), messages(text))).collect();
    let english = &locales["assets/locales/en.yml"];
    none(&catalogue_violations(&sources, english));
    let others = locales.iter().filter(|(name, _)| **name != "assets/locales/en.yml");
    none(&others.flat_map(|(name, other)| translation_violations(english, name, other)).collect::<Vec<_>>());
}

#[test]
fn every_dependency_has_its_reason() {
    let read = |name| fs::read_to_string(root().join(name)).unwrap();
    none(&dependency_violations(&read("Cargo.toml"), &read("ARCHITECTURE.md")));
}

#[test]
fn no_exception_is_stale() {
    let files = tree().unwrap();
    for (module, prefix, reason) in EXCEPTIONS {
        let used = files.iter().map(|(path, text)| Source::new(path, text)).any(|source| {
            let own = source.module().and_then(|m| m.first().copied()) == Some(*module);
            own && source.own_paths().iter().any(|(_, path)| is_under(path, prefix))
        });
        assert!(used, "{module} no longer uses {prefix} ({reason}): drop the exception");
    }
}

// ---- the rules' own tests ----

#[test]
fn every_rule_flags_what_breaks_it_and_nothing_else() {
    for rule in RULES {
        let found = |(path, text): &(&str, &str)| (rule.check)(&Source::new(path, text));
        for bad in rule.flags {
            assert!(!found(bad).is_empty(), "{}: {bad:?} was not flagged", rule.name);
        }
        for good in rule.passes {
            assert_eq!(found(good), [], "{}: {good:?} was flagged", rule.name);
        }
    }
}

#[test]
fn every_word_is_held_to_its_floors() {
    for (word, homes) in ONLY_IN {
        for module in FLOORS.iter().copied().flatten() {
            let (path, text) = (format!("src/{module}/part.rs"), format!("fn f() {{ {word} }}"));
            let flagged = !word_out_of_place(&Source::new(&path, &text)).is_empty();
            assert_eq!(flagged, !homes.contains(module), "{word} in {module}");
        }
    }
}

#[test]
fn violations_name_the_file_the_line_and_the_rule() {
    let expected = "src/model.rs:3: model may not use ui::theme (a floor imports only lower floors)";
    assert_eq!(violations("src/model.rs", "//! Model.\n\nuse crate::ui::theme;\n"), [expected]);
}
