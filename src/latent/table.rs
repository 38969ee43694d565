//! Latent means as tables: `latents.tsv`, for the Embedding Projector, holds numbers only, one row an image, and
//! `latents.npy` the same for NumPy; `metadata.tsv` names the rows, under a header.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use crate::data::{Dataset, Split};
use crate::files::{self, Clash, PlaceError};
use crate::latent::npy;

/// Name of the table of means in a run folder.
pub const FILE: &str = "latents.tsv";
/// Name of the table of names in a run folder.
const METADATA: &str = "metadata.tsv";

/// Where the names go that belong to the means in `latents`: `metadata.tsv` beside `latents.tsv`,
/// `NAME_metadata.tsv` beside any other `NAME.tsv`.
pub fn metadata_path(latents: &Path) -> PathBuf {
    let stem = latents.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
    let name = if stem == "latents" { METADATA.to_owned() } else { format!("{stem}_metadata.tsv") };
    latents.with_file_name(name)
}

/// Writes both tables, the first as its ending says (`.npy` or text): means `mu` (`[n, d]`) of the images of `data`; with
/// `split`, which images were held.
pub fn write(
    latents: &Path,
    mu: &[f32],
    latent_dim: usize,
    data: &Dataset,
    split: Option<&Split>,
    clash: Clash,
) -> Result<(), PlaceError> {
    let is_npy = latents.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("npy"));
    let numbers = if is_npy { npy::bytes(mu, latent_dim) } else { text(mu, latent_dim).into_bytes() };
    let metadata = metadata_path(latents);
    if let (Clash::Refuse, Some(taken)) = (clash, [latents, &metadata].into_iter().find(|path| path.exists())) {
        return Err(PlaceError::Exists(taken.to_owned()));
    }
    for (path, bytes) in [(latents, numbers), (&metadata, names(data, split).into_bytes())] {
        files::write(path, &bytes, clash).map_err(|e| PlaceError::of(path, &e))?;
    }
    Ok(())
}

/// Numbers between tabs, a line for each row.
fn text(mu: &[f32], latent_dim: usize) -> String {
    let mut numbers = String::with_capacity(mu.len() * 12);
    for row in mu.chunks_exact(latent_dim) {
        let row: Vec<String> = row.iter().map(f32::to_string).collect();
        numbers.push_str(&row.join("\t"));
        numbers.push('\n');
    }
    numbers
}

fn names(data: &Dataset, split: Option<&Split>) -> String {
    let mut text = String::from(if split.is_some() { "image\tclass\tsplit\n" } else { "image\tclass\n" });
    for (idx, (name, label)) in data.names.iter().zip(&data.labels).enumerate() {
        let class = label.and_then(|l| data.classes.get(usize::from(l))).map_or("", String::as_str);
        let _cannot_fail = write!(text, "{}\t{}", one_field(name), one_field(class));
        if let Some(split) = split {
            let held = split.validation.binary_search(&(idx as u32)).is_ok();
            text.push_str(if held { "\tvalidation" } else { "\ttrain" });
        }
        text.push('\n');
    }
    text
}

/// A name may hold anything; a field of such a table may not.
fn one_field(name: &str) -> String {
    name.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}
