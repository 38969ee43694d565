//! The curves of runs: what every step measured, thinned to what a screen can show, laid out, and written down.
//!
//! An [`Order`] says what is wanted of which runs; [`Order::draw`] goes through their steps and leaves a few columns
//! for each curve ([`Drawn`]), whatever the number of steps. [`chart`] lays a curve out as a [`scene`]; the window
//! paints that scene, [`svg`] and [`raster`] write the same one. [`table`] writes every step of every curve.
//!
//! Invariants: nothing is lost by thinning, for each column keeps its smallest and largest value; what an axis cannot
//! show is counted and said; values are in the units that stand beside them.

pub mod average;
pub mod axis;
pub mod chart;
pub mod column;
pub mod course;
pub mod drawing;
pub mod metric;
pub mod raster;
pub mod save;
pub mod scene;
pub mod sheet;
pub mod spread;
pub mod svg;
pub mod table;
pub mod ticks;
pub mod unit;

use std::ops::RangeInclusive;
use std::path::PathBuf;

pub use crate::config::number;
use crate::files::PlaceError;
use crate::letters::FontError;

pub use average::Average;
pub use axis::{Axis, Scale, TimeUnit, XAxis};
pub use column::Column;
pub use course::Course;
pub use drawing::{Drawn, DrawnCurve, DrawnPlot, Order, Source, Want};
pub use metric::{Held, Metric};
pub use save::{Format, Saving};
pub use spread::Spread;
pub use ticks::ticks;
pub use unit::Unit;

/// The weight of the past in a smoothed curve.
pub const SMOOTHINGS: RangeInclusive<f64> = 0.0..=0.999;

/// Why curves cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum CurvesError {
    /// The name ends in something else.
    #[error("{} ends in none of .png, .svg and .csv, which say how the curves are written; give it one", .0.display())]
    Ending(PathBuf),
    /// Nothing was measured.
    #[error("there is nothing to draw yet: no step was made")]
    Empty,
    /// It cannot be put there.
    #[error(transparent)]
    Place(#[from] PlaceError),
    /// The pixels could not be turned into a PNG.
    #[error("the picture could not be encoded: {0}")]
    Encode(#[from] png::EncodingError),
    /// The rows could not be turned into CSV.
    #[error("the table could not be written: {0}")]
    Table(#[from] csv::Error),
    /// There are no letters.
    #[error(transparent)]
    Font(#[from] FontError),
}
