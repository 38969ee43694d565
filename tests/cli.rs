//! The command line from outside: the real program, its output, its exit codes and the files it leaves.

#![expect(clippy::unwrap_used, reason = "a test ends where something it needs is missing")]

#[path = "cli/animate.rs"]
mod animate;
#[path = "cli/benches.rs"]
mod benches;
#[path = "cli/curves.rs"]
mod curves;
#[path = "cli/diff.rs"]
mod diff;
#[path = "cli/errors.rs"]
mod errors;
#[path = "cli/kills.rs"]
mod kills;
// Awkward images: the loader's own tests make the same.
#[path = "../src/data/tests/make.rs"]
mod make;
#[cfg(target_os = "linux")]
#[path = "cli/offline.rs"]
mod offline;
#[path = "cli/pictures.rs"]
mod pictures;
#[path = "cli/quality.rs"]
mod quality;
#[path = "cli/runs.rs"]
mod runs;
#[path = "cli/scans.rs"]
mod scans;
#[path = "cli/steering.rs"]
mod steering;
#[path = "cli/support.rs"]
mod support;
#[path = "cli/tables.rs"]
mod tables;
#[path = "cli/untidy.rs"]
mod untidy;
