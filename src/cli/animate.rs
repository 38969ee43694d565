//! `latent-atlas animate`: a walk through images and points as an animation.

use std::path::Path;

use serde::Serialize;

use crate::cli::args::{Animate, within};
use crate::cli::interrupt::Interrupt;
use crate::cli::output::{Output, bar};
use crate::cli::{Outcome, Usage, pins};
use crate::export::{self, ANIMATION_FRAMES, End, FPS, Origin, Playback, Provenance, Showing, UPSCALES};
use crate::files::Clash;
use crate::latent::Route;
use crate::latent::route::Easing;
use crate::run::SavedRun;

/// Seconds between two pins when nothing is said.
const LEG_SECONDS: f64 = 2.0;
/// Side of the picture when nothing is said, at most.
const SIDE: usize = 512;

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
    within("--fps", args.motion.fps as usize, &FPS)?;
    let run = SavedRun::open(&args.run)?;
    let shape = run.record.shape();
    let upscale = args.upscale.unwrap_or((SIDE / shape.side).clamp(*UPSCALES.start(), *UPSCALES.end()));
    within("--upscale", upscale, &UPSCALES)?;
    let pins = pins::split(&args.pins, run.record.config.model.latent_dim);
    if pins.len() < 2 {
        return Err(Usage("--pins takes two places or more, such as cat.png,z:0.5,-1.2,dog.png".into()).into());
    }
    let frames = frames(args, pins.len())?;
    let clash = if args.replace.force { Clash::Replace } else { Clash::Refuse };
    export::check_animation(&args.out, clash)?;

    let (snapshot, name) = (run.snapshot()?, run.name());
    let origin = Origin { snapshot: &snapshot, run: &name, train: &run.record.config.train };
    let stops: Vec<End> = pins.iter().map(|pin| pins::end(pin, &run, &origin)).collect::<anyhow::Result<_>>()?;
    let route =
        Route { stops: stops.iter().map(|stop| stop.z.clone()).collect(), path: args.path, closed: args.motion.closed };
    let course = route.course();
    if course.path != args.path {
        return Err(Usage(format!("animate takes --path lerp or slerp, not {} yet", args.path)).into());
    }
    let showing = Showing {
        frames,
        easing: if args.motion.ease { Easing::Smoothstep } else { Easing::Linear },
        playback: Playback { fps: args.motion.fps, ping_pong: args.motion.ping_pong },
        captions: args.captions,
        upscale,
    };
    let animation = export::walk(&origin, &stops, &course, showing)?;
    let bar = bar(animation.shown() as u64, "animating");
    let written = export::write_animation(&animation, &args.out, clash, &mut |done| {
        bar.set_position(done as u64);
        interrupt.go_on()
    });
    bar.finish_and_clear();
    let file = written?;
    let ([width, height], frames) = (animation.size(), animation.shown());
    let seconds = frames as f64 / f64::from(args.motion.fps);
    let told = Written { file: &file, width, height, frames, seconds, provenance: animation.provenance() };
    output.result(&told, || {
        format!("{frames} frames of {width} × {height} pixels, {seconds:.1} s, in {}", file.display())
    });
    Ok(Outcome::Done)
}

/// Frames one way.
fn frames(args: &Animate, pins: usize) -> Result<usize, Usage> {
    if let Some(frames) = args.motion.frames {
        return within("--frames", frames, &ANIMATION_FRAMES);
    }
    let legs = if args.motion.closed { pins } else { pins - 1 };
    let seconds = args.motion.seconds.unwrap_or(LEG_SECONDS * legs as f64);
    let frames = (seconds * f64::from(args.motion.fps)).round();
    let (least, most) = (*ANIMATION_FRAMES.start(), *ANIMATION_FRAMES.end());
    if !(least as f64..=most as f64).contains(&frames) {
        let of = format!("--seconds {seconds} at {} frames a second", args.motion.fps);
        return Err(Usage(format!("{of} would be {frames} frames; an animation has {least} to {most}")));
    }
    Ok(frames as usize)
}
