//! Images that were brought along, on the thread `own`: reading them, and looking for a better z on the thread `refiner`.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use rust_i18n::t;

use crate::app::task::{Post, Task};
use crate::data::{load_bitmap, load_image_file, unit_values};
use crate::latent::refine::{LIMITS, Target};
use crate::latent::{OwnImage, Question, Refined, Subject, refine};
use crate::model::Snapshot;
use crate::state::own::Target as Size;
use crate::state::{Action, OwnAction, OwnErrand, OwnSource, RefinedView, RefinementAction};
use crate::threads::WakeUp;

/// Who reads, and who looks for a better z of one image.
#[derive(Default)]
pub struct OwnWorkers {
    readers: Vec<Task<Action>>,
    refiner: Option<Task<Action>>,
}

impl OwnWorkers {
    /// What they say.
    pub fn poll(&mut self, actions: &mut Vec<Action>) {
        self.readers.retain(|reader| !reader.poll_into(actions));
        self.refiner.take_if(|refiner| refiner.poll_into(actions));
    }

    /// Does what was asked; `question` holds the model and the images.
    pub fn perform(&mut self, wake: WakeUp, errand: OwnErrand, question: Question) -> Result<(), Action> {
        match errand {
            OwnErrand::Bring { sources, target, selects } => {
                self.readers.push(bring(wake, sources, target, selects).map_err(Action::Failed)?);
            }
            OwnErrand::Refine { subject, start } => {
                let refiner = refine_z(wake, question, subject, start);
                self.refiner = Some(refiner.map_err(|reason| Action::from(RefinementAction::Failed(reason)))?);
            }
            OwnErrand::StopRefining => self.refiner.iter().for_each(Task::cancel),
            // The window asks the system itself.
            OwnErrand::Choose | OwnErrand::Paste => {}
        }
        Ok(())
    }
}

/// Reads images, or has them wait when there is no model whose size they could be brought to. The first folder among them
/// is opened instead.
fn bring(wake: WakeUp, sources: Vec<OwnSource>, target: Option<Size>, selects: bool) -> Result<Task<Action>, String> {
    Task::spawn("own", wake, move |post| {
        let is_folder = |source: &&OwnSource| matches!(source, OwnSource::File(path) if path.is_dir());
        if let Some(OwnSource::File(folder)) = sources.iter().find(is_folder) {
            return post.send(Action::Open(folder.display().to_string()));
        }
        let mut selects = selects;
        for source in sources {
            if post.cancel.load(Ordering::Relaxed) {
                return;
            }
            let Some(target) = &target else {
                post.send(OwnAction::Waits(source).into());
                continue;
            };
            match read(&source, target) {
                Ok(image) => {
                    let (batch, image) = (target.batch, Arc::new(image));
                    let selects = std::mem::take(&mut selects);
                    post.send(OwnAction::Loaded { source, batch, image, selects }.into());
                }
                Err(reason) => post.send(Action::Failed(reason)),
            }
        }
    })
}

fn read(source: &OwnSource, target: &Size) -> Result<OwnImage, String> {
    let (shape, config) = (target.shape, &target.config);
    match source {
        OwnSource::File(path) => {
            let pixels = load_image_file(path, shape.side, shape.channels, config).map_err(|e| e.to_string())?;
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            Ok(OwnImage { name, pixels })
        }
        OwnSource::Pasted(bitmap) => {
            let pixels = load_bitmap(bitmap, shape.side, shape.channels, config);
            let pixels = pixels.map_err(|reason| t!("own.paste_failed", reason = reason).into_owned())?;
            Ok(OwnImage { name: t!("own.pasted").into_owned(), pixels })
        }
    }
}

/// Looks for a z that reconstructs `subject` better than `start` (`[d]`).
fn refine_z(wake: WakeUp, question: Question, subject: Subject, start: Vec<f32>) -> Result<Task<Action>, String> {
    Task::spawn("refiner", wake, move |post| {
        let Question { snapshot: Some(snapshot), .. } = &question else {
            return post.send(RefinementAction::Ended(None).into());
        };
        let Some(pixels) = question.pixels(subject) else { return post.send(RefinementAction::Ended(None).into()) };
        post.send(match search(snapshot, subject, pixels, &start, post) {
            Ok(found) => RefinementAction::Ended(found).into(),
            Err(error) => RefinementAction::Failed(error.to_string()).into(),
        });
    })
}

fn search(
    snapshot: &Snapshot,
    subject: Subject,
    pixels: &[u8],
    start: &[f32],
    post: &Post<Action>,
) -> Result<Option<RefinedView>, crate::model::ModelError> {
    let x: Vec<f32> = unit_values(pixels).collect();
    let mut progress = |steps: usize, nats: f64| {
        post.progress(RefinementAction::Progress(steps as f32 / LIMITS.steps as f32, nats).into());
        post.go_on()
    };
    let found = refine(snapshot, &x, start, Target::Reconstruction, &mut progress)?;
    let Some(Refined { z, before_nats, after_nats, .. }) = found else { return Ok(None) };
    let image = crate::model::snapshot::to_bytes(&snapshot.decode(&z)?);
    Ok(Some(RefinedView { subject, z, image, before_nats, after_nats, step: snapshot.step }))
}
