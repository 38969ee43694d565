//! The command line from outside: the real program, its output, its exit codes and the files it leaves.

#[path = "cli/benches.rs"]
mod benches;
#[path = "cli/errors.rs"]
mod errors;
#[path = "cli/pictures.rs"]
mod pictures;
#[path = "cli/runs.rs"]
mod runs;
#[path = "cli/scans.rs"]
mod scans;
#[path = "cli/support.rs"]
mod support;
