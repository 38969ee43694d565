//! What a command says: results on standard output, progress and errors on standard error.

use std::io::{IsTerminal, Write, stderr, stdout};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;

/// Where a command speaks.
pub struct Output {
    json: bool,
}

/// A line of JSON with the name of what happened first.
#[derive(Serialize)]
struct Event<'a, T> {
    event: &'a str,
    #[serde(flatten)]
    what: &'a T,
}

impl Output {
    pub fn new(json: bool) -> Self {
        Self { json }
    }

    /// Something happened: a line of JSON, or the text, when there is one.
    pub fn event(&self, name: &str, what: &impl Serialize, text: impl FnOnce() -> Option<String>) {
        if self.json {
            if let Ok(line) = serde_json::to_string(&Event { event: name, what }) {
                print(&line);
            }
        } else if let Some(text) = text() {
            print(&text);
        }
    }

    /// The last word of a command that worked.
    pub fn result(&self, what: &impl Serialize, text: impl FnOnce() -> String) {
        self.event("done", what, || Some(text()));
    }

    /// The last word of a command that did not.
    pub fn failed(&self, error: &anyhow::Error) {
        #[derive(Serialize)]
        struct Failed {
            reason: String,
        }
        let reason = format!("{error:#}");
        if self.json {
            self.event("failed", &Failed { reason: reason.clone() }, || None);
        }
        complain(&format!("latent-atlas: {reason}"));
    }
}

/// Tells a person at a terminal what is going on; scripts are spared.
pub fn note(text: &str) {
    if stderr().is_terminal() {
        complain(text);
    }
}

/// A bar on the terminal; nothing where there is none.
pub fn bar(total: u64, what: &'static str) -> ProgressBar {
    let template = "{prefix} {wide_bar} {pos}/{len} {msg} {eta} left";
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    // Hidden by itself when standard error is no terminal.
    let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr_with_hz(10));
    bar.set_style(style);
    bar.set_prefix(what);
    bar.enable_steady_tick(Duration::from_millis(500));
    bar
}

/// A line on standard output. When nobody reads it any more, as behind `head`, the program ends quietly.
fn print(line: &str) {
    if writeln!(stdout(), "{line}").is_err() {
        std::process::exit(0);
    }
}

/// A line on standard error; there is no third place to say that nobody reads it.
fn complain(line: &str) {
    let _nobody_reads = writeln!(stderr(), "{line}");
}
