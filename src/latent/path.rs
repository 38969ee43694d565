//! Ways from one latent point to another.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

/// The shape of the way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Path {
    /// A straight line at constant speed.
    #[default]
    Lerp,
    /// Constant angular speed about the origin, the radius changing evenly (Shoemake 1985; White 2016): stays at the
    /// radius where a Gaussian prior has its mass.
    Slerp,
    /// The way that changes the decoded image least (Arvanitidis et al. 2018); [`crate::latent::geodesic`] finds it.
    Geodesic,
}

impl Path {
    /// Every path, in the order shown to the user.
    pub const ALL: &[Self] = &[Self::Lerp, Self::Slerp, Self::Geodesic];

    /// The word for it on the command line.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Lerp => "lerp",
            Self::Slerp => "slerp",
            Self::Geodesic => "geodesic",
        }
    }

    /// The point at `t` in [0, 1] between `a` and `b`; a geodesic has no formula, and the straight line stands for it.
    pub(super) fn at(self, a: &[f32], b: &[f32], t: f32) -> Vec<f32> {
        let mix = |wa: f32, wb: f32| a.iter().zip(b).map(|(x, y)| wa * x + wb * y).collect();
        let lerp = mix(1.0 - t, t);
        if self != Self::Slerp {
            return lerp;
        }
        let norm = |v: &[f32]| v.iter().map(|x| x * x).sum::<f32>().sqrt();
        let (na, nb) = (norm(a), norm(b));
        let dot: f32 = a.iter().zip(b).map(|(x, y)| x * y).sum();
        let angle = (dot / (na * nb)).clamp(-1.0, 1.0).acos();
        // No direction, the same direction, or opposite ones: no arc is defined, the straight line is.
        if !angle.is_finite() || angle.sin() < 1e-4 {
            return lerp;
        }
        // Unit vectors turned by the angle, times the radius between the two: for na = nb this is Shoemake's formula.
        let (wa, wb) = (((1.0 - t) * angle).sin() / angle.sin(), (t * angle).sin() / angle.sin());
        let radius = (1.0 - t) * na + t * nb;
        mix(wa * radius / na, wb * radius / nb)
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for Path {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let path = Self::ALL.iter().copied().find(|p| p.word() == text);
        path.ok_or_else(|| format!("\"{text}\" is no path; known are lerp, slerp and geodesic"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: Path, a: &[f32], b: &[f32], t: f32, expected: &[f32]) {
        let got = path.at(a, b, t);
        let near = got.iter().zip(expected).all(|(g, e)| (g - e).abs() < 1e-5);
        assert!(near && got.len() == expected.len(), "{got:?} against {expected:?}");
    }

    #[test]
    fn lerp_is_straight_and_slerp_keeps_the_radius() {
        check(Path::Lerp, &[1.0, 0.0], &[0.0, 1.0], 0.5, &[0.5, 0.5]);
        let h = 0.5_f32.sqrt();
        check(Path::Slerp, &[1.0, 0.0], &[0.0, 1.0], 0.5, &[h, h]);
        check(Path::Slerp, &[1.0, 0.0], &[0.0, 3.0], 0.5, &[2.0 * h, 2.0 * h]);
        check(Path::Slerp, &[2.0, 0.0], &[0.0, 2.0], 1.0 / 3.0, &[3.0_f32.sqrt(), 1.0]);
    }

    #[test]
    fn slerp_without_an_arc_is_the_straight_line() {
        check(Path::Slerp, &[0.0, 0.0], &[1.0, 2.0], 0.25, &[0.25, 0.5]);
        check(Path::Slerp, &[1.0, 1.0], &[2.0, 2.0], 0.5, &[1.5, 1.5]);
        check(Path::Slerp, &[1.0, 0.0], &[-1.0, 0.0], 0.5, &[0.0, 0.0]);
    }
}
