//! Folders made by code, read back.

mod bombs;
mod folders;
mod kinds;
mod make;

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use image::{DynamicImage, GrayImage, ImageFormat, Luma};
use tempfile::TempDir;

use crate::config::{Channels, DataConfig, Fit, Size};
use crate::data::folder::{self, Order};
use crate::data::gate::Gate;
use crate::data::{Dataset, LoadError, Source, load, load_image_file};
use make::{grey, jpeg_with_orientation, png_claiming, save, two_colours};

fn read(folder: &Path, config: &DataConfig) -> Result<Dataset, LoadError> {
    load(&Source::Folder(folder.to_path_buf()), config, &AtomicBool::new(false), &|_| {})
}

fn read_auto(folder: &TempDir) -> Dataset {
    read(folder.path(), &DataConfig::default()).unwrap()
}

/// What the images were before any of them was put beside another: one picture as RGB.
fn alone(picture: &DynamicImage) -> Vec<u8> {
    let folder = TempDir::new().unwrap();
    save(picture, &folder.path().join("one.png"), ImageFormat::Png);
    let config = DataConfig { channels: Channels::Rgb, fit: Fit::Pad, background: BLUE, ..DataConfig::default() };
    read(folder.path(), &DataConfig { size: Size::Side(20), ..config }).unwrap().image(0).to_vec()
}

const BLUE: crate::config::Rgb = crate::config::Rgb([0, 0, 255]);

#[test]
fn grey_and_colour_in_any_order_give_the_same_images() {
    let oblong = DynamicImage::ImageLuma8(GrayImage::from_pixel(40, 20, Luma([99])));
    let kinds = [grey(20, 7), two_colours(), oblong];
    let expected = kinds.clone().map(|kind| alone(&kind));
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0], [0, 2, 2], [2, 0, 0], [0, 0, 0]] {
        let folder = TempDir::new().unwrap();
        for (i, kind) in order.into_iter().enumerate() {
            save(&kinds[kind], &folder.path().join(format!("{i}.png")), ImageFormat::Png);
        }
        let config = DataConfig { size: Size::Side(20), fit: Fit::Pad, background: BLUE, ..DataConfig::default() };
        let data = read(folder.path(), &config).unwrap();
        // Bars of a coloured background do not make a picture coloured.
        assert_eq!(data.channels, if order.contains(&1) { 3 } else { 1 }, "{order:?}");
        for (idx, kind) in order.into_iter().enumerate() {
            let rgb = &expected[kind];
            let wanted = if data.channels == 3 { rgb.clone() } else { crate::data::fit::to_grey(rgb).collect() };
            assert_eq!(data.image(idx), wanted, "{order:?}, {idx}");
        }
    }
}

#[test]
fn one_image_of_another_size_among_many_is_found_wherever_it_is() {
    // More than are probed, and more than one batch of the smallest.
    for odd in [0, 1, 77, 199] {
        let folder = TempDir::new().unwrap();
        for i in 0..200 {
            let picture = grey(if i == odd { 21 } else { 20 }, i as u8);
            save(&picture, &folder.path().join(format!("{i:03}.png")), ImageFormat::Png);
        }
        let data = read_auto(&folder);
        assert_eq!((data.len(), data.side), (200, 64), "{odd}");
        assert!((0..200).all(|i| data.image(i)[0] == i as u8));
    }
}

#[test]
fn pictures_in_work_stay_within_the_gate() {
    let folder = TempDir::new().unwrap();
    for i in 0..12 {
        save(&grey(400, i), &folder.path().join(format!("{i:02}.png")), ImageFormat::Png);
    }
    let (config, cancel) = (DataConfig::default(), AtomicBool::new(false));
    let expected = read_auto(&folder);
    // Each needs its 160,000 bytes and its small file.
    for (limit, most) in [(1, 170_000), (400_000, 400_000)] {
        let gate = Gate::new(limit);
        let order = Order { config: &config, gate: &gate, cancel: &cancel, progress: &|_| () };
        let pool = crate::threads::pool("gate-test", 4, false).unwrap();
        let (data, _) = pool.install(|| folder::load(folder.path(), &order, None)).unwrap();
        assert!(data.pixels == expected.pixels);
        assert!((160_000..=most).contains(&gate.most()), "{} of {limit}", gate.most());
    }
}

/// The reasons of the scan report, by path.
fn reasons(data: &Dataset) -> Vec<(&str, &str)> {
    data.report.skipped.iter().map(|s| (s.path.as_str(), s.reason.as_str())).collect()
}

#[test]
fn every_format_is_known_by_its_content() {
    use ImageFormat::{Bmp, Gif, Ico, Jpeg, Png, Pnm, Qoi, Tga, Tiff, WebP};
    let folder = TempDir::new().unwrap();
    for format in [Bmp, Gif, Ico, Jpeg, Png, Pnm, Qoi, Tiff, WebP] {
        // The icon's reader takes RGBA only.
        let picture = if format == Ico { two_colours().to_rgba8().into() } else { two_colours() };
        save(&picture, &folder.path().join(format!("{format:?}.txt")), format);
    }
    // TGA has no signature: its ending is all there is.
    save(&two_colours(), &folder.path().join("Tga.tga"), Tga);
    let data = read_auto(&folder);
    assert_eq!(reasons(&data), []);
    assert_eq!((data.len(), data.side, data.channels), (10, 16, 3));
    for (idx, name) in data.names.iter().enumerate() {
        let at = |x: usize, y: usize| &data.image(idx)[(y * 16 + x) * 3..][..3];
        let near = |a: &[u8], b: [u8; 3]| a.iter().zip(b).all(|(a, b)| a.abs_diff(b) < 40);
        assert!(near(at(2, 12), [200, 0, 0]) && near(at(13, 3), [0, 0, 200]), "{name}");
    }
}

#[test]
fn all_eight_exif_orientations_are_turned_upright() {
    let folder = TempDir::new().unwrap();
    // Where the white corner comes to lie: (right?, bottom?), by the EXIF standard's table.
    let corners = [(0, 0), (1, 0), (1, 1), (0, 1), (0, 0), (1, 0), (1, 1), (0, 1)];
    for value in 1..=8_u8 {
        fs::write(folder.path().join(format!("{value}.jpg")), jpeg_with_orientation(value)).unwrap();
    }
    let data = read_auto(&folder);
    assert_eq!(data.len(), 8, "{:?}", reasons(&data));
    for (idx, (right, bottom)) in corners.into_iter().enumerate() {
        let brightness = |right: usize, bottom: usize| {
            let at = ((bottom * 13 + 1) * 16 + right * 13 + 1) * 3;
            data.image(idx)[at..at + 3].iter().map(|&v| u32::from(v)).sum::<u32>()
        };
        let brightest = [(0, 0), (1, 0), (0, 1), (1, 1)].into_iter().max_by_key(|&(r, b)| brightness(r, b));
        assert_eq!(brightest, Some((right, bottom)), "orientation {}", idx + 1);
    }
    // 5 to 8 also swap rows and columns: blue lies below, not beside.
    let blue_below =
        |idx: usize| data.image(idx)[(13 * 16 + 4) * 3 + 2] > 100 || data.image(idx)[(2 * 16 + 4) * 3 + 2] > 100;
    assert!(blue_below(4) && blue_below(6));
}

#[test]
fn a_file_that_cannot_be_read_is_a_line_in_the_report() {
    let folder = TempDir::new().unwrap();
    let at = |name: &str| folder.path().join(name);
    save(&two_colours(), &at("good.png"), ImageFormat::Png);
    let png = fs::read(at("good.png")).unwrap();
    fs::write(at("cut.png"), &png[..png.len() / 2]).unwrap();
    fs::write(at("empty.png"), []).unwrap();
    fs::write(at("notes.txt"), "no image at all").unwrap();
    fs::write(at("not.tga"), "no image either").unwrap();
    fs::write(at(".hidden.png"), "never looked at").unwrap();
    fs::write(at("bomb.png"), png_claiming(60_000, 60_000, &[])).unwrap();
    assert!(Command::new("mkfifo").arg(at("pipe")).status().unwrap().success());
    std::os::unix::fs::symlink(folder.path(), at("loop")).unwrap();
    std::os::unix::fs::symlink(at("nowhere"), at("dangling.png")).unwrap();
    let data = read_auto(&folder);
    assert_eq!(data.names, ["good.png"]);
    let reasons = reasons(&data);
    let says = |path: &str, part: &str| {
        let reason = reasons.iter().find(|(p, _)| *p == path).map(|(_, r)| *r);
        assert!(reason.is_some_and(|r| r.contains(part)), "{path}: {reason:?} should say {part:?}");
    };
    says("bomb.png", "too large");
    says("cut.png", "damaged");
    says("empty.png", "empty");
    says("notes.txt", "not an image");
    says("not.tga", "damaged");
    says("pipe", "not a regular file");
    says("loop", "leads back to its own folder");
    says("dangling.png", "no such file");
    assert_eq!(reasons.len(), 8, "{reasons:?}");
    assert_eq!(data.report.files, 9);
}

#[test]
fn the_first_level_of_folders_names_the_classes() {
    let folder = TempDir::new().unwrap();
    for name in ["b/2.png", "a/deep/er/1.png", "a/0.png", "top.png"] {
        save(&grey(20, 9), &folder.path().join(name), ImageFormat::Png);
    }
    let data = read_auto(&folder);
    assert_eq!(data.names, ["a/0.png", "a/deep/er/1.png", "b/2.png", "top.png"]);
    assert_eq!(data.classes, ["a", "b"]);
    assert_eq!(data.labels, [Some(0), Some(0), Some(1), None]);
    assert_eq!(data.class_counts().into_iter().collect::<Vec<_>>(), [("a", 2), ("b", 1)]);
}

#[test]
fn size_and_channels_follow_the_images_unless_told() {
    let folder = TempDir::new().unwrap();
    save(&grey(20, 77), &folder.path().join("a.png"), ImageFormat::Png);
    save(&grey(20, 78), &folder.path().join("b.png"), ImageFormat::Png);
    let data = read_auto(&folder);
    assert_eq!((data.side, data.channels), (20, 1));
    assert!(data.image(0).iter().all(|&v| v == 77));
    save(&grey(21, 9), &folder.path().join("c.png"), ImageFormat::Png);
    assert_eq!(read_auto(&folder).side, 64);
    save(&two_colours(), &folder.path().join("d.png"), ImageFormat::Png);
    assert_eq!(read_auto(&folder).channels, 3);
    let told = DataConfig { size: Size::Side(24), channels: Channels::Grey, ..DataConfig::default() };
    let data = read(folder.path(), &told).unwrap();
    assert_eq!((data.len(), data.side, data.channels, data.pixels.len()), (4, 24, 1, 4 * 24 * 24));
}

#[test]
fn sixteen_bits_and_transparency_become_eight_bits_on_the_background() {
    let folder = TempDir::new().unwrap();
    let deep = image::ImageBuffer::from_fn(16, 16, |x, _| image::LumaA([0x8080_u16, if x < 8 { 0 } else { 0xffff }]));
    save(&DynamicImage::ImageLumaA16(deep), &folder.path().join("deep.png"), ImageFormat::Png);
    let config = DataConfig { background: crate::config::Rgb([10, 10, 10]), ..DataConfig::default() };
    let data = read(folder.path(), &config).unwrap();
    assert_eq!((data.channels, data.image(0)[0], data.image(0)[15]), (1, 10, 128));
}

#[test]
fn names_that_are_no_unicode_open_all_the_same() {
    use std::os::unix::ffi::OsStrExt;
    let folder = TempDir::new().unwrap();
    let name = std::ffi::OsStr::from_bytes(b"caf\xe9 \n.png");
    save(&grey(16, 5), &folder.path().join(name), ImageFormat::Png);
    assert_eq!(read_auto(&folder).names, ["caf\u{fffd} \n.png"]);
}

#[track_caller]
fn refuses(folder: &Path, says: &str) {
    let error = read(folder, &DataConfig::default()).unwrap_err().to_string();
    assert!(error.contains(says) && error.contains(&folder.display().to_string()), "{error}");
}

#[test]
fn what_cannot_be_opened_is_one_clear_sentence() {
    let folder = TempDir::new().unwrap();
    refuses(&folder.path().join("missing"), "no such file");
    refuses(folder.path(), "holds no image that can be read (0 files");
    let file = folder.path().join("x.png");
    save(&grey(16, 5), &file, ImageFormat::Png);
    refuses(&file, "give the folder that holds the images");
    let unknown = "sample:cats".parse::<Source>().unwrap_err().to_string();
    assert!(unknown.contains("cats") && unknown.contains("sample:emoji"), "{unknown}");
}

#[test]
fn progress_ends_at_the_total_and_cancel_ends_the_load() {
    let folder = TempDir::new().unwrap();
    for i in 0..40 {
        save(&grey(16, i), &folder.path().join(format!("{i}.png")), ImageFormat::Png);
    }
    let source = Source::Folder(folder.path().to_path_buf());
    let (config, cancel, most) = (DataConfig::default(), AtomicBool::new(false), AtomicUsize::new(0));
    load(&source, &config, &cancel, &|p| {
        assert_eq!(p.total, 40);
        most.fetch_max(p.done, Ordering::Relaxed);
    })
    .unwrap();
    assert_eq!(most.into_inner(), 40);
    // However short the load: the wish is there before it begins.
    cancel.store(true, Ordering::Relaxed);
    let stopped = load(&source, &config, &cancel, &|_| {});
    assert_eq!(stopped.unwrap_err(), LoadError::Cancelled);
}

#[test]
fn the_samples_are_whole() {
    let sample = |source, config: &DataConfig| load(&source, config, &AtomicBool::new(false), &|_| {}).unwrap();
    let fashion = sample(Source::Fashion, &DataConfig::default());
    assert_eq!((fashion.len(), fashion.side, fashion.channels), (4000, 28, 1));
    assert!(fashion.class_counts().values().all(|&n| n == 400) && fashion.classes.len() == 10);
    let sheet = image::load_from_memory(include_bytes!("../../assets/samples/fashion/9_boot.png")).unwrap();
    let tile = sheet.crop_imm(28, 28, 28, 28).to_luma8().into_raw();
    assert_eq!(fashion.image(3600 + 21), tile);
    assert_eq!(fashion.names[3621], "9_boot/0021");
    let emoji = sample(Source::Emoji, &DataConfig::default());
    assert_eq!((emoji.len(), emoji.side, emoji.channels, emoji.classes.len()), (1026, 32, 3, 6));
    let told = DataConfig { size: Size::Side(48), ..DataConfig::default() };
    assert_eq!(sample(Source::Emoji, &told).side, 48);
}

#[test]
fn the_fingerprint_knows_pixels_names_and_shape() {
    let folder = TempDir::new().unwrap();
    save(&grey(16, 5), &folder.path().join("a.png"), ImageFormat::Png);
    let data = read_auto(&folder);
    let mut others = [data.clone(), data.clone(), data.clone()];
    others[0].pixels = data.pixels.segments().flatten().enumerate().map(|(i, v)| v ^ u8::from(i == 7)).collect();
    others[1].names[0].push('x');
    others[2].channels = 3;
    assert_eq!(data.fingerprint(), read_auto(&folder).fingerprint());
    assert!(others.iter().all(|other| other.fingerprint() != data.fingerprint()));
}

#[test]
fn a_split_holds_every_image_once_and_depends_on_the_seed_alone() {
    let folder = TempDir::new().unwrap();
    for i in 0..20 {
        save(&grey(16, i), &folder.path().join(format!("{i}.png")), ImageFormat::Png);
    }
    let data = read_auto(&folder);
    let split = data.split(0.25, 3);
    assert_eq!((split.train.len(), split.validation.len()), (15, 5));
    let mut all = [split.train.clone(), split.validation.clone()].concat();
    all.sort_unstable();
    assert_eq!(all, (0..20).collect::<Vec<_>>());
    assert_eq!(split, data.split(0.25, 3));
    assert_ne!(split, data.split(0.25, 4));
    assert_eq!(data.split(0.001, 0).validation.len(), 1);
    assert_eq!(data.split(0.0, 0).validation.len(), 0);
}

#[test]
fn one_file_is_read_as_the_folder_would_be() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("a.png");
    save(&two_colours(), &path, ImageFormat::Png);
    let config = DataConfig::default();
    assert_eq!(load_image_file(&path, 16, 3, &config).unwrap(), read_auto(&folder).image(0));
    assert_eq!(load_image_file(&path, 20, 1, &config).unwrap().len(), 400);
    let error = load_image_file(&folder.path().join("b.png"), 16, 3, &config).unwrap_err().to_string();
    assert!(error.contains("b.png") && error.contains("no such file"), "{error}");
}
