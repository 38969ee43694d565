//! `animate`: every format read back against what `strip` and `grid` decode, and what is written about it.

use std::fs::{self, File};
use std::io::BufReader;
use std::path::Path;

use image::codecs::gif::GifDecoder;
use image::codecs::png::PngDecoder;
use image::codecs::webp::WebPDecoder;
use image::{AnimationDecoder, GrayImage, RgbaImage};
use serde_json::{Value, json};

use crate::support::{SmallRun, json_in, run_in, stderr};

const SIDE: u32 = 28;
/// Pixels between two frames of a strip.
const GAP: u32 = 1;

fn json_of(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

fn grey(image: &RgbaImage) -> GrayImage {
    GrayImage::from_fn(image.width(), image.height(), |x, y| {
        let [r, g, b, a] = image.get_pixel(x, y).0;
        assert!(r == g && g == b && a == 255, "a grey model has grey pictures");
        image::Luma([r])
    })
}

/// The frames of an animation by its ending; a folder's are its PNG files by name.
fn frames(path: &Path) -> Vec<GrayImage> {
    let open = || BufReader::new(File::open(path).unwrap());
    let all = |frames: image::Frames<'_>| {
        frames.collect_frames().unwrap().iter().map(|frame| grey(frame.buffer())).collect::<Vec<_>>()
    };
    match path.extension().and_then(|ending| ending.to_str()) {
        Some("gif") => all(GifDecoder::new(open()).unwrap().into_frames()),
        Some("png" | "apng") => all(PngDecoder::new(open()).unwrap().apng().unwrap().into_frames()),
        Some("webp") => all(WebPDecoder::new(open()).unwrap().into_frames()),
        _ => {
            let mut files: Vec<_> = fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()).collect();
            files.retain(|file| file.extension().is_some_and(|ending| ending == "png"));
            files.sort();
            files.iter().map(|file| image::open(file).unwrap().into_luma8()).collect()
        }
    }
}

/// Square `n` of a row of pictures that lie `pitch` pixels from each other.
fn tile(picture: &GrayImage, n: u32, pitch: u32) -> GrayImage {
    image::imageops::crop_imm(picture, n * pitch, 0, SIDE, SIDE).to_image()
}

#[test]
fn every_format_holds_the_frames_that_a_strip_shows() {
    let run = SmallRun::train(2, "");
    json_in(run.path(), "strip R --from z:-2,0 --to z:2,1 --frames 7 --upscale 1 --out s.png");
    let strip = image::open(run.file("s.png")).unwrap().into_luma8();
    let expected: Vec<GrayImage> = (0..7).map(|n| tile(&strip, n, SIDE + GAP)).collect();
    assert_ne!(expected[0], expected[6]);
    for name in ["a.gif", "a.png", "b.apng", "a.webp", "folder"] {
        let command = format!("animate R --pins z:-2,0,z:2,1 --frames 7 --fps 10 --upscale 1 --out {name}");
        let told = json_in(run.path(), &command).pop().unwrap();
        assert_eq!((&told["frames"], &told["width"], &told["seconds"]), (&json!(7), &json!(28), &json!(0.7)), "{name}");
        assert!(frames(&run.file(name)) == expected, "{name}");
    }
    // There and back: neither end twice.
    let there_and_back = "animate R --pins z:-2,0,z:2,1 --frames 7 --ping-pong --upscale 1 --out p.webp";
    assert_eq!(json_in(run.path(), there_and_back)[0]["frames"], 12);
    let shown = frames(&run.file("p.webp"));
    assert!(shown[..7] == expected[..] && (7..12).all(|n| shown[n] == expected[12 - n]));
}

#[test]
fn how_it_was_made_stands_inside_and_beside() {
    let run = SmallRun::train(2, "");
    let pins = "z:-1,0,z:1,0,z:0,1";
    for (name, beside) in [("a.gif", "a.gif.json"), ("a.png", "a.json"), ("a.webp", "a.webp.json")] {
        json_in(run.path(), &format!("animate R --pins {pins} --frames 6 --loop --ease --upscale 1 --out {name}"));
        let made = json_of(&run.file(beside));
        assert_eq!((&made["kind"], &made["run"], &made["seed"]), (&json!("animation"), &json!("R"), &json!(3)));
        let layout = &made["layout"];
        assert_eq!((&layout["closed"], &layout["easing"]), (&json!(true), &json!("smoothstep")));
        assert_eq!(layout["z"].as_array().unwrap().len(), 6);
        assert_eq!(made["playback"], json!({"fps": 25, "ping_pong": false}));
        let bytes = fs::read(run.file(name)).unwrap();
        // A GIF's comment lies in pieces of 255 bytes: its beginning is whole.
        let beginning = &fs::read(run.file(beside)).unwrap()[..150];
        assert!(bytes.windows(beginning.len()).any(|window| window == beginning), "{name}");
    }
    json_in(run.path(), &format!("animate R --pins {pins} --frames 3 --upscale 1 --out seq"));
    assert_eq!(json_of(&run.file("seq/animation.json"))["layout"]["z"][1], json!([1.0, 0.0]));
}

#[test]
fn nothing_is_overwritten_and_what_is_wrong_is_said() {
    let run = SmallRun::train(1, "");
    let animate = |more: &str| run_in(run.path(), &format!("animate R --frames 3 --upscale 1 {more}"));
    for name in ["a.gif", "a.png", "a.webp", "folder"] {
        let first = animate(&format!("--pins z:0,0,z:1,1 --out {name}"));
        assert_eq!(first.status.code(), Some(0), "{name}: {}", stderr(&first));
        let before = frames(&run.file(name));
        let again = animate(&format!("--pins z:0,0,z:-2,1 --out {name}"));
        assert_eq!(again.status.code(), Some(1), "{name}");
        assert!(stderr(&again).contains("exists already") && stderr(&again).contains("--force"), "{}", stderr(&again));
        assert!(frames(&run.file(name)) == before, "{name}");
        assert_eq!(animate(&format!("--pins z:0,0,z:-2,1 --force --out {name}")).status.code(), Some(0), "{name}");
        assert!(frames(&run.file(name)) != before, "{name}");
    }
    let check = |more: &str, code: i32, words: &str| {
        let output = animate(more);
        assert_eq!(output.status.code(), Some(code), "{more}: {}", stderr(&output));
        assert!(stderr(&output).contains(words), "{more}: {}", stderr(&output));
    };
    check("--out b.gif", 2, "--pins");
    check("--pins z:0,0 --out b.gif", 2, "two places or more");
    check("--pins z:0,0,z:1 --out b.gif", 2, "its z has 2 numbers");
    check("--pins z:0,0,z:1,1 --fps 61 --out b.gif", 2, "--fps");
    check("--pins z:0,0,z:1,1 --fps 60 --out b.gif", 1, "at most 50");
    check("--pins z:0,0,z:1,1 --out b.mp4", 1, "ends in none of .gif");
    check("--pins z:0,0,none.png --out b.gif", 1, "none.png");
    check("--history --pins z:0,0,z:1,1 --out b.gif", 2, "--history");
    check("--pins z:0,0,z:1,1 --z z:0,0 --out b.gif", 2, "--z");
    check("--z z:0,0 --out b.gif", 2, "--history");
    assert!(!run.file("b.gif").exists());
}

#[test]
fn a_geodesic_is_the_one_that_a_strip_shows() {
    let run = SmallRun::train(2, "");
    let ends = ["z:-1.5,0.5", "z:1.5,-0.5"];
    let [a, b] = ends;
    json_in(run.path(), &format!("strip R --from {a} --to {b} --path geodesic --frames 5 --upscale 1 --out s.png"));
    json_in(run.path(), &format!("animate R --pins {a},{b} --path geodesic --frames 5 --upscale 1 --out a.webp"));
    let strip = image::open(run.file("s.png")).unwrap().into_luma8();
    assert!(frames(&run.file("a.webp")) == (0..5).map(|n| tile(&strip, n, SIDE + GAP)).collect::<Vec<_>>());
    let (made, of_strip) = (json_of(&run.file("a.webp.json")), json_of(&run.file("s.json")));
    assert_eq!((&made["layout"]["path"], &made["layout"]["z"]), (&json!("geodesic"), &of_strip["layout"]["z"]));
    // It is not the straight line.
    assert_ne!(made["layout"]["z"][2], json!([0.0, 0.0]));
}

#[test]
fn the_past_of_a_run_is_shown_by_the_models_that_were_kept() {
    let run = SmallRun::train(3, "");
    let told = json_in(run.path(), "animate R --history --grid --cells 3 --upscale 1 --out h.webp").pop().unwrap();
    let layout = &told["layout"];
    assert_eq!((&told["kind"], &told["frames"]), (&json!("history"), &json!(4)));
    assert_eq!((&layout["steps"], &layout["epochs"]), (&json!([0, 18, 36, 54]), &json!([0.0, 1.0, 2.0, 3.0])));
    assert_eq!(json_of(&run.file("h.webp.json"))["playback"]["fps"], 6);
    let shown = frames(&run.file("h.webp"));
    // The last frame is the map of the run as it is, above its caption.
    json_in(run.path(), "grid R --cells 3 --upscale 1 --out g.png");
    let map = image::open(run.file("g.png")).unwrap().into_luma8();
    assert_eq!(shown[3].width(), 3 * SIDE);
    let same = |frame: &GrayImage| map.enumerate_pixels().all(|(x, y, pixel)| frame.get_pixel(x, y) == pixel);
    assert!(same(&shown[3]) && !same(&shown[2]) && shown[3].height() > 3 * SIDE);
    let caption = |frame: &GrayImage| frame.rows().skip(3 * SIDE as usize).flatten().filter(|p| p.0[0] < 128).count();
    assert!(shown.iter().all(|frame| caption(frame) > 0));

    // Points, and a folder in which each frame says which model decoded it.
    json_in(run.path(), "animate R --history --z z:0.5,-1 --z z:2,0 --upscale 1 --out points");
    let shown = frames(&run.file("points"));
    json_in(run.path(), "strip R --from z:0.5,-1 --to z:2,0 --frames 2 --upscale 1 --out s.png");
    let strip = image::open(run.file("s.png")).unwrap().into_luma8();
    let last = shown.last().unwrap();
    let inset = (last.width() - strip.width()) / 2;
    assert!(strip.enumerate_pixels().all(|(x, y, pixel)| last.get_pixel(x + inset, y) == pixel));
    assert_eq!(json_of(&run.file("points/animation.json"))["layout"]["z"], json!([[0.5, -1.0], [2.0, 0.0]]));
    let none = SmallRun::train(1, "--set train.timeline_mb=0");
    let refused = run_in(none.path(), "animate R --history --out h.gif");
    assert_eq!(refused.status.code(), Some(1));
    assert!(stderr(&refused).contains("train.timeline_mb"), "{}", stderr(&refused));
}
