//! `scan`.

use std::fs::{create_dir_all, write};
use std::path::Path;

use image::{GrayImage, Rgb, RgbImage};
use serde_json::json;

use crate::support::{json_in, lines, number, run_in, stderr};

/// Two classes of grey PNGs and a colour JPEG, a text file, a truncated PNG, an empty file.
fn untidy(folder: &Path) {
    for class in ["cats", "dogs"] {
        create_dir_all(folder.join(class)).unwrap();
        for i in 0..3_u8 {
            let picture = GrayImage::from_fn(40, 30, |x, y| image::Luma([(x as u8).wrapping_mul(y as u8) ^ i]));
            picture.save(folder.join(class).join(format!("{i}.png"))).unwrap();
        }
    }
    let whole = std::fs::read(folder.join("cats/0.png")).unwrap();
    write(folder.join("dogs/cut.png"), &whole[..whole.len() / 2]).unwrap();
    write(folder.join("dogs/empty.jpg"), b"").unwrap();
    write(folder.join("notes.txt"), b"not a picture").unwrap();
    // By content, not by ending.
    RgbImage::from_pixel(50, 20, Rgb([200, 10, 10])).save(folder.join("red.jpg")).unwrap();
    std::fs::rename(folder.join("red.jpg"), folder.join("cats/red.png")).unwrap();
}

#[test]
fn a_scan_names_every_file_that_is_not_loaded_and_why() {
    let folder = tempfile::tempdir().unwrap();
    untidy(folder.path());
    let said = json_in(folder.path(), "scan .");
    let skipped: Vec<_> = said.iter().filter(|l| l["event"] == "skipped").map(|l| l["path"].clone()).collect();
    assert_eq!(skipped, [json!("dogs/cut.png"), json!("dogs/empty.jpg"), json!("notes.txt")]);
    assert!(said.iter().filter(|l| l["event"] == "skipped").all(|l| l["reason"].as_str().unwrap().len() > 3));
    let done = said.last().unwrap();
    assert_eq!((&done["event"], &done["loaded"], &done["skipped"]), (&json!("done"), &json!(7), &json!(3)));
    assert_eq!(done["classes"], json!({"cats": 4, "dogs": 3}));
    assert_eq!((&done["side"], &done["channels"]), (&json!(64), &json!(3)));
    assert!(number(done, "seconds") >= 0.0);
}

#[test]
fn a_second_scan_takes_from_the_cache_what_the_first_one_put_there_unless_told_not_to() {
    let folder = tempfile::tempdir().unwrap();
    untidy(folder.path());
    let scan = |options: &str| json_in(folder.path(), &format!("scan . {options}")).pop().unwrap();
    let [cold, first, second, told] = ["--no-cache", "", "", "--no-cache"].map(scan);
    let cached = [&cold, &first, &second, &told].map(|done| done["from_cache"].as_bool().unwrap());
    assert_eq!(cached, [false, false, true, false]);
    for other in [&first, &second, &told] {
        assert_eq!((&other["fingerprint"], &other["classes"]), (&cold["fingerprint"], &cold["classes"]));
        assert_eq!((&other["skipped"], &other["loaded"]), (&cold["skipped"], &cold["loaded"]));
    }
}

#[test]
fn a_scan_for_people_says_the_same() {
    let folder = tempfile::tempdir().unwrap();
    untidy(folder.path());
    let output = run_in(folder.path(), "scan . --set data.channels=grey --set data.size=16");
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("skipped dogs/empty.jpg: "), "{text}");
    assert!(text.contains("7 images, 16 × 16 grey, 2 classes; 3 skipped"), "{text}");
}

#[test]
fn a_folder_without_an_image_is_a_failure_that_still_lists_its_files() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path().join("notes.txt"), b"hello").unwrap();
    let output = run_in(folder.path(), "scan . --json");
    assert_eq!(output.status.code(), Some(1));
    let said = lines(&output);
    assert_eq!((&said[0]["event"], &said[0]["path"]), (&json!("skipped"), &json!("notes.txt")));
    assert_eq!(said[1]["event"], "failed");
    assert!(stderr(&output).contains("holds no image"), "{}", stderr(&output));
}

#[test]
fn the_samples_are_whole() {
    let here = tempfile::tempdir().unwrap();
    for (sample, images, classes, side, channels) in [("fashion", 4000, 10, 28, 1), ("emoji", 1026, 6, 32, 3)] {
        let said = json_in(here.path(), &format!("scan sample:{sample}"));
        let done = said.last().unwrap();
        assert_eq!(said.len(), 1);
        assert_eq!(done["loaded"], images);
        assert_eq!(done["classes"].as_object().unwrap().len(), classes);
        assert_eq!((&done["side"], &done["channels"]), (&json!(side), &json!(channels)));
    }
}
