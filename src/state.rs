//! What the window knows, and how it changes: [`AppState`], [`Action`], [`Effect`] and the pure [`update()`].
//!
//! Invariants: no egui, no tensors, no threads, no files. Everything the window shows can be read from [`AppState`];
//! whatever happens, by hand or by a worker, arrives as one [`Action`]; whatever must be done outside leaves as an
//! [`Effect`].

pub mod action;
mod answer;
pub mod comparison;
pub mod curves_view;
pub mod data;
pub mod directions;
pub mod drawing;
pub mod epsilon;
pub mod explain;
pub mod exporting;
pub mod finder;
pub mod grid_picture;
pub mod history;
pub mod kept;
pub mod language;
pub mod lens;
pub mod lists;
pub mod map;
pub mod notice;
pub mod own;
pub mod past;
pub mod plan;
pub mod runs;
pub mod steering;
pub mod timeline;
pub mod training;
pub mod update;
pub mod walk;

pub use action::{Action, Effect, Opened, OpenedRun};
pub use comparison::{Comparison, ComparisonAction};
pub use curves_view::{CurvesChange, CurvesView, Series};
pub use data::{DataState, Loading};
pub use directions::{Directions, DirectionsAction, DirectionsErrand};
pub use drawing::{CurvesOrder, Drawing, DrawnCurves};
pub use epsilon::{Epsilon, EpsilonAction};
pub use explain::{Asked, ExplainAction, ExplainState, Topic};
pub use exporting::{ExportAction, ExportKind, ExportSettings, ExportWish, Exporting, PastOf, SHEET, Table};
pub use finder::{FinderAction, FinderState};
pub use grid_picture::GridPicture;
pub use history::History;
pub use kept::Kept;
pub use language::Language;
pub use lens::{LensAction, LensState};
pub use lists::{Listed, ListsAction, ListsErrand, ListsState};
pub use map::actions::MapAction;
pub use map::{Axes, AxesBy, Colour, Group, Layer, Layers, MapState};
pub use notice::{Notice, NoticeKind, Notices};
pub use own::refinement::{RefinedView, Refinement, RefinementAction};
pub use own::{OwnAction, OwnErrand, OwnSource, OwnState};
pub use past::Past;
pub use plan::Plan;
pub use runs::{RunsAction, RunsState};
pub use timeline::{TimelineAction, TimelineState};
pub use training::{Model, Phase, Primary, Run, TrainingState};
pub use update::update;
pub use walk::actions::{PinSource, WalkAction};
pub use walk::{Pinned, PointView, SelectedView, StripView, Walk};

use crate::config::RunConfig;
pub use crate::curves::Metric;
pub use crate::latent::{Subject, View};

/// Light, dark, or as the system has it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum ThemeChoice {
    /// Follow the system.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// Everything the window shows.
#[derive(Debug, Clone, Default)]
pub struct AppState {
    /// The images, and how they are being opened.
    pub data: DataState,
    /// The settings of the next run.
    pub settings: RunConfig,
    /// The run under way.
    pub training: TrainingState,
    /// The plane on screen.
    pub map: MapState,
    /// The point, the pins and what they decode to.
    pub walk: Walk,
    /// What was drawn from the selected image's posterior.
    pub epsilon: Epsilon,
    /// The theory in numbers of the selected image.
    pub lens: LensState,
    /// Groups of images and what leads from one to the other.
    pub directions: Directions,
    /// Images that were brought along.
    pub own: OwnState,
    /// Moves that can be taken back.
    pub past: Past,
    /// The run's past.
    pub timeline: TimelineState,
    /// Messages for the user.
    pub notices: Notices,
    /// Pictures that leave the window.
    pub exporting: Exporting,
    /// Colours.
    pub theme: ThemeChoice,
    /// The language of every text; as the system has it when `None`.
    pub language: Option<Language>,
    /// The list of commands.
    pub finder: FinderState,
    /// What is explained.
    pub explain: ExplainState,
    /// Whether the overlay with every key is shown.
    pub help_open: bool,
    /// The runs on disk.
    pub runs: RunsState,
    /// The run that the open one is held against.
    pub comparison: Option<Comparison>,
    /// Counts the pictures of comparisons, so that none is taken for another's.
    pub comparisons: u64,
    /// What is remarkable among the images.
    pub lists: ListsState,
    /// How the curves are looked at.
    pub curves: CurvesView,
    /// The curves that were drawn.
    pub drawing: Drawing,
    /// Whether the window fills the screen.
    pub fullscreen: bool,
    /// What was last asked of the decoding thread.
    pub asked: View,
}

impl AppState {
    /// The state at the first start.
    pub fn new() -> Self {
        Self::default()
    }

    /// What an image is called: its path in its folder, or its file's name.
    pub fn name_of(&self, subject: Subject) -> &str {
        let name = match subject {
            Subject::Image(idx) => self.data.set.as_ref().and_then(|data| data.names.get(idx)),
            Subject::Own(idx) => self.walk.own.get(idx).map(|own| &own.name),
        };
        name.map_or("", String::as_str)
    }

    /// The place whose image is shown: under the pointer while it rests on the map and nothing plays, else the point.
    pub fn point_shown(&self) -> Vec<f32> {
        let z = &self.walk.z;
        let hovered = self.map.hovered.filter(|_| !self.walk.plays());
        hovered.map_or_else(|| z.clone(), |at| self.map.moved(z, at))
    }
}
