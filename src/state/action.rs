//! Everything that can happen, and everything that can be asked of the outside.

use std::path::PathBuf;
use std::sync::Arc;

use crate::config::{DataConfig, RunConfig};
use crate::curves::Format;
use crate::data::{Dataset, Progress};
use crate::latent::{Answer, View};
use crate::state::comparison::ComparisonAction;
use crate::state::exporting::{ExportAction, ExportWish};
use crate::state::lens::{ContestErrand, LensAction, LensOrder, StudyOrder};
use crate::state::lists::{ListsAction, ListsErrand};
use crate::state::runs::{Errand, RunsAction};
use crate::state::timeline::{Look, TimelineAction};
use crate::state::walk::{WaysAction, WaysOrder};
use crate::state::{
    CurvesChange, CurvesView, DirectionsAction, DirectionsErrand, DrawnCurves, EpsilonAction, ExplainAction,
    FinderAction, History, Language, MapAction, Model, OwnAction, OwnErrand, ThemeChoice, WalkAction,
};
use crate::train::{AlarmKind, Change, Command, Cure, Divergence, Event, Mark, Watch};

/// Something happened.
#[derive(Debug, Clone)]
pub enum Action {
    /// Ask for a folder with the system's dialog.
    OpenDialog,
    /// The dialog closed; `None` when nothing was chosen, or no dialog exists.
    DialogClosed(Option<PathBuf>),
    /// Open a folder, a sample or a run folder by its text.
    Open(String),
    /// The path field changed.
    TypePath(String),
    /// Load the same source with the settings as they are now.
    Reload,
    /// Stop loading.
    CancelLoad,
    /// Files done so far, after this many seconds.
    LoadProgress(Progress, f64),
    /// Loading worked.
    Opened(Box<Opened>),
    /// Loading failed; the sentence for the user, or `None` when it was cancelled.
    LoadFailed(Option<String>),
    /// This many bytes of prepared images are on disk.
    KeptMeasured(u64),
    /// Take them away.
    ClearKept,
    /// Keep up to this many GiB from now on.
    SetKeptLimit(u32),

    /// The settings changed.
    Configure(Box<RunConfig>),
    /// Train, pause or continue, whichever is next.
    TogglePlay,
    /// End the run and keep it.
    Stop,
    /// Train a new model although the last run could go on.
    NewRun,
    /// Make one step of the run that waits.
    Step,
    /// Write the run to the disk now.
    Save,
    /// Change settings, of the run under way too.
    Change(Vec<Change>),
    /// Do what usually helps against an alarm.
    Cure(Cure),
    /// An alarm was read.
    DismissAlarm(AlarmKind),
    /// Epochs that a run is prolonged by.
    SetMoreEpochs(usize),
    /// Let the ended run go on for as many epochs more.
    ContinueForMore,
    /// Begin a new run, with the settings as they are now and the weights of this one; this one is kept.
    BranchRun,
    /// The run's folder exists and training was started.
    RunStarted {
        /// The run's name.
        name: String,
        /// Its folder.
        folder: PathBuf,
    },
    /// The run was read from its folder again: that is how far it is kept.
    RunReread(Box<OpenedRun>),
    /// The run could not be started.
    RunFailed(String),
    /// The training thread said something.
    Training(Event),
    /// A newer model can be asked.
    ModelReady(Model),
    /// The decoding thread answered.
    Answered(Answer),

    /// The map is looked at otherwise.
    Map(MapAction),
    /// Something moves in the latent space.
    Walk(WalkAction),
    /// Something about the run's past.
    Timeline(TimelineAction),
    /// The ways through the pins are searched for, or played.
    Ways(WaysAction),
    /// Something is drawn from the selected image's posterior.
    Epsilon(EpsilonAction),
    /// Something about the lens.
    Lens(LensAction),
    /// Something about groups of images and directions.
    Directions(DirectionsAction),
    /// Something about images that were brought along.
    Own(OwnAction),
    /// Takes the last move back.
    Undo,
    /// Does it again.
    Redo,

    /// Something about pictures that leave the window.
    Export(ExportAction),
    /// The curves were written into this file, or the sentence for the user.
    Exported(Result<PathBuf, String>),

    /// Something about the runs on disk.
    Runs(RunsAction),
    /// Something about the run that the open one is held against.
    Comparison(ComparisonAction),
    /// Something about the lists of remarkable images.
    Lists(ListsAction),
    /// The curves are looked at otherwise.
    Curves(CurvesChange),
    /// The curves are looked at as the last time.
    LookAtCurves(Box<CurvesView>),
    /// The curves were drawn.
    CurvesDrawn(DrawnCurves),
    /// Writes the curves into the run's exports; with `true`, asks where to first.
    SaveCurves(Format, bool),
    /// Writes the curves into this file.
    SaveCurvesTo(Format, PathBuf),
    /// Something about the list of commands.
    Finder(FinderAction),
    /// Something about what figures mean.
    Explain(ExplainAction),
    /// Copies the decoded point as a picture.
    CopyPoint,
    /// Light in place of dark, or dark in place of light.
    ToggleTheme,
    /// Shows or hides the keys.
    ToggleHelp,
    /// Colours.
    SetTheme(ThemeChoice),
    /// Speak this language; that of the system when `None`.
    SetLanguage(Option<Language>),
    /// Fills the screen, or not.
    ToggleFullscreen,
    /// A message was read.
    Dismiss(u64),
    /// Something outside failed; the sentence for the user.
    Failed(String),
    /// Tell the user something.
    Tell(String),
    /// Copy text to the clipboard.
    Copy(String),
}

/// Something to be done outside.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Show the system's folder dialog.
    OpenDialog,
    /// Load images or a run.
    Load {
        /// Folder, sample or run folder.
        source: String,
        /// How files become pixels.
        config: DataConfig,
    },
    /// Stop loading.
    CancelLoad,
    /// Take the prepared images on disk away.
    ClearKept,
    /// Record and train a new run.
    StartRun(Box<RunConfig>),
    /// Read the run in this folder again.
    RereadRun(PathBuf),
    /// Go on with a run.
    ResumeRun {
        /// Its folder.
        folder: PathBuf,
        /// What changes from here on.
        changes: Vec<Change>,
    },
    /// Record and train a new run that begins with the weights of another.
    BranchRun {
        /// Its settings.
        config: Box<RunConfig>,
        /// Folder of the other.
        from: PathBuf,
    },
    /// Tell the training thread.
    Command(Command),
    /// Ask the decoding thread.
    Ask(View),
    /// Read this run, and let its model decode the point too.
    ReadOther(PathBuf),
    /// The other run is not asked any more.
    LeaveOther,
    /// Find and measure these ways in place of those before; `None` finds none.
    FindWays(Option<WaysOrder>),
    /// Compute this for the lens in place of what was ordered before; `None` computes nothing.
    Lens(Option<LensOrder>),
    /// The same for a page of the lens that is not about one image.
    Study(Option<StudyOrder>),
    /// Do something about AE, VAE and PCA on the same images.
    Contest(ContestErrand),
    /// Do something with the directions of a run.
    Directions(DirectionsErrand),
    /// Do something for images that were brought along.
    Own(OwnErrand),
    /// Do something with the runs on disk.
    Library(Errand),
    /// Look back at the run's past.
    Look(Look),
    /// Do something about the lists of remarkable images.
    Lists(ListsErrand),
    /// Draw the curves, from [`AppState::curves_order`](crate::state::AppState::curves_order).
    DrawCurves,
    /// Write the curves into the run's exports; with `true`, ask where to first.
    SaveCurves(Format, bool),
    /// Write the curves into this file.
    SaveCurvesTo(Format, PathBuf),
    /// Open a file with the system's viewer.
    OpenFile(PathBuf),
    /// Write a picture.
    Export(ExportWish),
    /// Copy the decoded point as a picture.
    CopyPoint,
    /// Use the colours that are not used now.
    ToggleTheme,
    /// Use these colours.
    SetTheme(ThemeChoice),
    /// Speak this language; that of the system when `None`.
    SetLanguage(Option<Language>),
    /// Fill the screen or not.
    SetFullscreen(bool),
    /// Copy text to the clipboard.
    Copy(String),
}

/// What was opened.
#[derive(Debug, Clone)]
pub struct Opened {
    /// The text that was opened: a folder, a sample or a run folder.
    pub source: String,
    /// The images.
    pub data: Arc<Dataset>,
    /// How they were loaded.
    pub config: DataConfig,
    /// The run they belong to, when a run folder was opened.
    pub run: Option<OpenedRun>,
}

/// A run that was read from disk.
#[derive(Debug, Clone)]
pub struct OpenedRun {
    /// Its name.
    pub name: String,
    /// Its folder.
    pub folder: PathBuf,
    /// Its settings.
    pub config: RunConfig,
    /// What it measured.
    pub history: Box<History>,
    /// Steps of the whole run.
    pub total_steps: u64,
    /// Steps of one epoch.
    pub steps_per_epoch: u64,
    /// Whether epochs are left to train.
    pub can_continue: bool,
    /// Whether it can be trained at all: the images are its own.
    pub has_its_images: bool,
    /// What was changed while it trained.
    pub marks: Vec<Mark>,
    /// What has been seen of it.
    pub watch: Box<Watch>,
    /// Where its numbers ended, when they did.
    pub diverged: Option<Divergence>,
}
