//! The program: the command line, which opens the window when no command is given.

use std::process::ExitCode;

/// Training makes and drops many short-lived tensors; this one is measured to suit them (an MLP's step takes 6
/// instead of 11 ms).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    latent_atlas::cli::main()
}
