//! The directions of a run on disk, on the thread `directions`: one errand after another, so that none undoes another's
//! work.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::Arc;

use rust_i18n::t;

use crate::app::export::FOLDER;
use crate::app::task::{Post, Task};
use crate::export::{self, Origin};
use crate::model::Snapshot;
use crate::run::directions::{read, write};
use crate::state::directions::{DirectionsErrand, Errand};
use crate::state::{Action, DirectionsAction};
use crate::threads::WakeUp;

/// Who goes, and what waits.
#[derive(Default)]
pub struct Keeper {
    task: Option<Task<Action>>,
    waiting: VecDeque<(DirectionsErrand, Option<Arc<Snapshot>>)>,
}

impl Keeper {
    /// Does it, with the model that is shown, once everything before is done.
    pub fn send(
        &mut self,
        wake: &WakeUp,
        errand: DirectionsErrand,
        shown: Option<Arc<Snapshot>>,
    ) -> Result<(), Action> {
        self.waiting.push_back((errand, shown));
        self.go_on(wake)
    }

    /// Puts what was said into `actions`.
    pub fn poll(&mut self, wake: &WakeUp, actions: &mut Vec<Action>) {
        self.task.take_if(|task| task.poll_into(actions));
        if let Err(failed) = self.go_on(wake) {
            actions.push(failed);
        }
    }

    fn go_on(&mut self, wake: &WakeUp) -> Result<(), Action> {
        if self.task.is_none()
            && let Some((errand, shown)) = self.waiting.pop_front()
        {
            let task = Task::spawn("directions", wake.clone(), move |post| run(errand, shown.as_deref(), post));
            self.task = Some(task.map_err(Action::Failed)?);
        }
        Ok(())
    }
}

fn run(DirectionsErrand { folder, what }: DirectionsErrand, shown: Option<&Snapshot>, post: &Post<Action>) {
    let done = match (what, shown) {
        (Errand::Export(run, directions), Some(snapshot)) => {
            let origin = Origin { snapshot, run: &run.name, train: &run.config.train };
            let written = export::directions(&origin, &directions, &folder.join(FOLDER));
            Ok(Action::Exported(written.map_err(|e| e.to_string())))
        }
        (what, _) => change(&folder, what),
    };
    post.send(done.unwrap_or_else(Action::Failed));
}

/// What is kept is read first: a file that cannot be read is left as it is.
fn change(folder: &Path, what: Errand) -> Result<Action, String> {
    let mut kept = read(folder).map_err(|e| e.to_string())?;
    let changed = match what {
        Errand::Read | Errand::Export(..) => false,
        Errand::Keep(name, direction) => {
            if kept.contains_key(&name) {
                return Err(t!("directions.name_taken", name = name).into_owned());
            }
            kept.insert(name, direction).is_none()
        }
        Errand::Rename(from, to) => {
            if from != to && kept.contains_key(&to) {
                return Err(t!("directions.name_taken", name = to).into_owned());
            }
            kept.remove(&from).map(|direction| kept.insert(to, direction)).is_some()
        }
        Errand::Forget(name) => kept.remove(&name).is_some(),
    };
    if changed {
        write(folder, &kept).map_err(|e| e.to_string())?;
    }
    Ok(DirectionsAction::Listed(folder.to_owned(), kept).into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::latent::Direction;
    use crate::run::directions::FILE;

    /// The names that are kept after an errand, or the sentence for the user.
    fn after(folder: &Path, what: Errand) -> Result<Vec<String>, String> {
        match change(folder, what)? {
            Action::Directions(DirectionsAction::Listed(_, kept)) => {
                assert_eq!(kept, read(folder).unwrap());
                Ok(kept.into_keys().collect())
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn directions_are_kept_renamed_and_forgotten_and_none_is_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path();
        let keep = |name: &str| Errand::Keep(name.into(), Direction { unit: vec![1.0, 0.0], scale: 2.0 });
        let rename = |from: &str, to: &str| Errand::Rename(from.into(), to.into());
        assert!(after(at, Errand::Read).unwrap().is_empty() && !at.join(FILE).exists());
        assert_eq!(after(at, keep("smile")).unwrap(), ["smile"]);
        assert_eq!(after(at, keep("hat")).unwrap(), ["hat", "smile"]);
        assert!(after(at, keep("hat")).unwrap_err().contains("hat"));
        assert!(after(at, rename("hat", "smile")).unwrap_err().contains("smile"));
        assert_eq!(after(at, rename("hat", "帽子")).unwrap(), ["smile", "帽子"]);
        assert_eq!(after(at, Errand::Forget("smile".into())).unwrap(), ["帽子"]);
        std::fs::write(at.join(FILE), "{").unwrap();
        assert!(after(at, keep("new")).unwrap_err().contains("damaged"));
        assert_eq!(std::fs::read(at.join(FILE)).unwrap(), b"{");
    }
}
