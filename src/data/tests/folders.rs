//! Folders that nobody has tidied, and folders that change under the reader.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use image::ImageFormat;
use tempfile::TempDir;

use super::make::{bytes_of, grey, save};
use super::{read, read_auto, reasons};
use crate::config::DataConfig;
use crate::data::{LoadError, Progress, Source, load};

fn read_telling(folder: &Path, progress: &(dyn Fn(Progress) + Sync)) -> Result<crate::data::Dataset, LoadError> {
    load(&Source::Folder(folder.to_path_buf()), &DataConfig::default(), &AtomicBool::new(false), progress)
}

#[test]
fn names_may_be_as_long_and_as_deep_as_the_system_lets_them() {
    let folder = TempDir::new().unwrap();
    let long = format!("{}.png", "n".repeat(251));
    save(&grey(16, 1), &folder.path().join(&long), ImageFormat::Png);
    let deep = "d/".repeat(40) + "deep.png";
    save(&grey(16, 2), &folder.path().join(&deep), ImageFormat::Png);
    let data = read_auto(&folder);
    assert_eq!(reasons(&data), []);
    assert_eq!((data.names, data.classes), (vec![deep, long], vec!["d".to_owned()]));
}

#[test]
fn a_path_longer_than_the_system_opens_is_one_line() {
    let folder = TempDir::new().unwrap();
    save(&grey(16, 1), &folder.path().join("good.png"), ImageFormat::Png);
    // Twenty names of 250 bytes, one inside the other: 5,000 bytes, and 4,096 can be opened. `mkdir` goes step by step.
    let name = "p".repeat(250);
    let mkdir = Command::new("mkdir").args(["-p", &format!("{name}/").repeat(20)]).current_dir(folder.path()).status();
    assert!(mkdir.unwrap().success());
    let data = read_auto(&folder);
    let reasons = reasons(&data);
    assert_eq!((data.names.as_slice(), reasons.len()), (["good.png".to_owned()].as_slice(), 1));
    assert!(reasons[0].1.contains("name too long"), "{reasons:?}");
}

#[test]
fn a_name_with_a_line_break_stays_on_its_line_in_what_is_said() {
    let folder = TempDir::new().unwrap();
    let odd = folder.path().join("two\nlines");
    fs::create_dir(&odd).unwrap();
    let empty = read(&odd, &DataConfig::default()).unwrap_err().to_string();
    let missing = read(&odd.join("no\r"), &DataConfig::default()).unwrap_err().to_string();
    assert!(
        empty.contains("two\\nlines holds no image") && missing.contains("two\\nlines/no\\r: no such"),
        "{missing}"
    );
    assert!([empty, missing].iter().all(|said| said.lines().count() == 1));
}

#[test]
fn links_that_lead_in_circles_end() {
    let folder = TempDir::new().unwrap();
    let at = |name: &str| folder.path().join(name);
    save(&grey(16, 1), &at("a/1.png"), ImageFormat::Png);
    save(&grey(16, 2), &at("b/2.png"), ImageFormat::Png);
    // To itself, to each other, up, and twice to one folder, which is no circle.
    symlink(at("self"), at("self")).unwrap();
    symlink(at("b"), at("a/to_b")).unwrap();
    symlink(at("a"), at("b/to_a")).unwrap();
    symlink("..", at("b/up")).unwrap();
    symlink("b", at("c")).unwrap();
    let data = read_auto(&folder);
    let count = |name: &str| data.names.iter().filter(|n| n.ends_with(name)).count();
    // a, b/to_a, c/to_a and c/up/…: through each link again until it comes back to a folder that it is in.
    assert!((3..20).contains(&count("1.png")) && (3..20).contains(&count("2.png")), "{:?}", data.names);
    let reasons = reasons(&data);
    assert!(reasons.iter().any(|(path, why)| *path == "self" && why.contains("symbolic links")), "{reasons:?}");
    assert!(reasons.iter().any(|(path, why)| *path == "b/up" && why.contains("back to its own folder")), "{reasons:?}");
}

#[test]
fn folders_that_link_to_each_other_in_every_way_are_not_walked_in_every_way() {
    let folder = TempDir::new().unwrap();
    let n = 10;
    for i in 0..n {
        save(&grey(16, i), &folder.path().join(format!("{i}/image.png")), ImageFormat::Png);
        for j in (0..n).filter(|j| *j != i) {
            symlink(format!("../{j}"), folder.path().join(format!("{i}/to_{j}"))).unwrap();
        }
    }
    let data = read_auto(&folder);
    // Each is met itself and through eight links; without a limit there are ten million ways.
    assert_eq!(data.len(), 90);
    assert!((0..n).all(|i| data.names.contains(&format!("{i}/image.png"))));
    assert!(data.report.skipped.len() < 1000, "{}", data.report.skipped.len());
    let says = |part: &str| reasons(&data).iter().any(|(_, why)| why.contains(part));
    assert!(says("that 8 links before it lead to") && says("back to its own folder"));
    assert_eq!(data.fingerprint(), read_auto(&folder).fingerprint());
}

#[test]
fn what_is_no_file_is_not_opened_and_what_cannot_be_read_is_said() {
    let folder = TempDir::new().unwrap();
    let at = |name: &str| folder.path().join(name);
    save(&grey(16, 1), &at("good.png"), ImageFormat::Png);
    symlink("/dev/zero", at("zero.png")).unwrap();
    assert!(Command::new("mkfifo").arg(at("pipe")).status().unwrap().success());
    symlink("pipe", at("to_pipe.png")).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(at("socket")).unwrap();
    let mut expected = vec!["pipe", "socket", "to_pipe.png", "zero.png"];
    if cfg!(target_os = "linux") {
        // A file that is there, and whose first byte gives what a disk that goes away gives: an error of the device.
        symlink("/proc/self/mem", at("device.png")).unwrap();
        expected.push("device.png");
    }
    let data = read_auto(&folder);
    let found = reasons(&data);
    assert_eq!((data.names.len(), found.len()), (1, expected.len()), "{found:?}");
    for (path, why) in found {
        let right = if path == "device.png" { "input/output error" } else { "not a regular file" };
        assert_eq!(why, right, "{path}");
    }
}

/// A folder `images` in a folder, with so many images.
fn many(n: usize) -> (TempDir, std::path::PathBuf) {
    let around = TempDir::new().unwrap();
    let images = around.path().join("images");
    fs::create_dir(&images).unwrap();
    let png = bytes_of(&grey(16, 7), ImageFormat::Png);
    (0..n).for_each(|i| fs::write(images.join(format!("{i:05}.png")), &png).unwrap());
    (around, images)
}

#[test]
fn a_folder_that_goes_away_while_it_is_read_is_one_sentence() {
    let (_around, images) = many(2000);
    let gone = images.with_file_name("elsewhere");
    // As a disk that is pulled out: from the first file on there is nothing any more.
    let error = read_telling(&images, &|_| {
        let _only_once = fs::rename(&images, &gone);
    });
    let Err(LoadError::Gone { read, files, .. }) = error else { panic!("{error:?}") };
    assert!(read < 2000 && files == 2000, "{read} of {files}");
    let said = error.unwrap_err().to_string();
    assert!(said.contains("images went away while it was read") && said.contains("open it again"), "{said}");
    assert!(read_telling(&images, &|_| ()).unwrap_err().to_string().contains("no such file or folder"));
}

#[test]
fn files_that_come_go_and_change_while_a_folder_is_read_cost_no_more_than_themselves() {
    let (_around, images) = many(3000);
    let done = AtomicUsize::new(0);
    let data = read_telling(&images, &|_| {
        if done.fetch_add(1, Ordering::Relaxed) == 0 {
            fs::remove_file(images.join("02997.png")).unwrap();
            fs::write(images.join("02998.png"), "no image any more").unwrap();
            assert!(Command::new("mkfifo").arg(images.join("new")).status().unwrap().success());
            fs::rename(images.join("new"), images.join("02999.png")).unwrap();
            fs::write(images.join("03000.png"), "came too late").unwrap();
        }
    });
    let data = data.unwrap();
    assert_eq!(data.len(), 2997);
    let expected = [
        ("02997.png", "no such file or folder"),
        ("02998.png", "not an image that can be read"),
        ("02999.png", "not a regular file"),
    ];
    assert_eq!(reasons(&data), expected);
}

#[test]
fn twenty_thousand_files_in_one_folder_load() {
    let (_around, images) = many(20_000);
    let data = read_telling(&images, &|_| ()).unwrap();
    assert_eq!((data.len(), data.side, data.report.files), (20_000, 16, 20_000));
    assert_eq!((data.names[0].as_str(), data.names[19_999].as_str()), ("00000.png", "19999.png"));
}

#[test]
fn one_image_and_many_that_are_all_the_same_are_datasets() {
    let (_around, images) = many(1);
    let data = read_telling(&images, &|_| ()).unwrap();
    let split = data.split(0.1, 0);
    assert_eq!((data.len(), split.train.len(), split.validation.len()), (1, 1, 0));
    let (_around, images) = many(5);
    let data = read_telling(&images, &|_| ()).unwrap();
    assert_eq!((data.len(), data.channels), (5, 1));
    assert!((0..5).all(|i| data.image(i).iter().all(|&v| v == 7)));
}
