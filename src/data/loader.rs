//! Loading: which threads, which cache, how much at once.

use std::sync::atomic::AtomicBool;
use std::time::Instant;

use crate::config::DataConfig;
use crate::data::cache::{Cache, Unsaved};
use crate::data::folder::{self, Order};
use crate::data::gate::Gate;
use crate::data::{Dataset, LoadError, Progress, Source, sample};
use crate::threads::pool;

/// Bytes of files and pictures that are decoded at once: three photos of 12 megapixels. One that needs more is decoded
/// while no other is.
const IN_WORK_BYTES: usize = 128 << 20;

/// How to load.
#[derive(Debug, Clone, Default)]
pub struct Loader {
    /// Where prepared pixels are kept; `None` to prepare them every time and keep nothing.
    pub cache: Option<Cache>,
    /// Whether to let whoever draws and decodes come first.
    pub yields: bool,
}

/// What a load gives.
pub struct Loaded {
    /// The images.
    pub data: Dataset,
    /// What is needed to keep them in the cache, when they did not come from there.
    pub unsaved: Option<Unsaved>,
}

impl Loader {
    /// Loads every image of `source`.
    ///
    /// `progress` is called from several threads, about 30 times a second and at the end; it begins anew when an image
    /// turns out to be of another size than the others. `cancel` is looked at before every file.
    pub fn load(
        &self,
        source: &Source,
        config: &DataConfig,
        cancel: &AtomicBool,
        progress: &(dyn Fn(Progress) + Sync),
    ) -> Result<Loaded, LoadError> {
        let began = Instant::now();
        let pool = pool("loader-pool", 0, self.yields).map_err(|e| LoadError::Thread(e.to_string()))?;
        let gate = Gate::new(IN_WORK_BYTES);
        let order = Order { config, gate: &gate, cancel, progress };
        let (mut data, unsaved) = pool.install(|| match source {
            Source::Fashion => Ok((sample::load(&sample::FASHION, config)?, None)),
            Source::Emoji => Ok((sample::load(&sample::EMOJI, config)?, None)),
            Source::Folder(root) => folder::load(root, &order, self.cache.as_ref()),
        })?;
        data.report.seconds = began.elapsed().as_secs_f64();
        Ok(Loaded { data, unsaved })
    }
}

/// Loads every image of `source` from its files; see [`Loader::load`].
pub fn load(
    source: &Source,
    config: &DataConfig,
    cancel: &AtomicBool,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<Dataset, LoadError> {
    Loader::default().load(source, config, cancel, progress).map(|loaded| loaded.data)
}
