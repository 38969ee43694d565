//! A picture as what is in it: lines, dots and texts at places. The window paints it, SVG and PNG write it.

/// What a thing is drawn in; whoever paints knows the colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ink {
    /// Behind everything.
    Paper,
    /// Text.
    Text,
    /// Text that may be overlooked.
    Weak,
    /// Lines of the grid.
    Grid,
    /// Reconstruction.
    Recon,
    /// KL, and what it costs.
    Kl,
    /// The bound.
    Elbo,
    /// Whatever says nothing of images.
    Plain,
    /// The held images.
    Validation,
    /// What happened in the run.
    Mark,
    /// A run that is shown beside the first one, counted from 1.
    Run(usize),
}

/// How a line is drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pen {
    /// Its colour.
    pub ink: Ink,
    /// How much of it covers, 0 to 1.
    pub alpha: f32,
    /// Its width.
    pub width: f32,
    /// Length of dashes and of the gaps between them.
    pub dash: Option<f32>,
}

/// A place, right and down.
pub type Place = [f32; 2];

/// A rectangle.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Area {
    /// Its upper left corner.
    pub min: Place,
    /// Its lower right corner.
    pub max: Place,
}

impl Area {
    /// Width and height.
    pub fn size(&self) -> Place {
        [self.max[0] - self.min[0], self.max[1] - self.min[1]]
    }
}

/// Which part of a text stands at its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hold {
    /// Its beginning.
    Start,
    /// Its middle.
    Middle,
    /// Its end.
    End,
}

/// Something in the picture.
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    /// A line through points.
    Line(Vec<Place>, Pen),
    /// What lies between an upper and a lower edge: (x, upper y, lower y) from left to right. How much it covers is said
    /// beside its ink.
    Band(Vec<[f32; 3]>, Ink, f32),
    /// A round point.
    Dot(Place, f32, Ink),
    /// A line of text.
    Text {
        /// Where it is held, in the middle of its height.
        at: Place,
        /// What is held there.
        hold: Hold,
        /// Height of its letters.
        size: f32,
        /// Whether it is semibold.
        strong: bool,
        /// Its colour.
        ink: Ink,
        /// What it says.
        text: String,
    },
    /// Things of which only what lies inside is seen.
    Within(Area, Vec<Item>),
}

/// A picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Scene {
    /// Width and height.
    pub size: Place,
    /// What is in it, from the back to the front.
    pub items: Vec<Item>,
    /// What it is, for those who cannot see it.
    pub title: String,
}

/// Red, green and blue of every ink.
pub type Colours = fn(Ink) -> [u8; 3];
