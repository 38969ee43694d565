//! Pictures that leave the window: what is written and how, and how far it is.

use std::path::PathBuf;

use rust_i18n::t;

use crate::export::{ANIMATION_FRAMES, FPS, Format};
use crate::state::runs::Errand;
use crate::state::update::UPSCALES;
use crate::state::{AppState, Effect, NoticeKind};

/// Images that a sheet may have.
pub const SHEET: std::ops::RangeInclusive<usize> = 1..=400;

/// A picture that can be written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ExportKind {
    /// The point runs along the way.
    #[default]
    Animation,
    /// The images between the pins.
    Strip,
    /// The decoded grid.
    Grid,
    /// The run's past: what its models made of the map or the pins.
    Past,
    /// The images in view above their reconstructions.
    Sheet,
    /// The latent means of all images as a table.
    Latents,
}

/// What the models of a run's past decode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PastOf {
    /// The plane of the map.
    Map,
    /// The pins; the map while there are none.
    Pins,
}

/// As what a table is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Table {
    /// Text, for the Embedding Projector and spreadsheets.
    Tsv,
    /// An array of NumPy.
    Npy,
}

impl ExportKind {
    /// Whether it moves.
    pub fn is_film(self) -> bool {
        matches!(self, Self::Animation | Self::Past)
    }
}

/// How pictures are written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ExportSettings {
    /// Which picture.
    pub kind: ExportKind,
    /// As what an animation is written.
    pub format: Format,
    /// Frames a second, in [`FPS`].
    pub fps: u32,
    /// Models a second of the run's past, in [`FPS`].
    pub past_fps: u32,
    /// What the models of the past decode.
    pub past_of: PastOf,
    /// Images of a sheet at most, in [`SHEET`].
    pub sheet: usize,
    /// As what a table is written.
    pub table: Table,
    /// Seconds from the first frame to the last.
    pub seconds: f32,
    /// Pixels a side for each of the model's.
    pub upscale: usize,
    /// Whether the way rests at every pin.
    pub eased: bool,
    /// Whether the place stands below each frame.
    pub captions: bool,
    /// Whether it is played backwards after it was played forwards.
    pub ping_pong: bool,
}

/// What is exported.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Exporting {
    /// Whether the window of its settings is shown.
    pub open: bool,
    /// How pictures are written.
    pub settings: ExportSettings,
    /// The share of an animation that is written, in [0, 1].
    pub progress: Option<f32>,
}

/// Something about exports.
#[derive(Debug, Clone)]
pub enum ExportAction {
    /// Shows or hides the settings.
    Toggle,
    /// Other settings.
    Set(ExportSettings),
    /// Writes a picture into the run's exports.
    Save(ExportKind),
    /// Asks where to, then writes a picture.
    SaveAs(ExportKind),
    /// Writes a picture into this file.
    SaveTo(ExportKind, PathBuf),
    /// This share is written.
    Progress(f32),
    /// Stops writing.
    Cancel,
    /// The picture was written, or the sentence for the user.
    Written(Result<PathBuf, String>),
    /// Shows the folder that a file is in.
    Reveal(PathBuf),
}

/// A picture to be written.
#[derive(Debug, Clone, PartialEq)]
pub enum ExportWish {
    /// Into the run's exports.
    Numbered(ExportSettings),
    /// Where the user says.
    Asked(ExportSettings),
    /// Into this file.
    Into(ExportSettings, PathBuf),
    /// Not any more.
    Cancelled,
}

impl Default for ExportSettings {
    fn default() -> Self {
        Self {
            kind: ExportKind::default(),
            format: Format::Gif,
            fps: 20,
            past_fps: 6,
            past_of: PastOf::Map,
            sheet: 40,
            table: Table::Tsv,
            // As long as the way plays.
            seconds: 4.0,
            upscale: 4,
            eased: true,
            captions: false,
            ping_pong: false,
        }
    }
}

impl ExportSettings {
    /// How the file's name ends; nothing for a folder.
    pub fn ending(&self) -> &'static str {
        match self.kind {
            ExportKind::Animation | ExportKind::Past => self.format.ending(),
            ExportKind::Strip | ExportKind::Grid | ExportKind::Sheet => "png",
            ExportKind::Latents => match self.table {
                Table::Tsv => "tsv",
                Table::Npy => "npy",
            },
        }
    }

    /// Frames from the first pin to the last.
    pub fn frames(&self) -> usize {
        let frames = (self.seconds * self.fps as f32).round() as usize;
        frames.clamp(*ANIMATION_FRAMES.start(), *ANIMATION_FRAMES.end())
    }
}

/// Applies one action.
pub fn apply(state: &mut AppState, action: ExportAction, effects: &mut Vec<Effect>) {
    let exporting = &mut state.exporting;
    let with = |kind| ExportSettings { kind, ..exporting.settings };
    let wish = match action {
        ExportAction::Toggle => {
            exporting.open = !exporting.open;
            return;
        }
        ExportAction::Set(settings) => {
            let [fps, past_fps] =
                [settings.fps, settings.past_fps].map(|n| n.clamp(*FPS.start() as u32, *FPS.end() as u32));
            let sheet = settings.sheet.clamp(*SHEET.start(), *SHEET.end());
            let upscale = settings.upscale.clamp(*UPSCALES.start(), *UPSCALES.end());
            exporting.settings = ExportSettings { fps, past_fps, sheet, upscale, ..settings };
            return;
        }
        ExportAction::Progress(share) => {
            exporting.progress = Some(share);
            return;
        }
        ExportAction::Written(result) => {
            exporting.progress = None;
            exporting.open &= result.is_err();
            state.notices.push(result.map_or_else(NoticeKind::Error, NoticeKind::Saved));
            return;
        }
        ExportAction::Reveal(file) => {
            effects.extend(file.parent().map(|folder| Effect::Library(Errand::Reveal(folder.to_owned()))));
            return;
        }
        ExportAction::Save(kind) => ExportWish::Numbered(with(kind)),
        ExportAction::SaveAs(kind) => ExportWish::Asked(with(kind)),
        ExportAction::SaveTo(kind, file) => ExportWish::Into(with(kind), file),
        ExportAction::Cancel => {
            exporting.progress = None;
            state.notices.push(NoticeKind::Info(t!("exporting.cancelled").into_owned()));
            ExportWish::Cancelled
        }
    };
    effects.push(Effect::Export(wish));
}
