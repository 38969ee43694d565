//! `curves`: the picture and the table of what a run measured.

use std::path::Path;

use serde_json::json;

use crate::support::{SmallRun, json_in, run_in, stderr};

/// The columns of a table by their names.
fn table(path: &Path) -> (Vec<String>, Vec<csv::StringRecord>) {
    let mut reader = csv::Reader::from_path(path).unwrap();
    let header = reader.headers().unwrap().iter().map(str::to_owned).collect();
    (header, reader.records().map(Result::unwrap).collect())
}

#[track_caller]
fn column(table: &(Vec<String>, Vec<csv::StringRecord>), name: &str) -> Vec<Option<f64>> {
    let at = table.0.iter().position(|column| column == name);
    let at = at.unwrap_or_else(|| panic!("no column {name} in {:?}", table.0));
    table.1.iter().map(|row| row[at].parse().ok()).collect()
}

#[test]
fn the_table_holds_every_step_in_the_unit_its_header_names() {
    let run = SmallRun::train(2, "");
    json_in(run.path(), "curves R --out c.csv --bits --per pixel --smoothing 0.5");
    let (recorded, written) = (table(&run.file("R/history.csv")), table(&run.file("c.csv")));
    assert_eq!(written.1.len(), 36);
    let nats = |name: &str| column(&recorded, name);
    let per_pixel = 784.0 * 2.0_f64.ln();
    let recon = column(&written, "recon_bits_per_pixel");
    for (bits, nats) in recon.iter().zip(nats("recon_nats")) {
        assert!((bits.unwrap() * per_pixel / nats.unwrap() - 1.0).abs() < 1e-12);
    }
    // y1, then (0.5·0.5·y1 + 0.5·y2) / 0.75.
    let smooth = column(&written, "recon_smoothed_0.5_bits_per_pixel");
    let (first, second) = (recon[0].unwrap(), recon[1].unwrap());
    assert!((smooth[0].unwrap() - first).abs() < 1e-12);
    assert!((smooth[1].unwrap() - (0.25 * first + 0.5 * second) / 0.75).abs() < 1e-12);
    // Validation stands in the row of the step it was made after.
    let held = column(&written, "validation_elbo_bits_per_pixel");
    let places: Vec<_> = (0..36).filter(|i| held[*i].is_some()).collect();
    assert_eq!(places, [17, 35]);
    let expected = nats("validation_elbo_nats")[17].unwrap() / per_pixel;
    assert!((held[17].unwrap() / expected - 1.0).abs() < 1e-12);
    // β is 1, and the images of a step by its seconds are its rate.
    assert_eq!(column(&written, "beta_kl_bits_per_pixel"), column(&written, "kl_bits_per_pixel"));
    let (rate, seconds) = (column(&written, "rate_images_per_second"), nats("seconds"));
    let expected = 200.0 / (seconds[4].unwrap() - seconds[3].unwrap());
    assert!((rate[4].unwrap() / expected - 1.0).abs() < 1e-9);
    assert_eq!(column(&written, "lr")[7], Some(0.002));
}

#[test]
fn pictures_show_the_curves_with_names_and_units_and_say_how_they_were_made() {
    let run = SmallRun::train(2, "");
    let done = json_in(run.path(), "curves R --out c.svg --plots kl,rate --x time --smoothing 0.7").pop().unwrap();
    assert_eq!((&done["format"], &done["runs"][0], &done["steps"][0]), (&"svg".into(), &"R".into(), &36.into()));
    let svg = std::fs::read_to_string(run.file("c.svg")).unwrap();
    for text in
        [">KL<", ">Speed<", ">nats / image<", ">images / s<", ">time (s)<", "smoothed by 0.7", "<title>R</title>"]
    {
        assert!(svg.contains(text), "{text}");
    }
    assert!(svg.contains("\"kind\":\"curves\"") && svg.contains("\"smoothing\":0.7"));
    json_in(run.path(), "curves R --out c.png --plots kl,rate --x time");
    let picture = image::open(run.file("c.png")).unwrap().into_rgb8();
    // Twice the size of the drawing, white paper, and something green: KL.
    let size = format!("width=\"{}\" height=\"{}\"", picture.width() / 2, picture.height() / 2);
    assert!(svg.contains(&size), "{size}");
    assert_eq!(picture.get_pixel(2, 2).0, [255; 3]);
    assert!(picture.pixels().any(|p| p.0[1] > p.0[0].saturating_add(60) && p.0[1] > p.0[2].saturating_add(20)));
    let bytes = std::fs::read(run.file("c.png")).unwrap();
    assert!(bytes.windows(15).any(|w| w == b"\"kind\":\"curves\""));
    // The same stands beside it, where no other program's file may be in the way.
    let made: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(run.file("c.json")).unwrap()).unwrap();
    let told = |key: &str| made[key].clone();
    assert_eq!((told("runs"), told("curves"), told("x")), (json!(["R"]), json!(["kl", "rate"]), json!("time")));
    assert_eq!((told("smoothing"), &made["unit"]["bits"]), (json!(0.9), &json!(false)));
    assert!(bytes.windows(12).any(|w| w == b"latent-atlas"));
    std::fs::write(run.file("c.json"), "{}").unwrap();
    let refused = run_in(run.path(), "curves R --out c.png --force");
    assert_eq!(refused.status.code(), Some(1));
    assert_eq!(std::fs::read(run.file("c.json")).unwrap(), b"{}");
}

#[test]
fn what_was_changed_under_way_stands_below_the_plots_in_the_words_of_the_window() {
    let run = SmallRun::train(2, "");
    let changes = "--set train.beta=4 --set train.lr=0.0001 --set train.lr_schedule=cosine";
    json_in(run.path(), &format!("train sample:fashion --out R --resume --epochs 3 {changes}"));
    json_in(run.path(), "curves R --out c.svg");
    let svg = std::fs::read_to_string(run.file("c.svg")).unwrap();
    for text in ["β 1 → 4 at step 36", "Learning rate 0.002 → 10⁻⁴ at step 36", "Constant → Cosine", "Epochs 2 → 3"]
    {
        assert!(svg.contains(text), "{text}");
    }
    assert!(!svg.contains("train.beta 1"));
    json_in(run.path(), "curves R --out c.png");
    let made: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(run.file("c.json")).unwrap()).unwrap();
    let changes = made["changes"].as_array().unwrap();
    assert!(
        changes.iter().any(|c| (&c["run"], &c["key"], &c["to"]) == (&json!("R"), &json!("train.beta"), &json!("4")))
    );
    // A view that does not reach so far says nothing of it.
    json_in(run.path(), "curves R --out early.svg --range 0,1");
    assert!(!std::fs::read_to_string(run.file("early.svg")).unwrap().contains("at step 36"));
}

#[test]
fn a_logarithmic_picture_shows_the_negative_bound_and_counts_what_it_leaves_out() {
    // A Gaussian density of a sharp picture is above one: its negative logarithm is below zero.
    let run = SmallRun::train(2, "--set model.likelihood=gaussian --set model.sigma=0.05");
    json_in(run.path(), "curves R --out b.svg --log y --plots elbo");
    let svg = std::fs::read_to_string(run.file("b.svg")).unwrap();
    assert!(svg.contains(">−ELBO<") && svg.contains("logarithmic"));
    // In the first epoch it crosses zero or not; what is not shown is said either way.
    let (_, rows) = table(&run.file("R/history.csv"));
    let not_above = rows.iter().filter(|row| -row[6].parse::<f64>().unwrap() <= 0.0).count();
    let says = svg.contains("are not above 0");
    assert_eq!(says, not_above > 0 && not_above < rows.len(), "{not_above} of {}", rows.len());
}

#[test]
fn several_runs_share_their_plots_and_their_table() {
    let run = SmallRun::train(2, "");
    std::fs::create_dir(run.file("more")).unwrap();
    json_in(run.path(), &format!("train sample:fashion --out more/S --epochs 1 {}", crate::support::SMALL));
    json_in(run.path(), "curves R more/S --out c.svg --plots recon");
    let svg = std::fs::read_to_string(run.file("c.svg")).unwrap();
    assert!(svg.contains(">R<") && svg.contains(">S<"));
    json_in(run.path(), "curves R more/S --out c.csv");
    let (_, rows) = table(&run.file("c.csv"));
    assert_eq!(rows.iter().filter(|row| &row[0] == "S").count(), 18);
    assert_eq!(rows.len(), 36 + 18);
}

#[test]
fn what_cannot_be_done_is_said() {
    let run = SmallRun::train(2, "");
    let check = |arguments: &str, code: i32, words: &str| {
        let output = run_in(run.path(), arguments);
        assert_eq!(output.status.code(), Some(code), "{arguments}");
        assert!(stderr(&output).contains(words), "{arguments}: {}", stderr(&output));
    };
    check("curves R --out c.pdf", 2, ".png, .svg and .csv");
    check("curves R --out c.svg --smoothing 1", 2, "--smoothing is 1; it must lie between 0 and 0.999");
    check("curves R --out c.svg --plots loss", 2, "recon, kl, elbo");
    check("curves R --out c.svg --range 5,2", 2, "--range");
    check("curves none --out c.svg", 1, "none/run.json");
    json_in(run.path(), "curves R --out c.csv");
    check("curves R --out c.csv", 1, "--force");
    json_in(run.path(), "curves R --out c.csv --force");
}
