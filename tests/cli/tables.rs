//! `encode --out F.npy`, `sheet`, and grids along the main directions.

use std::fs;

use serde_json::{Value, json};

use crate::support::{SmallRun, json_in, run_in, stderr};

/// The shape and the numbers of an NPY file of version 1.0 that holds `<f4` in C order.
fn read_npy(bytes: &[u8]) -> ([usize; 2], Vec<f32>) {
    assert_eq!(&bytes[..8], b"\x93NUMPY\x01\x00");
    let length = usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
    assert_eq!((10 + length) % 64, 0);
    let header = std::str::from_utf8(&bytes[10..10 + length]).unwrap();
    assert!(header.contains("'descr': '<f4'") && header.contains("'fortran_order': False"), "{header}");
    let (_, rest) = header.split_once("'shape': (").unwrap();
    let (shape, _) = rest.split_once(')').unwrap();
    let shape: Vec<usize> = shape.split(',').map(|n| n.trim().parse().unwrap()).collect();
    let numbers = bytes[10 + length..].chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]));
    (shape.try_into().unwrap(), numbers.collect())
}

#[test]
fn npy_holds_the_numbers_of_the_text() {
    let run = SmallRun::train(1, "--set model.latent_dim=3");
    json_in(run.path(), "encode R sample:fashion --out t.tsv");
    json_in(run.path(), "encode R sample:fashion --out n.npy");
    let text = fs::read_to_string(run.file("t.tsv")).unwrap();
    let expected: Vec<f32> = text.split_whitespace().map(|number| number.parse().unwrap()).collect();
    let (shape, numbers) = read_npy(&fs::read(run.file("n.npy")).unwrap());
    assert_eq!(shape, [4000, 3]);
    assert!(numbers == expected);
    assert!(fs::read(run.file("n_metadata.tsv")).unwrap() == fs::read(run.file("t_metadata.tsv")).unwrap());
    let made: Value = serde_json::from_slice(&fs::read(run.file("n.npy.json")).unwrap()).unwrap();
    assert_eq!((&made["kind"], &made["run"], &made["n"]), (&json!("latents"), &json!("R"), &json!(4000)));
    assert_eq!((&made["data"], &made["latent_dim"]), (&json!("sample:fashion"), &json!(3)));
    let refused = run_in(run.path(), "encode R sample:fashion --out n.npy");
    assert_eq!(refused.status.code(), Some(1));
    assert!(stderr(&refused).contains("--force"), "{}", stderr(&refused));
}

#[test]
fn a_sheet_shows_images_evenly_over_the_folder_above_their_reconstructions() {
    let run = SmallRun::train(1, "");
    json_in(run.path(), "sheet R sample:fashion --limit 5 --columns 3 --upscale 1 --out s.png");
    let sheet = image::open(run.file("s.png")).unwrap().into_luma8();
    // Pairs of 28 + 1 + 28 pixels in two rows 7 apart.
    assert_eq!(sheet.dimensions(), (3 * 28 + 2, 2 * 57 + 7));
    let made: Value = serde_json::from_slice(&fs::read(run.file("s.json")).unwrap()).unwrap();
    let images = made["layout"]["images"].as_array().unwrap();
    let names = fs::read_to_string(run.file("R/metadata.tsv")).unwrap();
    let names: Vec<&str> = names.lines().skip(1).map(|line| line.split('\t').next().unwrap()).collect();
    let expected: Vec<&str> = (0..5).map(|i| names[i * 800]).collect();
    assert_eq!(images.iter().map(|image| image["image"].as_str().unwrap()).collect::<Vec<_>>(), expected);
    // The second reconstruction is the decoded mean.
    let z: Vec<String> = images[1]["z"].as_array().unwrap().iter().map(Value::to_string).collect();
    json_in(run.path(), &format!("strip R --from z:{} --to z:0,0 --frames 2 --upscale 1 --out p.png", z.join(",")));
    let point = image::open(run.file("p.png")).unwrap().into_luma8();
    let differ = |i: &u32| sheet.get_pixel(29 + i % 28, 29 + i / 28) != point.get_pixel(i % 28, i / 28);
    assert_eq!((0..28 * 28).find(differ), None);
    let refused = run_in(run.path(), "sheet R sample:fashion --out s.png");
    assert_eq!(refused.status.code(), Some(1));
    assert_eq!(run_in(run.path(), "sheet R sample:fashion --limit 0 --out t.png").status.code(), Some(2));
}

#[test]
fn a_grid_runs_along_the_main_directions_of_the_means() {
    let run = SmallRun::train(2, "--set model.latent_dim=4");
    json_in(run.path(), "grid R --axes pca --data sample:fashion --cells 3 --out g.png");
    let made: Value = serde_json::from_slice(&fs::read(run.file("g.json")).unwrap()).unwrap();
    let vector = |name: &str| -> Vec<f64> {
        made["layout"]["plane"][name].as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect()
    };
    let (u, v) = (vector("u"), vector("v"));
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    assert!((dot(&u, &u) - 1.0).abs() < 1e-5 && (dot(&v, &v) - 1.0).abs() < 1e-5 && dot(&u, &v).abs() < 1e-5);
    // No axis has more variance than the first direction, and none across that more than the second.
    let text = fs::read_to_string(run.file("R/latents.tsv")).unwrap();
    let means: Vec<Vec<f64>> =
        text.lines().map(|line| line.split('\t').map(|number| number.parse().unwrap()).collect()).collect();
    let variance = |direction: &[f64]| {
        let along: Vec<f64> = means.iter().map(|mean| dot(mean, direction)).collect();
        let middle = along.iter().sum::<f64>() / along.len() as f64;
        along.iter().map(|a| (a - middle).powi(2)).sum::<f64>() / along.len() as f64
    };
    let (first, second) = (variance(&u), variance(&v));
    assert!(first >= second);
    for axis in 0..4 {
        let mut unit = vec![0.0; 4];
        unit[axis] = 1.0;
        assert!(variance(&unit) <= first * 1.0001, "axis {axis}");
        let along = dot(&unit, &u);
        let across: Vec<f64> = unit.iter().zip(&u).map(|(e, u)| e - along * u).collect();
        assert!(variance(&across) <= second * 1.0001 * dot(&across, &across), "axis {axis}");
    }
    // The images of the run are taken when none are named.
    json_in(run.path(), "grid R --axes pca --cells 3 --out h.png");
    assert!(fs::read(run.file("g.png")).unwrap() == fs::read(run.file("h.png")).unwrap());
    let check = |arguments: &str, words: &str| {
        let output = run_in(run.path(), arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments}");
        assert!(stderr(&output).contains(words), "{arguments}: {}", stderr(&output));
    };
    check("grid R --axes 0,1 --data sample:fashion --out i.png", "--data is for --axes pca");
    check("grid R --axes x --out i.png", "--axes");
}
