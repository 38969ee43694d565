//! Opening images, or a run with its images, on the thread `loader`.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use directories::UserDirs;

use crate::app::runs::{self, OpenedModel};
use crate::app::task::{Post, Task};
use crate::config::DataConfig;
use crate::data::{self, Cache, LoadError, Source, Unsaved};
use crate::state::{Action, Opened};
use crate::threads::WakeUp;

/// Progress is reported this often.
const REPORT_EVERY: Duration = Duration::from_millis(50);

/// What the loader says.
pub enum Loaded {
    /// Something for the state.
    Action(Action),
    /// The images and the model of the run they belong to; what to keep of them.
    Opened(Box<Opened>, Option<OpenedModel>, Option<Box<Unsaved>>),
}

impl From<Action> for Loaded {
    fn from(action: Action) -> Self {
        Self::Action(action)
    }
}

/// Starts loading `source`, from `cache` when it has it.
pub fn spawn(wake: WakeUp, source: String, config: DataConfig, cache: Option<Cache>) -> Result<Task<Loaded>, String> {
    Task::spawn("loader", wake, move |post| {
        let message = match open(&at_home(&source), config, cache, post) {
            Ok(opened) => opened,
            Err(_) if post.cancel.load(Ordering::Relaxed) => Loaded::Action(Action::LoadFailed(None)),
            Err(error) => Loaded::Action(Action::LoadFailed(Some(format!("{error:#}")))),
        };
        post.send(message);
    })
}

/// `~` as a shell reads it.
fn at_home(text: &str) -> String {
    let home = UserDirs::new().map(|user| user.home_dir().display().to_string());
    match (home, text.strip_prefix('~')) {
        (Some(home), Some(rest)) if rest.is_empty() || rest.starts_with('/') => home + rest,
        _ => text.to_owned(),
    }
}

fn open(text: &str, config: DataConfig, cache: Option<Cache>, post: &Post<Loaded>) -> anyhow::Result<Loaded> {
    let Some(run) = runs::read(text)? else {
        let (data, unsaved) = load_images(text, &config, cache, post)?;
        let opened = Opened { source: text.to_owned(), data, config, run: None };
        return Ok(Loaded::Opened(Box::new(opened), None, unsaved));
    };
    let (data, unsaved) = load_images(&run.record.source, &run.record.data_config(), cache, post)?;
    let others = run.record.check_data(&data).err();
    let config = run.record.config.data.clone();
    let (run, model) = runs::show(&run, others.is_none())?;
    if let Some(others) = others {
        post.send(Loaded::Action(Action::Failed(others.to_string())));
    }
    let opened = Opened { source: text.to_owned(), data, config, run: Some(run) };
    Ok(Loaded::Opened(Box::new(opened), model, unsaved))
}

type Images = (Arc<data::Dataset>, Option<Box<Unsaved>>);

fn load_images(
    source: &str,
    config: &DataConfig,
    cache: Option<Cache>,
    post: &Post<Loaded>,
) -> Result<Images, LoadError> {
    let source: Source = source.parse()?;
    let began = Instant::now();
    let reported = Mutex::new(began);
    let loader = data::Loader { cache, yields: true };
    let loaded = loader.load(&source, config, &post.cancel, &|progress| {
        let mut last = reported.lock().unwrap_or_else(PoisonError::into_inner);
        if last.elapsed() >= REPORT_EVERY {
            *last = Instant::now();
            post.progress(Loaded::Action(Action::LoadProgress(progress, began.elapsed().as_secs_f64())));
        }
    })?;
    Ok((Arc::new(loaded.data), loaded.unsaved.map(Box::new)))
}
