//! Places in latent space as a user writes them: an image file, or a point such as `z:0.5,-1.2`.

use std::path::Path;

use crate::cli::Usage;
use crate::data::load_image_file;
use crate::export::{End, Origin};
use crate::run::SavedRun;

/// What a point begins with.
const POINT: &str = "z:";

/// A point `z:0.5,-1.2`, or the mean of an image file.
pub fn end(text: &str, run: &SavedRun, origin: &Origin<'_>) -> anyhow::Result<End> {
    let Some(numbers) = text.strip_prefix(POINT) else {
        let shape = run.record.shape();
        let pixels = load_image_file(Path::new(text), shape.side, shape.channels, &run.record.config.data)?;
        return Ok(End::of_image(origin.snapshot, text, &pixels)?);
    };
    Ok(End::point(coordinates(text, numbers, run.record.config.model.latent_dim)?))
}

/// A point `z:0.5,-1.2` of a space of `latent_dim` dimensions.
pub fn point(text: &str, latent_dim: usize) -> Result<Vec<f32>, Usage> {
    let numbers = text.strip_prefix(POINT);
    numbers.map_or_else(|| Err(no_point(text, latent_dim)), |numbers| coordinates(text, numbers, latent_dim))
}

fn coordinates(text: &str, numbers: &str, latent_dim: usize) -> Result<Vec<f32>, Usage> {
    let z: Option<Vec<f32>> = numbers.split(',').map(number).collect();
    z.filter(|z| z.len() == latent_dim).ok_or_else(|| no_point(text, latent_dim))
}

fn no_point(text: &str, latent_dim: usize) -> Usage {
    Usage(format!("{text} is no point of this run: its z has {latent_dim} numbers, such as z:0.5,-1.2 for two"))
}

/// The pins of `--pins A,B,C…`, which may be given again: commas lie between pins, but inside a point, which takes as
/// many numbers as z has. A value that is the name of a file is that file, commas and all.
pub fn split(values: &[String], latent_dim: usize) -> Vec<String> {
    let mut pins: Vec<String> = Vec::new();
    for value in values {
        if Path::new(value).is_file() {
            pins.push(value.clone());
            continue;
        }
        // Numbers that the point before still lacks.
        let mut lacking = 0;
        for part in value.split(',') {
            if let Some(point) = pins.last_mut().filter(|_| lacking > 0 && number(part).is_some()) {
                point.push(',');
                point.push_str(part);
                lacking -= 1;
            } else {
                lacking = if part.starts_with(POINT) { latent_dim.saturating_sub(1) } else { 0 };
                pins.push(part.to_owned());
            }
        }
    }
    pins
}

fn number(text: &str) -> Option<f32> {
    text.trim().parse().ok().filter(|v: &f32| v.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(values: &[&str], latent_dim: usize, expected: &[&str]) {
        let values: Vec<String> = values.iter().map(|&v| v.to_owned()).collect();
        assert_eq!(split(&values, latent_dim), expected);
    }

    #[test]
    fn commas_lie_between_pins_and_inside_points() {
        check(&["z:0.5,-1.2,z:1,2,cat.png"], 2, &["z:0.5,-1.2", "z:1,2", "cat.png"]);
        check(&["cat.png,dog.png", "z:1,2,3"], 3, &["cat.png", "dog.png", "z:1,2,3"]);
        check(&["z:1,2,3,4"], 2, &["z:1,2", "3", "4"]);
        check(&["z:1", "2"], 2, &["z:1", "2"]);
        check(&["z:1,cat.png,2"], 2, &["z:1", "cat.png", "2"]);
        check(&["z:-1e-1, .5,a"], 2, &["z:-1e-1, .5", "a"]);
    }

    #[test]
    fn a_file_whose_name_holds_commas_is_given_by_itself() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("one,two.png");
        std::fs::write(&file, "").unwrap();
        let file = file.to_str().unwrap();
        check(&[file, "z:0,0"], 2, &[file, "z:0,0"]);
    }
}
