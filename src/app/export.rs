//! Writing pictures, on the thread `exporter`.

mod past;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use anyhow::anyhow;
use rust_i18n::t;

use crate::app::task::{Post, Task, in_own_pool};
use crate::config::{DataConfig, RunConfig};
use crate::data::Dataset;
use crate::export::{self, Animation, Clash, End, ExportError, Latents, Origin, Playback, Showing, Watched};
use crate::latent;
use crate::latent::{Course, Easing, Grid, OwnImage, Path, Route};
use crate::model::{Encoded, Snapshot};
use crate::state::{Action, AppState, ExportAction, ExportKind, ExportSettings, Pinned, Run};
use crate::threads::WakeUp;

/// Where in a run's folder its pictures are.
pub(super) const FOLDER: &str = "exports";

/// What to write.
pub struct Order {
    /// Which picture.
    pub subject: Subject,
    /// The model.
    pub snapshot: Arc<Snapshot>,
    /// The run it is of.
    pub run: Run,
    /// How it is written.
    pub settings: ExportSettings,
    /// The file that was chosen; `None` is the run's exports under a new number.
    pub file: Option<PathBuf>,
}

/// Which picture.
pub enum Subject {
    /// The way through the pins, as a strip or as an animation.
    Way {
        /// The pins.
        pins: Vec<Pinned>,
        /// The curve when it is a geodesic that was found.
        geodesic: Option<Course>,
        /// The shape otherwise.
        path: Path,
        /// Whether it leads back to its beginning.
        closed: bool,
        /// Images in a strip.
        frames: usize,
        /// The images that pins may be on.
        data: Option<Arc<Dataset>>,
        /// Those that were brought along.
        own: Vec<Arc<OwnImage>>,
    },
    /// Decoded points of a plane.
    Grid(Grid),
    /// What the models in the run's folder make of the same points.
    Past {
        /// The run's folder.
        folder: PathBuf,
        /// The points.
        watched: Watched,
    },
    /// The means of all images.
    Latents {
        /// The images.
        data: Arc<Dataset>,
        /// Whether they are the run's own, so that its split is known.
        are_its_own: bool,
    },
    /// Images above their reconstructions.
    Sheet {
        /// The images.
        data: Option<Arc<Dataset>>,
        /// Which of them.
        images: Vec<usize>,
    },
}

impl Order {
    /// The picture that the window shows; the sentence for the user when something is missing.
    pub fn new(
        state: &AppState,
        settings: ExportSettings,
        snapshot: Arc<Snapshot>,
        data: Option<Arc<Dataset>>,
        file: Option<PathBuf>,
    ) -> Result<Self, String> {
        let walk = &state.walk;
        let subject = match (settings.kind, &walk.pins[..]) {
            (ExportKind::Grid, _) => {
                Subject::Grid(state.map.grid_in_view(&walk.z).ok_or_else(|| t!("export.needs_model"))?)
            }
            (ExportKind::Past, _) => {
                let folder = state.training.model_run.as_ref().and_then(|run| run.folder.clone());
                let folder = folder.ok_or_else(|| t!("export.no_folder"))?;
                Subject::Past { folder, watched: past::watched(state, settings) }
            }
            (ExportKind::Latents, _) => Subject::Latents {
                data: data.ok_or_else(|| t!("export_more.needs_set"))?,
                are_its_own: state.training.has_its_images,
            },
            (ExportKind::Sheet, _) => Subject::Sheet { data, images: past::seen(state, settings.sheet) },
            (_, [_, _, ..]) => {
                let course = walk.course();
                Subject::Way {
                    pins: walk.pins.clone(),
                    geodesic: (course.path == Path::Geodesic).then(|| course.into_owned()),
                    path: walk.path,
                    closed: walk.closed,
                    frames: walk.frames,
                    data,
                    own: walk.own.clone(),
                }
            }
            _ => return Err(t!("export.needs_pins").into_owned()),
        };
        let run = state.training.model_run.clone().ok_or_else(|| t!("export.needs_model"))?;
        Ok(Self { subject, snapshot, run, settings, file })
    }
}

/// Writes the picture.
pub fn spawn(wake: WakeUp, order: Order) -> Result<Task<Action>, String> {
    Task::spawn("exporter", wake, move |post| {
        // A pool of its own: it queues behind nothing, and nothing behind it.
        let written = in_own_pool("exporter", 1, false, || write(&order, post));
        // Whoever has cancelled it knows.
        if !post.cancel.load(Ordering::Relaxed) || written.is_ok() {
            post.send(Action::Export(ExportAction::Written(written)));
        }
    })
}

fn write(order: &Order, post: &Post<Action>) -> anyhow::Result<PathBuf> {
    let settings @ ExportSettings { kind, upscale, .. } = order.settings;
    let target = Target::of(order)?;
    let origin = Origin { snapshot: &order.snapshot, run: &order.run.name, train: &order.run.config.train };
    let picture = match &order.subject {
        Subject::Way { pins, geodesic, path, closed, frames, data, own } => {
            let end = |pinned| end(&order.snapshot, data.as_deref(), own, pinned);
            let ends = pins.iter().map(end).collect::<anyhow::Result<Vec<End>>>()?;
            let stops = ends.iter().map(|end| end.z.clone()).collect();
            let by_formula = || Route { stops, path: *path, closed: *closed }.course();
            let course = geodesic.clone().unwrap_or_else(by_formula);
            if kind == ExportKind::Animation {
                let film = walk(&origin, &ends, &course, settings)?;
                return write_film(&film, settings, target, post);
            }
            let [first, .., last] = &ends[..] else { return Err(anyhow!(t!("export.needs_pins").into_owned())) };
            // A loop has no end of its own: its last frame stands before the first.
            let open_end = End { image: last.image.clone().filter(|_| !closed), ..last.clone() };
            export::strip(&origin, first, &open_end, &course, *frames, upscale)?
        }
        Subject::Grid(grid) => export::grid(&origin, grid, upscale)?,
        Subject::Past { folder, watched } => {
            return write_film(&past::film(&origin, folder, watched, settings)?, settings, target, post);
        }
        Subject::Latents { data, are_its_own } => {
            return write_latents(order, &origin, (data, *are_its_own), target, post);
        }
        Subject::Sheet { data, images } => past::sheet(&origin, data.as_ref(), images, upscale)?,
    };
    Ok(match target {
        Target::File(file, clash) => export::write(&picture, &file, clash)?,
        Target::Folder(folder) => export::write_numbered(&picture, &folder)?,
    })
}

/// The way as an animation.
fn walk<'a>(
    origin: &Origin<'a>,
    stops: &[End],
    course: &Course,
    settings: ExportSettings,
) -> Result<Animation<'a>, ExportError> {
    let ExportSettings { fps, upscale, eased, captions, ping_pong, .. } = settings;
    let easing = if eased { Easing::Smoothstep } else { Easing::Linear };
    let playback = Playback { fps, ping_pong };
    export::walk(origin, stops, course, Showing { frames: settings.frames(), easing, playback, captions, upscale })
}

/// Writes an animation, frame by frame.
fn write_film(
    film: &Animation<'_>,
    settings: ExportSettings,
    target: Target,
    post: &Post<Action>,
) -> anyhow::Result<PathBuf> {
    let shown = film.shown().max(1) as f32;
    let mut progress = |done: usize| {
        post.progress(Action::Export(ExportAction::Progress(done as f32 / shown)));
        post.go_on()
    };
    let written: Result<PathBuf, ExportError> = match target {
        Target::File(file, clash) => export::write_animation(film, &file, clash, &mut progress),
        Target::Folder(folder) => export::write_animation_numbered(film, settings.format, &folder, &mut progress),
    };
    Ok(written?)
}

/// Encodes the images and writes their means.
fn write_latents(
    order: &Order,
    origin: &Origin<'_>,
    (data, are_its_own): (&Dataset, bool),
    target: Target,
    post: &Post<Action>,
) -> anyhow::Result<PathBuf> {
    let n = data.len().max(1) as f32;
    let encoded = latent::encode(origin.snapshot, data, &|done| {
        post.progress(Action::Export(ExportAction::Progress(done as f32 / n)));
        post.go_on().is_continue()
    })?;
    let Encoded { mu, .. } = encoded.ok_or_else(|| anyhow!(t!("exporting.cancelled").into_owned()))?;
    let RunConfig { data: DataConfig { validation_fraction, .. }, train, .. } = &order.run.config;
    let split = are_its_own.then(|| data.split(*validation_fraction, train.seed));
    let latents = Latents { origin: *origin, data, split: split.as_ref(), mu: &mu };
    Ok(match target {
        Target::File(file, clash) => latents.write(&file, clash).map(|()| file)?,
        Target::Folder(folder) => latents.write_numbered(&folder, order.settings.ending())?,
    })
}

/// Where the picture goes.
enum Target {
    /// Into this file.
    File(PathBuf, Clash),
    /// Into this folder, under the next number.
    Folder(PathBuf),
}

impl Target {
    /// Found before anything is decoded.
    fn of(order: &Order) -> anyhow::Result<Self> {
        let Some(file) = &order.file else {
            let folder = order.run.folder.as_ref().ok_or_else(|| anyhow!(t!("export.no_folder").into_owned()))?;
            return Ok(Self::Folder(folder.join(FOLDER)));
        };
        // The dialog has asked about the file it was given, and not about one with another ending.
        let ending = order.settings.ending();
        let (file, clash) = match file.extension() {
            Some(_) => (file.clone(), Clash::Replace),
            None => (file.with_extension(ending), Clash::Refuse),
        };
        match order.settings.kind {
            // What writes it looks first.
            ExportKind::Latents => {}
            kind if kind.is_film() => _ = export::check_animation(&file, clash)?,
            _ => export::check(&file, clash)?,
        }
        Ok(Self::File(file, clash))
    }
}

/// A pin on an image stands at its mean as this very model has it.
fn end(snapshot: &Snapshot, data: Option<&Dataset>, own: &[Arc<OwnImage>], pinned: &Pinned) -> anyhow::Result<End> {
    let found = match (pinned.subject, data) {
        (Some(latent::Subject::Image(idx)), Some(data)) => data.names.get(idx).map(|name| (name, data.image(idx))),
        (Some(latent::Subject::Own(idx)), _) => own.get(idx).map(|own| (&own.name, &own.pixels[..])),
        _ => None,
    };
    Ok(match found {
        Some((name, pixels)) => End::of_image(snapshot, name, pixels)?,
        None => End::point(pinned.z.clone()),
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::config::{ModelConfig, RunConfig};
    use crate::data::ScanReport;
    use crate::export::Spacing;
    use crate::model::{ImageShape, Vae};

    const SIDE: usize = 16;

    fn order(run_folder: Option<PathBuf>, file: Option<PathBuf>) -> Order {
        let config = RunConfig { model: ModelConfig { hidden: 8, ..ModelConfig::default() }, ..RunConfig::default() };
        let vae = Vae::new(&config.model, ImageShape { side: SIDE, channels: 1 }, 1).unwrap();
        let data = Dataset {
            name: "shades".into(),
            side: SIDE,
            channels: 1,
            pixels: [[40; SIDE * SIDE], [90; SIDE * SIDE]].concat().into(),
            classes: Vec::new(),
            labels: vec![None; 2],
            names: vec!["dark.png".into(), "light.png".into()],
            root: None,
            report: ScanReport::default(),
            fingerprint: std::sync::OnceLock::new(),
        };
        let pins = vec![
            Pinned { z: vec![9.0, 9.0], subject: Some(latent::Subject::Image(1)) },
            Pinned { z: vec![0.5, 0.0], subject: None },
        ];
        Order {
            subject: Subject::Way {
                pins,
                geodesic: None,
                path: Path::Lerp,
                closed: false,
                frames: 4,
                data: Some(Arc::new(data)),
                own: Vec::new(),
            },
            snapshot: Arc::new(Snapshot::of(&vae, 8, 0.5).unwrap()),
            run: Run { name: "shades-01".into(), folder: run_folder, config },
            settings: ExportSettings { kind: ExportKind::Strip, upscale: 1, ..ExportSettings::default() },
            file,
        }
    }

    /// Writes it on its thread, as the window has it done.
    fn written(order: Order) -> Result<PathBuf, String> {
        let (sender, woken) = crossbeam_channel::bounded(1000);
        let task = spawn(Arc::new(move |_| sender.send(()).unwrap()), order).unwrap();
        let mut said = Vec::new();
        while woken.recv().is_ok() {
            said.extend(task.poll().0);
            if let Some(Action::Export(ExportAction::Written(result))) = said.pop() {
                return result;
            }
        }
        panic!("it ended without a word")
    }

    #[test]
    fn a_run_numbers_its_pictures_and_a_pin_on_an_image_shows_it() {
        let folder = tempfile::tempdir().unwrap();
        let order = || order(Some(folder.path().to_owned()), None);
        assert_eq!(written(order()).unwrap(), folder.path().join("exports/strip-001.png"));
        let second = written(order()).unwrap();
        assert_eq!(second, folder.path().join("exports/strip-002.png"));
        let picture = image::open(&second).unwrap().into_luma8();
        let Spacing { gap, apart } = Spacing::of(SIDE);
        assert_eq!(picture.width() as usize, SIDE + apart + 4 * SIDE + 3 * gap);
        assert!((0..SIDE as u32).all(|x| picture.get_pixel(x, 3).0 == [90]));
        let json: serde_json::Value =
            serde_json::from_slice(&fs::read(second.with_extension("json")).unwrap()).unwrap();
        assert_eq!(json["layout"]["from"]["image"], "light.png");
        assert_eq!(json["run"], "shades-01");
        // Not where the pin was last seen, but at the mean.
        assert_ne!(json["layout"]["z"][0][0], 9.0);
    }

    #[test]
    fn without_a_run_folder_the_user_is_told_what_to_do() {
        let error = written(order(None, None)).unwrap_err();
        assert_eq!(error, t!("export.no_folder"));
    }

    #[test]
    fn a_chosen_file_is_replaced_and_a_name_nobody_was_asked_about_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let chosen = |name: &str| written(order(None, Some(folder.path().join(name))));
        fs::write(folder.path().join("a.png"), "old").unwrap();
        assert!(chosen("a").unwrap_err().contains("a.png exists already"));
        assert_eq!(fs::read(folder.path().join("a.png")).unwrap(), b"old");
        assert_eq!(chosen("a.png").unwrap(), folder.path().join("a.png"));
        assert_ne!(fs::read(folder.path().join("a.png")).unwrap(), b"old");
        assert_eq!(chosen("b").unwrap(), folder.path().join("b.png"));
    }

    #[test]
    fn the_way_through_all_pins_becomes_an_animation() {
        let folder = tempfile::tempdir().unwrap();
        let mut order = order(Some(folder.path().to_owned()), None);
        let settings = ExportSettings { seconds: 0.5, fps: 10, upscale: 2, ..ExportSettings::default() };
        order.settings = ExportSettings { kind: ExportKind::Animation, ..settings };
        if let Subject::Way { pins, closed, .. } = &mut order.subject {
            pins.push(Pinned { z: vec![0.0, 0.0], subject: Some(latent::Subject::Image(0)) });
            *closed = true;
        }
        let file = written(order).unwrap();
        assert_eq!(file, folder.path().join("exports/animation-001.gif"));
        let json: serde_json::Value = serde_json::from_slice(&fs::read(export::sidecar_of(&file)).unwrap()).unwrap();
        let stops: Vec<_> = (0..3).map(|i| json["layout"]["stops"][i]["image"].as_str()).collect();
        assert_eq!(stops, [Some("light.png"), None, Some("dark.png")]);
        assert_eq!(json["layout"]["closed"], true);
        assert_eq!(json["layout"]["z"].as_array().unwrap().len(), 5);
    }
}
