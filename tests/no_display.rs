//! Where no window can be shown, the program says so in one sentence.

use std::process::Command;

#[test]
fn without_a_display_one_sentence_says_what_to_install() {
    let mut program = Command::new(env!("CARGO_BIN_EXE_latent-atlas"));
    for variable in ["DISPLAY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET"] {
        program.env_remove(variable);
    }
    let output = program.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert_eq!(said.trim_end().lines().count(), 1, "{said}");
    assert!(said.contains("install"), "{said}");
    assert!(!said.contains("panicked"), "{said}");
    assert!(output.stdout.is_empty());
}
