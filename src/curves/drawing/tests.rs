//! What is drawn, against values that are known beforehand.

use super::*;
use crate::curves::column::up_to;
use crate::train::Terms;

fn step(i: u64, recon_nats: f64) -> StepStats {
    let terms = Terms { recon_nats, kl_nats: 2.0 };
    let (epoch, seconds) = (i as f64 / 10.0, i as f64 * 0.5);
    StepStats { step: i, epoch, seconds, terms, beta: 0.5, lr: 1e-3, sigma: None, n_images: 20 }
}

fn source(n: u64, recon: impl Fn(u64) -> f64) -> Source {
    let held = |epoch: u64| {
        let terms = Terms { recon_nats: 1000.0 + epoch as f64, kl_nats: 3.0 };
        Held { step: epoch * 10, epoch: epoch as f64, seconds: epoch as f64 * 5.0, terms, beta: 0.5 }
    };
    let steps = (1..=n).map(|i| step(i, recon(i))).collect();
    Source { run: "cats-01".into(), steps, held: Arc::new((1..=n / 10).map(held).collect()), n_values: 4 }
}

fn want(range: Option<(f64, f64)>) -> Want {
    Want {
        metrics: vec![Metric::Recon],
        x: XAxis::Step,
        x_scale: Scale::Linear,
        y_scale: Scale::Linear,
        range,
        columns: 500,
        smoothing: 0.0,
        unit: Unit::default(),
    }
}

fn draw(want: Want, source: Source) -> Drawn {
    Order { want, sources: vec![source] }.draw()
}

fn curve(drawn: &Drawn, metric: Metric) -> &DrawnCurve {
    &drawn.plot(metric).unwrap().curves[0]
}

#[test]
fn a_million_steps_become_a_few_columns_that_keep_every_spike() {
    let recon = |i| if i == 654_321 { -5000.0 } else { (i % 100) as f64 };
    let drawn = draw(want(None), source(1_000_000, recon));
    let train = &curve(&drawn, Metric::Recon).train;
    assert!(train.len() <= 502, "{}", train.len());
    assert_eq!(train.iter().filter(|c| c.min == -5000.0).count(), 1);
    assert!(train.iter().all(|c| c.max == 99.0));
    assert!(train.windows(2).all(|w| w[0].x_last < w[1].x_first));
    assert_eq!((train[0].x_first, train.last().unwrap().step), (1.0, 1_000_000));
    assert_eq!(drawn.x, (0.0, 1e6));
}

#[test]
fn a_range_is_drawn_step_by_step_once_there_is_room() {
    let recon = |i: u64| (i as f64).sin();
    let drawn = draw(want(Some((499_900.0, 500_100.0))), source(1_000_000, recon));
    let train = &curve(&drawn, Metric::Recon).train;
    let inside: Vec<_> = train.iter().filter(|c| (499_900..=500_100).contains(&c.step)).collect();
    assert_eq!(inside.len(), 201);
    assert!(inside.iter().all(|c| c.min == recon(c.step) && c.max == recon(c.step)));
    // A step beyond each end lets the line leave the picture.
    assert_eq!((train[0].step, train.last().unwrap().step), (499_899, 500_101));
}

#[test]
fn what_is_smoothed_does_not_depend_on_where_one_looks() {
    let recon = |i: u64| (i % 17) as f64;
    let whole = draw(Want { smoothing: 0.99, columns: 5000, ..want(None) }, source(3000, recon));
    let part = draw(Want { smoothing: 0.99, ..want(Some((2000.0, 2100.0))) }, source(3000, recon));
    for column in &curve(&part, Metric::Recon).train {
        let same = up_to(&curve(&whole, Metric::Recon).train, column.step).unwrap();
        assert_eq!((same.step, same.smooth), (column.step, column.smooth));
    }
    assert_eq!(curve(&part, Metric::Recon).latest, curve(&whole, Metric::Recon).latest);
}

#[test]
fn validation_stands_where_it_was_made_on_every_axis() {
    for (x, at) in [(XAxis::Step, 30.0), (XAxis::Epoch, 3.0), (XAxis::Time, 15.0)] {
        let drawn = draw(Want { x, ..want(None) }, source(100, |_| 7.0));
        let held = &curve(&drawn, Metric::Recon).held;
        assert_eq!((held.len(), held[2].x_last, held[2].last, held[2].step), (10, at, 1003.0, 30));
        // The step it was made after stands at the same place.
        let train = up_to(&curve(&drawn, Metric::Recon).train, 30).unwrap();
        assert_eq!((train.step, train.x_last), (30, at));
    }
}

#[test]
fn units_apply_to_information_and_to_nothing_else() {
    let unit = Unit { bits: true, per_pixel: true };
    let metrics = vec![Metric::Recon, Metric::BetaKl, Metric::Lr];
    let drawn = draw(Want { metrics, unit, ..want(None) }, source(100, |_| 8.0 * 2.0_f64.ln()));
    let last = |metric| curve(&drawn, metric).latest.unwrap();
    assert!((last(Metric::Recon) - 2.0).abs() < 1e-12);
    assert!((last(Metric::BetaKl) - 1.0 / (4.0 * 2.0_f64.ln())).abs() < 1e-12);
    assert_eq!(last(Metric::Lr), 1e-3);
}

#[test]
fn a_logarithmic_axis_counts_what_it_cannot_show() {
    let recon = |i: u64| {
        if i <= 30 {
            -1.0
        } else if i == 31 {
            0.0
        } else {
            10.0
        }
    };
    let metrics = vec![Metric::Recon, Metric::Elbo];
    let drawn = draw(Want { y_scale: Scale::Log, metrics, ..want(None) }, source(100, recon));
    let recon = curve(&drawn, Metric::Recon);
    assert_eq!((recon.n, recon.n_hidden), (100, 31));
    assert_eq!(recon.raw_spread.unwrap().min, 10.0);
    assert!(recon.train[0].min > recon.train[0].max);
    // The ELBO is shown as its negative, which here is above zero even for the first steps: -1 + 2.
    let plot = drawn.plot(Metric::Elbo).unwrap();
    assert!(plot.negated);
    let elbo = &plot.curves[0];
    assert_eq!((elbo.n_hidden, elbo.latest), (0, Some(12.0)));
}

#[test]
fn a_second_run_is_one_more_curve() {
    let mut other = source(50, |_| 3.0);
    other.run = "cats-02".into();
    let drawn = Order { want: want(None), sources: vec![source(100, |_| 7.0), other] }.draw();
    assert_eq!(drawn.runs, ["cats-01", "cats-02"]);
    let curves = &drawn.plot(Metric::Recon).unwrap().curves;
    assert_eq!(curves.iter().map(|c| (c.run, c.latest)).collect::<Vec<_>>(), [(0, Some(7.0)), (1, Some(3.0))]);
    // On one axis, to the end of the longer one.
    assert_eq!(drawn.x, (0.0, 100.0));
}

#[test]
fn a_run_of_one_step_and_one_of_none_are_drawn_too() {
    for n in [0, 1] {
        for x_scale in [Scale::Linear, Scale::Log] {
            let drawn = draw(Want { x_scale, ..want(None) }, source(n, |_| 7.0));
            assert!(drawn.x.0 < drawn.x.1 && drawn.x.0.is_finite(), "{:?}", drawn.x);
            assert_eq!(curve(&drawn, Metric::Recon).train.len() as u64, n);
        }
    }
}
