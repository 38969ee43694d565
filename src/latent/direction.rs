//! Directions that stand for an attribute, and the arithmetic of points (Larsen et al. 2016; White 2016).

use serde::{Deserialize, Serialize};

/// What changes from one group of images to another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Direction {
    /// Unit vector, `[d]`.
    pub unit: Vec<f32>,
    /// How far the groups' means are apart: strength 1 goes from one to the other.
    pub scale: f32,
}

impl Direction {
    /// From the mean of the images `without` to that of `with`: indices into `mu`, `[n, d]`. `None` when a group is empty,
    /// names an image that is not there, or when the means coincide.
    pub fn between(mu: &[f32], latent_dim: usize, without: &[u32], with: &[u32]) -> Option<Self> {
        Self::from_to(&Self::centre(mu, latent_dim, without)?, &Self::centre(mu, latent_dim, with)?)
    }

    /// The mean of a group, `[d]`: indices into `mu`, `[n, d]`. `None` when it is empty or names an image that is not there.
    pub fn centre(mu: &[f32], latent_dim: usize, group: &[u32]) -> Option<Vec<f64>> {
        let mut sum = vec![0.0_f64; latent_dim];
        for &idx in group {
            let row = mu.get(idx as usize * latent_dim..(idx as usize + 1) * latent_dim)?;
            sum.iter_mut().zip(row).for_each(|(sum, v)| *sum += f64::from(*v));
        }
        (!group.is_empty()).then(|| sum.iter().map(|sum| sum / group.len() as f64).collect())
    }

    /// From one point to another, `[d]` each. `None` when they coincide.
    pub fn from_to(from: &[f64], to: &[f64]) -> Option<Self> {
        let difference: Vec<f64> = to.iter().zip(from).map(|(to, from)| to - from).collect();
        let scale = difference.iter().map(|v| v * v).sum::<f64>().sqrt();
        let unit = difference.iter().map(|v| (v / scale) as f32).collect();
        (scale > 0.0).then_some(Self { unit, scale: scale as f32 })
    }

    /// z moved by `strength` times the distance of the groups; negative goes the other way, above 1 overshoots.
    pub fn apply(&self, z: &[f32], strength: f32) -> Vec<f32> {
        z.iter().zip(&self.unit).map(|(z, u)| z + strength * self.scale * u).collect()
    }
}

/// What is to c as a is to b: a − b + c, `[d]` each.
pub fn analogy(a: &[f32], b: &[f32], c: &[f32]) -> Vec<f32> {
    a.iter().zip(b).zip(c).map(|((a, b), c)| a - b + c).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MU: [f32; 8] = [0.0, 0.0, 2.0, 0.0, 3.0, 4.0, 5.0, 4.0];

    #[test]
    fn a_direction_leads_from_one_mean_to_the_other() {
        let direction = Direction::between(&MU, 2, &[0, 1], &[2, 3]).unwrap();
        assert_eq!((direction.scale, &direction.unit), (5.0, &vec![0.6, 0.8]));
        assert_eq!(direction.apply(&[1.0, 0.0], 1.0), [4.0, 4.0]);
        assert_eq!(direction.apply(&[1.0, 0.0], -2.0), [-5.0, -8.0]);
    }

    #[test]
    fn groups_that_say_nothing_give_none() {
        for (without, with) in [(&[][..], &[1][..]), (&[0], &[]), (&[0], &[9]), (&[0, 1], &[1, 0])] {
            assert_eq!(Direction::between(&MU, 2, without, with), None, "{without:?} {with:?}");
        }
    }

    #[test]
    fn an_analogy_completes_the_parallelogram() {
        assert_eq!(analogy(&[3.0, 4.0], &[0.0, 0.0], &[2.0, 0.0]), [5.0, 4.0]);
    }
}
