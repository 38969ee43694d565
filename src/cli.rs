//! The command line: a thin face on the library. With `--json` every command prints one JSON object a line, the last
//! one the result.
//!
//! Exit codes: 0 done, 1 failed, 2 wrong usage, 130 interrupted (and then the run is saved).

mod animate;
mod args;
pub mod bench;
mod compare;
mod curves;
mod diff;
mod encode;
mod eval;
mod grid;
mod images;
mod inspect;
mod interrupt;
mod output;
mod picture;
mod pins;
mod runs;
mod scan;
mod sheet;
mod strip;
mod train;
mod ways;

use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;

use crate::cli::args::{Cli, Command};
use crate::cli::interrupt::Interrupt;
use crate::cli::output::Output;
use crate::config::ConfigError;
use crate::curves::CurvesError;
use crate::data::{LoadError, Source};
use crate::export::ExportError;
use crate::files::PlaceError;
use crate::run::RunError;

/// What a command came to, short of an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Done,
    Interrupted,
}

/// The command line was wrong, beyond what its parser sees.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Usage(String);

/// Runs what the command line asks for.
pub fn main() -> ExitCode {
    let began = Instant::now();
    let cli = Cli::parse();
    let output = Output::new(cli.command.as_ref().is_some_and(Command::json));
    let outcome = match &cli.command {
        None => window(cli.open, cli.frame_log.as_deref(), began),
        Some(command) => run(command, &output),
    };
    let code = match outcome {
        Ok(Outcome::Done) => 0,
        Ok(Outcome::Interrupted) => 130,
        Err(error) if matches!(error.downcast_ref(), Some(LoadError::Cancelled)) => 130,
        Err(error) if matches!(error.downcast_ref(), Some(ExportError::Cancelled)) => 130,
        Err(error) => {
            let code = if error.is::<ConfigError>() || error.is::<Usage>() { 2 } else { 1 };
            output.failed(&advised(error));
            code
        }
    };
    ExitCode::from(code)
}

/// Opens the window; a word that is neither a command nor a place to open is a mistake, which a script should notice.
fn window(open: Option<String>, frame_log: Option<&Path>, began: Instant) -> anyhow::Result<Outcome> {
    if let Some(text) = &open {
        match text.parse::<Source>() {
            Err(error) => return Err(Usage(error.to_string()).into()),
            Ok(Source::Folder(path)) if !path.exists() => {
                let hint = "it is neither a command nor a folder; --help lists the commands";
                return Err(Usage(format!("cannot open {text}: {hint}")).into());
            }
            Ok(_) => {}
        }
    }
    let to_the_end = crate::app::run(open, frame_log, began)?;
    Ok(if to_the_end { Outcome::Done } else { Outcome::Interrupted })
}

/// What is refused because a file is there can be asked for on the command line.
fn advised(error: anyhow::Error) -> anyhow::Error {
    let exists = matches!(error.downcast_ref(), Some(RunError::Exists(_)))
        || matches!(error.downcast_ref(), Some(PlaceError::Exists(_)))
        || matches!(error.downcast_ref(), Some(ExportError::Place(PlaceError::Exists(_))))
        || matches!(error.downcast_ref(), Some(CurvesError::Place(PlaceError::Exists(_))));
    if exists { anyhow::anyhow!("{error}, or add --force") } else { error }
}

fn run(command: &Command, output: &Output) -> anyhow::Result<Outcome> {
    // Whatever has nothing to save ends at Ctrl+C by itself.
    match command {
        Command::Scan(args) => scan::run(args, output, &Interrupt::watch()?),
        Command::Train(args) => train::run(args, output, &Interrupt::watch()?),
        Command::Eval(args) => eval::run(args, output, &Interrupt::watch()?),
        Command::Encode(args) => encode::run(args, output, &Interrupt::watch()?),
        Command::Grid(args) => grid::run(args, output, &Interrupt::watch()?),
        Command::Sheet(args) => sheet::run(args, output, &Interrupt::watch()?),
        Command::Strip(args) => strip::run(args, output, &Interrupt::watch()?),
        Command::Diff(args) => diff::run(args, output),
        Command::Compare(args) => compare::run(args, output, &Interrupt::watch()?),
        Command::Animate(args) => animate::run(args, output, &Interrupt::watch()?),
        Command::Runs(args) => runs::run(args, output),
        Command::Inspect(args) => inspect::run(args, output, &Interrupt::watch()?),
        Command::Curves(args) => curves::run(args, output),
        Command::Bench(args) => bench_command(args, output),
    }
}

fn bench_command(args: &args::Bench, output: &Output) -> anyhow::Result<Outcome> {
    let report = bench::run(&args.options, &output::note)?;
    output.result(&report, || report.to_string().trim_end().to_owned());
    Ok(Outcome::Done)
}
