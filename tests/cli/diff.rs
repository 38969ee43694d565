//! `diff`: two runs held against each other, in words and as a picture.

use serde_json::{Value, json};

use crate::support::{SMALL, SmallRun, json_in, number, run_in, stderr};

/// Runs `R` and `S`, which differ as `more` says.
fn two(more: &str) -> SmallRun {
    let run = SmallRun::train(2, "");
    json_in(run.path(), &format!("train sample:fashion --out S --epochs 3 {SMALL} {more}"));
    run
}

#[test]
fn settings_and_figures_stand_side_by_side() {
    let run = two("--set train.beta=4");
    let told = json_in(run.path(), "diff R S").pop().unwrap();
    let differing = json!([{"key": "train.epochs", "values": ["2", "3"]}, {"key": "train.beta", "values": ["1", "4"]}]);
    assert_eq!((&told["event"], &told["differing"], &told["caution"]), (&json!("done"), &differing, &Value::Null));
    // As `history.csv` has them.
    for (side, name) in ["R", "S"].into_iter().enumerate() {
        let side = &told["runs"][side];
        let mut table = csv::Reader::from_path(run.file(name).join("history.csv")).unwrap();
        let held: Vec<[f64; 3]> = table
            .records()
            .map(Result::unwrap)
            .filter(|row| !row[10].is_empty())
            .map(|row| [10, 11, 12].map(|i| row[i].parse().unwrap()))
            .collect();
        let best = held.iter().max_by(|a, b| a[2].total_cmp(&b[2])).unwrap();
        for (which, expected) in [("best", best), ("last", held.last().unwrap())] {
            let figures = ["recon_nats", "kl_nats", "elbo_nats"].map(|key| number(&side[which], key));
            let near = figures.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-9);
            assert!(near, "{name} {which}: {figures:?} {expected:?}");
        }
        assert_eq!((&side["run"], side["step"] == side["steps"]), (&json!(name), true));
    }
    let text = String::from_utf8(run_in(run.path(), "diff R S").stdout).unwrap();
    let line = |name: &str| {
        let line = text.lines().find(|line| line.starts_with(name)).unwrap_or_else(|| panic!("no {name} in\n{text}"));
        line.split_whitespace().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(line("train.beta"), ["train.beta", "1", "4"]);
    assert_eq!(line("epochs"), ["epochs", "2.0", "of", "2", "3.0", "of", "3"]);
}

#[test]
fn the_picture_holds_what_each_decodes_at_the_same_points() {
    let run = two("--set train.beta=4");
    json_in(run.path(), "diff R S --z z:0.5,-1.2 --z z:0,0 --upscale 1 --out d.png");
    let read = |name: &str| image::open(run.file(name)).unwrap().into_luma8();
    let picture = read("d.png");
    assert_eq!(picture.dimensions(), (2 * 28 + 1, 2 * 28 + 1));
    for (row, name) in ["R", "S"].into_iter().enumerate() {
        json_in(
            run.path(),
            &format!("strip {name} --from z:0.5,-1.2 --to z:0,0 --frames 2 --upscale 1 --out {name}.png"),
        );
        let strip = read(&format!("{name}.png"));
        let top = row as u32 * 29;
        assert!(strip.enumerate_pixels().all(|(x, y, pixel)| picture.get_pixel(x, y + top) == pixel), "{name}");
    }
    let made: Value = serde_json::from_str(&std::fs::read_to_string(run.file("d.json")).unwrap()).unwrap();
    assert_eq!((&made["kind"], &made["run"], &made["beta"]), (&json!("diff"), &json!("R"), &json!(1.0)));
    let layout = &made["layout"];
    assert_eq!(layout["z"], json!([[0.5, -1.2], [0.0, 0.0]]));
    assert_eq!((&layout["other"]["run"], &layout["other"]["beta"]), (&json!("S"), &json!(4.0)));
    // Without points: the origin, and four steps along an axis of each.
    json_in(run.path(), "diff R S --out e.png");
    let made: Value = serde_json::from_str(&std::fs::read_to_string(run.file("e.json")).unwrap()).unwrap();
    let z = made["layout"]["z"].as_array().unwrap();
    assert_eq!((z.len(), &z[0]), (9, &json!([0.0, 0.0])));
}

#[test]
fn what_has_no_common_point_is_told_after_what_can_be_compared() {
    let run = two("--set model.latent_dim=3 --set model.likelihood=gaussian");
    let output = run_in(run.path(), "diff R S --out d.png");
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("z of R has 2 numbers and z of S has 3"), "{}", stderr(&output));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("model.latent_dim") && text.contains("their ELBOs cannot be compared"), "{text}");
    assert!(!run.file("d.png").exists());
    json_in(run.path(), "diff R S");
    let check = |arguments: &str, code: i32, words: &str| {
        let output = run_in(run.path(), arguments);
        assert_eq!(output.status.code(), Some(code), "{arguments}");
        assert!(stderr(&output).contains(words), "{arguments}: {}", stderr(&output));
    };
    check("diff R none", 1, "none/run.json");
    check("diff R S --z z:1,2", 2, "--out");
    check("diff R R --out d.png --z z:1,2,3", 2, "its z has 2 numbers");
    check("diff R R --out d.jpg", 1, ".png");
    json_in(run.path(), "diff R R --out d.png");
    check("diff R R --out d.png", 1, "--force");
}

#[test]
fn pictures_of_other_sizes_and_colours_are_brought_together() {
    let run = SmallRun::train(1, "");
    json_in(run.path(), &format!("train sample:emoji --out S --epochs 1 {SMALL}"));
    let told = json_in(run.path(), "diff R S --z z:0,0 --upscale 1 --out d.png");
    assert!(told[0]["caution"].as_str().unwrap().contains("other images"));
    let picture = image::open(run.file("d.png")).unwrap();
    assert_eq!(picture.color(), image::ColorType::Rgb8);
    let record: Value = serde_json::from_slice(&std::fs::read(run.file("S/run.json")).unwrap()).unwrap();
    let side = record["data"]["side"].as_u64().unwrap() as u32;
    assert!(picture.width() == side.max(28) && picture.height() > 2 * side.max(28));
}
