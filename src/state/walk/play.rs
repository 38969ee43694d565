//! Playing the way: the point runs along it.

use crate::state::AppState;
use crate::state::walk::{Held, Walk};

/// Seconds that one passage may take.
pub const SECONDS: std::ops::RangeInclusive<f32> = 0.5..=120.0;

/// What comes after the last frame.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Turn {
    /// Nothing: the point stays there.
    Once,
    /// The first frame.
    #[default]
    Loop,
    /// The way back.
    PingPong,
}

/// Something about playing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum PlayAction {
    /// Plays, or stops where the point is.
    Toggle,
    /// So many seconds have passed.
    Tick(f32),
    /// Seconds from the first frame to the last.
    SetSeconds(f32),
    /// What comes after the last frame.
    SetTurn(Turn),
    /// Moves the point to a frame of the strip.
    ShowFrame(usize),
    /// Moves the point to a pin.
    ShowPin(usize),
}

/// How the way is played, and how far it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Play {
    /// Seconds from the first frame to the last.
    pub seconds: f32,
    /// What comes after the last frame.
    pub turn: Turn,
    /// Seconds since it began, while it plays.
    pub since: Option<f32>,
}

impl Default for Play {
    fn default() -> Self {
        Self { seconds: 4.0, turn: Turn::default(), since: None }
    }
}

impl Play {
    /// The share of the way that is behind, in [0, 1], and whether that is the end of it.
    fn share(self, since: f32) -> (f32, bool) {
        let passages = since / self.seconds;
        match self.turn {
            Turn::Once => (passages.min(1.0), passages >= 1.0),
            Turn::Loop => (passages.fract(), false),
            Turn::PingPong => (1.0 - (passages % 2.0 - 1.0).abs(), false),
        }
    }
}

impl Walk {
    /// Whether the point runs along the way.
    pub fn plays(&self) -> bool {
        self.play.since.is_some()
    }

    /// The frame of the strip that is nearest to the running point.
    pub fn playing_frame(&self) -> Option<usize> {
        let (share, _) = self.play.share(self.play.since?);
        Some((share * self.frame_steps() as f32).round() as usize % self.frames.max(1))
    }

    /// Whether a frame of the strip stands on a pin, and on which.
    pub fn pin_of_frame(&self, frame: usize) -> Option<usize> {
        let (steps, legs) = (self.frame_steps(), self.course().legs());
        (legs > 0 && (frame * legs).is_multiple_of(steps)).then(|| (frame * legs / steps) % self.pins.len())
    }

    /// Steps between the frames of the strip from its beginning to its end.
    fn frame_steps(&self) -> usize {
        if self.closed { self.frames } else { self.frames.saturating_sub(1) }.max(1)
    }
}

/// Applies one action.
pub fn apply(state: &mut AppState, action: PlayAction) {
    match action {
        PlayAction::Toggle if state.walk.plays() => state.walk.play.since = None,
        PlayAction::Toggle => {
            if state.walk.course().legs() > 0 {
                state.map.hovered = None;
                state.remember();
                state.walk.play.since = Some(0.0);
                advance(&mut state.walk, 0.0);
            }
        }
        PlayAction::Tick(seconds) => advance(&mut state.walk, seconds),
        PlayAction::SetSeconds(seconds) => {
            let seconds = seconds.clamp(*SECONDS.start(), *SECONDS.end());
            set(&mut state.walk.play, |play| play.seconds = seconds);
            // What is written runs as it was seen, unless somebody wants it otherwise.
            state.exporting.settings.seconds = seconds;
        }
        PlayAction::SetTurn(turn) => set(&mut state.walk.play, |play| play.turn = turn),
        PlayAction::ShowFrame(frame) => {
            let z = state.walk.strip_points().into_iter().nth(frame);
            go(state, z);
        }
        PlayAction::ShowPin(idx) => {
            let z = state.walk.pins.get(idx).map(|pin| pin.z.clone());
            go(state, z);
        }
    }
}

/// Changes how it is played; what plays goes on from where it is.
fn set(play: &mut Play, change: impl FnOnce(&mut Play)) {
    let share = play.since.map(|since| play.share(since).0);
    change(play);
    play.since = share.map(|share| share * play.seconds);
}

fn go(state: &mut AppState, z: Option<Vec<f32>>) {
    let Some(z) = z else { return };
    state.remember();
    state.map.hovered = None;
    state.walk.play.since = None;
    state.walk.z = z;
}

fn advance(walk: &mut Walk, seconds: f32) {
    let Some(since) = walk.play.since else { return };
    let since = since + seconds;
    let (share, ends) = walk.play.share(since);
    let course = walk.course();
    let z = course.at(share * course.legs() as f32);
    if z.len() != walk.z.len() || walk.held == Held::Point {
        walk.play.since = None;
        return;
    }
    walk.z = z;
    walk.play.since = (!ends).then_some(since);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::Pinned;

    fn playing(turn: Turn, closed: bool) -> AppState {
        let mut state = AppState::new();
        state.walk.z = vec![9.0];
        state.walk.pins = [0.0, 2.0].map(|z| Pinned { z: vec![z], subject: None }).into();
        (state.walk.closed, state.walk.frames) = (closed, 5);
        state.walk.play = Play { seconds: 4.0, turn, since: None };
        apply(&mut state, PlayAction::Toggle);
        state
    }

    /// Where the point is, and which frame is marked, after each second.
    #[track_caller]
    fn check(turn: Turn, closed: bool, places: &[f32], frames: &[Option<usize>]) {
        let mut state = playing(turn, closed);
        let mut seen = vec![(state.walk.z[0], state.walk.playing_frame())];
        for _ in 1..places.len() {
            apply(&mut state, PlayAction::Tick(1.0));
            seen.push((state.walk.z[0], state.walk.playing_frame()));
        }
        let expected: Vec<_> = places.iter().copied().zip(frames.iter().copied()).collect();
        assert_eq!(seen, expected);
    }

    #[test]
    fn the_point_runs_along_the_way_and_turns_as_it_is_told() {
        let some = |frames: &[usize]| frames.iter().map(|f| Some(*f)).collect::<Vec<_>>();
        let once = [some(&[0, 1, 2, 3]), vec![None, None]].concat();
        check(Turn::Once, false, &[0.0, 0.5, 1.0, 1.5, 2.0, 2.0], &once);
        check(Turn::Loop, false, &[0.0, 0.5, 1.0, 1.5, 0.0, 0.5], &some(&[0, 1, 2, 3, 0, 1]));
        check(Turn::PingPong, false, &[0.0, 0.5, 1.0, 1.5, 2.0, 1.5], &some(&[0, 1, 2, 3, 4, 3]));
        check(Turn::Loop, true, &[0.0, 1.0, 2.0, 1.0, 0.0], &some(&[0, 1, 3, 4, 0]));
    }

    #[test]
    fn playing_is_one_move_and_ends_with_the_way() {
        let mut state = playing(Turn::Loop, false);
        apply(&mut state, PlayAction::Tick(1.0));
        state.walk.pins.pop();
        apply(&mut state, PlayAction::Tick(1.0));
        assert!(!state.walk.plays());
        state.undo();
        assert_eq!(state.walk.z, [9.0]);
    }

    #[test]
    fn frames_on_pins_are_known() {
        let mut state = playing(Turn::Loop, false);
        let pins = |state: &AppState| (0..5).map(|frame| state.walk.pin_of_frame(frame)).collect::<Vec<_>>();
        assert_eq!(pins(&state), [Some(0), None, None, None, Some(1)]);
        state.walk.pins.push(Pinned { z: vec![7.0], subject: None });
        assert_eq!(pins(&state), [Some(0), None, Some(1), None, Some(2)]);
        state.walk.closed = true;
        assert_eq!(pins(&state), [Some(0), None, None, None, None]);
    }

    #[test]
    fn a_frame_shows_its_point() {
        let mut state = playing(Turn::Loop, false);
        apply(&mut state, PlayAction::ShowFrame(3));
        assert_eq!((&state.walk.z[..], state.walk.plays()), (&[1.5][..], false));
        apply(&mut state, PlayAction::ShowPin(1));
        assert_eq!(state.walk.z, [2.0]);
        apply(&mut state, PlayAction::ShowFrame(64));
        assert_eq!(state.walk.z, [2.0]);
    }
}
