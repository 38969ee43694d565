//! `directions.json`: the named directions of a run.

use std::collections::BTreeMap;
use std::path::Path;

use crate::files::{self, Clash};
use crate::latent::Direction;
use crate::run::RunError;

/// Its name in the folder.
pub const FILE: &str = "directions.json";

/// The directions in `folder`, by name; none when there is no such file.
pub fn read(folder: &Path) -> Result<BTreeMap<String, Direction>, RunError> {
    let path = folder.join(FILE);
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(BTreeMap::new()),
        Err(error) => return Err(RunError::read(&path, &error)),
    };
    serde_json::from_str(&text).map_err(|e| RunError::Damaged { path, reason: e.to_string() })
}

/// Replaces the directions in `folder`, the whole file at once.
pub fn write(folder: &Path, directions: &BTreeMap<String, Direction>) -> Result<(), RunError> {
    let path = folder.join(FILE);
    let damaged = |e: serde_json::Error| RunError::Damaged { path: path.clone(), reason: e.to_string() };
    let text = serde_json::to_string_pretty(directions).map_err(damaged)?;
    files::write(&path, text.as_bytes(), Clash::Replace).map_err(|e| RunError::write(&path, &e))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read_and_a_damaged_file_is_named() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(read(folder.path()).unwrap(), BTreeMap::new());
        let smile = Direction { unit: vec![0.6, -0.8], scale: 2.5 };
        let mut directions = BTreeMap::from([("smile".to_owned(), smile.clone())]);
        write(folder.path(), &directions).unwrap();
        directions.insert("帽子".to_owned(), smile);
        write(folder.path(), &directions).unwrap();
        assert_eq!(read(folder.path()).unwrap(), directions);
        std::fs::write(folder.path().join(FILE), "{").unwrap();
        assert!(read(folder.path()).unwrap_err().to_string().contains("directions.json is damaged"));
    }
}
