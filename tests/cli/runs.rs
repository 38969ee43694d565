//! `train`, `eval`, `encode`: the run folder, going on, and what a run says about images.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use image::{Rgb, RgbImage};
use serde_json::{Value, json};

use crate::support::{SMALL, SmallRun, history, json_in, lines, number, program, same_run, tensors};

fn record(run: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(run.join("run.json")).unwrap()).unwrap()
}

#[test]
fn a_run_folder_holds_what_other_tools_read() {
    let run = SmallRun::train(2, "");
    let done = &run.done;
    assert_eq!((&done["event"], &done["status"]), (&json!("done"), &json!("finished")));
    assert_eq!((number(done, "steps"), number(done, "epochs")), (36.0, 2.0));
    assert!(number(done, "seconds") > 0.0 && number(done, "images_per_second") > 0.0);
    for part in ["train", "validation"] {
        let term = |name: &str| number(done, &format!("{part}.{name}"));
        assert!((term("recon_nats") + term("kl_nats") + term("elbo_nats")).abs() < 1e-9);
        // An untrained Bernoulli decoder costs 784 · log 2 = 543 nats.
        assert!(term("recon_nats") < 500.0 && term("kl_nats") > 0.5, "{done}");
    }
    let folder = run.file("R");
    let record = record(&folder);
    assert_eq!(
        (&record["status"], &record["step"], &record["source"]),
        (&json!("finished"), &json!(36), &json!("sample:fashion"))
    );
    assert_eq!((&record["data"]["images"], &record["data"]["validation_images"]), (&json!(4000), &json!(400)));
    assert_eq!(record["config"]["train"]["seed"], 3);
    let rows = history(&folder);
    assert_eq!(rows.len(), 37);
    assert!(!rows[18][9].is_empty(), "validation at the end of the first epoch: {:?}", rows[18]);
    let names: Vec<_> = tensors(&folder).into_iter().map(|(name, _)| name).collect();
    assert!(names.contains(&"encoder.fc1.weight".to_owned()), "{names:?}");
    assert!(names.contains(&"adam.v.decoder.fc3.bias".to_owned()), "{names:?}");
    let table = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    let latents = table("latents.tsv");
    assert_eq!(latents.lines().count(), 4000);
    assert!(latents.lines().all(|l| l.split('\t').filter(|v| v.parse::<f32>().is_ok()).count() == 2));
    let metadata = table("metadata.tsv");
    assert_eq!(metadata.lines().count(), 4001);
    assert_eq!(metadata.lines().next(), Some("image\tclass\tsplit"));
    assert_eq!(metadata.lines().filter(|l| l.ends_with("\tvalidation")).count(), 400);
}

#[test]
fn two_epochs_and_one_more_are_three_bit_for_bit() {
    let parts = SmallRun::train(2, "");
    let whole = SmallRun::train(3, "");
    json_in(parts.path(), "train sample:fashion --out R --resume --epochs 3");
    same_run(&parts.file("R"), &whole.file("R"));
    // Nothing is left to do: the same again changes nothing.
    json_in(parts.path(), "train sample:fashion --out R --resume");
    same_run(&parts.file("R"), &whole.file("R"));
}

/// A run that an earlier version began has neither key in its `run.json`.
#[test]
fn a_run_of_an_earlier_version_goes_on_as_it_began() {
    const PLAIN: &str = "--set model.init=pytorch --set train.average=false";
    let (parts, whole) = (SmallRun::train(1, PLAIN), SmallRun::train(2, PLAIN));
    let file = parts.file("R").join("run.json");
    let mut old: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    old["format"] = 2.into();
    old["config"]["model"].as_object_mut().unwrap().remove("init").unwrap();
    old["config"]["train"].as_object_mut().unwrap().remove("average").unwrap();
    std::fs::write(&file, old.to_string()).unwrap();
    json_in(parts.path(), "train sample:fashion --out R --resume --epochs 2");
    same_run(&parts.file("R"), &whole.file("R"));
    let now = record(&parts.file("R"));
    assert_eq!((&now["format"], &now["config"]["train"]["average"]), (&json!(3), &json!(false)));
}

/// Starts a training of three epochs and hands it over after its first.
fn cut_off(folder: &Path, end: impl FnOnce(&mut Child)) -> (Option<i32>, Vec<Value>) {
    let arguments = format!("train sample:fashion --out R --epochs 3 {SMALL} --json");
    let mut command = program();
    command.current_dir(folder).args(arguments.split_whitespace()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut said = Vec::new();
    let mut end = Some(end);
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        let line: Value = serde_json::from_str(&line.unwrap()).unwrap();
        if line["event"] == "epoch"
            && let Some(end) = end.take()
        {
            end(&mut child);
        }
        said.push(line);
    }
    (child.wait().unwrap().code(), said)
}

fn interrupt(child: &mut Child) {
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
}

#[test]
fn a_run_that_is_cut_off_goes_on_as_if_it_had_not_been() {
    let whole = SmallRun::train(3, "");
    let interrupted = tempfile::tempdir().unwrap();
    let (code, said) = cut_off(interrupted.path(), interrupt);
    // The signal may come when the last step is done: then the run is whole.
    let done = said.last().unwrap();
    assert_eq!(done["event"], "done");
    assert_eq!(code, Some(if done["status"] == "stopped" { 130 } else { 0 }), "{done}");
    let killed = tempfile::tempdir().unwrap();
    let (code, _) = cut_off(killed.path(), |child| child.kill().unwrap());
    assert_ne!(code, Some(1));
    for folder in [&interrupted, &killed] {
        json_in(folder.path(), &format!("train sample:fashion --out R --epochs 3 {SMALL} --resume"));
        same_run(&folder.path().join("R"), &whole.file("R"));
    }
}

#[test]
fn resuming_where_nothing_is_begins_the_run() {
    let folder = tempfile::tempdir().unwrap();
    json_in(folder.path(), &format!("train sample:fashion --out R --epochs 1 {SMALL} --resume"));
    assert_eq!(record(&folder.path().join("R"))["status"], "finished");
}

#[test]
fn a_folder_of_photos_trains_with_the_settings_of_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let photos = folder.path().join("photos");
    std::fs::create_dir_all(photos.join("sea")).unwrap();
    for i in 0..12_u32 {
        let photo = RgbImage::from_fn(90 + i * 10, 70, |x, y| Rgb([(x * 2) as u8, (y * 3) as u8, (i * 20) as u8]));
        let name = if i % 2 == 0 { format!("sea/{i}.png") } else { format!("{i}.jpeg") };
        photo.save(photos.join(name)).unwrap();
    }
    std::fs::write(
        folder.path().join("settings.toml"),
        "[data]\nsize = 20\nfit = \"pad\"\n[model]\nkind = \"ae\"\narch = \"conv\"\nlatent_dim = 3\n",
    )
    .unwrap();
    let said = json_in(folder.path(), "train photos --out R --config settings.toml --set train.batch=4 --epochs 2");
    assert_eq!((&said[0]["side"], &said[0]["channels"], &said[0]["train_images"]), (&json!(20), &json!(3), &json!(11)));
    let done = said.last().unwrap();
    assert_eq!((number(done, "steps"), number(done, "train.kl_nats")), (6.0, 0.0));
    let record = record(&folder.path().join("R"));
    // The folder is found again from anywhere.
    assert!(Path::new(record["source"].as_str().unwrap()).is_absolute(), "{record}");
    let told = json_in(folder.path(), "eval R photos").pop().unwrap();
    assert_eq!((&told["n"], &told["pixels"]), (&json!(12), &json!(1200)));
}

#[test]
fn eval_says_what_training_said_and_bounds_log_px() {
    let run = SmallRun::train(2, "");
    let eval = |more: &str| json_in(run.path(), &format!("eval R sample:fashion {more}")).pop().unwrap();
    let held = eval("--split validation");
    for term in ["recon_nats", "kl_nats", "elbo_nats"] {
        let trained = number(&run.done, &format!("validation.{term}"));
        assert!((number(&held, term) - trained).abs() < 1e-6 * trained.abs(), "{term}: {held} against {trained}");
    }
    assert_eq!((number(&held, "n"), number(&eval(""), "n")), (400.0, 4000.0));
    let per_dim = held["kl_per_dim_nats"].as_array().unwrap();
    let sum: f64 = per_dim.iter().map(|v| v.as_f64().unwrap()).sum();
    assert!(per_dim.len() == 2 && (sum - number(&held, "kl_nats")).abs() < 1e-9);
    assert_eq!(
        (&held["sigma"], &held["likelihood"], number(&held, "active_units")),
        (&Value::Null, &json!("bernoulli"), 2.0)
    );
    assert!((number(&held, "sse") / 784.0 - number(&held, "mse")).abs() < 1e-12);
    let bounded = eval("--split validation --samples 64 --limit 100");
    assert_eq!(number(&bounded, "n"), 100.0);
    assert!(number(&bounded, "log_px_nats") > number(&bounded, "elbo_nats"), "{bounded}");
    assert!(number(&bounded, "log_px_se_nats") > 0.0);
}

#[test]
fn eval_tells_the_gaps_and_what_the_codes_say() {
    let run = SmallRun::train(3, "");
    let eval = |more: &str| json_in(run.path(), &format!("eval R sample:fashion {more}")).pop().unwrap();
    let told = eval("--samples 2000 --limit 24 --refine 60");
    let n = |key: &str| number(&told, key);
    // After three epochs q misses parts of p(z|x), and samples of q alone fall short by a nat or two.
    let (short, error) = (n("log_px_quadrature_nats") - n("log_px_nats"), n("log_px_stderr"));
    assert!(short.abs() < 2.0 * error + 0.002 && error < 0.1, "{short}, se {error}: {told}");
    assert!((n("gap_nats") - (n("log_px_nats") - n("elbo_nats"))).abs() < 1e-9 && n("gap_nats") > 0.0, "{told}");
    let off = n("kl_mc_nats") - n("kl_nats");
    assert!(off.abs() < 4.0 * n("kl_mc_stderr") && n("kl_mc_stderr") < 0.05, "{told}");
    // What the encoder's answer costs is a part of what the bound misses.
    let gap = n("amortisation_gap_nats");
    assert!(gap > 0.0 && gap < n("gap_nats") + 4.0 * n("log_px_stderr") + 0.05, "{told}");
    let bits = -n("log_px_nats") / (784.0 * std::f64::consts::LN_2);
    assert!((n("bits_per_pixel") - bits).abs() < 1e-9, "{told}");
    assert!(n("mutual_information_nats") <= 24.0_f64.ln() + 1e-9, "{told}");

    // After one epoch, and after ten.
    for epochs in [1, 10] {
        let run = SmallRun::train(epochs, "");
        let told = json_in(run.path(), "eval R sample:fashion --samples 2000 --limit 24").pop().unwrap();
        let n = |key: &str| number(&told, key);
        let (short, error) = (n("log_px_quadrature_nats") - n("log_px_nats"), n("log_px_stderr"));
        assert!(short.abs() < 2.0 * error + 0.002 && error < 0.1, "{epochs}: {short}, se {error}: {told}");
    }

    // Over all images: both parts of KL are there without samples, and add up to it.
    let told = eval("");
    let n = |key: &str| number(&told, key);
    let off = n("mutual_information_nats") + n("marginal_kl_nats") - n("kl_nats");
    let error = n("mutual_information_stderr").hypot(n("marginal_kl_stderr"));
    assert!(off.abs() < 4.0 * error && error < 0.2, "{off}: {told}");
    assert!((n("bits_per_pixel") + n("elbo_nats") / (784.0 * std::f64::consts::LN_2)).abs() < 1e-9, "{told}");
    let absent = ["log_px_nats", "gap_nats", "log_px_quadrature_nats", "amortisation_gap_nats"];
    assert!(absent.iter().all(|key| told.get(*key).is_none()), "{told}");
}

#[test]
fn a_learned_sigma_is_told() {
    let run = SmallRun::train(1, "--set model.likelihood=gaussian-learned --set model.arch=conv");
    let told = json_in(run.path(), "eval R sample:fashion --split validation").pop().unwrap();
    // The best σ² is the mean squared error: of the last batches it is somewhat more than at the end, from one half on.
    let (sigma, best) = (number(&told, "sigma"), number(&told, "mse").sqrt());
    assert!(best > 0.2 && (0.95 * best..1.3 * best).contains(&sigma), "{told}");
}

#[test]
fn encode_writes_the_means_of_any_images_and_overwrites_nothing() {
    let run = SmallRun::train(2, "");
    let told = json_in(run.path(), "encode R sample:fashion --out latents.tsv").pop().unwrap();
    assert_eq!((&told["n"], &told["metadata"]), (&json!(4000), &json!("metadata.tsv")));
    let own = std::fs::read_to_string(run.file("R/latents.tsv")).unwrap();
    assert!(std::fs::read_to_string(run.file("latents.tsv")).unwrap() == own);
    // The emoji are brought to the size and the greys the model knows.
    json_in(run.path(), "encode R sample:emoji --out emoji.tsv");
    let names = std::fs::read_to_string(run.file("emoji_metadata.tsv")).unwrap();
    assert_eq!((names.lines().count(), names.lines().next()), (1027, Some("image\tclass")));
    let refused = crate::support::run_in(run.path(), "encode R sample:emoji --out latents.tsv --json");
    assert_eq!(refused.status.code(), Some(1));
    assert!(lines(&refused).last().unwrap()["reason"].as_str().unwrap().contains("--force"));
    assert!(std::fs::read_to_string(run.file("latents.tsv")).unwrap() == own);
}

#[test]
fn runs_are_listed_with_their_best_elbo_and_what_sets_them_apart() {
    let run = SmallRun::train(3, "--set train.beta=1");
    json_in(run.path(), &format!("train sample:fashion --out B --epochs 3 {SMALL} --set train.beta=4"));
    std::fs::create_dir(run.file("notes")).unwrap();
    let said = json_in(run.path(), "runs .");
    let done = said.last().unwrap();
    assert_eq!((&done["runs"], &done["differing"]), (&json!(2), &json!(["train.beta"])));
    // The last one first.
    assert_eq!((&said[0]["run"], &said[1]["run"]), (&json!("B"), &json!("R")));
    for line in &said[..2] {
        let rows = history(&run.file(line["run"].as_str().unwrap()));
        let elbo = rows[0].iter().position(|name| name == "validation_elbo_nats").unwrap();
        let best = rows.iter().filter_map(|row| row[elbo].parse::<f64>().ok()).max_by(f64::total_cmp).unwrap();
        assert!((number(line, "best_elbo_nats") - best).abs() < 1e-9, "{line}");
    }
    // A run of a version that did not keep it.
    let file = run.file("R/run.json");
    let mut older = record(&run.file("R"));
    older.as_object_mut().unwrap().remove("best_elbo_nats");
    std::fs::write(&file, older.to_string()).unwrap();
    let again = json_in(run.path(), "runs .");
    let best = |said: &[Value]| {
        let line = said.iter().find(|line| line["run"] == "R").unwrap();
        number(line, "best_elbo_nats")
    };
    assert!((best(&again) - best(&said)).abs() < 1e-9);
}

#[test]
fn compare_holds_networks_against_pca() {
    let folder = tempfile::tempdir().unwrap();
    let small = "--set model.hidden=48 --set train.batch=200 --set train.threads=1 --seed 3";
    let told = json_in(folder.path(), &format!("compare sample:fashion --dims 2,5 --epochs 1 {small}")).pop().unwrap();
    assert_eq!((number(&told, "train_images"), number(&told, "test_images")), (3600.0, 400.0));
    let rows = told["rows"].as_array().unwrap();
    let names: Vec<_> = rows.iter().map(|row| (row["method"].as_str().unwrap(), number(row, "latent_dim"))).collect();
    assert_eq!(names, [("pca", 2.0), ("ae", 2.0), ("vae", 2.0), ("pca", 5.0), ("ae", 5.0), ("vae", 5.0)]);
    let test: Vec<f64> = rows.iter().map(|row| number(row, "test_mse")).collect();
    assert!(test[3] < test[0] && test.iter().all(|mse| (0.005..0.2).contains(mse)), "{test:?}");
    assert!(rows.iter().all(|row| row.get("unseen_mse").is_none()), "{rows:?}");
    let told =
        json_in(folder.path(), &format!("compare sample:fashion --unseen sample:emoji --dims 2 --epochs 1 {small}"));
    let told = told.last().unwrap();
    for row in told["rows"].as_array().unwrap() {
        assert!(number(row, "unseen_mse") > 2.0 * number(row, "test_mse"), "clothes say little of faces: {row}");
    }
    assert!(folder.path().read_dir().unwrap().next().is_none(), "nothing was written");
    let refused = crate::support::run_in(folder.path(), "compare sample:fashion --dims 1");
    assert_eq!(refused.status.code(), Some(2), "{}", crate::support::stderr(&refused));
}
