//! The pages of the lens that are not about one image.

use std::f64::consts::LN_2;
use std::ops::ControlFlow;

use egui::accesskit::Role;
use egui::{Key, PointerButton, vec2};
use latent_atlas::lens::{Draw, plain_codes};
use latent_atlas::state::lens::code;
use latent_atlas::state::lens::divergence::{Divergences, Estimate};
use latent_atlas::state::{AppState, Phase};

use crate::person::Person;

fn page(state: &AppState) -> &Divergences {
    &state.lens.divergences
}

/// The last estimate is within its error of the closed form, both ways.
#[track_caller]
fn agrees(state: &AppState) -> Estimate {
    let (closed, last) = (page(state).pair().unwrap().kl(), *page(state).estimates.last().unwrap());
    for ((nats, error), closed) in last.nats.iter().zip(last.errors).zip(closed) {
        let off = nats - closed;
        assert!(off.abs() < 4.0 * error + 1e-12, "{off}, se {error}");
    }
    last
}

fn all_samples(state: &AppState) -> bool {
    page(state).estimates.last().is_some_and(|e| e.samples == 1_000_000)
}

#[test]
fn two_gaussians_are_pushed_and_samples_find_their_divergence() {
    let (mut person, _images) = Person::with_model(5);
    person.press(Key::L);
    person.until("the first image is encoded", |s| s.walk.selected_view.is_some());
    person.click(Role::RadioButton, "Divergences");
    person.until("a million samples are in", all_samples);
    agrees(person.state());
    let errors = |s: &AppState| page(s).estimates.iter().map(|e| e.errors[0]).collect::<Vec<_>>();
    let of = errors(person.state());
    assert_eq!(of.len(), 16);
    // From 1000 samples to 100,000 the error falls tenfold.
    assert!((8.0..12.5).contains(&(of[6] / of[12])), "{of:?}");

    person.frames(1);
    let before = page(person.state()).gaussians;
    let dot = person.find(Role::Slider, "μ of p").rect().center();
    person.drag(PointerButton::Primary, dot, dot + vec2(60.0, 0.0));
    let after = page(person.state()).gaussians;
    assert!(after[0].mean[0] > before[0].mean[0] + 0.3 && after[1] == before[1], "{after:?}");
    assert!((after[0].sigma[0] - before[0].sigma[0]).abs() < 1e-12);
    person.until("a million samples of the new pair", all_samples);
    agrees(person.state());

    person.frames(1);
    person.click(Role::RadioButton, "In the plane");
    person.frames(1);
    person.click(Role::Button, "q(z|x) and the prior");
    person.until("samples of the model's own", all_samples);
    agrees(person.state());
    let (gaussians, view) = (page(person.state()).gaussians, person.state().walk.selected_view.as_ref().unwrap());
    assert!((gaussians[0].mean[1] - f64::from(view.mu[1])).abs() < 1e-6);
    let kl = page(person.state()).pair().unwrap().kl()[0];
    assert!((kl - view.kl_nats).abs() < 1e-3, "{kl} here, {} on the map", view.kl_nats);
}

#[test]
fn grey_levels_become_bars_with_a_code() {
    let (mut person, _images) = Person::with_images();
    person.press(Key::L);
    person.click(Role::RadioButton, "Divergences");
    person.frames(1);
    person.click(Role::RadioButton, "Bars");
    person.frames(2);
    assert!(person.sees("The best prefix code for p (Huffman)"));
    person.click(Role::Button, "Grey levels of the images");
    person.until("they are counted", |s| page(s).bars[0].len() == 16 && !page(s).counting);
    person.frames(1);
    assert!((page(person.state()).bars[0].iter().sum::<f64>() - 1.0).abs() < 1e-9);
    let rect = person.find(Role::Image, "The densities of p and q").rect();
    // The left half of the first column, half way up.
    let at = rect.left_top() + vec2(rect.width() / 64.0, rect.height() * 0.9);
    let before = page(person.state()).bars[0][0];
    person.drag(PointerButton::Primary, at, at - vec2(0.0, rect.height() * 0.4));
    let after = page(person.state()).bars[0][0];
    assert!((after - before).abs() > 0.01, "{before} {after}");
}

#[test]
fn the_model_is_a_code_beside_plain_ones_and_beside_other_runs() {
    let (mut person, _images) = Person::with_model(5);
    person.set("β", "6");
    person.click(Role::Button, "New run");
    person.until("the second run has ended", |s| {
        s.training.run.as_ref().is_some_and(|run| run.config.train.beta > 5.0)
            && matches!(s.training.phase, Phase::Ended(_))
    });
    person.press(Key::L);
    person.click(Role::RadioButton, "A code");
    person
        .until("the images are counted and the runs listed", |s| s.lens.plain.is_some() && code::runs(s).0.len() == 2);
    let (runs, n_apart) = code::runs(person.state());
    assert_eq!((runs[0].is_open, runs[0].beta, runs[1].beta, n_apart), (true, 6.0, 1.0, 0));
    let terms = person.state().training.history.validation.last().unwrap().terms;
    assert!((runs[0].rate.bits() + terms.elbo_nats() / LN_2).abs() < 1e-9, "{runs:?}");
    assert!(runs[0].rate.rate_bits < runs[1].rate.rate_bits, "a larger β buys a lower rate: {runs:?}");
    person.frames(1);
    assert!(person.sees(&format!("{:.2}", runs[1].rate.rate_bits)) && person.sees(&runs[1].name));

    // Every held image was counted.
    let (of, codes) = person.state().lens.plain.clone().unwrap();
    let data = person.state().data.set.clone().unwrap();
    let (fraction, seed) = of.held.unwrap();
    let held = data.split(fraction, seed).validation;
    let expected = plain_codes(&data, &held, &|_| ControlFlow::Continue(())).unwrap().unwrap();
    assert_eq!(*codes, expected);
    let shown = |bits: f64| format!("{bits:.4}");
    assert!(person.sees(&shown(codes.entropy_bits_per_pixel)) && person.sees(&shown(codes.png_bits_per_pixel)));
    assert!(person.sees(&shown(runs[0].rate.bits_per_pixel())));
    // Codes are counted in bits, whatever the other pages are counted in.
    assert!(!person.has(Role::RadioButton, "nats"));
}

#[test]
fn new_images_are_drawn_from_the_prior_and_from_where_the_images_lie() {
    let (mut person, _images) = Person::with_model(5);
    person.press(Key::L);
    person.click(Role::RadioButton, "Generate");
    let drawn = |s: &AppState| s.lens.generating.generated.clone();
    person.until("both are drawn", |s| drawn(s).is_some_and(|g| g.aggregate.is_some()));
    person.frames(2);
    assert!(person.has(Role::Image, "From the prior"));
    let first = drawn(person.state()).unwrap();
    let shape = person.state().training.model.unwrap().shape;
    assert_eq!(first.prior.len(), 36 * shape.pixels());
    let (aggregate, n) = first.aggregate.clone().unwrap();
    assert!(n > 1 && aggregate.len() == first.prior.len() && aggregate != first.prior);

    person.click(Role::Button, "Again");
    person.until("others are drawn", |s| drawn(s).is_some_and(|g| g.order.round == 1));
    let second = drawn(person.state()).unwrap();
    assert_ne!(first.prior, second.prior);
    person.frames(1);
    person.click(Role::RadioButton, "With the decoder's noise");
    person.until("with noise", |s| drawn(s).is_some_and(|g| g.order.draw == Draw::Sample));
    // The decoder is Bernoulli: its samples are black and white.
    assert!(drawn(person.state()).unwrap().prior.iter().all(|v| [0, 255].contains(v)));
}
