//! Commands about the curves, and about the window itself.

use rust_i18n::t;

use super::{Command, Outcome, when};
use crate::curves::{Format, Metric, Scale, Unit, XAxis};
use crate::state::{Action, AppState, CurvesChange, Language, Series, ThemeChoice};

/// A little, as at the first start, and much of it.
const SMOOTHINGS: [f64; 3] = [0.0, 0.9, 0.99];

/// How the curves are looked at, and saved.
pub const ALL: &[Command] = &[
    Command::new("command.curves", |_| Ok(change(CurvesChange::Open))).on(|state| state.curves.open),
    Command::new("command.curves_fit", |state| {
        when(state.curves.is_zoomed(), t!("finder.curves_whole"), Action::Curves(CurvesChange::Fit))
    }),
    Command::new("command.save_png", |state| save(state, Format::Png, false)),
    Command::new("command.save_svg", |state| save(state, Format::Svg, false)),
    Command::new("command.save_csv", |state| save(state, Format::Csv, false)),
    Command::new("command.save_png_as", |state| save(state, Format::Png, true)),
    Command::new("command.save_svg_as", |state| save(state, Format::Svg, true)),
    Command::new("command.save_csv_as", |state| save(state, Format::Csv, true)),
    Command::new("command.log_x", |state| Ok(change(CurvesChange::XScale(other(state.curves.x_scale)))))
        .on(|state| state.curves.x_scale == Scale::Log),
    Command::new("command.log_y", |state| Ok(change(CurvesChange::YScale(other(state.curves.y_scale)))))
        .on(|state| state.curves.y_scale == Scale::Log),
    Command::new("command.outliers", |state| Ok(change(CurvesChange::WithoutOutliers(!state.curves.without_outliers))))
        .on(|state| state.curves.without_outliers),
    Command::new("command.smoothing_none", |_| Ok(change(CurvesChange::Smoothing(SMOOTHINGS[0]))))
        .on(|state| smoothed_by(state, SMOOTHINGS[0])),
    Command::new("command.smoothing_usual", |_| Ok(change(CurvesChange::Smoothing(SMOOTHINGS[1]))))
        .on(|state| smoothed_by(state, SMOOTHINGS[1])),
    Command::new("command.smoothing_much", |_| Ok(change(CurvesChange::Smoothing(SMOOTHINGS[2]))))
        .on(|state| smoothed_by(state, SMOOTHINGS[2])),
    Command::new("command.by_step", |_| Ok(change(CurvesChange::X(XAxis::Step))))
        .on(|state| state.curves.x == XAxis::Step),
    Command::new("command.by_epoch", |_| Ok(change(CurvesChange::X(XAxis::Epoch))))
        .on(|state| state.curves.x == XAxis::Epoch),
    Command::new("command.by_time", |_| Ok(change(CurvesChange::X(XAxis::Time))))
        .on(|state| state.curves.x == XAxis::Time),
    Command::new("command.bits", |state| {
        Ok(change(CurvesChange::Unit(Unit { bits: !state.curves.unit.bits, ..state.curves.unit })))
    })
    .on(|state| state.curves.unit.bits),
    Command::new("command.per_pixel", |state| {
        Ok(change(CurvesChange::Unit(Unit { per_pixel: !state.curves.unit.per_pixel, ..state.curves.unit })))
    })
    .on(|state| state.curves.unit.per_pixel),
    Command::new("command.line_raw", |_| Ok(change(CurvesChange::Toggle(Series::Raw))))
        .on(|state| state.curves.shows(Series::Raw)),
    Command::new("command.line_train", |_| Ok(change(CurvesChange::Toggle(Series::Train))))
        .on(|state| state.curves.shows(Series::Train)),
    Command::new("command.line_validation", |_| Ok(change(CurvesChange::Toggle(Series::Validation))))
        .on(|state| state.curves.shows(Series::Validation)),
    Command::new("command.plot_recon", |_| Ok(plot(Metric::Recon))).on(|state| state.curves.shows_plot(Metric::Recon)),
    Command::new("command.plot_kl", |_| Ok(plot(Metric::Kl))).on(|state| state.curves.shows_plot(Metric::Kl)),
    Command::new("command.plot_elbo", |_| Ok(plot(Metric::Elbo))).on(|state| state.curves.shows_plot(Metric::Elbo)),
    Command::new("command.plot_beta_kl", |_| Ok(plot(Metric::BetaKl)))
        .on(|state| state.curves.shows_plot(Metric::BetaKl)),
    Command::new("command.plot_sigma", |_| Ok(plot(Metric::Sigma))).on(|state| state.curves.shows_plot(Metric::Sigma)),
    Command::new("command.plot_lr", |_| Ok(plot(Metric::Lr))).on(|state| state.curves.shows_plot(Metric::Lr)),
    Command::new("command.plot_rate", |_| Ok(plot(Metric::Rate))).on(|state| state.curves.shows_plot(Metric::Rate)),
];

/// The window's colours and language.
pub const WINDOW: &[Command] = &[
    Command::new("command.theme_system", |_| Ok(Action::SetTheme(ThemeChoice::System)))
        .on(|state| state.theme == ThemeChoice::System),
    Command::new("command.theme_light", |_| Ok(Action::SetTheme(ThemeChoice::Light)))
        .on(|state| state.theme == ThemeChoice::Light),
    Command::new("command.theme_dark", |_| Ok(Action::SetTheme(ThemeChoice::Dark)))
        .on(|state| state.theme == ThemeChoice::Dark),
    Command::new("language.command_system", |_| Ok(Action::SetLanguage(None))).on(|state| state.language.is_none()),
    Command::new("language.command_english", |_| Ok(Action::SetLanguage(Some(Language::English))))
        .on(|state| state.language == Some(Language::English)),
    Command::new("language.command_chinese", |_| Ok(Action::SetLanguage(Some(Language::Chinese))))
        .on(|state| state.language == Some(Language::Chinese)),
];

fn change(change: CurvesChange) -> Action {
    Action::Curves(change)
}

fn plot(metric: Metric) -> Action {
    change(CurvesChange::Plot(metric))
}

fn smoothed_by(state: &AppState, smoothing: f64) -> bool {
    (state.curves.smoothing - smoothing).abs() < 1e-9
}

fn other(scale: Scale) -> Scale {
    if scale == Scale::Log { Scale::Linear } else { Scale::Log }
}

fn save(state: &AppState, format: Format, asks: bool) -> Outcome {
    let has_curves = state.training.history.n_steps() > 0;
    when(has_curves, t!("finder.needs_curves"), Action::SaveCurves(format, asks))
}
