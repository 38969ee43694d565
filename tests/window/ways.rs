//! The way through the pins: its list, the three kinds side by side, playing it, and an animation of it.

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use latent_atlas::latent::Path;

use crate::person::Person;

/// In front of a window with so many pins along a slope of the map.
fn with_pins(n: u8) -> (Person, tempfile::TempDir) {
    let (mut person, images) = Person::with_model(5);
    // No point lies there: nothing is selected.
    person.click(Role::Button, "Images");
    for i in 0..n {
        let x = -150.0 + 75.0 * f32::from(i);
        person.click_at(person.on_map(x, if i % 2 == 0 { 60.0 } else { -60.0 }));
        person.press(Key::P);
    }
    (person, images)
}

fn places(person: &Person) -> Vec<Vec<f32>> {
    person.state().walk.pins.iter().map(|pin| pin.z.clone()).collect()
}

#[test]
fn pins_change_places_and_go_and_come_back() {
    let (mut person, _images) = with_pins(3);
    let before = places(&person);
    person.click(Role::Button, "Move pin A down");
    assert_eq!(places(&person), [1, 0, 2].map(|i: usize| before[i].clone()));
    person.click(Role::Button, "Remove pin C");
    assert_eq!(person.state().walk.pins.len(), 2);
    person.press_with(Modifiers::COMMAND, Key::Z);
    person.press_with(Modifiers::COMMAND, Key::Z);
    assert_eq!(places(&person), before);
    person.click(Role::Button, "Move the point to pin B");
    assert_eq!(person.state().walk.z, before[1]);
}

#[test]
fn the_three_ways_are_measured_and_the_geodesic_is_shown_once_it_is_found() {
    let (mut person, _images) = with_pins(3);
    person.click(Role::RadioButton, "Geodesic");
    let measured = |s: &latent_atlas::state::AppState, path| s.walk.ways.measured(&s.walk.pins, false, path).cloned();
    person.until("the geodesic is found", |s| s.walk.course().path == Path::Geodesic);
    let all = [Path::Lerp, Path::Slerp, Path::Geodesic].map(|path| measured(person.state(), path).unwrap());
    assert!(all.iter().all(|way| way.changes.len() + 1 == person.state().walk.frames && way.length_images > 0.0));
    let straight: f64 = places(&person)
        .windows(2)
        .map(|pair| f64::from((pair[0][0] - pair[1][0]).hypot(pair[0][1] - pair[1][1])))
        .sum();
    assert!((all[0].length_z - straight).abs() < 1e-3 * straight, "{} {straight}", all[0].length_z);
    assert!(all[2].length_z >= straight * 0.999);
    // Other pins: straight until theirs is found, and the thread rests at last.
    person.click(Role::Button, "Move pin A down");
    person.until("theirs is found", |s| s.walk.course().path == Path::Geodesic && s.walk.ways.progress.is_none());
}

#[test]
fn the_way_is_played_and_a_frame_is_shown() {
    let (mut person, _images) = with_pins(2);
    person.click(Role::Button, "Play the way");
    person.frames(20);
    let (a, b) = (places(&person)[0].clone(), places(&person)[1].clone());
    let z = person.state().walk.z.clone();
    assert!(person.state().walk.plays() && a[0] < z[0] && z[0] < b[0], "{a:?} {z:?} {b:?}");
    assert!(person.state().walk.playing_frame().is_some());
    person.press(Key::K);
    let stopped = person.state().walk.z.clone();
    person.frames(5);
    assert_eq!(person.state().walk.z, stopped);
    let last = format!("Frame {0} of {0}", person.state().walk.frames);
    person.click(Role::Button, &last);
    assert_eq!(person.state().walk.z, b);
}

#[test]
fn a_looping_animation_through_five_pins_is_found_in_the_runs_exports() {
    let (mut person, _images) = with_pins(5);
    person.click(Role::CheckBox, "Back to the first pin");
    person.press_with(Modifiers::COMMAND, Key::E);
    person.set("Seconds", "1");
    person.set("Frames a second", "10");
    person.click(Role::Button, "Write file");
    person.until_seen("it is written", |p| p.sees("animation-001.gif"));
    let folder = person.state().training.run.as_ref().unwrap().folder.clone().unwrap().join("exports");
    let file = std::fs::File::open(folder.join("animation-001.gif")).unwrap();
    let decoder = image::codecs::gif::GifDecoder::new(std::io::BufReader::new(file)).unwrap();
    let frames = image::AnimationDecoder::into_frames(decoder).collect_frames().unwrap();
    assert_eq!(frames.len(), 10);
    assert!(!person.state().exporting.open && person.sees("Show"));
}
