# Sourced by tests/real_window.sh and screenshots/make.sh: a display of its own, the program in it, and a person's
# hands. Everything waits for something that can be observed, for a bounded time; nothing sleeps and hopes.
# shellcheck shell=bash

# ---- where things are, in pixels of the 1280x800 window ----
readonly WINDOW_W=1280 WINDOW_H=800
# Rectangles well inside the map and inside the picture under "At the point", and two places on the map.
readonly MAP="640x380+310+110"        # WxH+X+Y
readonly POINT_IMAGE="200x150+1044+110"
readonly MAP_A=(430 220) MAP_B=(820 420)
# The frames of the strip, and the button that saves it.
readonly STRIP="600x40+320+545"
readonly SAVE_STRIP=(955 513)

# A place on the big button beside its words.
readonly TRAIN_BUTTON="120+14"

# ---- what the hands do ----
press_train() { key space; }
pin_a() { key a; }
pin_b() { key b; }
export_strip() { click "${SAVE_STRIP[@]}"; }
switch_theme() { key ctrl+t; }
close_window() { key alt+F4; }

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
binary=${LATENT_ATLAS:-${CARGO_TARGET_DIR:-$root/target}/release/latent-atlas}
sandbox=$(mktemp -d)
display_pid="" manager_pid="" program_pid="" window=""

# Ends what was started here, by its own number, and nothing else.
clean_up() {
    local pid
    for pid in $program_pid $manager_pid $display_pid; do
        kill "$pid" 2>/dev/null || true
    done
    for pid in $program_pid $manager_pid $display_pid; do
        wait "$pid" 2>/dev/null || true
    done
    rm -rf -- "$sandbox"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# fail WHAT_WAS_EXPECTED: says so, keeps a picture of the screen and the program's words, and ends.
fail() {
    local picture="${TMPDIR:-/tmp}/latent-atlas-failed-$$.png"
    echo "FAILED: expected $1" >&2
    if [[ -n $display_pid ]] && import -window root "$picture" 2>/dev/null; then
        echo "the screen: $picture" >&2
    fi
    if [[ -s $sandbox/stderr ]]; then
        echo "the program said:" >&2
        tail -n 20 "$sandbox/stderr" >&2
    fi
    exit 1
}

# wait_until SECONDS WHAT COMMAND…: until COMMAND succeeds; fails saying WHAT was expected.
wait_until() {
    local seconds=$1 what=$2 deadline=$((SECONDS + $1))
    shift 2
    until "$@" >/dev/null 2>&1; do
        ((SECONDS < deadline)) || fail "$what within $seconds s"
        if [[ -n $program_pid ]] && ! is_running "$program_pid"; then
            fail "$what; the program ended"
        fi
        sleep 0.1
    done
}

is_running() { [[ -r /proc/$1/stat && $(cut -d' ' -f3 "/proc/$1/stat" 2>/dev/null) != Z ]]; }

# A screen on a display number nobody uses, and a window manager on it.
start_display() {
    local number="$sandbox/display"
    # Larger than the window, so that its frame fits too.
    Xvfb -displayfd 3 -screen 0 1400x900x24 -nolisten tcp 3>"$number" >/dev/null 2>&1 &
    display_pid=$!
    wait_until 30 "Xvfb to open a display" test -s "$number"
    DISPLAY=":$(<"$number")"
    export DISPLAY
    HOME="$sandbox" openbox --sm-disable >/dev/null 2>&1 &
    manager_pid=$!
    wait_until 30 "openbox to manage the display" is_managed
}

is_managed() { [[ -n $(xdotool get_num_desktops) ]]; }

# start_program [ARGUMENT…]: the program with a home of its own; waits for its window and takes it to the corner.
start_program() {
    local home="$sandbox/home"
    mkdir -p "$home" "$sandbox/runtime" "$sandbox/work"
    chmod 700 "$sandbox/runtime"
    (
        cd "$sandbox/work"
        unset WAYLAND_DISPLAY WAYLAND_SOCKET LATENT_ATLAS LANGUAGE
        export HOME="$home" XDG_DATA_HOME="$home/data" XDG_CONFIG_HOME="$home/config" XDG_CACHE_HOME="$home/cache" \
            XDG_STATE_HOME="$home/state" XDG_RUNTIME_DIR="$sandbox/runtime" LIBGL_ALWAYS_SOFTWARE=1 \
            DBUS_SESSION_BUS_ADDRESS=disabled: LC_ALL=C.UTF-8
        exec "$binary" "$@" >"$sandbox/stdout" 2>"$sandbox/stderr" </dev/null
    ) &
    program_pid=$!
    wait_until 60 "a window called Latent Atlas" find_window
    window=$(find_window)
    xdotool windowsize "$window" "$WINDOW_W" "$WINDOW_H" windowmove "$window" 20 40 windowactivate "$window"
    wait_until 20 "a window of ${WINDOW_W}x$WINDOW_H" has_its_size
    wait_until 60 "the window to be painted" is_painted
    wait_until 60 "the window to have the keyboard" has_keyboard
    wait_until 60 "the images to be loaded" is_ready
}

find_window() {
    # Not the first hit: the toolkit keeps an invisible helper window too.
    xdotool search --onlyvisible --name '^Latent Atlas' | tail -n 1 | grep .
}

has_its_size() { xdotool getwindowgeometry "$window" | grep -q "Geometry: ${WINDOW_W}x$WINDOW_H"; }

has_keyboard() { [[ $(xdotool getwindowfocus) == "$window" ]]; }

# The big button has its accent, dark or light, once there is something to train on.
is_ready() {
    import -window "$window" -depth 8 -crop "1x1+$TRAIN_BUTTON" +repage txt:- | grep -Eq '#(2F6BED|255FE0)'
}

is_painted() { (($(import -window "$window" -format '%k' info:) > 16)); }

# region WxH+X+Y: a fingerprint of those pixels of the window.
region() { import -window "$window" -crop "$1" +repage rgba:- | sha256sum; }

# has_changed WxH+X+Y FINGERPRINT
has_changed() {
    local now
    now=$(region "$1") && [[ $now != "$2" ]]
}

# is_still WxH+X+Y: the pixels are those of a moment ago.
is_still() {
    local before
    before=$(region "$1") && sleep 0.4 && ! has_changed "$1" "$before"
}

picture() { import -window "$window" "$1"; }

key() { xdotool key --clearmodifiers "$@"; }

move_to() { xdotool mousemove --window "$window" "$1" "$2"; }

click() { move_to "$1" "$2" && xdotool click 1; }

# drag X1 Y1 X2 Y2: in small steps, as a hand does.
drag() {
    local i
    move_to "$1" "$2"
    xdotool mousedown 1
    for i in 1 2 3 4 5 6 7 8; do
        move_to $(($1 + ($3 - $1) * i / 8)) $(($2 + ($4 - $2) * i / 8))
        sleep 0.03
    done
    xdotool mouseup 1
}

# An exported PNG anywhere in the program's home or working folder.
exported_png() { find "$sandbox/home" "$sandbox/work" -path '*/exports/*.png' -size +0c | grep .; }

# Pins A and B at two places of the map.
put_pins() {
    click "${MAP_A[@]}" && pin_a && click "${MAP_B[@]}" && pin_b
}

# close_program: closes the window as a person does, and gives the program's exit code.
close_program() {
    local pid=$program_pid code=0
    close_window
    program_pid=""
    wait_until 60 "the program to end after its window was closed" has_ended "$pid" || kill "$pid"
    wait "$pid" || code=$?
    return "$code"
}

# interrupt_program: a polite kill, and the program's exit code.
interrupt_program() {
    local pid=$program_pid code=0
    program_pid=""
    kill -TERM "$pid"
    wait_until 60 "the program to end after a polite kill" has_ended "$pid" || kill -KILL "$pid"
    wait "$pid" || code=$?
    return "$code"
}

# The record of the second run, once it has one.
second_run() { find "$sandbox/home" -path '*-02/run.json' | grep .; }

has_ended() { ! is_running "$1"; }
