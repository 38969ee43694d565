//! A walk through stops in latent space as an animation.

use crate::export::animation::{Animation, Playback};
use crate::export::canvas::decode;
use crate::export::provenance::{Made, MadeEnd, Origin, Provenance};
use crate::export::{ANIMATION_FRAMES, End, ExportError, within};
use crate::latent::route::{Course, Easing};

/// Most coordinates that a caption spells out; of more, it says which stops the frame lies between.
const SPELT_OUT: usize = 3;

/// How a walk is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Showing {
    /// Frames from the first stop to the last, both included; of a closed course, until it is back at the first.
    pub frames: usize,
    /// Speed between the stops.
    pub easing: Easing,
    /// How the frames are played.
    pub playback: Playback,
    /// Whether the place stands below each frame.
    pub captions: bool,
    /// Pixels a side for each of the model's.
    pub upscale: usize,
}

/// The decoded points of `course`, which leads through `stops`.
pub fn walk<'a>(
    origin: &Origin<'a>,
    stops: &[End],
    course: &Course,
    showing: Showing,
) -> Result<Animation<'a>, ExportError> {
    within("the number of stops", stops.len(), 2..=usize::MAX)?;
    within("the number of frames", showing.frames, ANIMATION_FRAMES)?;
    stops.iter().try_for_each(|stop| stop.check(origin.snapshot))?;
    let z = course.points(showing.frames, showing.easing); // [frames, d]
    let captions = if showing.captions { captions(stops, course, &z, showing) } else { Vec::new() };
    let made = Made::Animation {
        path: course.path.word().into(),
        easing: match showing.easing {
            Easing::Linear => "linear",
            Easing::Smoothstep => "smoothstep",
        }
        .into(),
        closed: course.closed,
        stops: stops.iter().map(MadeEnd::from).collect(),
        z: z.clone(),
    };
    let provenance = Provenance::new(origin, made, showing.upscale);
    let snapshot = origin.snapshot;
    Animation::new(snapshot.shape().into(), (z.len(), captions), showing.playback, provenance, move |frame| {
        Ok(decode(snapshot, z.get(frame).map(Vec::as_slice).unwrap_or_default())?)
    })
}

/// z of every frame while that can be read, otherwise the stops that it lies between.
fn captions(stops: &[End], course: &Course, z: &[Vec<f32>], showing: Showing) -> Vec<String> {
    if z.first().is_some_and(|z| z.len() <= SPELT_OUT) {
        return z.iter().map(|z| spelt_out(z)).collect();
    }
    let names: Vec<String> = stops.iter().enumerate().map(|(i, stop)| name(i, stop)).collect();
    let name = |i: usize| names.get(i % names.len().max(1)).map_or("", String::as_str);
    let steps = if course.closed { showing.frames } else { showing.frames - 1 };
    let caption = |frame: usize| {
        // As the course counts, in whole numbers.
        let (leg, rest) = (frame * course.legs() / steps, frame * course.legs() % steps);
        let share = (showing.easing.at(rest as f32 / steps as f32) * 100.0).round();
        if rest == 0 { name(leg).to_owned() } else { format!("{} → {}  {share} %", name(leg), name(leg + 1)) }
    };
    (0..showing.frames).map(caption).collect()
}

/// z with a true minus.
fn spelt_out(z: &[f32]) -> String {
    let number = |v: &f32| {
        let text = format!("{v:.2}");
        if text == "-0.00" { "0.00".into() } else { text.replace('-', "−") }
    };
    format!("z = {}", z.iter().map(number).collect::<Vec<_>>().join(", "))
}

/// The file's name without folder and ending, or the letter of a point: A, B, …, Z, 27, ….
fn name(i: usize, stop: &End) -> String {
    if let Some(image) = &stop.image {
        let file = image.name.rsplit(['/', '\\']).next().unwrap_or_default();
        return file.rsplit_once('.').map_or(file, |(stem, _)| stem).to_owned();
    }
    u8::try_from(i).ok().filter(|i| *i < 26).map_or_else(|| (i + 1).to_string(), |i| char::from(b'A' + i).to_string())
}
