//! The window in each of its languages: the switch between them, and that no text is cut off or lies on another.
//!
//! The language is one for the whole program, so these tests have a program of their own and go one after another.

#![expect(clippy::unwrap_used, reason = "what cannot be had fails the test")]

#[path = "window/folder.rs"]
mod folder;
#[path = "window/person.rs"]
#[expect(dead_code, reason = "the tests of the window need more of it")]
mod person;

use std::sync::{Mutex, MutexGuard, PoisonError};

use egui::accesskit::Role;
use egui::{Key, Modifiers, Pos2, Rect, Shape, Vec2, pos2, vec2};
use egui_kittest::kittest::Queryable;
use latent_atlas::latent::List;
use latent_atlas::state::lens::Page;
use latent_atlas::state::{
    Action, ExportAction, ExportKind, ExportSettings, FinderAction, Language, LensAction, ListsAction, PinSource,
    RunsAction, Subject, TimelineAction, WalkAction,
};
use person::Person;

/// The smallest window that can be had, and the usual one.
const SIZES: [Vec2; 2] = [vec2(960.0, 620.0), vec2(1280.0, 800.0)];
/// Frames until what has been opened stands where it belongs.
const REST: usize = 20;

/// Where the pointer rests on nothing that has a tooltip.
const NOWHERE: Pos2 = pos2(2.0, 2.0);

fn alone() -> MutexGuard<'static, ()> {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner)
}

fn does(person: &mut Person, action: impl Into<Action>) {
    let ctx = person.window.ctx.clone();
    person.window.state_mut().apply(&ctx, action.into());
}

fn speaks(person: &mut Person, language: Language) {
    does(person, Action::SetLanguage(Some(language)));
    person.frames(REST);
}

#[test]
fn the_language_is_switched_at_once_and_back() {
    let _turn = alone();
    let (mut person, _images) = Person::with_images();
    assert!(person.has(Role::Button, "Train") && person.sees("Settings"));
    person.click(Role::Button, "Language");
    person.click(Role::Button, "简体中文");
    person.frames(REST);
    assert_eq!(person.state().language, Some(Language::Chinese));
    assert!(person.has(Role::Button, "训练") && person.has(Role::SpinButton, "轮次"));
    assert!(person.sees("48 张图像") && !person.sees("48 images") && !person.has(Role::Button, "Train"));
    // From the list of commands, by the name that it has in every language.
    person.search("language english");
    person.press(Key::Enter);
    person.frames(REST);
    assert!(person.has(Role::Button, "Train") && person.has(Role::SpinButton, "Epochs"));
    // The system of this window speaks English.
    speaks(&mut person, Language::Chinese);
    does(&mut person, Action::SetLanguage(None));
    person.frames(2);
    assert!(person.state().language.is_none() && person.has(Role::Button, "Train"));
}

/// A text as it is painted, line by line.
struct Text {
    words: String,
    lines: Vec<Rect>,
    clip: Rect,
    elided: bool,
}

impl Text {
    /// Every text that can be seen, in the order of painting.
    fn all(person: &Person) -> Vec<Self> {
        let screen = person.window.ctx.content_rect();
        let mut texts = Vec::new();
        for clipped in &person.window.output().shapes {
            Self::collect(&clipped.shape, clipped.clip_rect.intersect(screen), &mut texts);
        }
        texts.retain(|text| text.lines.iter().any(|line| line.intersects(text.clip)));
        texts
    }

    fn collect(shape: &Shape, clip: Rect, texts: &mut Vec<Self>) {
        match shape {
            Shape::Vec(shapes) => shapes.iter().for_each(|shape| Self::collect(shape, clip, texts)),
            Shape::Text(text) if text.angle == 0.0 => texts.push(Self {
                words: text.galley.text().to_owned(),
                lines: (text.galley.rows.iter())
                    .map(|row| row.visuals.mesh_bounds.translate(row.pos.to_vec2() + text.pos.to_vec2()))
                    .filter(Rect::is_positive)
                    .collect(),
                clip,
                elided: text.galley.elided,
            }),
            _ => {}
        }
    }

    /// Whether it reaches out of its room to the left or the right, by more than a rounded pixel. What is below or above
    /// can be scrolled to.
    fn is_cut_off(&self) -> bool {
        let room = self.clip.expand(1.0).x_range();
        self.elided || !self.lines.iter().all(|line| room.contains(line.left()) && room.contains(line.right()))
    }

    /// Whether both can be seen on the same spot.
    fn lies_on(&self, other: &Self) -> bool {
        let seen = |text: &Self| text.lines.iter().map(|line| line.intersect(text.clip)).collect::<Vec<_>>();
        let meet = |a: &Rect, b: &Rect| a.intersect(*b).width() > 1.0 && a.intersect(*b).height() > 2.0;
        let others = seen(other);
        seen(self).iter().any(|line| others.iter().any(|of_other| meet(line, of_other)))
    }
}

/// What is not as it should be on screen. With something open over the window, texts may lie on others.
fn faults(person: &Person, names: &[String], is_covered: bool) -> Vec<String> {
    let texts = Text::all(person);
    assert!(texts.len() > 20, "the texts are not found any more");
    // What people and folders are called may be of any length.
    let ours = |text: &&Text| !names.iter().any(|name| text.words.contains(name));
    let mut found: Vec<_> = texts
        .iter()
        .filter(ours)
        .filter(|text| text.is_cut_off())
        .map(|text| format!("cut off: {:?} at {:?} within {:?}", text.words, text.lines, text.clip))
        .collect();
    if !is_covered {
        for (i, text) in texts.iter().enumerate() {
            let above = texts[i + 1..].iter().filter(|other| text.lies_on(other));
            found.extend(above.map(|other| format!("{:?} lies on {:?} at {:?}", other.words, text.words, text.lines)));
        }
    }
    found
}

/// A trained model, a selected image and a way through three pins.
fn at_work() -> (Person, tempfile::TempDir) {
    let (mut person, images) = Person::with_model(4);
    for subject in [Some(Subject::Image(3)), Some(Subject::Image(30))] {
        does(&mut person, WalkAction::Select(subject));
        person.until("the image is encoded", |s| s.walk.selected_view.is_some());
        does(&mut person, WalkAction::PutPin(None, PinSource::Selected));
    }
    // Away from both, so that no pin hides another.
    does(&mut person, WalkAction::Nudge([1.5, -1.5]));
    does(&mut person, WalkAction::PutPin(None, PinSource::Point));
    (person, images)
}

/// Every part of the window, opened one after another; `look` is told what it is and whether something is covered by it.
fn tour(person: &mut Person, mut look: impl FnMut(&Person, &str, bool)) {
    let mut stop = |person: &mut Person, name: &str, is_covered: bool| {
        person.frames(REST);
        look(person, name, is_covered);
    };
    stop(person, "map and settings", false);
    let run = person.state().training.run.as_ref().and_then(|run| run.folder.clone()).unwrap();
    does(person, RunsAction::Show(true));
    person.until("the runs are listed", |s| !s.runs.listing.runs.is_empty());
    does(person, RunsAction::Select(run.clone()));
    stop(person, "runs", false);
    does(person, RunsAction::Select(run));
    does(person, RunsAction::Show(false));
    does(person, ListsAction::Show(true));
    does(person, ListsAction::Look);
    person.until("the lists are there", |s| s.lists.found.is_some() && s.lists.progress.is_none());
    for list in [List::Worst, List::Outliers, List::Alike] {
        does(person, ListsAction::Choose(list));
        stop(person, "lists", false);
    }
    does(person, ListsAction::Show(false));
    does(person, Action::Timeline(TimelineAction::Toggle));
    stop(person, "history", false);
    does(person, Action::Timeline(TimelineAction::Toggle));

    does(person, LensAction::Show(true));
    for page in Page::ALL {
        does(person, LensAction::Turn(page));
        person.frames(2);
        person.until("the page is computed", |s| s.lens.progress.is_none());
        stop(person, &format!("lens: {page:?}"), false);
    }
    does(person, LensAction::Show(false));

    does(person, Action::Export(ExportAction::Toggle));
    for kind in [
        ExportKind::Animation,
        ExportKind::Strip,
        ExportKind::Grid,
        ExportKind::Past,
        ExportKind::Sheet,
        ExportKind::Latents,
    ] {
        let settings = person.state().exporting.settings;
        does(person, Action::Export(ExportAction::Set(ExportSettings { kind, ..settings })));
        stop(person, &format!("export: {kind:?}"), true);
    }
    does(person, Action::Export(ExportAction::Toggle));
    does(person, Action::ToggleHelp);
    stop(person, "help", true);
    does(person, Action::ToggleHelp);
    does(person, FinderAction::Toggle);
    stop(person, "commands", true);
    does(person, FinderAction::Toggle);
}

#[test]
fn no_text_is_cut_off_or_lies_on_another_in_any_language() {
    let _turn = alone();
    let (mut person, images) = at_work();
    let mut names = vec![images.path().display().to_string()];
    names.push(person.state().training.run.as_ref().unwrap().name.clone());
    names.extend(person.state().data.set.as_ref().unwrap().names.iter().cloned());
    let mut wrong = Vec::new();
    for language in Language::ALL {
        speaks(&mut person, language);
        for size in SIZES {
            person.window.set_size(size);
            tour(&mut person, |person, part, is_covered| {
                let found = faults(person, &names, is_covered);
                wrong.extend(found.into_iter().map(|fault| format!("{language:?} {size:?} {part}: {fault}")));
            });
        }
    }
    speaks(&mut person, Language::English);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn folded_settings_and_menus_have_room_in_any_language() {
    let _turn = alone();
    let (mut person, images) = at_work();
    let names = [images.path().display().to_string()];
    let folded = [["Image settings", "图像设置"], ["Schedules", "调度"], ["More", "更多"]];
    let menus = [["Layers", "图层"], ["View of the curves", "曲线视图"], ["Export", "导出"], ["Theme", "主题"]];
    let mut wrong = Vec::new();
    for (language, idx) in Language::ALL.into_iter().zip(0..) {
        speaks(&mut person, language);
        person.window.set_size(SIZES[0]);
        person.frames(REST);
        let mut look = |person: &mut Person, part: &str, is_covered| {
            person.frames(REST);
            let found = faults(person, &names, is_covered);
            wrong.extend(found.into_iter().map(|fault| format!("{language:?} {part}: {fault}")));
        };
        for part in folded {
            // Opened, seen from top to bottom, and closed again.
            let header = |person: &Person| person.window.get_by_label(part[idx]).rect().center();
            person.window.get_by_label(part[idx]).scroll_to_me();
            person.frames(REST);
            let at = header(&person);
            person.click_at(at);
            person.point_at(NOWHERE);
            look(&mut person, part[idx], false);
            person.turn_wheel(at, -40.0, Modifiers::NONE);
            person.point_at(NOWHERE);
            look(&mut person, part[idx], false);
            person.window.get_by_label(part[idx]).scroll_to_me();
            person.frames(REST);
            let at = header(&person);
            person.click_at(at);
        }
        for part in menus {
            let at = person.find(Role::Button, part[idx]).rect().center();
            person.click_at(at);
            look(&mut person, part[idx], true);
            person.press(Key::Escape);
        }
    }
    speaks(&mut person, Language::English);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
