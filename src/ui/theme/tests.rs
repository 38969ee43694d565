//! Colours of curves, seen by eyes of three kinds.

use super::*;

/// What is left of linear red, green and blue without one kind of cone (Machado et al. 2009, severity 1).
const EYES: [[[f64; 3]; 3]; 3] = [
    [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
    [[0.152_286, 1.052_583, -0.204_868], [0.114_503, 0.786_281, 0.099_216], [-0.003_882, -0.048_116, 1.051_998]],
    [[0.367_322, 0.860_646, -0.227_968], [0.280_085, 0.672_501, 0.047_413], [-0.011_820, 0.042_940, 0.968_881]],
];

fn times(matrix: [[f64; 3]; 3], [a, b, c]: [f64; 3]) -> [f64; 3] {
    matrix.map(|[x, y, z]| x * a + y * b + z * c)
}

/// Oklab (Ottosson 2020), where distances are even.
fn oklab(colour: Color32, eye: [[f64; 3]; 3]) -> [f64; 3] {
    let linear = [colour.r(), colour.g(), colour.b()].map(|byte| {
        let c = f64::from(byte) / 255.0;
        if c <= 0.040_45 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
    });
    let seen = times(eye, linear).map(|c| c.clamp(0.0, 1.0));
    let cones = [
        [0.412_221_470_8, 0.536_332_536_3, 0.051_445_992_9],
        [0.211_903_498_2, 0.680_699_545_1, 0.107_396_956_6],
        [0.088_302_461_9, 0.281_718_837_6, 0.629_978_700_5],
    ];
    let opponents = [
        [0.210_454_255_3, 0.793_617_785_0, -0.004_072_046_8],
        [1.977_998_495_1, -2.428_592_205_0, 0.450_593_709_9],
        [0.025_904_037_1, 0.782_771_766_2, -0.808_675_766_0],
    ];
    times(opponents, times(cones, seen).map(f64::cbrt))
}

fn apart(a: Color32, b: Color32) -> f64 {
    let distance = |eye| {
        let (a, b) = (oklab(a, eye), oklab(b, eye));
        a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt()
    };
    EYES.map(distance).into_iter().fold(f64::INFINITY, f64::min)
}

#[test]
fn a_run_that_is_drawn_beside_another_is_taken_for_nothing_else() {
    for palette in [&DARK, &LIGHT] {
        let own = [Ink::Recon, Ink::Kl, Ink::Elbo, Ink::Plain, Ink::Validation, Ink::Mark].map(|i| ink(palette, i));
        for (i, run) in palette.runs.iter().enumerate() {
            for other in own.iter().chain(&palette.runs[..i]) {
                let apart = apart(*run, *other);
                // Ten times what is just seen.
                assert!(apart > 0.1, "{run:?} {other:?}: {apart}");
            }
        }
    }
    assert!(apart(class_colour(Some(1)), DARK.validation) < 0.1, "the colour that was taken for validation");
}
