//! `grid` and `strip`: the pictures, and what is written about them.

use std::path::Path;

use image::GrayImage;
use serde_json::{Value, json};

use crate::support::{SmallRun, json_in, run_in, stderr};

fn read(path: &Path) -> GrayImage {
    let picture = image::open(path).unwrap();
    assert_eq!(picture.color(), image::ColorType::L8);
    picture.into_luma8()
}

fn sidecar(path: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// Mean absolute difference of two square tiles.
fn difference(picture: &GrayImage, a: u32, b: u32, side: u32) -> f64 {
    let at = |x: u32, y: u32| f64::from(picture.get_pixel(x, y).0[0]);
    let pixels = (0..side * side).map(|i| (i % side, i / side));
    pixels.map(|(x, y)| (at(a + x, y) - at(b + x, y)).abs()).sum::<f64>() / f64::from(side * side)
}

#[test]
fn a_strip_between_points_changes_smoothly_and_says_how_it_was_made() {
    let run = SmallRun::train(2, "");
    json_in(run.path(), "strip R --from z:-2,0 --to z:2,0 --frames 9 --upscale 1 --out s.png");
    let strip = read(&run.file("s.png"));
    assert_eq!(strip.dimensions(), (9 * 28 + 8, 28));
    let place = |i: u32| i * 29;
    let ends = difference(&strip, place(0), place(8), 28);
    let steps: Vec<f64> = (0..8).map(|i| difference(&strip, place(i), place(i + 1), 28)).collect();
    assert!(ends > 5.0, "the ends differ by {ends}");
    assert!(steps.iter().all(|&step| step > 0.0 && step < 0.75 * ends), "{steps:?} of {ends}");
    let made = sidecar(&run.file("s.json"));
    assert_eq!(
        (&made["kind"], &made["run"], &made["step"], &made["seed"]),
        (&json!("strip"), &json!("R"), &json!(36), &json!(3))
    );
    assert_eq!(made["layout"]["z"].as_array().unwrap().len(), 9);
    assert_eq!(made["layout"]["z"][4], json!([0.0, 0.0]));
}

#[test]
fn a_strip_between_images_shows_them_at_its_ends() {
    let run = SmallRun::train(2, "");
    let shoe = GrayImage::from_fn(56, 56, |x, y| image::Luma([if y > 30 && x > 8 { 220 } else { 0 }]));
    shoe.save(run.file("shoe.png")).unwrap();
    json_in(run.path(), "strip R --from shoe.png --to z:0,0 --path slerp --frames 4 --upscale 3 --out s.png");
    let strip = read(&run.file("s.png"));
    assert_eq!(strip.dimensions(), (3 * (28 + 7 + 4 * 28 + 3), 84));
    // The file, brought to the model's 28 pixels and enlarged again.
    assert_eq!(strip.get_pixel(45, 75).0, [220]);
    assert_eq!(strip.get_pixel(45, 15).0, [0]);
    let made = sidecar(&run.file("s.json"));
    assert_eq!(made["layout"]["from"]["image"], "shoe.png");
    assert_eq!((&made["layout"]["path"], &made["upscale"]), (&json!("slerp"), &json!(3)));
}

#[test]
fn a_grid_is_a_map_of_the_prior() {
    let run = SmallRun::train(2, "");
    json_in(run.path(), "grid R --cells 5 --out g.png");
    let grid = read(&run.file("g.png"));
    assert_eq!(grid.dimensions(), (5 * 28 * 2, 5 * 28 * 2));
    json_in(run.path(), "strip R --from z:-3,3 --to z:3,3 --frames 5 --upscale 2 --out top.png");
    let top = read(&run.file("top.png"));
    for cell in 0..5 {
        let (a, b) = (cell * 56, cell * 58);
        let same = (0..56 * 56).all(|i| grid.get_pixel(a + i % 56, i / 56) == top.get_pixel(b + i % 56, i / 56));
        assert!(same, "cell {cell} of the grid's first row is the frame {cell} of the strip along it");
    }
}

#[test]
fn a_grid_may_share_the_prior_evenly_and_go_through_a_point() {
    let run = SmallRun::train(2, "--set model.latent_dim=3");
    json_in(run.path(), "grid R --cells 2 --spacing quantile --axes 2,0 --through z:5,0.75,5 --upscale 1 --out g.png");
    let grid = read(&run.file("g.png"));
    // scipy.stats.norm.ppf([0.25, 0.75]) = [-0.67448975, 0.67448975], SciPy 1.17.
    let z = "--from z:0.67448975,0.75,-0.67448975 --to z:0.67448975,0.75,0.67448975";
    json_in(run.path(), &format!("strip R {z} --frames 2 --upscale 1 --out top.png"));
    let top = read(&run.file("top.png"));
    for cell in 0..2 {
        let differ = |i: &u32| grid.get_pixel(cell * 28 + i % 28, i / 28) != top.get_pixel(cell * 29 + i % 28, i / 28);
        assert_eq!((0..28 * 28).find(differ), None, "cell {cell}");
    }
    assert_eq!(sidecar(&run.file("g.json"))["layout"]["spacing"], "quantile");
    let both = run_in(run.path(), "grid R --spacing quantile --extent 2 --out h.png");
    assert_eq!(both.status.code(), Some(2));
    assert!(stderr(&both).contains("leave --extent out"), "{}", stderr(&both));
}

#[test]
fn a_picture_is_replaced_only_when_asked() {
    let run = SmallRun::train(2, "");
    json_in(run.path(), "grid R --cells 3 --out g.png");
    let before = std::fs::read(run.file("g.png")).unwrap();
    let refused = run_in(run.path(), "grid R --cells 4 --out g.png");
    assert_eq!(refused.status.code(), Some(1));
    assert!(stderr(&refused).contains("g.png exists already") && stderr(&refused).contains("--force"));
    assert!(std::fs::read(run.file("g.png")).unwrap() == before);
    json_in(run.path(), "grid R --cells 4 --out g.png --force");
    assert_eq!(read(&run.file("g.png")).width(), 4 * 56);
}
