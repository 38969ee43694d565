#!/usr/bin/env bash
# Makes the pictures of this folder from the real program, always the same way:
#   cargo build --release && screenshots/make.sh
# The bundled sample is trained to the end, then: main-dark.png, strip.png, lists.png, main-light.png.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../tests/window_helpers.sh"

out="$root/screenshots"

# Places on the map where images are, and one beside everything.
readonly SNEAKER=(560 190) DRESS=(700 190) PULLOVER=(730 330) BESIDE=(380 73)
# The button that shows the lists of remarkable images in place of the settings and the one that brings the settings back,
# the button that looks for them, the list of outliers, a row, and where rows are.
readonly LISTS=(157 77) SETTINGS=(48 77) LOOK_THROUGH=(90 193) OUTLIERS=(102 198) THIRD_ROW=(140 378)
readonly ROWS="200x300+20+260" WHOLE="${WINDOW_W}x$WINDOW_H+0+0"

has_finished() { grep -rlE '"status": *"finished"' "$sandbox/home" --include=run.json; }

has_rows() { (($(import -window "$window" -crop "$ROWS" -format '%k' info:) > 64)); }

move_away() { move_to "${BESIDE[@]}"; }

[[ -x $binary ]] || fail "$binary to exist: cargo build --release"
start_display
start_program

map=$(region "$MAP")
press_train
wait_until 60 "the map to change after Train was pressed" has_changed "$MAP" "$map"
wait_until 600 "the run to be finished" has_finished
wait_until 60 "the map to stay still after training" is_still "$MAP"
drag "${DRESS[@]}" "${PULLOVER[@]}"
wait_until 60 "the window to stay still" is_still "$WHOLE"
move_away
wait_until 60 "the window to stay still" is_still "$WHOLE"
picture "$out/main-dark.png"

before=$(region "$WHOLE")
for place in "${SNEAKER[*]}" "${DRESS[*]}" "${PULLOVER[*]}"; do
    read -r x y <<<"$place"
    click "$x" "$y" && key p
done
move_away
wait_until 30 "the strip between the pins" has_changed "$WHOLE" "$before"
wait_until 60 "the window to stay still" is_still "$WHOLE"
picture "$out/strip.png"

click "${LISTS[@]}"
wait_until 30 "the window to stay still" is_still "$WHOLE"
click "${LOOK_THROUGH[@]}"
wait_until 120 "the lists" has_rows
click "${OUTLIERS[@]}" && click "${THIRD_ROW[@]}"
move_away
wait_until 30 "the window to stay still" is_still "$WHOLE"
picture "$out/lists.png"

click "${SETTINGS[@]}" && key f
before=$(region "$WHOLE")
switch_theme
move_away
wait_until 30 "the light theme" has_changed "$WHOLE" "$before"
wait_until 30 "the window to stay still" is_still "$WHOLE"
picture "$out/main-light.png"

close_program
ls -l "$out"/*.png
