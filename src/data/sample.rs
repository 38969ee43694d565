//! The bundled samples: sheets of tiles, one a class, embedded in the program.

use std::io::Cursor;

use image::{ImageFormat, ImageReader};
use rayon::prelude::*;

use crate::config::{DataConfig, Size};
use crate::data::fit::{Square, fit};
use crate::data::gather::Gatherer;
use crate::data::{Dataset, LoadError};

/// One class: its name, how many tiles, and the sheet.
type Class = (&'static str, usize, &'static [u8]);

/// A bundled set of images.
pub struct Sample {
    name: &'static str,
    /// Side of a tile in pixels.
    tile: u32,
    /// Tiles in a row of a sheet.
    columns: u32,
    classes: &'static [Class],
}

macro_rules! sheet {
    ($set:literal, $class:literal, $n:literal) => {
        ($class, $n, include_bytes!(concat!("../../assets/samples/", $set, "/", $class, ".png")))
    };
}

/// Fashion-MNIST: 400 of each class.
pub const FASHION: Sample = Sample {
    name: "sample:fashion",
    tile: 28,
    columns: 20,
    classes: &[
        sheet!("fashion", "0_tshirt", 400),
        sheet!("fashion", "1_trouser", 400),
        sheet!("fashion", "2_pullover", 400),
        sheet!("fashion", "3_dress", 400),
        sheet!("fashion", "4_coat", 400),
        sheet!("fashion", "5_sandal", 400),
        sheet!("fashion", "6_shirt", 400),
        sheet!("fashion", "7_sneaker", 400),
        sheet!("fashion", "8_bag", 400),
        sheet!("fashion", "9_boot", 400),
    ],
};

/// Noto Emoji by group.
pub const EMOJI: Sample = Sample {
    name: "sample:emoji",
    tile: 32,
    columns: 25,
    classes: &[
        sheet!("emoji", "activities", 85),
        sheet!("emoji", "animals_nature", 159),
        sheet!("emoji", "food_drink", 131),
        sheet!("emoji", "objects", 264),
        sheet!("emoji", "smileys_emotion", 169),
        sheet!("emoji", "travel_places", 218),
    ],
};

/// Cuts every tile and brings it to size, as a file of a folder would be.
pub fn load(sample: &Sample, config: &DataConfig) -> Result<Dataset, LoadError> {
    let side = match config.size {
        Size::Auto => sample.tile as usize,
        Size::Side(side) => side,
    };
    let damaged = |reason: String| LoadError::Open { path: sample.name.to_owned(), reason };
    let cut = |(class, n, bytes): &Class| -> Result<Vec<(String, Square)>, LoadError> {
        let reader = ImageReader::with_format(Cursor::new(*bytes), ImageFormat::Png);
        let sheet = reader.decode().map_err(|e| damaged(e.to_string()))?;
        let tile = |i: usize| {
            let (row, column) = (i as u32 / sample.columns, i as u32 % sample.columns);
            let picture = sheet.crop_imm(column * sample.tile, row * sample.tile, sample.tile, sample.tile);
            let square = fit(&picture, side, config.fit, config.background).map_err(damaged)?;
            Ok((format!("{class}/{i:04}"), square))
        };
        (0..*n).into_par_iter().map(tile).collect()
    };
    let tiles: Vec<Vec<(String, Square)>> = sample.classes.par_iter().map(cut).collect::<Result<_, _>>()?;
    let mut gatherer = Gatherer::new(side, config.channels);
    tiles.into_iter().flatten().for_each(|(name, square)| gatherer.push(name, Ok(square)));
    gatherer.finish(sample.name, Vec::new())
}
