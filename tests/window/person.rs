//! A person in front of the window: finds things by role and label, points, types, and waits for what should happen.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use egui::accesskit::Role;
use egui::{
    Event, Key, Modifiers, MouseWheelSource, MouseWheelUnit, PointerButton, Pos2, Rect, TouchPhase, Vec2, vec2,
};
use egui_kittest::kittest::{NodeT, Queryable};
use egui_kittest::{Harness, Node};
use latent_atlas::app::{Options, Window};
use latent_atlas::files::Trash;
use latent_atlas::state::{AppState, GridPicture, Language, Phase};
use tempfile::TempDir;

use crate::folder;

/// Longer than anything here takes, on a machine that does much else.
const PATIENCE: Duration = Duration::from_secs(90);
/// Looks again after this long, should nobody have woken the window.
const GLANCE: Duration = Duration::from_millis(20);

const SIZE: [f32; 2] = [1280.0, 800.0];
/// At most so much of the window's lower edge is taken by the curves, in points.
const CURVES: f32 = 190.0;
/// Height of the bar above everything else, in points.
const TOP_BAR: f32 = 44.0;

pub struct Person {
    pub window: Harness<'static, Window>,
    /// Kept until the window is gone.
    _home: TempDir,
}

impl Person {
    /// In front of a window that was opened for the first time, on `initial`.
    pub fn opens(initial: Option<&str>) -> Self {
        let home = tempfile::tempdir().unwrap();
        let options = Options {
            initial: initial.map(str::to_owned),
            runs: home.path().join("runs"),
            trash: Some(Trash::at(home.path().join("trash"))),
            cache: Some(home.path().join("cache")),
            language: Language::English,
        };
        let window = Harness::builder().with_size(SIZE).with_step_dt(1.0 / 60.0).wgpu().build_eframe(|cc| {
            // Workers wake the window; here that is the thread of the test.
            let me = std::thread::current();
            cc.egui_ctx.set_request_repaint_callback(move |_| me.unpark());
            Window::new(cc, options).unwrap()
        });
        Self { window, _home: home }
    }

    /// In front of a window with the small folder open.
    pub fn with_images() -> (Self, TempDir) {
        let images = folder::images();
        let mut person = Self::opens(Some(&images.path().display().to_string()));
        person.until("the images are there", |s| s.data.set.is_some());
        (person, images)
    }

    /// In front of a window with a model of the small folder, trained for `epochs`.
    pub fn with_model(epochs: usize) -> (Self, TempDir) {
        Self::with_dimensions(2, epochs)
    }

    /// The same with so many latent dimensions.
    pub fn with_dimensions(latent_dim: usize, epochs: usize) -> (Self, TempDir) {
        let (mut person, images) = Self::with_images();
        if latent_dim != person.state().settings.model.latent_dim {
            person.set("Latent dimensions", &latent_dim.to_string());
        }
        person.set("Epochs", &epochs.to_string());
        person.click(Role::Button, "Train");
        person.until("the run has ended", |s| matches!(s.training.phase, Phase::Ended(_)));
        // By the last model: nothing moves by itself from here on.
        person.until("the map is drawn", |s| s.map.means_step == s.training.total_steps && is_mapped(s));
        (person, images)
    }

    /// In front of a window that trains the small folder for a long time.
    pub fn while_training() -> (Self, TempDir) {
        let (mut person, images) = Self::with_images();
        person.set("Epochs", "1000000");
        person.click(Role::Button, "Train");
        person.until("the map is drawn", is_mapped);
        (person, images)
    }

    pub fn state(&self) -> &AppState {
        self.window.state().state()
    }

    /// Looks at the window until `holds`, for a bounded time.
    #[track_caller]
    pub fn until(&mut self, what: &str, holds: impl Fn(&AppState) -> bool) {
        self.until_seen(what, |person| holds(person.state()));
    }

    #[track_caller]
    pub fn until_seen(&mut self, what: &str, holds: impl Fn(&Self) -> bool) {
        let began = Instant::now();
        loop {
            self.window.step();
            if holds(self) {
                // What has just appeared finds its place.
                self.frames(2);
                return;
            }
            let notices: Vec<_> = self.state().notices.iter().collect();
            assert!(began.elapsed() < PATIENCE, "waited for: {what}; notices: {notices:?}");
            std::thread::park_timeout(GLANCE);
        }
    }

    /// Lets some frames pass.
    pub fn frames(&mut self, n: usize) {
        self.window.run_steps(n);
    }

    #[track_caller]
    pub fn find(&self, role: Role, label: &str) -> Node<'_> {
        let named = |node: &Node<'_>| node.accesskit_node().label().is_some_and(|l| l == label);
        let mut found = self.window.query_all_by_role(role).filter(named);
        let node = found.next().unwrap_or_else(|| panic!("no {role:?} called {label:?}"));
        assert!(found.next().is_none(), "more than one {role:?} called {label:?}");
        drop(found);
        node
    }

    #[track_caller]
    pub fn can_use(&self, role: Role, label: &str) -> bool {
        !self.find(role, label).accesskit_node().is_disabled()
    }

    /// Whether there is something with this role and exactly this name.
    pub fn has(&self, role: Role, label: &str) -> bool {
        self.window.query_all_by_role(role).any(|node| node.accesskit_node().label().is_some_and(|l| l == label))
    }

    /// What the row of a list that begins so is called.
    pub fn row(&self, beginning: &str) -> Option<String> {
        let labels = self.window.query_all_by_role(Role::ListItem).filter_map(|row| row.accesskit_node().label());
        labels.into_iter().find(|label| label.starts_with(beginning))
    }

    /// Whether a text with these words is on screen.
    pub fn sees(&self, words: &str) -> bool {
        self.window.query_all_by_label_contains(words).next().is_some()
    }

    #[track_caller]
    pub fn click(&mut self, role: Role, label: &str) {
        assert!(self.can_use(role, label), "{label:?} is disabled");
        self.click_on(role, label);
    }

    /// Points, presses and lets go between two frames: what a worker says meanwhile may move what is clicked.
    #[track_caller]
    fn click_on(&mut self, role: Role, label: &str) {
        let pos = self.bring_into_view(role, label).center();
        let press =
            |pressed| Event::PointerButton { pos, button: PointerButton::Primary, pressed, modifiers: Modifiers::NONE };
        self.window.input_mut().events.extend([Event::PointerMoved(pos), press(true), press(false)]);
        self.frames(2);
    }

    /// Where it is, once it is in view and nothing glides any more.
    #[track_caller]
    pub fn bring_into_view(&mut self, role: Role, label: &str) -> Rect {
        let node = self.find(role, label);
        // Under the curves or below the window, or scrolled away under the top bar.
        if node.rect().bottom() > SIZE[1] - CURVES || node.rect().top() < TOP_BAR {
            node.scroll_to_me();
            self.frames(2);
        }
        let mut before = Rect::NOTHING;
        loop {
            let rect = self.find(role, label).rect();
            if rect == before {
                return rect;
            }
            before = rect;
            self.frames(2);
        }
    }

    /// Types a number into the field called `label`.
    #[track_caller]
    pub fn set(&mut self, label: &str, value: &str) {
        self.click_on(Role::SpinButton, label);
        self.type_in(value);
    }

    /// Replaces what stands in the field that has the keyboard, and presses Enter.
    pub fn type_in(&mut self, text: &str) {
        self.window.key_press_modifiers(Modifiers::COMMAND, Key::A);
        self.window.event(Event::Text(text.to_owned()));
        self.window.key_press(Key::Enter);
        self.frames(2);
    }

    /// Opens the list of commands and types words into it.
    pub fn search(&mut self, words: &str) {
        self.press_with(Modifiers::COMMAND, Key::K);
        self.frames(2);
        self.window.event(Event::Text(words.to_owned()));
        self.frames(3);
    }

    pub fn press(&mut self, key: Key) {
        self.press_with(Modifiers::NONE, key);
    }

    pub fn press_with(&mut self, modifiers: Modifiers, key: Key) {
        self.window.key_press_modifiers(modifiers, key);
        self.frames(2);
    }

    /// A place on the map, by its offset from the middle in points.
    #[track_caller]
    pub fn on_map(&self, x: f32, y: f32) -> Pos2 {
        self.find(Role::Canvas, "Latent map").rect().center() + vec2(x, y)
    }

    pub fn point_at(&mut self, at: Pos2) {
        self.window.hover_at(at);
        self.frames(2);
    }

    pub fn button(&mut self, at: Pos2, button: PointerButton, pressed: bool) {
        self.window.event(Event::PointerButton { pos: at, button, pressed, modifiers: Modifiers::NONE });
        self.frames(1);
    }

    pub fn click_at(&mut self, at: Pos2) {
        self.point_at(at);
        self.button(at, PointerButton::Primary, true);
        self.button(at, PointerButton::Primary, false);
        self.frames(1);
    }

    /// Drags in small steps, as a hand does.
    pub fn drag(&mut self, button: PointerButton, from: Pos2, to: Pos2) {
        self.point_at(from);
        self.button(from, button, true);
        for i in 1..=5_u8 {
            self.window.hover_at(from + (to - from) * (f32::from(i) / 5.0));
            self.frames(1);
        }
        self.button(to, button, false);
        self.frames(1);
    }

    pub fn turn_wheel(&mut self, at: Pos2, lines: f32, modifiers: Modifiers) {
        self.point_at(at);
        let delta = Vec2::new(0.0, lines);
        let (unit, phase, source) = (MouseWheelUnit::Line, TouchPhase::Move, MouseWheelSource::Wheel);
        self.window.event(Event::MouseWheel { unit, delta, phase, source, modifiers });
        self.frames(20);
    }

    /// Drops a file or folder on the window.
    pub fn drop_path(&mut self, path: &Path) {
        self.window.input_mut().dropped_files.push(Arc::new(Dropped(path.to_owned())));
        self.frames(1);
    }

    /// What is decoded at the point, once it is decoded there.
    #[track_caller]
    pub fn decoded(&mut self) -> Vec<u8> {
        self.until("the point is decoded", |s| s.walk.point_view.as_ref().is_some_and(|v| v.z == s.point_shown()));
        self.state().walk.point_view.as_ref().unwrap().image.clone()
    }
}

/// Whether the grid is decoded and the images are placed.
pub fn is_mapped(state: &AppState) -> bool {
    state.map.means.is_some() && state.map.grid.as_ref().is_some_and(GridPicture::is_complete)
}

#[derive(Debug)]
struct Dropped(PathBuf);

impl egui::DroppedFile for Dropped {
    fn path(&self) -> &Path {
        &self.0
    }
    fn bytes(&self) -> Result<Vec<u8>, String> {
        std::fs::read(&self.0).map_err(|e| e.to_string())
    }
}
