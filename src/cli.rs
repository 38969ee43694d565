//! The command line: a thin face on the library. `--json` prints one JSON object a line, the last one the result.
//!
//! Exit codes: 0 done, 1 failed, 2 wrong usage, 130 interrupted (and then the run is saved).

pub mod bench;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Train a variational autoencoder on a folder of your own images and walk the latent space it learned
#[derive(Debug, Parser)]
#[command(version, args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    /// What the window opens: a folder of images, sample:fashion, sample:emoji, or a run folder
    #[arg(value_name = "DATA | RUN")]
    open: Option<String>,
}

#[derive(Debug, Subcommand)]
enum Command {}

/// Runs what the command line asks for.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    match crate::app::run(cli.open) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("latent-atlas: {error:#}");
            ExitCode::FAILURE
        }
    }
}
