//! The Export window: the past of a run, a sheet of the images in view, and the latent means.

use egui::accesskit::Role;
use egui::{Key, Modifiers};

use crate::person::Person;

#[test]
fn the_past_and_a_sheet_are_written_into_the_runs_exports() {
    let (mut person, _images) = Person::with_model(5);
    let folder = person.state().training.run.as_ref().unwrap().folder.clone().unwrap().join("exports");
    let json = |name: &str| -> serde_json::Value {
        serde_json::from_slice(&std::fs::read(folder.join(name)).unwrap()).unwrap()
    };
    person.press_with(Modifiers::COMMAND, Key::E);
    person.click(Role::RadioButton, "Training");
    person.set("Enlarge", "1");
    person.click(Role::Button, "Write file");
    person.until_seen("the past is written", |p| p.sees("history-001.gif"));
    let past = json("history-001.gif.json");
    let steps: Vec<u64> = past["layout"]["steps"].as_array().unwrap().iter().map(|s| s.as_u64().unwrap()).collect();
    assert!(steps.len() > 1 && steps[0] == 0 && steps.is_sorted(), "{steps:?}");
    assert_eq!(past["layout"]["grid"]["columns"], 10);
    let file = std::fs::File::open(folder.join("history-001.gif")).unwrap();
    let decoder = image::codecs::gif::GifDecoder::new(std::io::BufReader::new(file)).unwrap();
    let frames = image::AnimationDecoder::into_frames(decoder).collect_frames().unwrap();
    assert_eq!(frames.len(), steps.len());
    assert!(frames[0].buffer() != frames[frames.len() - 1].buffer());

    person.press_with(Modifiers::COMMAND, Key::E);
    person.click(Role::RadioButton, "Sheet");
    person.set("Images", "3");
    person.click(Role::Button, "Write file");
    person.until_seen("the sheet is written", |p| p.sees("sheet-001.png"));
    assert_eq!(json("sheet-001.json")["layout"]["images"].as_array().unwrap().len(), 3);
}

#[test]
fn the_latent_means_are_written_as_a_table_for_numpy_too() {
    let (mut person, _images) = Person::with_model(5);
    let run = person.state().training.run.as_ref().unwrap().folder.clone().unwrap();
    person.press_with(Modifiers::COMMAND, Key::E);
    person.click(Role::RadioButton, "Latents");
    person.click(Role::Button, "Write file");
    person.until_seen("the table is written", |p| p.sees("latents-001.tsv"));
    let written = std::fs::read_to_string(run.join("exports/latents-001.tsv")).unwrap();
    let n = person.state().data.set.as_ref().unwrap().len();
    assert_eq!(written.lines().count(), n);
    let names = std::fs::read_to_string(run.join("exports/latents-001_metadata.tsv")).unwrap();
    assert!(names.starts_with("image\tclass\tsplit\n") && names.lines().count() == n + 1, "{names}");
    person.press_with(Modifiers::COMMAND, Key::E);
    person.click(Role::RadioButton, "NPY");
    person.click(Role::Button, "Write file");
    person.until_seen("the array is written", |p| p.sees("latents-002.npy"));
    let array = std::fs::read(run.join("exports/latents-002.npy")).unwrap();
    assert!(array.starts_with(b"\x93NUMPY") && array.len() == 128 + n * 2 * 4, "{} bytes", array.len());
}
