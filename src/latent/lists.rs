//! What is remarkable in a folder as lists to go through: each whole, the most remarkable first.

use crate::latent::inspect::Inspection;

/// One of the lists.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum List {
    /// Images by their reconstruction error.
    #[default]
    Worst,
    /// Images by how thinly their places are settled.
    Outliers,
    /// Pairs by how little they differ.
    Alike,
}

/// An image, and how badly it is reconstructed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Worst {
    /// Which.
    pub image: u32,
    /// Σ (x − f(μ))² over pixels in [0, 1].
    pub squared_error: f32,
}

/// An image, and how thinly its place is settled.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outlier {
    /// Which.
    pub image: u32,
    /// log q(μ) by the other images, nats.
    pub log_density_nats: f64,
    /// The share of the images that lie in thinner places, percent.
    pub percentile: f64,
}

/// Two images that differ little, or not at all.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Alike {
    /// Which, the lower index first.
    pub images: [u32; 2],
    /// Root of the mean squared difference of pixel values in [0, 1]; 0 for copies.
    pub rms_pixels: f32,
    /// Euclidean distance of their means; 0 for copies.
    pub distance_z: f32,
}

/// The lists.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Lists {
    /// Every image, the worst reconstructed first.
    pub worst: Vec<Worst>,
    /// Every image, the loneliest first.
    pub outliers: Vec<Outlier>,
    /// Copies, each beside the first of its kind, then the most alike.
    pub alike: Vec<Alike>,
    /// How many of `alike` are copies.
    pub copies: usize,
}

impl Lists {
    /// Entries of a list.
    pub fn len(&self, list: List) -> usize {
        match list {
            List::Worst => self.worst.len(),
            List::Outliers => self.outliers.len(),
            List::Alike => self.alike.len(),
        }
    }
}

impl From<&Inspection> for Lists {
    fn from(found: &Inspection) -> Self {
        let worst = |image: u32| Worst { image, squared_error: found.errors[image as usize] };
        let outlier = |image: u32| {
            let log_density_nats = found.log_densities[image as usize];
            Outlier { image, log_density_nats, percentile: found.density.percentile(log_density_nats) }
        };
        let of_group = |group: &Vec<u32>| {
            let pairs: Vec<[u32; 2]> = match group.split_first() {
                Some((first, others)) => others.iter().map(|other| [*first, *other]).collect(),
                None => Vec::new(),
            };
            pairs.into_iter().map(|images| Alike { images, rms_pixels: 0.0, distance_z: 0.0 })
        };
        let mut alike: Vec<Alike> = found.copies.iter().flat_map(of_group).collect();
        let copies = alike.len();
        alike.extend(found.twins.iter().map(|twins| Alike {
            images: twins.images,
            rms_pixels: twins.rms_pixels,
            distance_z: twins.distance_z,
        }));
        Self {
            worst: found.worst().into_iter().map(worst).collect(),
            outliers: found.outliers().into_iter().map(outlier).collect(),
            alike,
            copies,
        }
    }
}
