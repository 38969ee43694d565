//! `latent-atlas animate`: a walk through images and points, or the run's past, as an animation.

use std::path::Path;

use serde::Serialize;

use crate::cli::args::{Animate, within};
use crate::cli::interrupt::Interrupt;
use crate::cli::output::{Output, bar};
use crate::cli::{Outcome, Usage, pins, ways};
use crate::export::{
    self, ANIMATION_FRAMES, Animation, End, FPS, Origin, Past, Playback, Provenance, Showing, UPSCALES, Watched,
};
use crate::latent::route::Easing;
use crate::latent::{Grid, Plane, Route};
use crate::model::Snapshot;
use crate::run::{RunError, SavedRun, timeline};

/// Frames a second of a walk when nothing is said.
const WALK_FPS: u32 = 25;
/// Models a second of a run's past when nothing is said: one can follow them.
const HISTORY_FPS: u32 = 6;
/// Seconds between two pins when nothing is said.
const LEG_SECONDS: f64 = 2.0;
/// Side of the picture when nothing is said, at most.
const SIDE: usize = 512;
/// Images along each side of a map that changes.
const CELLS: std::ops::RangeInclusive<usize> = 2..=64;
/// How far that map reaches on each side of the middle, in standard deviations of the prior.
const EXTENT: f32 = 3.0;

/// Where the animation is, and how it was made.
#[derive(Serialize)]
struct Written<'a> {
    file: &'a Path,
    width: usize,
    height: usize,
    frames: usize,
    seconds: f64,
    #[serde(flatten)]
    provenance: &'a Provenance,
}

pub fn run(args: &Animate, output: &Output, interrupt: &Interrupt) -> anyhow::Result<Outcome> {
    let history = args.past.history;
    let fps = args.motion.fps.unwrap_or(if history { HISTORY_FPS } else { WALK_FPS });
    within("--fps", fps as usize, &FPS)?;
    within("--cells", args.past.cells, &CELLS)?;
    let run = SavedRun::open(&args.run)?;
    let across = if history { across(args) } else { 1 };
    let side = across * run.record.shape().side;
    // A map has small images: rather larger than smaller.
    let fitting = if history { SIDE.div_ceil(side) } else { SIDE / side };
    let upscale = args.upscale.unwrap_or(fitting.clamp(1, *UPSCALES.end()));
    within("--upscale", upscale, &UPSCALES)?;
    let playback = Playback { fps, ping_pong: args.motion.ping_pong };
    let (snapshot, name) = (run.snapshot()?, run.name());
    let origin = Origin { snapshot: &snapshot, run: &name, train: &run.record.config.train };
    let animation = if history {
        past(args, &run, &origin, playback, upscale)?
    } else {
        walk(args, &run, &origin, (playback, upscale), interrupt)?
    };
    write(&animation, args, output, interrupt)
}

/// The way through the pins.
fn walk<'a>(
    args: &Animate,
    run: &SavedRun,
    origin: &Origin<'a>,
    (playback, upscale): (Playback, usize),
    interrupt: &Interrupt,
) -> anyhow::Result<Animation<'a>> {
    let pins = pins::split(&args.pins, origin.snapshot.latent_dim());
    if pins.len() < 2 {
        return Err(Usage("--pins takes two places or more, such as cat.png,z:0.5,-1.2,dog.png".into()).into());
    }
    let frames = frames(args, pins.len(), playback.fps)?;
    export::check_animation(&args.out, args.replace.clash())?;
    let stops: Vec<End> = pins.iter().map(|pin| pins::end(pin, run, origin)).collect::<anyhow::Result<_>>()?;
    let route =
        Route { stops: stops.iter().map(|stop| stop.z.clone()).collect(), path: args.path, closed: args.motion.closed };
    let known = ways::known((args.path, args.data.as_ref()), &args.reading, run, origin, interrupt)?;
    let course = ways::course(&route, origin, known.as_ref(), interrupt)?;
    let easing = if args.motion.ease { Easing::Smoothstep } else { Easing::Linear };
    let showing = Showing { frames, easing, playback, captions: args.captions, upscale };
    Ok(export::walk(origin, &stops, &course, showing)?)
}

/// What the kept models made of the map, or of some points; the run's model is among them.
fn past<'a>(
    args: &Animate,
    run: &'a SavedRun,
    origin: &Origin<'a>,
    playback: Playback,
    upscale: usize,
) -> anyhow::Result<Animation<'a>> {
    let dim = origin.snapshot.latent_dim();
    let z = args.past.z.iter().map(|text| pins::point(text, dim)).collect::<Result<Vec<_>, _>>()?;
    let watched = if z.is_empty() {
        Watched::Grid(Grid::square(Plane::axes(dim, 0, 1), args.past.cells, EXTENT))
    } else {
        Watched::Points(z)
    };
    export::check_animation(&args.out, args.replace.clash())?;
    let (newest, folder): (&'a Snapshot, &'a Path) = (origin.snapshot, &run.folder);
    let moments = timeline::moments_with(folder, newest)?;
    if moments.len() < 2 {
        let why = "no model of its past was kept; train it with train.timeline_mb above 0";
        return Err(anyhow::anyhow!("{} has no history to show: {why}", folder.display()));
    }
    let moments = moments.into_iter().map(|moment| (moment.step, moment.epoch)).collect();
    let load = move |step| {
        if step == newest.step {
            return Ok(newest.clone());
        }
        timeline::load(folder, step).map_err(|error: RunError| error.to_string())
    };
    Ok(export::history(origin, Past { moments, load: Box::new(load) }, watched, playback, upscale)?)
}

/// Images side by side in a frame of a run's past.
fn across(args: &Animate) -> usize {
    let points = args.past.z.len();
    if points == 0 { args.past.cells } else { (1..=points).find(|n| n * n >= points).unwrap_or(1) }
}

fn write(animation: &Animation<'_>, args: &Animate, output: &Output, interrupt: &Interrupt) -> anyhow::Result<Outcome> {
    let bar = bar(animation.shown() as u64, "animating");
    let written = export::write_animation(animation, &args.out, args.replace.clash(), &mut |done| {
        bar.set_position(done as u64);
        interrupt.go_on()
    });
    bar.finish_and_clear();
    let file = written?;
    let ([width, height], frames) = (animation.size(), animation.shown());
    let seconds = frames as f64 / f64::from(animation.playback().fps);
    let told = Written { file: &file, width, height, frames, seconds, provenance: animation.provenance() };
    output.result(&told, || {
        format!("{frames} frames of {width} × {height} pixels, {seconds:.1} s, in {}", file.display())
    });
    Ok(Outcome::Done)
}

/// Frames one way.
fn frames(args: &Animate, pins: usize, fps: u32) -> Result<usize, Usage> {
    if let Some(frames) = args.motion.frames {
        return within("--frames", frames, &ANIMATION_FRAMES);
    }
    let legs = if args.motion.closed { pins } else { pins - 1 };
    let seconds = args.motion.seconds.unwrap_or(LEG_SECONDS * legs as f64);
    let frames = (seconds * f64::from(fps)).round();
    let (least, most) = (*ANIMATION_FRAMES.start(), *ANIMATION_FRAMES.end());
    if !(least as f64..=most as f64).contains(&frames) {
        let of = format!("--seconds {seconds} at {fps} frames a second");
        return Err(Usage(format!("{of} would be {frames} frames; an animation has {least} to {most}")));
    }
    Ok(frames as usize)
}
