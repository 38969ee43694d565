//! A comparison as a table for people.

use crate::cli::diff::{Compared, Figures, Side};

/// A line: its name, and a value for each run.
type Line = (String, [String; 2]);

/// Which validation of a run.
type Pick = for<'a> fn(&'a Side<'_>) -> Option<&'a Figures>;

/// The table, and what is to be said about it.
pub fn text(compared: &Compared<'_>) -> String {
    let lines = lines(compared);
    let width = |cells: &mut dyn Iterator<Item = &String>| cells.map(|cell| cell.chars().count()).max().unwrap_or(0);
    let names = width(&mut lines.iter().map(|(name, _)| name));
    let first = width(&mut lines.iter().map(|(_, [a, _])| a));
    let line = |(name, [a, b]): &Line| format!("{name:names$}  {a:first$}  {b}").trim_end().to_owned();
    let same = compared.differing.is_empty().then(|| "the settings are the same".to_owned());
    let caution = compared.caution.clone();
    lines.iter().map(line).chain(same).chain(caution).collect::<Vec<_>>().join("\n")
}

fn lines(compared: &Compared<'_>) -> Vec<Line> {
    let [a, b] = &compared.runs;
    let both = |name: &str, of: &dyn Fn(&Side<'_>) -> String| (name.to_owned(), [of(a), of(b)]);
    let mut lines = vec![both("", &|side| side.run.clone())];
    if a.source != b.source {
        lines.push(both("images", &|side| side.source.to_owned()));
    }
    lines.extend(compared.differing.iter().map(|setting| (setting.key.to_owned(), setting.values.clone())));
    lines.push(both("epochs", &|side| format!("{:.1} of {}", side.epoch, side.epochs)));
    lines.push(both("steps", &|side| format!("{} of {}", side.step, side.steps)));
    lines.push(both("seconds", &|side| format!("{:.1}", side.seconds)));
    let picks: [(&str, Pick); 2] = [("best", |side| side.best.as_ref()), ("last", |side| side.last.as_ref())];
    for (word, pick) in picks {
        let figure = |name: &str, text: &dyn Fn(&Figures) -> Option<String>| {
            both(name, &|side| pick(side).and_then(text).unwrap_or_else(|| "none".to_owned()))
        };
        let nats = |value: Option<f64>| value.map(|value| format!("{value:.2}"));
        lines.push(figure(&format!("{word} ELBO, nats/image"), &|f| nats(f.elbo_nats)));
        lines.push(figure("  reconstruction", &|f| nats(Some(f.recon_nats))));
        lines.push(figure("  KL", &|f| nats(f.kl_nats)));
        lines.push(figure("  active units", &|f| f.active_units.map(|n| n.to_string())));
        lines.push(figure("  after epoch", &|f| Some(format!("{:.0}", f.epoch))));
    }
    lines
}
