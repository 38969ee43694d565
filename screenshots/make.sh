#!/usr/bin/env bash
# Makes the pictures of this folder from the real program, always the same way:
#   cargo build --release && screenshots/make.sh
# The bundled sample is trained to the end, then: main-dark.png, strip.png, main-light.png.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../tests/window_helpers.sh"

out="$root/screenshots"

[[ -x $binary ]] || fail "$binary to exist: cargo build --release"
start_display
start_program

map=$(region "$MAP")
press_train
wait_until 60 "the map to change after Train was pressed" has_changed "$MAP" "$map"
wait_until 600 "the map to stay still after training" is_still "$MAP"
drag "${MAP_A[@]}" "${MAP_B[@]}"
wait_until 60 "the window to stay still" is_still "$MAP"
picture "$out/main-dark.png"

whole="${WINDOW_W}x$WINDOW_H+0+0"
before=$(region "$whole")
put_pins
wait_until 30 "the strip between the pins" has_changed "$whole" "$before"
wait_until 30 "the window to stay still" is_still "$whole"
picture "$out/strip.png"

before=$(region "$whole")
switch_theme
wait_until 30 "the light theme" has_changed "$whole" "$before"
wait_until 30 "the window to stay still" is_still "$whole"
picture "$out/main-light.png"

close_program
ls -l "$out"/*.png
