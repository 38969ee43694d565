//! Going on with other settings, what a run says when it goes wrong, and schedules from the command line.

use std::path::Path;

use serde_json::{Value, json};

use crate::support::{SMALL, SmallRun, json_in, lines, number, run_in, stderr};

fn record(run: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(run.join("run.json")).unwrap()).unwrap()
}

/// A column of `history.csv`.
fn column(run: &Path, name: &str) -> Vec<f64> {
    let text = std::fs::read_to_string(run.join("history.csv")).unwrap();
    let at = text.lines().next().unwrap().split(',').position(|n| n == name).unwrap();
    text.lines().skip(1).map(|line| line.split(',').nth(at).unwrap().parse().unwrap()).collect()
}

#[test]
fn a_run_goes_on_with_another_learning_rate_and_says_where_it_changed() {
    let run = SmallRun::train(1, "");
    let more = "--resume --epochs 2 --set train.lr=0.0003 --set train.beta=2";
    json_in(run.path(), &format!("train sample:fashion --out R {more}"));
    let folder = run.file("R");
    let (lr, beta) = (column(&folder, "lr"), column(&folder, "beta"));
    assert_eq!((&lr[..18], &lr[18..]), (&[2e-3; 18][..], &[3e-4; 18][..]));
    assert_eq!((beta[17], beta[18]), (1.0, 2.0));
    let record = record(&folder);
    let marks = record["marks"].as_array().unwrap();
    let told: Vec<_> = marks.iter().map(|m| (&m["step"], &m["key"], &m["from"], &m["to"])).collect();
    let eighteen = json!(18);
    let expected = [("train.epochs", "1", "2"), ("train.lr", "0.002", "0.0003"), ("train.beta", "1", "2")];
    for ((step, key, from, to), (expected_key, expected_from, expected_to)) in told.into_iter().zip(expected) {
        assert_eq!((step, key), (&eighteen, &json!(expected_key)));
        assert_eq!((from, to), (&json!(expected_from), &json!(expected_to)));
    }
    assert_eq!(record["config"]["train"]["lr"], json!(0.0003));
    let refused = run_in(run.path(), "train sample:fashion --out R --resume --set model.latent_dim=3");
    assert_eq!(refused.status.code(), Some(2));
    assert!(stderr(&refused).contains("model.latent_dim would change"), "{}", stderr(&refused));
}

#[test]
fn schedules_come_from_settings() {
    let schedule = "--set train.beta_schedule=cyclical --set train.cycle_epochs=1 --set train.cycles=1 \
                    --set train.lr_schedule=cosine --set train.lr_warmup_epochs=0.5";
    let run = SmallRun::train(2, &schedule.split_whitespace().collect::<Vec<_>>().join(" "));
    let (lr, beta) = (column(&run.file("R"), "lr"), column(&run.file("R"), "beta"));
    // 18 steps an epoch. β: half of the first epoch to rise, then 1. The rate is taken in the middle of a step.
    let near = |a: f64, b: f64| assert!((a - b).abs() < 1e-12, "{a} instead of {b}");
    near(beta[0], 0.0);
    near(beta[3], 1.0 / 3.0);
    near(beta[9], 1.0);
    near(beta[18], 1.0);
    near(lr[0], 2e-3 * 0.5 / 9.0);
    near(lr[8], 2e-3 * 8.5 / 9.0);
    let cosine = |i: f64| 2e-3 * 0.5 * (1.0 + (std::f64::consts::PI * (i + 0.5 - 9.0) / 27.0).cos());
    near(lr[9], cosine(9.0));
    near(lr[35], cosine(35.0));
    assert!(lr[35] > 0.0);
}

#[test]
fn a_run_that_diverges_keeps_its_last_good_state_and_says_how_to_go_on() {
    let folder = tempfile::tempdir().unwrap();
    let wild = "--set train.lr=0.6 --epochs 40";
    let failed = run_in(folder.path(), &format!("train sample:fashion --out R {SMALL} {wild} --json"));
    assert_eq!(failed.status.code(), Some(1), "{}", stderr(&failed));
    let last = lines(&failed).pop().unwrap();
    let reason = last["reason"].as_str().unwrap();
    let command = "latent-atlas train sample:fashion --out R --resume --set train.lr=0.06";
    assert!(reason.contains("was not finite at step ") && reason.ends_with(command), "{reason}");
    let run = folder.path().join("R");
    let kept = record(&run);
    let step = kept["step"].as_u64().unwrap();
    assert_eq!((&kept["status"], kept["diverged"]["kept"].as_u64()), (&json!("failed"), Some(step)));
    assert!(kept["diverged"]["step"].as_u64().unwrap() > step);
    assert!(!kept["diverged"]["what"].as_str().unwrap().is_empty());
    let bytes = std::fs::read(run.join("checkpoint.safetensors")).unwrap();
    for (name, tensor) in safetensors::SafeTensors::deserialize(&bytes).unwrap().tensors() {
        let finite = |v: &[u8]| f32::from_le_bytes(v.try_into().unwrap()).is_finite();
        assert!(tensor.data().chunks_exact(4).all(finite), "{name}");
    }
    // The very command, and what it says in turn, until the rate is low enough.
    let mut command = command.to_owned();
    for _ in 0..3 {
        let on = run_in(folder.path(), &format!("{} --epochs 20 --json", command.trim_start_matches("latent-atlas ")));
        let last = lines(&on).pop().unwrap();
        if on.status.success() {
            assert_eq!((&last["event"], number(&last, "epochs")), (&json!("done"), 20.0));
            assert!(column(&run, "elbo_nats").iter().all(|v| v.is_finite()));
            return;
        }
        command = last["reason"].as_str().unwrap().lines().last().unwrap().trim().to_owned();
    }
    panic!("a thousandth of the learning rate still diverges");
}

#[test]
fn a_collapse_is_told_and_its_cure_revives_the_run() {
    let folder = tempfile::tempdir().unwrap();
    let dead = "--set train.lr=0.001 --set model.latent_dim=32 --set train.beta=200 --set train.batch=32 --set model.hidden=48";
    let said = json_in(folder.path(), &format!("train sample:fashion --out R --epochs 4 --seed 3 {dead}"));
    let alarm = said.iter().find(|line| line["event"] == "alarm").unwrap();
    assert!(number(alarm, "epoch") <= 4.0 && number(alarm, "step") >= 200.0, "{alarm}");
    assert!(alarm["reason"].as_str().unwrap().contains("collapsed"), "{alarm}");
    let cure = alarm["usual_cure"].as_array().unwrap().iter();
    let cure: String = cure.flat_map(|pair| [" --set ", pair.as_str().unwrap()]).collect();
    let said = json_in(folder.path(), &format!("train sample:fashion --out R --resume --epochs 10 {cure}"));
    let kl = |line: &Value| number(line, "validation.kl_nats");
    assert!(kl(said.last().unwrap()) > 3.0, "{said:?}");
    assert!(said.iter().all(|line| line["event"] != "alarm"), "{said:?}");
}

#[test]
fn a_healthy_run_raises_no_alarm() {
    for more in ["", "--set model.latent_dim=16", "--set model.likelihood=gaussian-learned"] {
        let folder = tempfile::tempdir().unwrap();
        let settings = format!("--set train.batch=32 --set model.hidden=48 {more}");
        let said = json_in(folder.path(), &format!("train sample:fashion --out R --epochs 5 {settings}"));
        assert!(said.iter().all(|line| line["event"] != "alarm"), "{more}: {said:?}");
    }
}
