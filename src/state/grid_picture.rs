//! The decoded grid as one picture. A cell that is not decoded yet shows what comes nearest: the picture before at the
//! same place, or else a coarser cell.

use std::sync::Arc;

use crate::latent::Grid;
use crate::model::ImageShape;

/// The images of a grid.
#[derive(Debug, Clone)]
pub struct GridPicture {
    /// The grid.
    pub grid: Arc<Grid>,
    /// Shape of its images.
    pub shape: ImageShape,
    /// Changes whenever a cell does, and grows.
    pub version: u64,
    /// The version it was laid out with; every cell with an image was new then.
    pub laid_out: u64,
    cells: Vec<Cell>,
}

#[derive(Debug, Clone, Default)]
struct Cell {
    image: Option<Arc<[u8]>>,
    /// The picture's version when it changed last.
    version: u64,
    source: Source,
}

/// Where a cell's image is from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Source {
    /// A coarser cell, or there is none.
    #[default]
    Coarse,
    /// The picture before.
    Before,
    /// It was decoded for this cell.
    Decoded,
}

impl GridPicture {
    /// The picture of `grid` before anything of it is decoded.
    pub fn lay_out(grid: Arc<Grid>, shape: ImageShape, before: Option<&Self>, version: u64) -> Self {
        let before = before.filter(|before| before.shape == shape);
        let cell = |cell: usize| {
            let image = before.and_then(|before| before.cells.get(grid.stand_in(cell, &before.grid)?)?.image.clone());
            let source = if image.is_some() { Source::Before } else { Source::Coarse };
            Cell { image, version, source }
        };
        let cells = (0..grid.n_cells()).map(cell).collect();
        Self { grid, shape, version, laid_out: version, cells }
    }

    /// Takes decoded images in, one after the other in the order of `cells`.
    pub fn add(&mut self, cells: &[usize], images: &[u8], version: u64) {
        self.version = version;
        for (&cell, image) in cells.iter().zip(images.chunks_exact(self.shape.pixels())) {
            let image: Arc<[u8]> = image.into();
            let (across, down) = self.grid.stands_for(cell);
            for other in down.flat_map(|row| across.clone().map(move |column| (row, column))) {
                let other = other.0 * self.grid.columns + other.1;
                let Some(slot) = self.cells.get_mut(other) else { continue };
                if other == cell {
                    *slot = Cell { image: Some(Arc::clone(&image)), version, source: Source::Decoded };
                } else if slot.source == Source::Coarse {
                    *slot = Cell { image: Some(Arc::clone(&image)), version, source: Source::Coarse };
                }
            }
        }
    }

    /// Whether every cell was decoded.
    pub fn is_complete(&self) -> bool {
        self.cells.iter().all(|cell| cell.source == Source::Decoded)
    }

    /// The cells that changed after `version`, with their images.
    pub fn changed_after(&self, version: u64) -> impl Iterator<Item = (usize, &[u8])> {
        let changed = self.cells.iter().enumerate().filter(move |(_, cell)| cell.version > version);
        changed.filter_map(|(i, cell)| Some((i, cell.image.as_deref()?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::latent::{Plane, Spacing};

    const SHAPE: ImageShape = ImageShape { side: 1, channels: 1 };

    fn grid(a0: f32, columns: usize) -> Arc<Grid> {
        Arc::new(Grid {
            plane: Plane::axes(2, 0, 1),
            spacing: Spacing::Uniform,
            a0,
            b0: 0.0,
            step: 1.0,
            columns,
            rows: 1,
        })
    }

    /// What each cell shows, 0 where it shows nothing.
    fn shown(picture: &GridPicture) -> Vec<u8> {
        let mut shown = vec![0; picture.grid.n_cells()];
        picture.changed_after(0).for_each(|(cell, image)| shown[cell] = image[0]);
        shown
    }

    #[test]
    fn gaps_show_the_coarser_cell_until_their_own_image_comes() {
        let mut picture = GridPicture::lay_out(grid(0.0, 8), SHAPE, None, 1);
        picture.add(&[4], &[40], 2);
        assert_eq!(shown(&picture), [0, 0, 40, 40, 40, 40, 40, 40]);
        picture.add(&[0, 6], &[10, 60], 3);
        assert_eq!(shown(&picture), [10, 10, 40, 40, 40, 60, 60, 60]);
        assert_eq!(picture.changed_after(2).map(|(cell, _)| cell).collect::<Vec<_>>(), [0, 1, 5, 6, 7]);
        picture.add(&[1, 2, 3, 5, 7], &[1, 2, 3, 5, 7], 4);
        assert_eq!(shown(&picture), [10, 1, 2, 3, 40, 5, 60, 7]);
        assert!(picture.is_complete());
    }

    #[test]
    fn what_was_seen_before_stays_in_its_place_until_it_is_decoded_anew() {
        let mut before = GridPicture::lay_out(grid(0.0, 4), SHAPE, None, 1);
        before.add(&[0, 1, 2, 3], &[1, 2, 3, 4], 2);
        let mut picture = GridPicture::lay_out(grid(2.0, 5), SHAPE, Some(&before), 3);
        assert_eq!(shown(&picture), [3, 4, 0, 0, 0]);
        assert!(!picture.is_complete());
        picture.add(&[0, 4], &[30, 50], 4);
        assert_eq!(shown(&picture), [30, 4, 50, 50, 50], "a coarser cell does not hide what was seen before");
        let other = ImageShape { side: 1, channels: 3 };
        assert_eq!(shown(&GridPicture::lay_out(grid(2.0, 2), other, Some(&picture), 5)), [0, 0]);
    }
}
