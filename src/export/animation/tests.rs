//! Animations read back by other readers, against the frames they were made of.

use std::cell::Cell;
use std::fs::{self, File};
use std::io::{BufReader, Cursor};
use std::path::Path;

use image::codecs::gif::GifDecoder;
use image::codecs::png::PngDecoder;
use image::codecs::webp::WebPDecoder;
use image::{AnimationDecoder, Frame, ImageDecoder};

use super::*;
use crate::config::{ModelConfig, TrainConfig};
use crate::export::{Clash, End, KEYWORD, Origin};
use crate::files::PlaceError;
use crate::latent::Route;
use crate::latent::route::Easing;
use crate::model::{Snapshot, Vae};

const SIDE: usize = 16;

fn snapshot(channels: usize, latent_dim: usize) -> Snapshot {
    let config = ModelConfig { hidden: 8, latent_dim, ..ModelConfig::default() };
    Snapshot::of(&Vae::new(&config, ImageShape { side: SIDE, channels }, 3).unwrap(), 70, 1.25).unwrap()
}

/// Five frames through three stops and what they show.
fn film(snapshot: &Snapshot, ping_pong: bool, captions: bool, check: impl FnOnce(&Animation<'_>)) {
    let train = TrainConfig::default();
    let origin = Origin { snapshot, run: "emoji-01", train: &train };
    let stops = [[-1.5, 0.0], [0.0, 1.0], [2.0, 0.5]].map(|z| End::point(z.to_vec()));
    let course = Route { stops: stops.iter().map(|stop| stop.z.clone()).collect(), ..Route::default() }.course();
    let playback = Playback { fps: 30, ping_pong };
    let showing = Showing { frames: 5, easing: Easing::Linear, playback, captions, upscale: 2 };
    check(&walk(&origin, &stops, &course, showing).unwrap());
}

fn go_on(_: usize) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

/// The frames that a file should show, in RGBA.
fn expected(animation: &Animation<'_>) -> Vec<Vec<u8>> {
    let channels = animation.shape.channels;
    let rgba = |bytes: Vec<u8>| {
        let pixel = |p: &[u8]| [p[0], p[channels / 2], p[channels - 1], 255];
        bytes.chunks_exact(channels).flat_map(pixel).collect()
    };
    animation.order().map(|frame| rgba(animation.canvas(frame).unwrap().enlarged_bytes(2).unwrap())).collect()
}

fn rgba(frames: image::Frames<'_>) -> (Vec<Vec<u8>>, Vec<u32>) {
    let frames: Vec<Frame> = frames.collect_frames().unwrap();
    let milliseconds = |frame: &Frame| frame.delay().numer_denom_ms().0 / frame.delay().numer_denom_ms().1;
    let times = frames.iter().map(milliseconds).collect();
    (frames.into_iter().map(|frame| frame.into_buffer().into_raw()).collect(), times)
}

fn open(file: &Path) -> BufReader<File> {
    BufReader::new(File::open(file).unwrap())
}

#[test]
fn every_format_shows_the_frames_in_their_order_and_time() {
    for (channels, captions) in [(1, true), (3, false), (3, true)] {
        film(&snapshot(channels, 2), true, captions, |animation| {
            let folder = tempfile::tempdir().unwrap();
            let write = |name: &str| write_animation(animation, &folder.path().join(name), Clash::Refuse, &mut go_on);
            let expected = expected(animation);
            assert_eq!((animation.shown(), expected.len(), expected[1] == expected[7]), (8, 8, true));

            let (frames, times) = rgba(GifDecoder::new(open(&write("a.gif").unwrap())).unwrap().into_frames());
            assert_eq!(times, [30, 40, 30, 30, 40, 30, 30, 40]);
            let error = |a: &[u8], b: &[u8]| {
                a.iter().zip(b).map(|(a, b)| f64::from(a.abs_diff(*b)).powi(2)).sum::<f64>() / a.len() as f64
            };
            for (got, wanted) in frames.iter().zip(&expected) {
                // Colours of noise, more than a GIF has, lie apart from their palette; grey does not.
                let most = if channels == 1 { 0.0 } else { 9.0 };
                assert!(error(got, wanted) <= most, "{} channels: {}", channels, error(got, wanted));
            }
            assert_eq!(frames.len(), 8);

            let apng = PngDecoder::new(open(&write("a.apng").unwrap())).unwrap().apng().unwrap();
            assert!(rgba(apng.into_frames()).0 == expected, "animated PNG, {channels} channels");
            let webp = WebPDecoder::new(open(&write("a.webp").unwrap())).unwrap();
            assert!(webp.has_animation());
            let (frames, times) = rgba(webp.into_frames());
            assert!(frames == expected, "WebP, {channels} channels");
            assert_eq!(times, [33, 34, 33, 33, 34, 33, 33, 34]);

            let sequence = write("frames").unwrap();
            let picture = |n: usize| image::open(sequence.join(format!("{:04}.png", n + 1))).unwrap().into_rgba8();
            assert!((0..8).all(|n| *picture(n).as_raw() == expected[n]), "sequence, {channels} channels");
            assert_eq!(fs::read_dir(&sequence).unwrap().count(), 9);
        });
    }
}

#[test]
fn each_format_carries_how_it_was_made() {
    film(&snapshot(1, 2), false, false, |animation| {
        let folder = tempfile::tempdir().unwrap();
        let write =
            |name: &str| write_animation(animation, &folder.path().join(name), Clash::Refuse, &mut go_on).unwrap();
        let json = animation.provenance().json().unwrap();
        for (name, sidecar) in [("a.gif", "a.gif.json"), ("a.png", "a.json"), ("a.webp", "a.webp.json")] {
            write(name);
            assert_eq!(fs::read_to_string(folder.path().join(sidecar)).unwrap(), json);
        }
        let gif = fs::read(folder.path().join("a.gif")).unwrap();
        // A comment is cut into pieces of 255 bytes.
        assert!(gif.windows(200).any(|bytes| bytes == &json.as_bytes()[..200]) && gif.ends_with(b";"));
        let reader = png::Decoder::new(open(&folder.path().join("a.png"))).read_info().unwrap();
        let text = reader.info().utf8_text.iter().find(|text| text.keyword == KEYWORD).unwrap();
        assert_eq!(text.get_text().unwrap(), json);
        assert_eq!(reader.info().animation_control.unwrap().num_plays, 0);
        let webp = fs::read(folder.path().join("a.webp")).unwrap();
        let mut decoder = WebPDecoder::new(Cursor::new(&webp)).unwrap();
        let xmp = String::from_utf8(decoder.xmp_metadata().unwrap().unwrap()).unwrap();
        assert!(xmp.contains(&json), "{xmp}");
        assert!(matches!(decoder.loop_count(), image::metadata::LoopCount::Infinite));
        let value: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!((&value["kind"], &value["playback"]["fps"]), (&"animation".into(), &30.into()));
        assert_eq!(value["layout"]["z"].as_array().unwrap().len(), 5);
    });
}

#[test]
fn a_cancelled_animation_leaves_nothing_behind() {
    film(&snapshot(1, 2), false, false, |animation| {
        let folder = tempfile::tempdir().unwrap();
        for name in ["a.gif", "a.png", "a.webp", "frames"] {
            let told = Cell::new(0);
            let error = write_animation(animation, &folder.path().join(name), Clash::Refuse, &mut |done| {
                told.set(done);
                if done == 3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            });
            assert!(matches!(error, Err(ExportError::Cancelled)) && told.get() == 3, "{name}");
            assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "{name}");
        }
    });
}

#[test]
fn what_is_there_is_left_alone_and_numbers_go_on() {
    film(&snapshot(1, 2), false, false, |animation| {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let taken = |name: &str, clash| {
            let error = write_animation(animation, &path(name), clash, &mut go_on);
            matches!(error, Err(ExportError::Place(PlaceError::Exists(_))))
        };
        fs::write(path("a.gif"), "mine").unwrap();
        assert!(taken("a.gif", Clash::Refuse) && fs::read(path("a.gif")).unwrap() == b"mine");
        fs::create_dir(path("frames")).unwrap();
        fs::write(path("frames/0001.png"), "mine").unwrap();
        assert!(taken("frames", Clash::Refuse) && taken("frames", Clash::Replace));
        write_animation(animation, &path("ours"), Clash::Refuse, &mut go_on).unwrap();
        assert!(taken("ours", Clash::Refuse) && !taken("ours", Clash::Replace));
        fs::write(path("ours/notes.txt"), "mine").unwrap();
        assert!(taken("ours", Clash::Replace));
        let numbered = |format| write_animation_numbered(animation, format, &path("exports"), &mut go_on).unwrap();
        assert_eq!(numbered(Format::Gif), path("exports/animation-001.gif"));
        assert_eq!(numbered(Format::Sequence), path("exports/animation-002"));
        let error = check_animation(&path("a.mp4"), Clash::Refuse).unwrap_err().to_string();
        assert!(error.contains("a.mp4 ends in none of"), "{error}");
    });
}

#[test]
fn frames_keep_time_together() {
    for fps in 1..=60 {
        let playback = Playback { fps, ping_pong: false };
        for per_second in [100, 1000] {
            let durations: Vec<u64> = (0..fps as usize * 3).map(|n| playback.duration(n, per_second)).collect();
            assert_eq!(durations.iter().sum::<u64>(), 3 * per_second, "{fps}");
            let (least, most) = (durations.iter().min().unwrap(), durations.iter().max().unwrap());
            assert!(most - least <= 1, "{fps}: {least} to {most}");
        }
    }
}
