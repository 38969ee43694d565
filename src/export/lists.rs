//! Lists of remarkable images as tables.

use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::export::provenance::told;
use crate::export::{Clash, Decoder, ExportError};
use crate::files;
use crate::latent::{List, Lists};

/// How a table was made, in the file beside it, with the model that judged.
#[derive(Serialize)]
struct Told {
    /// Rows of the table.
    rows: usize,
}

/// Writes a list into `folder`, which is made when it is missing, as `worst-001.csv`, `outliers-001.csv` or
/// `duplicates-001.csv`, under the number after the highest one there, and beside it how it was made. `names` are those of
/// the images, `decoder` the model that judged them.
pub fn write_list(
    lists: &Lists,
    list: List,
    names: &[String],
    decoder: &Decoder,
    folder: &Path,
) -> Result<PathBuf, ExportError> {
    let kind = match list {
        List::Worst => "worst",
        List::Outliers => "outliers",
        List::Alike => "duplicates",
    };
    let json = told(kind, decoder, Told { rows: lists.len(list) })?;
    let table = table(lists, list, names).map_err(|e| ExportError::Encode(e.to_string()))?;
    Ok(files::write_numbered(folder, (kind, "csv"), |file| {
        files::write_with_sidecar(file, &table, json.as_bytes(), Clash::Refuse)
    })?)
}

/// The rows, under a header with the units.
fn table(lists: &Lists, list: List, names: &[String]) -> Result<Vec<u8>, csv::Error> {
    let name = |image: u32| names.get(image as usize).cloned().unwrap_or_default();
    let mut writer = csv::Writer::from_writer(Vec::new());
    match list {
        List::Worst => {
            writer.write_record(["image", "squared_error"])?;
            for row in &lists.worst {
                writer.write_record([name(row.image), row.squared_error.to_string()])?;
            }
        }
        List::Outliers => {
            writer.write_record(["image", "log_density_nats", "percentile"])?;
            for row in &lists.outliers {
                let figures = [row.log_density_nats, row.percentile].map(|figure| figure.to_string());
                writer.write_record([name(row.image)].iter().chain(&figures))?;
            }
        }
        List::Alike => {
            writer.write_record(["image", "other", "rms_pixels", "distance_z"])?;
            for row in &lists.alike {
                let figures = [row.rms_pixels, row.distance_z].map(|figure| figure.to_string());
                writer.write_record(row.images.map(name).iter().chain(&figures))?;
            }
        }
    }
    writer.into_inner().map_err(|e| e.into_error().into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Kind, Likelihood};
    use crate::latent::{Alike, Outlier, Worst};

    fn written(list: List, folder: &Path) -> (PathBuf, String) {
        let lists = Lists {
            worst: vec![Worst { image: 1, squared_error: 4.5 }, Worst { image: 0, squared_error: 0.25 }],
            outliers: vec![Outlier { image: 0, log_density_nats: -7.5, percentile: 50.0 }],
            alike: vec![Alike { images: [0, 1], rms_pixels: 0.125, distance_z: 2.0 }],
            copies: 0,
        };
        let decoder = Decoder {
            run: "cats-01".into(),
            step: 8,
            epoch: 0.5,
            model: Kind::Vae,
            likelihood: Likelihood::Bernoulli,
            sigma: None,
            beta: Some(1.0),
            seed: 3,
        };
        let file = write_list(&lists, list, &["a, b.png".into(), "c.png".into()], &decoder, folder).unwrap();
        let table = std::fs::read_to_string(&file).unwrap();
        (file, table)
    }

    #[test]
    fn every_list_is_a_table_with_its_units_that_says_how_it_was_made() {
        let folder = tempfile::tempdir().unwrap();
        let (file, worst) = written(List::Worst, folder.path());
        assert_eq!(file, folder.path().join("worst-001.csv"));
        assert_eq!(worst, "image,squared_error\nc.png,4.5\n\"a, b.png\",0.25\n");
        let (_, outliers) = written(List::Outliers, folder.path());
        assert_eq!(outliers, "image,log_density_nats,percentile\n\"a, b.png\",-7.5,50\n");
        let (file, alike) = written(List::Alike, folder.path());
        assert_eq!(alike, "image,other,rms_pixels,distance_z\n\"a, b.png\",c.png,0.125,2\n");
        let json = std::fs::read(crate::export::sidecar_of(&file)).unwrap();
        let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
        assert_eq!((&json["kind"], &json["run"], &json["step"]), (&"duplicates".into(), &"cats-01".into(), &8.into()));
    }
}
