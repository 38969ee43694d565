//! Writing pictures, on the thread `exporter`.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::anyhow;
use rust_i18n::t;

use crate::app::task::Task;
use crate::data::Dataset;
use crate::export::{self, Clash, End, Origin};
use crate::latent::{Grid, Path, Route};
use crate::model::Snapshot;
use crate::state::{Action, AppState, ExportKind, Pinned, Run};
use crate::threads::{WakeUp, pool_here};

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
    /// Pixels a side for each of the model's.
    pub upscale: usize,
    /// The file that was chosen; `None` is the run's exports under a new number.
    pub file: Option<PathBuf>,
}

/// Which picture.
pub enum Subject {
    /// The way between two pins.
    Strip {
        /// Pins A and B.
        ends: [Pinned; 2],
        /// Its shape.
        path: Path,
        /// Images along it.
        frames: usize,
        /// The images that pins may be on.
        data: Option<Arc<Dataset>>,
    },
    /// Decoded points of a plane.
    Grid(Grid),
}

impl Order {
    /// The picture of `kind` that the window shows; the sentence for the user when something is missing.
    pub fn new(
        state: &AppState,
        kind: ExportKind,
        snapshot: Arc<Snapshot>,
        data: Option<Arc<Dataset>>,
        file: Option<PathBuf>,
    ) -> Result<Self, String> {
        let walk = &state.walk;
        let subject = match (kind, &walk.pins) {
            (ExportKind::Strip, [Some(a), Some(b)]) => {
                Subject::Strip { ends: [a.clone(), b.clone()], path: walk.path, frames: walk.frames, data }
            }
            (ExportKind::Strip, _) => return Err(t!("export.needs_pins").into_owned()),
            (ExportKind::Grid, _) => {
                Subject::Grid(state.map.grid_in_view(&walk.z).ok_or_else(|| t!("export.needs_model"))?)
            }
        };
        let run = state.training.model_run.clone().ok_or_else(|| t!("export.needs_model"))?;
        Ok(Self { subject, snapshot, run, upscale: state.upscale, file })
    }
}

/// Writes the picture.
pub fn spawn(wake: WakeUp, order: Order) -> Result<Task<Action>, String> {
    Task::spawn("exporter", wake, move |post| {
        // A pool of its own: it queues behind nothing, and nothing behind it.
        let written = match pool_here("exporter", 1, false) {
            Ok(pool) => pool.install(|| write(&order)).map_err(|e| format!("{e:#}")),
            Err(error) => Err(t!("error.thread", name = "exporter", reason = error.to_string()).into_owned()),
        };
        post.send(Action::Exported(written));
    })
}

fn write(order: &Order) -> anyhow::Result<PathBuf> {
    let target = Target::of(order)?;
    let origin = Origin { snapshot: &order.snapshot, run: &order.run.name, train: &order.run.config.train };
    let picture = match &order.subject {
        Subject::Strip { ends: [a, b], path, frames, data } => {
            let end = |pinned| end(&order.snapshot, data.as_deref(), pinned);
            let (a, b) = (end(a)?, end(b)?);
            let course = Route::between(*path, &a.z, &b.z).course();
            export::strip(&origin, &a, &b, &course, *frames, order.upscale)?
        }
        Subject::Grid(grid) => export::grid(&origin, grid, order.upscale)?,
    };
    Ok(match target {
        Target::File(file, clash) => export::write(&picture, &file, clash)?,
        Target::Folder(folder) => export::write_numbered(&picture, &folder)?,
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
        let (file, clash) = match file.extension() {
            Some(_) => (file.clone(), Clash::Replace),
            None => (file.with_extension("png"), Clash::Refuse),
        };
        export::check(&file, clash)?;
        Ok(Self::File(file, clash))
    }
}

/// A pin on an image stands at its mean as this very model has it.
fn end(snapshot: &Snapshot, data: Option<&Dataset>, pinned: &Pinned) -> anyhow::Result<End> {
    let found = pinned.image.zip(data).and_then(|(idx, data)| Some((data.names.get(idx)?, data.image(idx))));
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
        let ends = [Pinned { z: vec![9.0, 9.0], image: Some(1) }, Pinned { z: vec![0.5, 0.0], image: None }];
        Order {
            subject: Subject::Strip { ends, path: Path::Lerp, frames: 4, data: Some(Arc::new(data)) },
            snapshot: Arc::new(Snapshot::of(&vae, 8, 0.5).unwrap()),
            run: Run { name: "shades-01".into(), folder: run_folder, config },
            upscale: 1,
            file,
        }
    }

    #[test]
    fn a_run_numbers_its_pictures_and_a_pin_on_an_image_shows_it() {
        let folder = tempfile::tempdir().unwrap();
        let order = order(Some(folder.path().to_owned()), None);
        assert_eq!(write(&order).unwrap(), folder.path().join("exports/strip-001.png"));
        let second = write(&order).unwrap();
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
        let error = write(&order(None, None)).unwrap_err().to_string();
        assert_eq!(error, t!("export.no_folder"));
    }

    #[test]
    fn a_chosen_file_is_replaced_and_a_name_nobody_was_asked_about_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let chosen = |name: &str| write(&order(None, Some(folder.path().join(name))));
        fs::write(folder.path().join("a.png"), "old").unwrap();
        assert!(chosen("a").unwrap_err().to_string().contains("a.png exists already"));
        assert_eq!(fs::read(folder.path().join("a.png")).unwrap(), b"old");
        assert_eq!(chosen("a.png").unwrap(), folder.path().join("a.png"));
        assert_ne!(fs::read(folder.path().join("a.png")).unwrap(), b"old");
        assert_eq!(chosen("b").unwrap(), folder.path().join("b.png"));
    }

    #[test]
    fn the_thread_says_where_the_picture_is() {
        let folder = tempfile::tempdir().unwrap();
        let order = order(Some(folder.path().to_owned()), None);
        let (sender, woken) = crossbeam_channel::bounded(1);
        let task = spawn(Arc::new(move |_| sender.send(()).unwrap()), order).unwrap();
        woken.recv().unwrap();
        let (said, _) = task.poll();
        assert!(matches!(&said[..], [Action::Exported(Ok(path))] if path.is_file()), "{said:?}");
    }
}
