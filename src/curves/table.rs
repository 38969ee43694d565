//! Every step of every curve as a table: one row a step, units in the header.

use std::io::Write;

use crate::curves::{Average, CurvesError, Held, Metric, Source, Unit};

/// Writes the steps of `sources`, one run after the other. The columns are the run, step, epoch and seconds; of each
/// metric the value, and the value smoothed by `smoothing`; and of the held images, in the row of the step they were
/// evaluated after, the metrics they have.
pub fn write(sources: &[Source], unit: Unit, smoothing: f64, file: &mut dyn Write) -> Result<(), CurvesError> {
    let mut writer = csv::Writer::from_writer(file);
    writer.write_record(header(unit, smoothing))?;
    for source in sources {
        let mut averages = Metric::ALL.map(|_| Average::new(smoothing));
        let (mut seconds_before, mut held) = (0.0, source.held.iter().peekable());
        for step in source.steps.iter() {
            let mut row =
                vec![source.run.clone(), step.step.to_string(), step.epoch.to_string(), step.seconds.to_string()];
            for (metric, average) in Metric::ALL.into_iter().zip(&mut averages) {
                let factor = unit.factor(metric, source.n_values);
                let value = metric.of_step(step, seconds_before).map(|value| factor * value);
                let smoothed = value.map(|value| metric.smoothed(step, value, factor, average));
                row.extend([text(value), text(smoothed)]);
            }
            while held.next_if(|held| held.step < step.step).is_some() {}
            let held = held.next_if(|held| held.step == step.step);
            row.extend(held_metrics().map(|metric| {
                let value = |held: &Held| Some(unit.factor(metric, source.n_values) * metric.of_held(held)?);
                text(held.and_then(value))
            }));
            seconds_before = step.seconds;
            writer.write_record(&row)?;
        }
    }
    writer.flush().map_err(csv::Error::from)?;
    Ok(())
}

fn held_metrics() -> impl Iterator<Item = Metric> {
    Metric::ALL.into_iter().filter(|metric| metric.is_information())
}

fn header(unit: Unit, smoothing: f64) -> Vec<String> {
    let with_unit = |name: String, metric| match unit.key_of(metric) {
        "" => name,
        unit => format!("{name}_{unit}"),
    };
    let mut header: Vec<String> = ["run", "step", "epoch", "seconds"].map(str::to_owned).into();
    for metric in Metric::ALL {
        let key = metric.key();
        header.push(with_unit(key.to_owned(), metric));
        header.push(with_unit(format!("{key}_smoothed_{smoothing}"), metric));
    }
    header.extend(held_metrics().map(|metric| with_unit(format!("validation_{}", metric.key()), metric)));
    header
}

fn text(value: Option<f64>) -> String {
    value.map_or_else(String::new, |value| value.to_string())
}
