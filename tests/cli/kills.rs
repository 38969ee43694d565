//! A run that is killed again and again, at moments that only chance knows.

use std::io::{BufRead, BufReader, Lines};
use std::path::Path;
use std::process::{Child, ChildStdout, Stdio};

use safetensors::SafeTensors;
use serde_json::Value;

use crate::support::{history, json_in, number, program, same_run};

const KILLS: usize = 20;
/// Seconds of work that a kill may take away.
const MOST_LOST: f64 = 30.0;
/// An epoch takes a moment.
const TINY: &str = "--set model.hidden=8 --set train.batch=300 --set train.threads=1 --seed 5";

/// The same throws everywhere (Marsaglia 2003, xorshift64).
struct Dice(u64);

impl Dice {
    fn throw(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
}

/// A training that goes on with what is in `R`.
struct Life {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    /// Where it went on.
    began: u64,
    /// The last training time it told.
    seconds: f64,
}

impl Life {
    fn begin(folder: &Path) -> Self {
        let arguments = format!("train sample:fashion --out R --epochs 1000000 {TINY} --resume --json");
        let mut command = program();
        command.current_dir(folder).args(arguments.split_whitespace()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines, began: 0, seconds: 0.0 }
    }

    fn hear(&mut self) {
        let line = self.lines.next().unwrap().unwrap();
        let line: Value = serde_json::from_str(&line).unwrap();
        match line["event"].as_str() {
            Some("started") => self.began = number(&line, "step") as u64,
            Some("epoch") => self.seconds = number(&line, "seconds"),
            _ => panic!("{line}"),
        }
    }

    /// Looks until `holds`.
    fn watch(&mut self, holds: impl Fn() -> bool) {
        while !holds() {
            assert!(self.child.try_wait().unwrap().is_none(), "the run ended by itself");
            std::thread::yield_now();
        }
    }

    /// Waits for a moment that is drawn by lot.
    fn wait(&mut self, run: &Path, dice: &mut Dice) {
        let size = |name: &str| std::fs::metadata(run.join(name)).map_or(0, |file| file.len());
        let writes = || run.read_dir().is_ok_and(|files| files.flatten().any(|f| is_temporary(&f.path())));
        match dice.throw(4) {
            // While it starts.
            0 => {}
            // After some epochs.
            1 => (0..=dice.throw(25)).for_each(|_| self.hear()),
            // While a checkpoint, or what belongs to it, is written; not the files of the start.
            2 => {
                (0..2).for_each(|_| self.hear());
                self.watch(writes);
            }
            // While or after rows were added.
            _ => {
                self.hear();
                let more = size("history.csv") + 1 + dice.throw(20_000);
                self.watch(|| size("history.csv") >= more);
            }
        }
    }

    fn kill(mut self) -> Self {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self
    }
}

fn is_temporary(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending == "tmp")
}

/// Step and training time of the checkpoint.
fn kept(run: &Path) -> (u64, f64) {
    let Ok(bytes) = std::fs::read(run.join("checkpoint.safetensors")) else { return (0, 0.0) };
    let (_, metadata) = SafeTensors::read_metadata(&bytes).unwrap();
    let entry: Value = serde_json::from_str(&metadata.metadata().as_ref().unwrap()["latent-atlas"]).unwrap();
    (number(&entry, "step") as u64, number(&entry, "seconds"))
}

#[test]
fn a_run_that_is_killed_twenty_times_ends_as_if_nothing_had_happened() {
    let (folder, whole) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let run = folder.path().join("R");
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let mut step = 0;
    for _ in 0..KILLS {
        let mut life = Life::begin(folder.path());
        life.wait(&run, &mut dice);
        let life = life.kill();
        assert!(life.began == step || life.seconds == 0.0, "it went on at {} rather than {step}", life.began);
        let (now, seconds) = kept(&run);
        assert!(now >= step && life.seconds - seconds <= MOST_LOST, "{} s, {seconds} s kept", life.seconds);
        step = now;
    }
    assert!(step > 0, "no life was long enough for a checkpoint");
    let epochs = step / 12 + 2;
    json_in(folder.path(), &format!("train sample:fashion --out R --resume --epochs {epochs}"));
    json_in(whole.path(), &format!("train sample:fashion --out R --epochs {epochs} {TINY}"));
    assert_eq!(history(&run).len() as u64, epochs * 12 + 1);
    same_run(&run, &whole.path().join("R"));
    assert!(!run.read_dir().unwrap().flatten().any(|file| is_temporary(&file.path())));
}
