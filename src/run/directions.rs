//! `directions.json`: the named directions of a run.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::files::{self, Clash};
use crate::latent::Direction;
use crate::run::{MOST_TEXT, RunError, RunRecord};

/// Its name in the folder.
pub const FILE: &str = "directions.json";
/// What this version writes.
const FORMAT: u32 = 1;

/// The whole file.
#[derive(Serialize, Deserialize)]
struct Kept<D> {
    /// Changes when an older program could no longer read it.
    format: u32,
    directions: D,
}

/// The directions in `folder`, by name; none when there is no such file.
pub fn read(folder: &Path) -> Result<BTreeMap<String, Direction>, RunError> {
    let path = folder.join(FILE);
    let text = match files::read_text(&path, MOST_TEXT) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(BTreeMap::new()),
        Err(error) => return Err(RunError::read(&path, &error)),
    };
    let damaged = |e: serde_json::Error| RunError::damaged(&path, &e);
    let Kept { format, directions: _ }: Kept<serde::de::IgnoredAny> = serde_json::from_str(&text).map_err(damaged)?;
    if format > FORMAT {
        return Err(RunError::Newer { path, format });
    }
    let Kept { directions, .. }: Kept<BTreeMap<String, Direction>> = serde_json::from_str(&text).map_err(damaged)?;
    let latent_dim = RunRecord::read(folder).ok().map(|record| record.config.model.latent_dim);
    let wrong = directions.iter().find(|(_, direction)| !is_one(direction, latent_dim));
    wrong.map_or(Ok(()), |(name, _)| Err(RunError::damaged(&path, &format!("{name} is no direction of this run"))))?;
    Ok(directions)
}

/// Whether it is a unit vector of the run's latent space, with a length.
fn is_one(Direction { unit, scale }: &Direction, latent_dim: Option<usize>) -> bool {
    let norm = unit.iter().map(|v| f64::from(*v).powi(2)).sum::<f64>().sqrt();
    let fits = latent_dim.is_none_or(|d| d == unit.len());
    fits && (norm - 1.0).abs() < 1e-3 && scale.is_finite() && *scale > 0.0
}

/// Replaces the directions in `folder`, the whole file at once.
pub fn write(folder: &Path, directions: &BTreeMap<String, Direction>) -> Result<(), RunError> {
    let path = folder.join(FILE);
    let kept = Kept { format: FORMAT, directions };
    let text = serde_json::to_string_pretty(&kept).map_err(|e| RunError::damaged(&path, &e))?;
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
        let says = |text: &str, part: &str| {
            std::fs::write(folder.path().join(FILE), text).unwrap();
            let said = read(folder.path()).unwrap_err().to_string();
            assert!(said.contains("directions.json") && said.contains(part), "{text}: {said}");
        };
        says("{", "is damaged");
        says("{}", "missing field `format`");
        says(r#"{"format": 2, "directions": [1, 2, 3]}"#, "update the program");
        for hostile in [
            r#"{"unit": [1e39, 0.0], "scale": 1.0}"#,
            r#"{"unit": [], "scale": 1.0}"#,
            r#"{"unit": [0.6, -0.8], "scale": -1.0}"#,
            r#"{"unit": [6.0, -8.0], "scale": 1.0}"#,
        ] {
            says(&format!(r#"{{"format": 1, "directions": {{"odd": {hostile}}}}}"#), "odd is no direction");
        }
    }
}
