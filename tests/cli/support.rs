//! Running the program and reading what it says.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

/// The program, with its standard input closed.
pub fn program() -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_latent-atlas"));
    program.stdin(std::process::Stdio::null());
    // The user's own cache is none of the tests' business.
    program.env("XDG_CACHE_HOME", concat!(env!("CARGO_TARGET_TMPDIR"), "/cache"));
    // The command line is English, whatever the system speaks.
    program.env("LC_ALL", "zh_CN.UTF-8").env_remove("LANGUAGE");
    program
}

/// Runs the program with `arguments`, split at spaces, inside `folder`.
pub fn run_in(folder: &Path, arguments: &str) -> Output {
    program().current_dir(folder).args(arguments.split_whitespace()).output().unwrap()
}

/// The same, which must end with 0; the lines of JSON it printed.
#[track_caller]
pub fn json_in(folder: &Path, arguments: &str) -> Vec<Value> {
    let output = run_in(folder, &format!("{arguments} --json"));
    assert_eq!(output.status.code(), Some(0), "{arguments}: {}", stderr(&output));
    lines(&output)
}

/// The lines of JSON in the standard output.
pub fn lines(output: &Output) -> Vec<Value> {
    String::from_utf8(output.stdout.clone()).unwrap().lines().map(|l| serde_json::from_str(l).unwrap()).collect()
}

pub fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The number at a path such as `train.kl_nats`.
#[track_caller]
pub fn number(value: &Value, path: &str) -> f64 {
    let found = path.split('.').fold(value, |value, key| &value[key]);
    found.as_f64().unwrap_or_else(|| panic!("no number {path} in {value}"))
}

/// A folder with a small run in `R`, trained on the bundled clothes.
pub struct SmallRun {
    folder: TempDir,
    /// The last line `train --json` printed.
    pub done: Value,
}

/// Options of a training that takes a second.
pub const SMALL: &str = "--set model.hidden=48 --set train.batch=200 --set train.threads=1 --seed 3";

impl SmallRun {
    pub fn train(epochs: usize, more: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let done = json_in(folder.path(), &format!("train sample:fashion --out R --epochs {epochs} {SMALL} {more}"));
        Self { done: done.last().unwrap().clone(), folder }
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

/// `history.csv` without its wall times.
pub fn history(run: &Path) -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(run.join("history.csv")).unwrap();
    let rows = text.lines().map(|line| line.split(',').map(str::to_owned).collect::<Vec<_>>());
    rows.map(|mut row| (row.remove(2), row).1).collect()
}

/// Every tensor of the checkpoint, name by name, as bytes.
pub fn tensors(run: &Path) -> Vec<(String, Vec<u8>)> {
    let bytes = std::fs::read(run.join("checkpoint.safetensors")).unwrap();
    let file = safetensors::SafeTensors::deserialize(&bytes).unwrap();
    let mut tensors: Vec<_> = file.tensors().into_iter().map(|(name, t)| (name, t.data().to_vec())).collect();
    tensors.sort();
    tensors
}

#[track_caller]
pub fn same_run(a: &Path, b: &Path) {
    assert_eq!(history(a), history(b));
    assert!(tensors(a) == tensors(b), "the weights differ");
}
