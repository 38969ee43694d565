#!/usr/bin/env bash
# The release binary in a real window, driven as a person would: train, drag, export, close.
# Needs Xvfb, openbox, xdotool and ImageMagick (tests/run installs them) and a built target/release/latent-atlas.
# Places on screen and keys are named at the top of tests/window_helpers.sh.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/window_helpers.sh"

passed=0
ok() {
    echo "real window: $1 ... ok"
    passed=$((passed + 1))
}

[[ -x $binary ]] || fail "$binary to exist: cargo build --release"
start_display
start_program
ok "the window opens at ${WINDOW_W}x$WINDOW_H"

map=$(region "$MAP")
press_train
wait_until 60 "the map to change after Train was pressed" has_changed "$MAP" "$map"
ok "a decoded map appears while training"

click "${MAP_A[@]}"
press_train
wait_until 30 "the point's image to stay still while training is paused" is_still "$POINT_IMAGE"
point=$(region "$POINT_IMAGE")
drag "${MAP_A[@]}" "${MAP_B[@]}"
wait_until 20 "the image at the point to follow the drag" has_changed "$POINT_IMAGE" "$point"
ok "the image follows the dragged point"

strip=$(region "$STRIP")
put_pins
wait_until 20 "the strip between the pins" has_changed "$STRIP" "$strip"
export_strip
wait_until 60 "a PNG in the run's exports folder" exported_png
identify "$(exported_png | head -n 1)" >/dev/null || fail "the exported strip to be a PNG that can be read"
ok "a strip is exported"

code=0
close_program || code=$?
((code == 0)) || fail "exit code 0 after closing the window, not $code"
! grep -q panicked "$sandbox/stderr" || fail "no panic on the way out"
ok "closing the window ends the program with 0"

start_program
press_train
wait_until 60 "the folder of a second run" second_run
map=$(region "$MAP")
wait_until 60 "the map of the second run" has_changed "$MAP" "$map"
code=0
interrupt_program || code=$?
((code == 130)) || fail "exit code 130 after a polite kill, not $code"
grep -Eq '"status": "(stopped|finished)"' "$(second_run)" || fail "the interrupted run to be saved"
ok "a polite kill saves the run"

echo "test result: ok. $passed passed; 0 failed (real window)"
