//! `bench`: every figure is there; how large they are is no matter for a test.

use crate::support::{json_in, number};

#[test]
fn every_figure_of_training_and_decoding_is_told() {
    let here = tempfile::tempdir().unwrap();
    let told = |part: &str| json_in(here.path(), &format!("bench --seconds 0.05 --only {part}")).pop().unwrap();
    let (train, decode) = (told("train"), told("decode"));
    for model in ["mlp", "conv28", "conv64"] {
        for key in ["step_ms", "images_per_second", "gflops", "fraction_of_gemm"] {
            assert!(number(&train, &format!("train.{model}.{key}")) > 0.0);
        }
        for key in ["one_p50_us", "one_p99_us", "grid400_ms"] {
            assert!(number(&decode, &format!("decode.{model}.{key}")) > 0.0);
        }
    }
    assert!(number(&train, "gemm_gflops") > 0.0 && train["decode"].is_null());
}
