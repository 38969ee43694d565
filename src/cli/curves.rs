//! `latent-atlas curves`: the curves of runs as a picture or a table.

use std::path::Path;

use serde::Serialize;

use crate::cli::args::{Curves, Direction, Per, within};
use crate::cli::output::Output;
use crate::cli::{Outcome, Usage};
use crate::curves::sheet::View;
use crate::curves::{Format, Order, SMOOTHINGS, Saving, Scale, Source, Unit, Want};
use crate::run::SavedRun;
use crate::train::Mark;
use crate::ui::theme;

/// What was written.
#[derive(Serialize)]
struct Written<'a> {
    file: &'a Path,
    format: &'static str,
    runs: Vec<String>,
    steps: Vec<usize>,
}

pub fn run(args: &Curves, output: &Output) -> anyhow::Result<Outcome> {
    within("--smoothing", args.smoothing, &SMOOTHINGS)?;
    let format = Format::of(&args.out).map_err(|error| Usage(error.to_string()))?;
    let range = match args.range.as_slice() {
        [] => None,
        &[low, high] if low < high => Some((low, high)),
        _ => return Err(Usage("--range takes two rising numbers, such as 2,5".into()).into()),
    };
    let sources = args.runs.iter().map(|folder| source(folder)).collect::<anyhow::Result<Vec<_>>>()?;
    let scale = |direction| if args.log.contains(&direction) { Scale::Log } else { Scale::Linear };
    let want = Want {
        metrics: args.plots.clone(),
        x: args.x.into(),
        x_scale: scale(Direction::X),
        y_scale: scale(Direction::Y),
        range,
        columns: 0,
        smoothing: args.smoothing,
        unit: Unit { bits: args.bits, per_pixel: args.per == Per::Pixel },
    };
    let (sources, marks): (Vec<_>, Vec<_>) = sources.into_iter().unzip();
    let (runs, steps) = sources.iter().map(|s| (s.run.clone(), s.steps.len())).unzip();
    let of_run = |(run, marks): (usize, Vec<Mark>)| marks.into_iter().map(move |mark| (run, mark));
    let marks = marks.into_iter().enumerate().flat_map(of_run).collect();
    let view = View { without_outliers: !args.all, marks, ..View::default() };
    let saving = Saving { order: Order { want, sources }, view, colours: theme::ink_on_paper };
    saving.write(&args.out, args.replace.clash())?;
    let written = Written { file: &args.out, format: format.ending(), runs, steps };
    output.result(&written, || format!("the curves of {} in {}", written.runs.join(", "), args.out.display()));
    Ok(Outcome::Done)
}

/// What is drawn of a run, and what was changed while it trained.
fn source(folder: &Path) -> anyhow::Result<(Source, Vec<Mark>)> {
    let run = SavedRun::open(folder)?;
    let source = Source::recorded(run.name(), run.record.shape().pixels(), run.steps(), run.validations());
    Ok((source, run.record.marks.clone()))
}
