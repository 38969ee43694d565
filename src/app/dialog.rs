//! The system's file dialogs, each on a thread of its own: they block until answered.

use std::path::PathBuf;

use crate::app::task::Task;
use crate::curves::Format;
use crate::data::IMAGE_ENDINGS;
use crate::state::{Action, ExportAction, ExportKind, ExportSettings, OwnAction, OwnSource};
use crate::threads::WakeUp;

/// Asks for a folder, and says `what` came of it.
pub fn open_folder(wake: WakeUp, what: fn(Option<PathBuf>) -> Action) -> Result<Task<Action>, String> {
    Task::spawn("dialog", wake, move |post| {
        post.send(what(rfd::FileDialog::new().pick_folder()));
    })
}

/// Asks for image files.
pub fn choose_images(wake: WakeUp) -> Result<Task<Action>, String> {
    Task::spawn("dialog", wake, |post| {
        if let Some(files) = rfd::FileDialog::new().add_filter("image", IMAGE_ENDINGS).pick_files() {
            let sources = files.into_iter().map(OwnSource::File).collect();
            post.send(OwnAction::Bring(sources).into());
        }
    })
}

/// Asks where to write a picture.
pub fn save_picture(wake: WakeUp, settings: ExportSettings) -> Result<Task<Action>, String> {
    let kind = settings.kind;
    let ending = settings.ending();
    let stem = match kind {
        ExportKind::Strip => "strip",
        ExportKind::Grid => "grid",
        ExportKind::Animation => "animation",
        ExportKind::Past => "history",
        ExportKind::Sheet => "sheet",
        ExportKind::Latents => "latents",
    };
    Task::spawn("dialog", wake, move |post| {
        // A folder of pictures has no ending.
        let dialog = rfd::FileDialog::new();
        let dialog = if ending.is_empty() {
            dialog.set_file_name(stem)
        } else {
            dialog.add_filter(ending.to_uppercase(), &[ending]).set_file_name(format!("{stem}.{ending}"))
        };
        if let Some(path) = dialog.save_file() {
            post.send(Action::Export(ExportAction::SaveTo(kind, path)));
        }
    })
}

/// Asks where to write the curves.
pub fn save_curves(wake: WakeUp, format: Format) -> Result<Task<Action>, String> {
    Task::spawn("dialog", wake, move |post| {
        let ending = format.ending();
        let dialog = rfd::FileDialog::new().add_filter(ending.to_uppercase(), &[ending]);
        if let Some(path) = dialog.set_file_name(format!("curves.{ending}")).save_file() {
            post.send(Action::SaveCurvesTo(format, path));
        }
    })
}
