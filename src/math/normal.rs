//! The standard normal distribution function Φ and its inverse.

use std::f64::consts::FRAC_1_SQRT_2;

/// Φ(x) = P(N(0, 1) ≤ x) = ½ erfc(−x / √2), in [0, 1].
pub fn cdf(x: f64) -> f64 {
    0.5 * libm::erfc(-x * FRAC_1_SQRT_2)
}

/// Φ⁻¹(p), the x with Φ(x) = p, to about 1 part in 10¹⁶ (Wichura 1988, algorithm AS 241, PPND16); −∞ for p = 0, ∞ for
/// p = 1, NaN outside [0, 1].
pub fn quantile(p: f64) -> f64 {
    if !(0.0..=1.0).contains(&p) {
        return f64::NAN;
    }
    let q = p - 0.5;
    if q.abs() <= 0.425 {
        return q * ratio(CENTRE, 0.180_625 - q * q);
    }
    let r = (-p.min(1.0 - p).ln()).sqrt();
    let x = match r {
        f64::INFINITY => r,
        _ if r <= 5.0 => ratio(SHOULDER, r - 1.6),
        _ => ratio(TAIL, r - 5.0),
    };
    x.copysign(q)
}

/// Two polynomials, highest power first, one over the other.
fn ratio([above, below]: [[f64; 8]; 2], r: f64) -> f64 {
    let at = |polynomial: [f64; 8]| polynomial.iter().fold(0.0, |sum, coefficient| sum * r + coefficient);
    at(above) / at(below)
}

// Wichura's coefficients, for |p − ½| ≤ 0.425, for the rest down to p = e⁻²⁵, and for the tails.
const CENTRE: [[f64; 8]; 2] = [
    [
        2_509.080_928_730_122_7,
        33_430.575_583_588_13,
        67_265.770_927_008_7,
        45_921.953_931_549_87,
        13_731.693_765_509_46,
        1_971.590_950_306_551_3,
        133.141_667_891_784_38,
        3.387_132_872_796_366_5,
    ],
    [
        5_226.495_278_852_854,
        28_729.085_735_721_943,
        39_307.895_800_092_71,
        21_213.794_301_586_597,
        5_394.196_021_424_751,
        687.187_007_492_057_9,
        42.313_330_701_600_91,
        1.0,
    ],
];
const SHOULDER: [[f64; 8]; 2] = [
    [
        0.000_774_545_014_278_341_4,
        0.022_723_844_989_269_184,
        0.241_780_725_177_450_6,
        1.270_458_252_452_368_4,
        3.647_848_324_763_204_5,
        5.769_497_221_460_691,
        4.630_337_846_156_546,
        1.423_437_110_749_683_5,
    ],
    [
        1.050_750_071_644_416_9e-9,
        0.000_547_593_808_499_534_5,
        0.015_198_666_563_616_457,
        0.148_103_976_427_480_08,
        0.689_767_334_985_1,
        1.676_384_830_183_803_8,
        2.053_191_626_637_759,
        1.0,
    ],
];
const TAIL: [[f64; 8]; 2] = [
    [
        2.010_334_399_292_288_1e-7,
        2.711_555_568_743_487_6e-5,
        0.001_242_660_947_388_078_4,
        0.026_532_189_526_576_124,
        0.296_560_571_828_504_87,
        1.784_826_539_917_291_3,
        5.463_784_911_164_114,
        6.657_904_643_501_103,
    ],
    [
        2.044_263_103_389_939_7e-15,
        1.421_511_758_316_446e-7,
        1.846_318_317_510_054_8e-5,
        0.000_786_869_131_145_613_3,
        0.014_875_361_290_850_615,
        0.136_929_880_922_735_8,
        0.599_832_206_555_888,
        1.0,
    ],
];

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn close(got: f64, expected: f64) {
        assert!((got - expected).abs() <= 2e-14 * expected.abs(), "{got} against {expected}");
    }

    // scipy.stats.norm.cdf, SciPy 1.17.
    #[test]
    fn the_distribution_function_agrees_with_scipy() {
        close(cdf(0.0), 0.5);
        close(cdf(-1.0), 0.158_655_253_931_457_07);
        close(cdf(0.3), 0.617_911_422_188_952_6);
        close(cdf(2.5), 0.993_790_334_674_223_8);
        close(cdf(-6.0), 9.865_876_450_376_946e-10);
        close(cdf(-20.0), 2.753_624_118_606_155_6e-89);
    }

    // scipy.stats.norm.ppf, SciPy 1.17.
    #[test]
    fn the_inverse_agrees_with_scipy_in_the_centre_and_far_out() {
        close(quantile(0.5), 0.0);
        close(quantile(0.025), -1.959_963_984_540_054_5);
        close(quantile(0.84), 0.994_457_883_209_753);
        close(quantile(0.002), -2.878_161_739_095_483);
        close(quantile(0.998_046_875), 2.885_634_912_426_757_3);
        close(quantile(1e-10), -6.361_340_902_404_056);
        close(quantile(1e-300), -37.047_096_299_361_2);
    }

    #[test]
    fn the_inverse_undoes_the_function_and_knows_its_limits() {
        for x in [-7.5, -3.0, -0.25, 0.0, 0.8, 2.0, 4.0] {
            assert!((quantile(cdf(x)) - x).abs() < 1e-11, "{x}");
        }
        assert_eq!([quantile(0.0), quantile(1.0)], [f64::NEG_INFINITY, f64::INFINITY]);
        assert!([-0.1, 1.1, f64::NAN].iter().all(|&p| quantile(p).is_nan()));
    }
}
