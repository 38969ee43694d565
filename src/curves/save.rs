//! Curves as files: PNG, SVG and CSV.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use png::{BitDepth, ColorType, Encoder};
use serde::Serialize;

use crate::curves::scene::{Colours, Scene};
use crate::curves::sheet::{self, View};
use crate::curves::{CurvesError, Order, raster, svg, table};
use crate::files::{self, Clash, PlaceError};
use crate::train::Mark;

/// How numbered files begin.
const WORD: &str = "curves";
/// Keyword of the text that says how a picture was made, as in the other pictures.
const KEYWORD: &str = "latent-atlas";

/// A kind of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Pixels.
    Png,
    /// Lines and texts.
    Svg,
    /// Every step as a row.
    Csv,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 3] = [Self::Png, Self::Svg, Self::Csv];

    /// How its files end.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Svg => "svg",
            Self::Csv => "csv",
        }
    }

    /// By how `file` ends.
    pub fn of(file: &Path) -> Result<Self, CurvesError> {
        let ends_so = |format: &Self| file.extension().is_some_and(|e| e.eq_ignore_ascii_case(format.ending()));
        Self::ALL.into_iter().find(ends_so).ok_or_else(|| CurvesError::Ending(file.to_owned()))
    }
}

/// What is to be saved.
#[derive(Debug, Clone)]
pub struct Saving {
    /// The runs, and what is wanted of them.
    pub order: Order,
    /// How that is looked at.
    pub view: View,
    /// The colours of pictures.
    pub colours: Colours,
}

/// How a picture was made: inside it, and in a file beside a PNG. An SVG is text itself.
#[derive(Serialize)]
struct Made<'a> {
    program: &'static str,
    version: &'static str,
    kind: &'static str,
    runs: Vec<&'a str>,
    steps: Vec<usize>,
    curves: Vec<&'static str>,
    x: crate::curves::XAxis,
    x_scale: crate::curves::Scale,
    y_scale: crate::curves::Scale,
    range: Option<(f64, f64)>,
    unit: crate::curves::Unit,
    smoothing: f64,
    without_outliers: bool,
    /// What was changed while the runs trained.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    changes: Vec<Changed<'a>>,
}

/// A mark, and the run it is of.
#[derive(Serialize)]
struct Changed<'a> {
    run: &'a str,
    #[serde(flatten)]
    mark: &'a Mark,
}

impl Saving {
    /// Writes into `file`, whole or not at all; its ending says as what.
    pub fn write(&self, file: &Path, clash: Clash) -> Result<(), CurvesError> {
        let format = Format::of(file)?;
        files::check_folder(file)?;
        if clash == Clash::Refuse && file.exists() {
            return Err(PlaceError::Exists(file.to_owned()).into());
        }
        if format == Format::Png {
            files::check_sidecar(file, clash)?;
        }
        let picture = self.picture(format)?;
        Ok(self.store(file, format, clash, picture.as_deref())?)
    }

    /// Writes into `folder`, which is made when it is missing, as `curves-001`, `curves-002`, …: the number after the
    /// highest one there. Two programs writing at once get different numbers.
    pub fn write_numbered(&self, folder: &Path, format: Format) -> Result<PathBuf, CurvesError> {
        let picture = self.picture(format)?;
        let store = |file: &Path| self.store(file, format, Clash::Refuse, picture.as_deref());
        Ok(files::write_numbered(folder, (WORD, format.ending()), store)?)
    }

    /// The bytes of a picture; `None` for a table, which is written row by row.
    fn picture(&self, format: Format) -> Result<Option<Vec<u8>>, CurvesError> {
        if self.order.sources.iter().all(|source| source.steps.is_empty()) {
            return Err(CurvesError::Empty);
        }
        if format == Format::Csv {
            return Ok(None);
        }
        let mut order = self.order.clone();
        order.want.columns = sheet::columns();
        let scene = sheet::scene(&order.draw(), &self.view);
        let made = self.made();
        Ok(Some(match format {
            Format::Svg => svg::svg(&scene, self.colours, &made).into_bytes(),
            Format::Png | Format::Csv => png(&scene, self.colours, &made)?,
        }))
    }

    fn store(&self, file: &Path, format: Format, clash: Clash, picture: Option<&[u8]>) -> Result<(), PlaceError> {
        let Order { want, sources } = &self.order;
        if let (Format::Png, Some(bytes)) = (format, picture) {
            return files::write_with_sidecar(file, bytes, self.made().as_bytes(), clash);
        }
        let stored = files::write_with(file, clash, |out| match picture {
            Some(bytes) => out.write_all(bytes),
            None => table::write(sources, want.unit, want.smoothing, out).map_err(io::Error::other),
        });
        stored.map_err(|error| PlaceError::of(file, &error))
    }

    fn changed<'a>(&'a self, run: usize, mark: &'a Mark) -> Option<Changed<'a>> {
        self.order.sources.get(run).map(|source| Changed { run: &source.run, mark })
    }

    fn made(&self) -> String {
        let Order { want, sources } = &self.order;
        let made = Made {
            program: env!("CARGO_PKG_NAME"),
            version: env!("CARGO_PKG_VERSION"),
            kind: WORD,
            runs: sources.iter().map(|source| source.run.as_str()).collect(),
            steps: sources.iter().map(|source| source.steps.len()).collect(),
            curves: want.metrics.iter().map(|metric| metric.key()).collect(),
            x: want.x,
            x_scale: want.x_scale,
            y_scale: want.y_scale,
            range: want.range,
            unit: want.unit,
            smoothing: want.smoothing,
            without_outliers: self.view.without_outliers,
            changes: self.view.marks.iter().filter_map(|(run, mark)| self.changed(*run, mark)).collect(),
        };
        // Plain data always becomes JSON.
        serde_json::to_string(&made).unwrap_or_default()
    }
}

fn png(scene: &Scene, colours: Colours, made: &str) -> Result<Vec<u8>, CurvesError> {
    let pixels = raster::pixels(scene, colours)?;
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, pixels.width as u32, pixels.height as u32);
    encoder.set_color(ColorType::Rgb);
    encoder.set_depth(BitDepth::Eight);
    encoder.add_text_chunk("Software".into(), format!("{} {}", env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION")))?;
    encoder.add_itxt_chunk("Title".into(), scene.title.clone())?;
    encoder.add_itxt_chunk(KEYWORD.into(), made.into())?;
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&pixels.bytes)?;
    writer.finish()?;
    Ok(file)
}
