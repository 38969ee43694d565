//! Pictures read back from disk, against the decoder's own bytes.

use std::fs;
use std::path::Path as File;

use serde_json::{Value, json};

use crate::config::{Kind, Likelihood, ModelConfig, TrainConfig};
use crate::export::{
    Clash, End, ExportError, KEYWORD, Origin, Picture, Spacing, grid, sidecar_of, strip, write, write_numbered,
};
use crate::files::PlaceError;
use crate::latent::{Course, Easing, Grid, Path, Plane, Route};
use crate::model::snapshot::to_bytes;
use crate::model::{ImageShape, Snapshot, Vae};
use crate::rng::{Rng, Stream};

const SIDE: usize = 16;

fn snapshot(channels: usize, config: &ModelConfig) -> Snapshot {
    let config = ModelConfig { hidden: 8, ..config.clone() };
    Snapshot::of(&Vae::new(&config, ImageShape { side: SIDE, channels }, 3).unwrap(), 70, 1.25).unwrap()
}

fn noise_image(channels: usize) -> Vec<u8> {
    let noise = Rng::new(4, Stream::TrainNoise, 0).uniforms(SIDE * SIDE * channels, 127.0);
    noise.iter().map(|v| (v + 127.0) as u8).collect()
}

fn train() -> TrainConfig {
    TrainConfig { seed: 11, beta: 2.5, ..TrainConfig::default() }
}

fn course(path: Path, from: &End, to: &End) -> Course {
    Route::between(path, &from.z, &to.z).course()
}

/// A small strip between two points.
fn small_strip() -> Picture {
    let (snapshot, train) = (snapshot(1, &ModelConfig::default()), train());
    let origin = Origin { snapshot: &snapshot, run: "emoji-01", train: &train };
    let (from, to) = (End::point(vec![-1.0, 0.5]), End::point(vec![2.0, 0.0]));
    strip(&origin, &from, &to, &course(Path::Lerp, &from, &to), 3, 1).unwrap()
}

/// A PNG as another reader sees it.
struct Read {
    width: usize,
    height: usize,
    channels: usize,
    bytes: Vec<u8>,
    json: String,
    software: String,
}

impl Read {
    fn file(path: &File) -> Self {
        let mut reader = png::Decoder::new(std::io::BufReader::new(fs::File::open(path).unwrap())).read_info().unwrap();
        let mut bytes = vec![0; reader.output_buffer_size().unwrap()];
        let frame = reader.next_frame(&mut bytes).unwrap();
        let info = reader.info();
        let json = info.utf8_text.iter().find(|text| text.keyword == KEYWORD).unwrap().get_text().unwrap();
        let software = info.uncompressed_latin1_text.iter().find(|text| text.keyword == "Software").unwrap();
        Self {
            width: frame.width as usize,
            height: frame.height as usize,
            channels: frame.color_type.samples(),
            bytes,
            json,
            software: software.text.clone(),
        }
    }

    fn pixel(&self, x: usize, y: usize) -> &[u8] {
        let at = (y * self.width + x) * self.channels;
        &self.bytes[at..at + self.channels]
    }

    /// The square of `side` pixels at (`x`, `y`) of the picture before it was enlarged; every enlarged pixel must be
    /// of one colour.
    #[track_caller]
    fn image(&self, x: usize, y: usize, side: usize, upscale: usize) -> Vec<u8> {
        let mut image = Vec::new();
        for (y, x) in (0..side).flat_map(|j| (0..side).map(move |i| (y + j, x + i))) {
            let pixel = self.pixel(x * upscale, y * upscale);
            for (dy, dx) in (0..upscale).flat_map(|dy| (0..upscale).map(move |dx| (dy, dx))) {
                assert_eq!(self.pixel(x * upscale + dx, y * upscale + dy), pixel, "({x}, {y}) is not one square");
            }
            image.extend_from_slice(pixel);
        }
        image
    }

    /// Whether everything from column `x0` to before `x1` is paper.
    fn is_paper(&self, x0: usize, x1: usize) -> bool {
        (0..self.height).all(|y| (x0..x1).all(|x| self.pixel(x, y).iter().all(|&v| v == 255)))
    }
}

/// Values as JSON writes them: an f32 in its own shortest form, not in that of an f64.
fn plain(values: &impl serde::Serialize) -> Value {
    serde_json::from_str(&serde_json::to_string(values).unwrap()).unwrap()
}

#[test]
fn a_strip_holds_the_original_the_decoded_frames_and_the_way_they_were_made() {
    let (snapshot, train) = (snapshot(3, &ModelConfig { latent_dim: 3, ..ModelConfig::default() }), train());
    let origin = Origin { snapshot: &snapshot, run: "emoji-01", train: &train };
    let original = noise_image(3);
    let (from, to) = (End::of_image(&snapshot, "faces/a.png", &original).unwrap(), End::point(vec![1.5, -0.5, 0.0]));
    let picture = strip(&origin, &from, &to, &course(Path::Slerp, &from, &to), 5, 3).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = write(&picture, &folder.path().join("way.PNG"), Clash::Refuse).unwrap();

    let read = Read::file(&file);
    let Spacing { gap, apart } = Spacing::of(SIDE);
    assert_eq!((gap, apart, read.channels), (1, 4, 3));
    assert_eq!((read.width, read.height), ((SIDE + apart + 5 * SIDE + 4 * gap) * 3, SIDE * 3));
    assert_eq!(read.image(0, 0, SIDE, 3), original);
    assert!(read.is_paper(SIDE * 3, (SIDE + apart) * 3));
    let z = course(Path::Slerp, &from, &to).points(5, Easing::Linear);
    let decoded = to_bytes(&snapshot.decode(&z.concat()).unwrap());
    for (i, frame) in decoded.chunks(SIDE * SIDE * 3).enumerate() {
        let x = SIDE + apart + i * (SIDE + gap);
        assert_eq!(read.image(x, 0, SIDE, 3), frame, "frame {i}");
        assert!(i == 4 || read.is_paper((x + SIDE) * 3, (x + SIDE + gap) * 3));
    }
    let pixels: Vec<f32> = original.iter().map(|&v| f32::from(v) / 255.0).collect();
    let mu = snapshot.encode(&pixels).unwrap().mu;
    assert!(z[0].iter().zip(&mu).all(|(z, mu)| (z - mu).abs() < 1e-5), "frame 0 is no reconstruction");

    assert_eq!(read.json, fs::read_to_string(sidecar_of(&file)).unwrap());
    assert_eq!(read.software, concat!("latent-atlas ", env!("CARGO_PKG_VERSION")));
    let written: Value = serde_json::from_str(&read.json).unwrap();
    let expected = json!({
        "program": "latent-atlas", "version": env!("CARGO_PKG_VERSION"), "kind": "strip",
        "layout": {
            "path": "slerp", "from": {"image": "faces/a.png", "z": plain(&from.z)}, "to": {"z": [1.5, -0.5, 0.0]},
            "z": plain(&z),
        },
        "run": "emoji-01", "step": 70, "epoch": 1.25, "model": "vae", "likelihood": "bernoulli", "sigma": null,
        "beta": 2.5, "seed": 11, "upscale": 3,
    });
    assert_eq!(written, expected);
    assert_eq!(serde_json::from_value::<crate::export::Provenance>(written).unwrap(), picture.provenance);
}

#[test]
fn both_ends_may_be_images() {
    let (snapshot, train) = (snapshot(1, &ModelConfig::default()), train());
    let origin = Origin { snapshot: &snapshot, run: "r", train: &train };
    let (black, grey) = (vec![0; SIDE * SIDE], vec![77; SIDE * SIDE]);
    let end = |name, pixels: &[u8]| End::of_image(&snapshot, name, pixels).unwrap();
    let (from, to) = (end("a.png", &black), end("b.png", &grey));
    let picture = strip(&origin, &from, &to, &course(Path::Lerp, &from, &to), 2, 1).unwrap();
    let width = picture.canvas.width;
    assert_eq!(width, 2 * (SIDE + 4) + 2 * SIDE + 1);
    let first_row = &picture.canvas.bytes[..width];
    assert!(first_row[..SIDE].iter().all(|&v| v == 0) && first_row[width - SIDE..].iter().all(|&v| v == 77));
    assert!(first_row[width - SIDE - 4..width - SIDE].iter().all(|&v| v == 255));
}

#[test]
fn a_grid_holds_the_decoded_points_with_the_first_row_on_top() {
    let config = ModelConfig { likelihood: Likelihood::Gaussian, sigma: 0.25, kind: Kind::Ae, ..Default::default() };
    let (snapshot, train) = (snapshot(1, &config), train());
    let origin = Origin { snapshot: &snapshot, run: "fashion-01", train: &train };
    let lattice = Grid::square(Plane::axes(2, 0, 1), 3, 3.0);
    let picture = grid(&origin, &lattice, 2).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = write(&picture, &folder.path().join("grid.png"), Clash::Refuse).unwrap();

    let read = Read::file(&file);
    assert_eq!((read.width, read.height, read.channels), (3 * SIDE * 2, 3 * SIDE * 2, 1));
    for (row, b) in [3.0, 0.0, -3.0].into_iter().enumerate() {
        let decoded = to_bytes(&snapshot.decode(&[-3.0, b, 0.0, b, 3.0, b]).unwrap());
        for (column, image) in decoded.chunks(SIDE * SIDE).enumerate() {
            assert_eq!(read.image(column * SIDE, row * SIDE, SIDE, 2), image, "column {column}, row {row}");
        }
    }
    let written: Value = serde_json::from_str(&read.json).unwrap();
    assert_eq!(written["kind"], "grid");
    let layout = json!({
        "plane": {"origin": [0.0, 0.0], "u": [1.0, 0.0], "v": [0.0, 1.0]},
        "spacing": "uniform", "a0": -3.0, "b0": 3.0, "step": 3.0, "columns": 3, "rows": 3,
    });
    assert_eq!(written["layout"], layout);
    assert_eq!((&written["sigma"], &written["beta"], &written["model"]), (&json!(0.25), &json!(null), &json!("ae")));
    assert_eq!(fs::read_to_string(sidecar_of(&file)).unwrap(), read.json);
}

/// Everything in a folder, by name.
fn contents(folder: &File) -> Vec<(String, Vec<u8>)> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    let mut all: Vec<_> =
        entries.map(|e| (e.file_name().into_string().unwrap(), fs::read(e.path()).unwrap())).collect();
    all.sort();
    all
}

#[track_caller]
fn refuses(present: &str, target: &str, clash: Clash, says: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(present), "{\"mine\": 1}").unwrap();
    let before = contents(folder.path());
    let error = write(&small_strip(), &folder.path().join(target), clash).unwrap_err().to_string();
    assert!(says.iter().all(|part| error.contains(part)), "{error}");
    assert_eq!(contents(folder.path()), before);
}

#[test]
fn what_is_there_is_left_alone_unless_it_may_be_replaced() {
    refuses("a.png", "a.png", Clash::Refuse, &["a.png exists already", "choose another name"]);
    refuses("a.json", "a.png", Clash::Refuse, &["a.json exists already", "choose another name"]);
    refuses("a.json", "a.png", Clash::Replace, &["a.json exists already"]);
    refuses("b", "a.jpg", Clash::Replace, &["a.jpg", ".png"]);
    refuses("b", "a", Clash::Replace, &["a does not end in .png"]);
    refuses("b", "no/such/a.png", Clash::Refuse, &["the folder", "such does not exist"]);

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.png");
    fs::write(&file, "old").unwrap();
    let first = small_strip();
    write(&first, &file, Clash::Replace).unwrap();
    let mut second = first.clone();
    second.provenance.decoder.run = "another".into();
    write(&second, &file, Clash::Replace).unwrap();
    let read = Read::file(&file);
    assert_eq!((read.bytes, read.json), (second.canvas.bytes.clone(), second.provenance.json().unwrap()));
    assert_eq!(contents(folder.path()).len(), 2);
}

#[test]
fn a_picture_that_cannot_be_written_leaves_no_sidecar() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.png");
    fs::create_dir(&file).unwrap();
    let error = write(&small_strip(), &file, Clash::Replace).unwrap_err();
    assert!(matches!(&error, ExportError::Place(PlaceError::Write { path, .. }) if *path == file), "{error}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn numbered_names_follow_the_highest_and_never_meet() {
    let folder = tempfile::tempdir().unwrap();
    let exports = folder.path().join("run/exports");
    let picture = small_strip();
    let name = |file: &File| file.file_name().unwrap().to_str().unwrap().to_owned();
    assert_eq!(name(&write_numbered(&picture, &exports).unwrap()), "strip-001.png");
    fs::write(exports.join("strip-041.json"), "").unwrap();
    fs::write(exports.join("strip-999-mine.png"), "").unwrap();
    fs::write(exports.join("grid-500.png"), "").unwrap();
    assert_eq!(name(&write_numbered(&picture, &exports).unwrap()), "strip-042.png");

    let write_some = || (0..5).map(|_| write_numbered(&picture, &exports).unwrap()).collect::<Vec<_>>();
    let mut written: Vec<_> = std::thread::scope(|scope| {
        let writers: Vec<_> = (0..4).map(|_| scope.spawn(write_some)).collect();
        writers.into_iter().flat_map(|writer| writer.join().unwrap()).collect()
    });
    written.sort();
    written.dedup();
    assert_eq!(written.len(), 20);
    assert!(written.iter().all(|file| Read::file(file).json == fs::read_to_string(sidecar_of(file)).unwrap()));
    assert_eq!(contents(&exports).len(), 2 * 22 + 3);
}

#[test]
fn what_does_not_fit_the_model_is_named() {
    let (snapshot, train) = (snapshot(1, &ModelConfig::default()), train());
    let origin = Origin { snapshot: &snapshot, run: "r", train: &train };
    let strip = |from: &End, frames, upscale| {
        let to = End::point(vec![0.0, 0.0]);
        strip(&origin, from, &to, &course(Path::Lerp, from, &to), frames, upscale).map(drop).map_err(|e| e.to_string())
    };
    let check = |result: Result<(), String>, says: &str| {
        let error = result.unwrap_err();
        assert!(error.contains(says), "{error}");
    };
    let fits = End::point(vec![1.0, 0.0]);
    check(strip(&End::point(vec![0.0; 3]), 4, 1), "3 coordinates was given; this model's z has 2");
    check(strip(&fits, 1, 1), "frames is 1; it must lie between 2 and 64");
    check(strip(&fits, 4, 17), "enlargement is 17; it must lie between 1 and 16");
    check(End::of_image(&snapshot, "a.png", &[0; 9]).map(drop).map_err(|e| e.to_string()), "a.png has 9 values");
    let other = Grid::square(Plane::axes(3, 0, 1), 2, 3.0);
    check(grid(&origin, &other, 1).map(drop).map_err(|e| e.to_string()), "3 coordinates");
    let empty = Grid::square(Plane::axes(2, 0, 1), 0, 3.0);
    check(grid(&origin, &empty, 1).map(drop).map_err(|e| e.to_string()), "columns is 0");
}
