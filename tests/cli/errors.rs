//! What the program says when it cannot do what is asked: one sentence, and the exit code of its kind.

use std::path::Path;

use crate::support::{SmallRun, program, run_in, stderr};

#[track_caller]
fn check(folder: &Path, arguments: &str, code: i32, says: &[&str]) {
    let output = run_in(folder, arguments);
    let said = stderr(&output);
    assert_eq!(output.status.code(), Some(code), "{arguments}: {said}");
    for word in says {
        assert!(said.contains(word), "{arguments}: {said:?} should say {word:?}");
    }
    assert!(!said.contains("panicked"), "{said}");
    assert!(output.stdout.is_empty(), "{arguments}");
}

#[test]
fn wrong_usage_ends_with_2_and_what_would_be_right() {
    let folder = tempfile::tempdir().unwrap();
    let check = |arguments: &str, says: &[&str]| check(folder.path(), arguments, 2, says);
    check("train sample:fashion", &["--out"]);
    check("train sample:fashion --out R --set model.kind=gan", &["model.kind", "vae, ae"]);
    check("train sample:fashion --out R --set model.latent_dim=1", &["model.latent_dim is 1", "between 2 and 64"]);
    check("train sample:fashion --out R --epochs 0", &["train.epochs"]);
    check("train sample:fashion --out R --config no.toml", &["no.toml"]);
    check("train sample:cats --out R", &["sample:cats", "sample:emoji"]);
    check("strip R --from z:0,0 --to z:1,1 --out a.png --path round", &["lerp", "slerp"]);
    check("frobnicate --out R", &["unexpected argument"]);
    check("frobnicate", &["frobnicate", "--help"]);
    check("sample:cats", &["sample:cats", "sample:emoji"]);
    check("--frame-log F scan sample:emoji", &["--frame-log"]);
    assert!(folder.path().read_dir().unwrap().next().is_none(), "nothing was written");
}

#[test]
fn what_is_missing_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let check = |arguments: &str, says: &[&str]| check(folder.path(), arguments, 1, says);
    check("scan no/such/folder", &["no/such/folder", "no such file"]);
    check("train no/such --out R", &["no/such"]);
    check("eval R sample:fashion", &["R"]);
    check("--frame-log no/such/frames.txt", &["no/such/frames.txt", "logged"]);
    check("encode . sample:fashion --out l.tsv", &["is not a run folder"]);
    check("grid R --out g.png", &["R"]);
}

#[test]
fn a_run_is_asked_only_what_it_can_answer() {
    let run = SmallRun::train(2, "");
    let usage = |arguments: &str, says: &[&str]| check(run.path(), arguments, 2, says);
    usage("strip R --from z:0,0,0 --to z:1,1 --out s.png", &["z:0,0,0", "2"]);
    usage("strip R --from z:0,up --to z:1,1 --out s.png", &["z:0,up"]);
    usage("strip R --from z:0,0 --to z:1,1 --frames 1 --out s.png", &["--frames is 1"]);
    usage("grid R --cells 1 --out g.png", &["--cells is 1"]);
    usage("grid R --axes 0,2 --out g.png", &["--axes"]);
    usage("eval R sample:fashion --samples 0", &["--samples is 0", "5000"]);
    usage("eval R sample:fashion --limit 0", &["--limit is 0"]);
    usage("eval R sample:fashion --refine 0", &["--refine is 0", "10000"]);
    let fails = |arguments: &str, says: &[&str]| check(run.path(), arguments, 1, says);
    fails("strip R --from no.png --to z:1,1 --out s.png", &["no.png"]);
    fails("grid R --out no/such/g.png", &["no/such"]);
    fails("eval R sample:emoji --split validation", &["not those the run was trained on"]);
    fails("train sample:fashion --out R", &["--resume"]);
    fails("train sample:emoji --out R --resume", &["not those the run was trained on"]);
    check(run.path(), "train sample:fashion --out R --resume --set train.batch=7", 2, &["train.batch would change"]);
}

#[test]
fn without_a_display_one_sentence_says_what_to_install() {
    let mut program = program();
    for variable in ["DISPLAY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET"] {
        program.env_remove(variable);
    }
    let output = program.output().unwrap();
    let said = stderr(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert_eq!(said.trim_end().lines().count(), 1, "{said}");
    assert!(said.contains("install"), "{said}");
    assert!(!said.contains("panicked"), "{said}");
    assert!(output.stdout.is_empty());
}
