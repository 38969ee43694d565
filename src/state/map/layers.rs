//! What lies on the plane and is shown.

use crate::latent::{Figure, Grid, Plane, Spacing};

/// Cells at most, so that a grid stays quick on a large screen.
const MAX_CELLS: usize = 1200;
/// Width of a step of equal prior mass in the middle of the prior: 1/φ(0).
const WIDEST_MASS: f32 = 2.506_628_3;
/// Steps of equal prior mass at most: more are no longer told apart in the tails.
const MOST_QUANTILES: f32 = 4096.0;
/// And at least, however far away one is: with fewer there is no grid to see.
const FEWEST_QUANTILES: f32 = 10.0;

/// What lies on the plane and is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "every layer is on or off by itself")]
pub struct Layers {
    /// Decoded images.
    pub grid: bool,
    /// Even steps, or steps of equal prior mass.
    pub spacing: Spacing,
    /// Encoded images.
    pub images: bool,
    /// Encoded images as small pictures rather than points.
    pub thumbnails: bool,
    /// What the images are coloured by.
    pub colour: Colour,
    /// Where the encoded images are dense.
    pub density: bool,
    /// The prior's circles.
    pub prior: bool,
    /// q(z|x) of the selected image.
    pub posterior: bool,
}

impl Default for Layers {
    fn default() -> Self {
        Self {
            grid: true,
            spacing: Spacing::Uniform,
            images: true,
            thumbnails: false,
            colour: Colour::Class,
            density: false,
            prior: false,
            posterior: true,
        }
    }
}

/// A layer that is on or off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layer {
    /// Decoded images.
    Grid,
    /// Encoded images.
    Images,
    /// Where they are dense.
    Density,
    /// Circles of the prior.
    Prior,
    /// q(z|x) of the selected image.
    Posterior,
}

/// What the images are coloured by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Colour {
    /// Their class.
    #[default]
    Class,
    /// How well they are reconstructed.
    Error,
    /// What their code costs.
    Kl,
    /// Whether they are held back for validation.
    Split,
}

impl Colour {
    /// The figure that colours them, if one does.
    pub fn figure(self) -> Option<Figure> {
        match self {
            Self::Error => Some(Figure::Error),
            Self::Kl => Some(Figure::Kl),
            Self::Class | Self::Split => None,
        }
    }
}

impl Layers {
    /// Shows or hides a layer.
    pub fn toggle(&mut self, layer: Layer) {
        let shown = match layer {
            Layer::Grid => &mut self.grid,
            Layer::Images => &mut self.images,
            Layer::Density => &mut self.density,
            Layer::Prior => &mut self.prior,
            Layer::Posterior => &mut self.posterior,
        };
        *shown = !*shown;
    }

    /// Whether a layer is shown.
    pub fn shows(&self, layer: Layer) -> bool {
        match layer {
            Layer::Grid => self.grid,
            Layer::Images => self.images,
            Layer::Density => self.density,
            Layer::Prior => self.prior,
            Layer::Posterior => self.posterior,
        }
    }
}

/// Cells of a fixed lattice, about `cell` latent units wide, that cover what is between (a, b) low and high: panning
/// keeps their places, and steps by factors of √2 keep zooming from drawing every cell anew at every notch.
pub fn lattice(spacing: Spacing, plane: &Plane, cell: f32, [low_a, low_b, high_a, high_b]: [f32; 4]) -> Grid {
    let notch = |x: f32| 2.0_f32.powf((x.log2() * 2.0).round() / 2.0);
    let root = std::f32::consts::SQRT_2;
    let mut steps = match spacing {
        Spacing::Uniform => 1.0 / notch(cell),
        Spacing::Quantile => notch(WIDEST_MASS / cell).clamp(FEWEST_QUANTILES, MOST_QUANTILES),
    };
    loop {
        let grid = match spacing {
            Spacing::Uniform => {
                let step = 1.0 / steps;
                let at = |v: f32| (v / step + 0.5).floor();
                let (columns, rows) = ((at(high_a) - at(low_a)) as usize + 1, (at(high_b) - at(low_b)) as usize + 1);
                let (a0, b0) = (at(low_a) * step, at(high_b) * step);
                Grid { plane: plane.clone(), spacing, a0, b0, step, columns, rows }
            }
            Spacing::Quantile => {
                let n = steps.round().max(1.0);
                let at = |v: f32| (spacing.lattice(v) * n).floor().clamp(0.0, n - 1.0);
                let (columns, rows) = ((at(high_a) - at(low_a)) as usize + 1, (at(high_b) - at(low_b)) as usize + 1);
                let (a0, b0) = ((at(low_a) + 0.5) / n, (at(high_b) + 0.5) / n);
                Grid { plane: plane.clone(), spacing, a0, b0, step: 1.0 / n, columns, rows }
            }
        };
        if grid.n_cells() <= MAX_CELLS {
            return grid;
        }
        steps /= root;
    }
}
