//! Folders made by code, opened with and without a cache.

use std::fs::{self, File};
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, SystemTime};

use image::{GrayImage, ImageFormat, Luma, Rgb as Pixel, RgbImage};
use tempfile::TempDir;

use crate::config::{Channels, DataConfig, Fit, Rgb, Size};
use crate::data::cache::Cache;
use crate::data::cache::place::DECODERS;
use crate::data::{Dataset, Loaded, Loader, Source};

/// A folder of images and a folder for the cache.
struct Desk {
    images: TempDir,
    kept: TempDir,
    limit: u64,
}

impl Desk {
    /// Two classes of 20 × 20 grey PNGs, one in colour, a text file and a damaged one.
    fn new() -> Self {
        let desk = Self { images: TempDir::new().unwrap(), kept: TempDir::new().unwrap(), limit: 1 << 20 };
        for (i, name) in ["a/0.png", "a/1.png", "b/2.png", "top.png"].into_iter().enumerate() {
            desk.grey(name, i as u8);
        }
        let red = RgbImage::from_fn(20, 20, |x, y| Pixel([200, x as u8, y as u8]));
        red.save_with_format(desk.at("b/3.png"), ImageFormat::Png).unwrap();
        fs::write(desk.at("b/notes.txt"), "no image").unwrap();
        let whole = fs::read(desk.at("a/0.png")).unwrap();
        fs::write(desk.at("cut.png"), &whole[..whole.len() / 2]).unwrap();
        desk
    }

    fn at(&self, name: &str) -> std::path::PathBuf {
        self.images.path().join(name)
    }

    fn grey(&self, name: &str, level: u8) {
        fs::create_dir_all(self.at(name).parent().unwrap()).unwrap();
        let picture = GrayImage::from_fn(20, 20, |x, y| Luma([(x * y) as u8 ^ level]));
        picture.save_with_format(self.at(name), ImageFormat::Png).unwrap();
    }

    fn open(&self, config: &DataConfig) -> Loaded {
        let cache = Some(Cache::new(self.kept.path().to_owned(), self.limit));
        let source = Source::Folder(self.images.path().to_owned());
        Loader { cache, yields: false }.load(&source, config, &AtomicBool::new(false), &|_| {}).unwrap()
    }

    /// Opens and keeps; whether the images came from the files.
    fn reads_files(&self, config: &DataConfig) -> bool {
        let Loaded { data, unsaved } = self.open(config);
        let from_files = unsaved.is_some();
        if let Some(unsaved) = unsaved {
            unsaved.save(&data, &AtomicBool::new(false)).unwrap();
        }
        from_files
    }

    /// The one file of the cache.
    fn file(&self) -> std::path::PathBuf {
        let files: Vec<_> = fs::read_dir(self.kept.path()).unwrap().map(|e| e.unwrap().path()).collect();
        assert_eq!(files.len(), 1);
        files[0].clone()
    }
}

#[track_caller]
fn same(a: &Dataset, b: &Dataset) {
    assert!(a.pixels == b.pixels);
    assert_eq!((a.side, a.channels, &a.name, &a.root), (b.side, b.channels, &b.name, &b.root));
    assert_eq!((&a.names, &a.classes, &a.labels), (&b.names, &b.classes, &b.labels));
    assert_eq!((a.report.files, &a.report.skipped), (b.report.files, &b.report.skipped));
    assert_eq!((a.fingerprint(), a.clone().compute_fingerprint()), (b.fingerprint(), b.fingerprint().to_owned()));
}

#[test]
fn the_cache_gives_what_the_files_give() {
    let desk = Desk::new();
    let grey = DataConfig { channels: Channels::Grey, size: Size::Side(16), ..DataConfig::default() };
    for config in [DataConfig::default(), grey] {
        let first = desk.open(&config);
        first.unsaved.unwrap().save(&first.data, &AtomicBool::new(false)).unwrap();
        let second = desk.open(&config);
        assert!(second.unsaved.is_none());
        assert_eq!((second.data.len(), second.data.report.skipped.len()), (5, 2));
        same(&second.data, &first.data);
    }
}

#[test]
fn progress_through_the_cache_ends_at_the_total_and_can_be_cancelled() {
    let desk = Desk::new();
    let config = DataConfig::default();
    assert!(desk.reads_files(&config));
    let loader = Loader { cache: Some(Cache::new(desk.kept.path().to_owned(), desk.limit)), yields: false };
    let source = Source::Folder(desk.images.path().to_owned());
    let told = std::sync::Mutex::new(Vec::new());
    loader.load(&source, &config, &AtomicBool::new(false), &|p| told.lock().unwrap().push((p.done, p.total))).unwrap();
    assert_eq!(told.into_inner().unwrap().last(), Some(&(7, 7)));
    let cancel = AtomicBool::new(false);
    let stopped = loader.load(&source, &config, &cancel, &|_| cancel.store(true, std::sync::atomic::Ordering::Relaxed));
    assert_eq!(stopped.err(), Some(crate::data::LoadError::Cancelled));
}

#[track_caller]
fn misses_after(change: impl Fn(&Desk)) {
    let (desk, config) = (Desk::new(), DataConfig::default());
    assert!(desk.reads_files(&config));
    assert!(!desk.reads_files(&config));
    change(&desk);
    assert!(desk.reads_files(&config), "a changed folder is read");
    assert!(!desk.reads_files(&config), "and kept anew");
    desk.file();
}

fn set_time(path: &Path, time: SystemTime) {
    File::options().append(true).open(path).unwrap().set_modified(time).unwrap();
}

#[test]
fn any_change_of_the_files_misses() {
    misses_after(|desk| desk.grey("b/9.png", 77));
    misses_after(|desk| fs::remove_file(desk.at("a/1.png")).unwrap());
    misses_after(|desk| fs::rename(desk.at("a/1.png"), desk.at("a/1.PNG")).unwrap());
    misses_after(|desk| fs::remove_file(desk.at("b/notes.txt")).unwrap());
    // Touched: another time and the same bytes, a nanosecond later or before 1970.
    misses_after(|desk| {
        let time = fs::metadata(desk.at("top.png")).unwrap().modified().unwrap();
        set_time(&desk.at("top.png"), time + Duration::from_nanos(1));
    });
    misses_after(|desk| set_time(&desk.at("top.png"), SystemTime::UNIX_EPOCH - Duration::from_secs(3)));
    // Longer, with the time it had.
    misses_after(|desk| {
        let time = fs::metadata(desk.at("top.png")).unwrap().modified().unwrap();
        fs::write(desk.at("top.png"), [fs::read(desk.at("top.png")).unwrap(), vec![0]].concat()).unwrap();
        set_time(&desk.at("top.png"), time);
    });
}

#[test]
fn every_setting_that_changes_pixels_has_its_own_place() {
    let (desk, base) = (Desk::new(), DataConfig::default());
    assert!(desk.reads_files(&base));
    let others = [
        DataConfig { size: Size::Side(20), ..base.clone() },
        DataConfig { channels: Channels::Rgb, ..base.clone() },
        DataConfig { fit: Fit::Pad, ..base.clone() },
        DataConfig { background: Rgb([1, 0, 0]), ..base.clone() },
        DataConfig { max_megapixels: 9, ..base.clone() },
    ];
    assert!(others.iter().all(|other| desk.reads_files(other)));
    assert!(!desk.reads_files(&base) && others.iter().all(|other| !desk.reads_files(other)));
    assert!(!desk.reads_files(&DataConfig { validation_fraction: 0.3, ..base }));
}

#[test]
fn a_damaged_file_is_as_good_as_none() {
    let (desk, config) = (Desk::new(), DataConfig::default());
    assert!(desk.reads_files(&config));
    let (file, fresh) = (desk.file(), desk.open(&config).data);
    let whole = fs::read(&file).unwrap();
    let head = whole.len() - fresh.pixels.len();
    let falls_back = |bytes: &[u8], what: &str| {
        fs::write(&file, bytes).unwrap();
        let Loaded { data, unsaved } = desk.open(&config);
        assert!(unsaved.is_some(), "{what}");
        same(&data, &fresh);
    };
    // Every byte of the head, and a sample of the pixels.
    for at in (0..head).chain((head..whole.len()).step_by(97)).chain([whole.len() - 1]) {
        for flip in [1, 0x80] {
            let mut bytes = whole.clone();
            bytes[at] ^= flip;
            falls_back(&bytes, &format!("byte {at} ^ {flip}"));
        }
    }
    for length in (0..whole.len()).step_by(61).chain([0, 7, 8, 31, 32, head - 1, head, whole.len() - 1]) {
        falls_back(&whole[..length], &format!("cut to {length}"));
    }
    falls_back(&[whole.as_slice(), &[0]].concat(), "one byte more");
    falls_back(&[whole.as_slice(), whole.as_slice()].concat(), "twice");
    // Lengths that do not fit into memory, or whose sum does not fit into 64 bits.
    for field in [8, 16, 24] {
        for value in [u64::MAX, u64::MAX - 31, 1 << 62, 1 << 40, 0] {
            let bytes = [&whole[..field], &value.to_le_bytes(), &whole[field + 8..]].concat();
            falls_back(&bytes, &format!("{value} at {field}"));
        }
    }
    fs::write(&file, &whole).unwrap();
    assert!(desk.open(&config).unsaved.is_none(), "the whole file is used");
    fs::remove_file(&file).unwrap();
    fs::create_dir(&file).unwrap();
    assert!(desk.open(&config).unsaved.is_some());
}

/// The file with other facts and their right checksum: what a forger would write.
fn forged(whole: &[u8], from: &str, to: &str) -> Vec<u8> {
    let number = |at: usize| u64::from_le_bytes(whole[at..at + 8].try_into().unwrap()) as usize;
    let (key, facts, pixels) = (number(8), number(16), number(24));
    let text = std::str::from_utf8(&whole[32 + key..32 + key + facts]).unwrap();
    assert!(text.contains(from), "{text}");
    let text = text.replacen(from, to, 1);
    let length = (text.len() as u64).to_le_bytes();
    let mut bytes = [&whole[..16], &length, &whole[24..32 + key], text.as_bytes()].concat();
    bytes.extend(crc32fast::hash(&bytes).to_le_bytes());
    [bytes.as_slice(), &whole[whole.len() - pixels..]].concat()
}

#[test]
fn facts_that_cannot_be_are_not_believed() {
    let (desk, config) = (Desk::new(), DataConfig::default());
    assert!(desk.reads_files(&config));
    let (file, fresh) = (desk.file(), desk.open(&config).data);
    let whole = fs::read(&file).unwrap();
    fs::write(&file, forged(&whole, "\"side\":20", "\"side\":20")).unwrap();
    assert!(desk.open(&config).unsaved.is_none(), "the forger's checksum is right");
    let lies = [
        ("\"side\":20", "\"side\":10"),
        ("\"side\":20", "\"side\":4294967296"),
        ("\"side\":20", "\"side\":18446744073709551615"),
        ("\"channels\":3", "\"channels\":0"),
        ("\"channels\":3", "\"channels\":1"),
        ("\"images\":5", "\"images\":0"),
        ("\"images\":5", "\"images\":6"),
        ("\"images\":5", "\"images\":18446744073709551615"),
        ("[[4,", "[[5,"),
        ("[[4,", "[[9,"),
        ("[5,\"dam", "[7,\"dam"),
        ("\"checksums\":[", "\"checksums\":[1,"),
        ("\"fingerprint\":\"", "\"fingerprint\":\"0"),
        ("\"fingerprint\":\"", "\"more\":1,\"fingerprint\":\""),
    ];
    for (from, to) in lies {
        fs::write(&file, forged(&whole, from, to)).unwrap();
        let Loaded { data, unsaved } = desk.open(&config);
        assert!(unsaved.is_some(), "{to}");
        same(&data, &fresh);
    }
}

#[test]
fn what_was_not_used_for_longest_makes_room() {
    let mut desk = Desk::new();
    let side = |side| DataConfig { size: Size::Side(side), ..DataConfig::default() };
    let bytes = |desk: &Desk| Cache::new(desk.kept.path().to_owned(), 0).bytes();
    assert!(desk.reads_files(&side(32)));
    let first = desk.file();
    let one = bytes(&desk);
    desk.limit = one * 5 / 2;
    assert!(desk.reads_files(&side(31)));
    // The first is the older one, until it is used.
    set_time(&first, SystemTime::UNIX_EPOCH);
    assert!(!desk.reads_files(&side(32)));
    assert!(fs::metadata(&first).unwrap().modified().unwrap() > SystemTime::UNIX_EPOCH);
    for entry in fs::read_dir(desk.kept.path()).unwrap() {
        let path = entry.unwrap().path();
        let days = if path == first { 2 } else { 1 };
        set_time(&path, SystemTime::UNIX_EPOCH + Duration::from_hours(24 * days));
    }
    assert!(desk.reads_files(&side(30)));
    assert!(bytes(&desk) <= desk.limit);
    assert!(!desk.reads_files(&side(32)) && desk.reads_files(&side(31)), "31 had to go");
    // What is larger than all there may be is not kept, and nothing goes for it.
    desk.limit = one / 2;
    let before = bytes(&desk);
    assert!(desk.reads_files(&side(128)) && desk.reads_files(&side(128)));
    assert_eq!(bytes(&desk), before);
}

#[test]
fn clearing_takes_what_is_ours_and_nothing_else() {
    let desk = Desk::new();
    let cache = Cache::new(desk.kept.path().to_owned(), desk.limit);
    assert!(desk.reads_files(&DataConfig::default()));
    let kept = fs::metadata(desk.file()).unwrap().len();
    fs::write(desk.kept.path().join("mine.txt"), "mine").unwrap();
    assert_eq!(cache.bytes(), kept);
    cache.clear().unwrap();
    assert_eq!((cache.bytes(), desk.file()), (0, desk.kept.path().join("mine.txt")));
    Cache::new(desk.kept.path().join("missing"), 1).clear().unwrap();
}

#[test]
fn a_save_that_is_cancelled_leaves_nothing() {
    let desk = Desk::new();
    let Loaded { data, unsaved } = desk.open(&DataConfig::default());
    unsaved.unwrap().save(&data, &AtomicBool::new(true)).unwrap();
    assert_eq!(fs::read_dir(desk.kept.path()).unwrap().count(), 0);
}

#[test]
fn another_version_of_a_decoder_is_another_key() {
    let lock = include_str!("../../../Cargo.lock");
    let mut lines = lock.lines();
    let mut versions = Vec::new();
    while let Some(line) = lines.next() {
        let name = line.strip_prefix("name = ").map(|name| name.trim_matches('"'));
        let known = ["fast_image_resize", "gif", "image", "image-webp", "png", "qoi", "tiff", "zune-jpeg"];
        if let Some(name) = name.filter(|name| known.contains(name)) {
            let version = lines.next().and_then(|line| line.strip_prefix("version = ")).unwrap();
            versions.push(format!("{name} {}", version.trim_matches('"')));
        }
    }
    assert_eq!(versions.join(", "), DECODERS, "pixels may change: bring DECODERS up to date");
}
