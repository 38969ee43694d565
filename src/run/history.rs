//! `history.csv`: one row a step, units in the header; the validation figures stand in the row of the step before
//! them. Numbers are written so that reading gives the same bits.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read};
use std::path::Path;

use crate::files::{self, Clash};
use crate::run::RunError;
use crate::train::{StepStats, Terms, ValidationStats};

/// Its name in the folder.
pub const FILE: &str = "history.csv";

/// The columns of every run; one more for each latent dimension follows, and [`ACTIVE_UNITS`].
const COLUMNS: [&str; 13] = [
    "step",
    "epoch",
    "seconds",
    "images",
    "recon_nats",
    "kl_nats",
    "elbo_nats",
    "beta",
    "lr",
    "sigma",
    "validation_recon_nats",
    "validation_kl_nats",
    "validation_elbo_nats",
];

/// Bytes of a line, more than any has: 78 columns of 25 characters.
const LONGEST_LINE: usize = 1 << 14;

/// The last column. Runs of older versions have none.
const ACTIVE_UNITS: &str = "validation_active_units";

/// One row.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The step.
    pub step: StepStats,
    /// The validation after it.
    pub validation: Option<ValidationStats>,
}

impl Row {
    fn fields(&self, latent_dim: usize) -> Vec<String> {
        let StepStats { step, epoch, seconds, terms, beta, lr, sigma, n_images } = self.step;
        let text = |v: Option<f64>| v.map_or_else(String::new, |v| v.to_string());
        let held = self.validation.as_ref();
        let of = |terms: Terms| [terms.recon_nats, terms.kl_nats, terms.elbo_nats()];
        let mut fields = vec![step.to_string(), epoch.to_string(), seconds.to_string(), n_images.to_string()];
        fields.extend(of(terms).map(|v| v.to_string()));
        fields.extend([beta.to_string(), lr.to_string(), text(sigma)]);
        fields.extend(held.map_or([None; 3], |v| of(v.terms).map(Some)).map(text));
        fields.extend((0..latent_dim).map(|i| text(held.and_then(|v| v.kl_per_dim_nats.get(i).copied()))));
        fields.push(held.and_then(|v| v.active_units).map_or_else(String::new, |n| n.to_string()));
        fields
    }

    /// `None` for a row that is not whole.
    fn parse(record: &csv::StringRecord, counts_units: bool) -> Option<Self> {
        let number = |i: usize| record.get(i)?.parse::<f64>().ok();
        let terms = |i: usize| Some(Terms { recon_nats: number(i)?, kl_nats: number(i + 1)? });
        let step = StepStats {
            step: record.get(0)?.parse().ok()?,
            epoch: number(1)?,
            seconds: number(2)?,
            terms: terms(4)?,
            beta: number(7)?,
            lr: number(8)?,
            sigma: number(9),
            n_images: record.get(3)?.parse().ok()?,
        };
        let validation = terms(10).map(|terms| ValidationStats {
            step: step.step,
            epoch: step.epoch,
            seconds: step.seconds,
            terms,
            kl_per_dim_nats: (COLUMNS.len()..record.len() - usize::from(counts_units)).filter_map(number).collect(),
            active_units: record.iter().next_back().filter(|_| counts_units).and_then(|n| n.parse().ok()),
        });
        Some(Self { step, validation })
    }
}

fn header(latent_dim: usize) -> Vec<String> {
    let dimensions = (0..latent_dim).map(|i| format!("validation_kl_dim{i}_nats"));
    COLUMNS.iter().map(|&c| c.to_owned()).chain(dimensions).chain([ACTIVE_UNITS.to_owned()]).collect()
}

/// Replaces `folder`'s history by `rows`.
pub fn write(folder: &Path, latent_dim: usize, rows: &[Row]) -> Result<(), RunError> {
    let path = folder.join(FILE);
    let failed = |e: csv::Error| RunError::write(&path, &e.into());
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(header(latent_dim)).map_err(failed)?;
    rows.iter().try_for_each(|row| writer.write_record(row.fields(latent_dim))).map_err(failed)?;
    let bytes = writer.into_inner().map_err(|e| RunError::write(&path, e.error()))?;
    files::write(&path, &bytes, Clash::Replace).map_err(|e| RunError::write(&path, &e))
}

/// Appends `rows` and waits until they are on the disk.
pub fn append(folder: &Path, latent_dim: usize, rows: &[Row]) -> Result<(), RunError> {
    let path = folder.join(FILE);
    let io = |e: std::io::Error| RunError::write(&path, &e);
    let file = OpenOptions::new().append(true).open(&path).map_err(io)?;
    let mut writer = csv::Writer::from_writer(file);
    for row in rows {
        writer.write_record(row.fields(latent_dim)).map_err(|e| io(e.into()))?;
    }
    let file = writer.into_inner().map_err(|e| RunError::write(&path, e.error()))?;
    file.sync_all().map_err(io)
}

/// The rows of `folder` up to `last_step`. What stands after it, a torn row included, was written after the last
/// checkpoint and does not count.
pub fn read(folder: &Path, last_step: u64) -> Result<Vec<Row>, RunError> {
    let path = folder.join(FILE);
    let file = match files::open_regular(&path) {
        Err(e) if e.kind() == ErrorKind::NotFound && last_step == 0 => return Ok(Vec::new()),
        file => file.map_err(|e| RunError::read(&path, &e))?,
    };
    let mut rows: Vec<Row> = Vec::new();
    let mut reader = csv::ReaderBuilder::new().flexible(true).quoting(false).from_reader(Lines { file, length: 0 });
    let columns = reader.headers().map_or(0, csv::StringRecord::len);
    let counts_units = reader.headers().is_ok_and(|header| header.iter().next_back() == Some(ACTIVE_UNITS));
    for record in reader.records() {
        // A torn row has fewer fields, or its last one is cut: both stand after the last checkpoint.
        let whole = record.ok().filter(|record| record.len() == columns);
        let Some(row) = whole.and_then(|record| Row::parse(&record, counts_units)) else { break };
        if row.step.step > last_step {
            break;
        }
        rows.push(row);
    }
    let complete = rows.iter().map(|r| r.step.step).eq(1..=last_step);
    if !complete {
        let reason = format!("it does not hold the steps 1 to {last_step} in order");
        return Err(RunError::Damaged { path, reason });
    }
    Ok(rows)
}

/// A file that ends with an error at a line that is longer than any of a history, so that none fills the memory.
struct Lines {
    file: File,
    length: usize,
}

impl Read for Lines {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let n = self.file.read(buffer)?;
        for byte in buffer.iter().take(n) {
            self.length = if *byte == b'\n' { 0 } else { self.length + 1 };
            if self.length > LONGEST_LINE {
                return Err(ErrorKind::InvalidData.into());
            }
        }
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(step: u64, validated: bool) -> Row {
        let terms = Terms { recon_nats: 100.0 / step as f64, kl_nats: 0.1 * step as f64 };
        let (epoch, seconds) = (step as f64 / 3.0, step as f64 * 0.1);
        let sigma = (step > 2).then_some(1.0 / 7.0);
        let validation = validated.then(|| ValidationStats {
            step,
            epoch,
            seconds,
            terms: Terms { recon_nats: 1.0 / 3.0, kl_nats: -0.0 },
            kl_per_dim_nats: vec![0.1, 0.2 + 0.1],
            active_units: Some(2),
        });
        Row { step: StepStats { step, epoch, seconds, terms, beta: 0.3, lr: 1e-3, sigma, n_images: 128 }, validation }
    }

    #[test]
    fn what_is_read_are_the_bits_that_were_written() {
        let folder = tempfile::tempdir().unwrap();
        let rows: Vec<Row> = (1..=6).map(|i| row(i, i % 3 == 0)).collect();
        write(folder.path(), 2, &rows[..2]).unwrap();
        append(folder.path(), 2, &rows[2..]).unwrap();
        assert_eq!(read(folder.path(), 6).unwrap(), rows);
        let text = std::fs::read_to_string(folder.path().join(FILE)).unwrap();
        assert!(text.starts_with("step,epoch,seconds,images,recon_nats,"), "{text}");
        let header = text.lines().next().unwrap();
        assert!(header.ends_with(",validation_kl_dim0_nats,validation_kl_dim1_nats,validation_active_units"));
        assert!(text.lines().all(|line| line.matches(',').count() == 15), "{text}");
        // As the version before wrote it.
        let older = |line: &str| line.rsplit_once(',').map(|(rest, _)| format!("{rest}\n"));
        std::fs::write(folder.path().join(FILE), text.lines().filter_map(older).collect::<String>()).unwrap();
        let mut without = rows;
        without.iter_mut().filter_map(|r| r.validation.as_mut()).for_each(|v| v.active_units = None);
        assert_eq!(read(folder.path(), 6).unwrap(), without);
    }

    #[test]
    fn rows_after_the_checkpoint_and_a_torn_one_do_not_count() {
        let folder = tempfile::tempdir().unwrap();
        let rows: Vec<Row> = (1..=6).map(|i| row(i, false)).collect();
        write(folder.path(), 2, &rows).unwrap();
        let path = folder.path().join(FILE);
        let text = std::fs::read_to_string(&path).unwrap();
        for cut in 1..40 {
            std::fs::write(&path, &text[..text.len() - cut]).unwrap();
            assert_eq!(read(folder.path(), 5).unwrap(), rows[..5], "{cut} bytes short");
        }
        assert!(read(folder.path(), 7).unwrap_err().to_string().contains("steps 1 to 7"));
    }
}
