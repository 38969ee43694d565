//! The open run beside another: what both decode at the point, their figures, and the settings that differ.

use egui::{Align, Color32, Label, Layout, Response, RichText, Sense, TextureOptions, Ui, vec2};
use rust_i18n::t;

use crate::config::{Kind, RunConfig, differing, name_of, value_of};
use crate::curves::{Metric, chart};
use crate::run::Apart;
use crate::state::comparison::{Comparison, ComparisonAction, OtherRun};
use crate::state::{Action, AppState, Model, Topic};
use crate::train::ValidationStats;
use crate::train::evaluate::ACTIVE_VARIANCE;
use crate::ui::explain::{self, Figure};
use crate::ui::textures::{Key, picture};
use crate::ui::{Cache, format, theme, widgets};

/// Width of the column of names.
const NAMES: f32 = 94.0;
/// Between columns.
const APART: f32 = 6.0;
/// Coordinates of z that are listed.
const SHOWN_AXES: usize = 4;

/// A figure of a validation, in words.
type FigureOf<'a> = &'a dyn Fn(&RunConfig, &ValidationStats) -> Option<String>;
/// What a run is called, and the colour of its curves.
type Name = (String, Color32);

/// Draws the comparison.
pub fn ui(ui: &mut Ui, state: &AppState, comparison: &Comparison, cache: &mut Cache, actions: &mut Vec<Action>) {
    ui.horizontal(|ui| {
        widgets::title(ui, &t!("compare.title"));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let close = ui.add(widgets::close_button()).on_hover_text(t!("compare.close_tip"));
            widgets::name(&close, &t!("compare.close"));
            if close.clicked() {
                actions.push(ComparisonAction::Close.into());
            }
        });
    });
    let Some(other) = &comparison.run else {
        widgets::note(ui, &t!("compare.reading"));
        return;
    };
    let Some(config) = state.training.run.as_ref().map(|run| &run.config) else { return };
    pictures_ui(ui, state, comparison, other, cache);
    widgets::divider(ui);
    let names = names(ui, state, comparison, other);
    figures_ui(ui, state, config, other, &names);
    widgets::divider(ui);
    settings_ui(ui, config, other, &names);
}

/// Both names, each with the colour of its curves.
fn names(ui: &Ui, state: &AppState, comparison: &Comparison, other: &OtherRun) -> [Name; 2] {
    let run = state.training.run.as_ref();
    let own = run.map(|run| run.name.clone()).filter(|name| !name.is_empty());
    let colour = |place: Option<usize>| {
        let palette = theme::palette(ui);
        place.map_or(palette.weak, |place| theme::ink(palette, chart::ink(Metric::Recon, place)))
    };
    let own_place = run.and_then(|run| state.drawn_as(run.folder.as_deref()?));
    [
        (own.unwrap_or_else(|| t!("compare.this").into_owned()), colour(own_place)),
        (other.name.clone(), colour(state.drawn_as(&comparison.folder))),
    ]
}

/// What both decode at the point, side by side.
fn pictures_ui(ui: &mut Ui, state: &AppState, comparison: &Comparison, other: &OtherRun, cache: &mut Cache) {
    let names = names(ui, state, comparison, other);
    let walk = &state.walk;
    let own = state.training.model.as_ref().zip(walk.point_view.as_ref()).map(|(model, view)| {
        let make = || picture(&view.image, model.shape.side, model.shape.channels);
        cache.textures.get(ui.ctx(), Key::Point, walk.version, TextureOptions::NEAREST, make)
    });
    let others = other.model.zip(comparison.point.as_ref()).map(|(model, point)| {
        let make = || picture(&point.image, model.shape.side, model.shape.channels);
        cache.textures.get(ui.ctx(), Key::OtherPoint, comparison.version, TextureOptions::NEAREST, make)
    });
    let why = no_pictures(state.training.model, other);
    let side = ((ui.available_width() - APART) / 2.0).floor();
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = APART;
        for ((name, colour), texture) in names.iter().zip([own, others]) {
            ui.vertical(|ui| {
                ui.set_width(side);
                ui.spacing_mut().item_spacing.y = 4.0;
                if why.is_none() {
                    let text = t!("compare.image", name = name);
                    widgets::picture(ui, &text, texture, side, Sense::hover(), None);
                }
                let text = RichText::new(name).font(theme::strong(theme::BODY));
                widgets::text_row(ui, |ui| dotted_ui(ui, text, *colour).on_hover_text(name));
            });
        }
    });
    match why {
        Some(why) => widgets::note(ui, &why),
        None => widgets::note(ui, &place(state)),
    };
}

/// Why the same point cannot be decoded by both.
fn no_pictures(model: Option<Model>, other: &OtherRun) -> Option<String> {
    let text = match (model, other.model) {
        (None, _) => t!("compare.no_model"),
        (_, None) => t!("compare.no_other_model", name = other.name),
        (Some(own), Some(others)) if own.latent_dim != others.latent_dim => {
            t!("compare.other_space", n = own.latent_dim, of = others.latent_dim)
        }
        _ => return None,
    };
    Some(text.into_owned())
}

/// Where both are decoded.
fn place(state: &AppState) -> String {
    let z = state.point_shown();
    let one = |(axis, value): (usize, &f32)| format!("{} {}", format::axis(axis), format::signed(f64::from(*value), 3));
    let listed = z.iter().enumerate().take(SHOWN_AXES).map(one).collect::<Vec<_>>().join("  ");
    if z.len() > SHOWN_AXES { format!("{listed}  …") } else { listed }
}

/// The best validation of each.
fn figures_ui(ui: &mut Ui, state: &AppState, config: &RunConfig, other: &OtherRun, names: &[Name; 2]) {
    widgets::title(ui, &t!("compare.best")).on_hover_text(t!("compare.best_tip"));
    ui.spacing_mut().item_spacing.y = 3.0;
    heads_ui(ui, names);
    let own = ValidationStats::best(&state.training.history.validation);
    let sides = [(config, own), (&other.record.config, other.best.as_ref())];
    let row = |ui: &mut Ui, topic: Topic, [name, tip]: [&str; 2], strong: bool, of: FigureOf<'_>| {
        let values = sides.map(|(config, held)| held.and_then(|held| of(config, held)).unwrap_or_else(|| "–".into()));
        let rect = row_ui(ui, name, &values, strong).rect;
        let told = values.join("  ·  ");
        explain::over(ui, rect, Figure { topic, name, value: &told }).on_hover_text(tip);
    };
    let bound = |config: &RunConfig, nats: f64| (config.model.kind == Kind::Vae).then(|| format::figure(nats));
    row(ui, Topic::Elbo, [&t!("metric.elbo"), &t!("metric.elbo_tip")], true, &|config, held| {
        bound(config, held.terms.elbo_nats())
    });
    row(ui, Topic::Recon, [&t!("metric.recon"), &t!("metric.recon_tip")], false, &|_, held| {
        Some(format::figure(held.terms.recon_nats))
    });
    row(ui, Topic::KlPrior, [&t!("metric.kl"), &t!("metric.kl_tip")], false, &|config, held| {
        bound(config, held.terms.kl_nats)
    });
    let active_tip = t!("compare.active_tip", threshold = ACTIVE_VARIANCE);
    row(ui, Topic::ActiveUnits, [&t!("compare.active"), &active_tip], false, &|config, held| {
        Some(t!("compare.of", n = held.active_units?, of = config.model.latent_dim).into_owned())
    });
    row(ui, Topic::Epoch, [&t!("compare.after"), &t!("compare.after_tip")], false, &|config, held| {
        Some(t!("compare.of", n = format!("{:.0}", held.epoch), of = config.train.epochs).into_owned())
    });
    let folder = state.training.run.as_ref().and_then(|run| run.folder.as_deref());
    let own = folder.and_then(|folder| state.runs.run(folder));
    if let Some(apart) = own.and_then(|own| Apart::between(&own.record, &other.record)) {
        widgets::note(ui, &apart.in_words());
    }
}

/// The settings that are not the same.
fn settings_ui(ui: &mut Ui, config: &RunConfig, other: &OtherRun, names: &[Name; 2]) {
    widgets::title(ui, &t!("compare.settings"));
    ui.spacing_mut().item_spacing.y = 3.0;
    let others = &other.record.config;
    let keys = differing(&[config, others]);
    if keys.is_empty() {
        widgets::note(ui, &t!("compare.alike"));
        return;
    }
    heads_ui(ui, names);
    for key in keys {
        let values = [config, others].map(|config| value_of(key, &config.get(key).unwrap_or_default()));
        row_ui(ui, &name_of(key), &values, false);
    }
}

/// A run's name behind the colour of its curves.
fn dotted_ui(ui: &mut Ui, name: RichText, colour: Color32) -> Response {
    ui.spacing_mut().item_spacing.x = 4.0;
    let (dot, _) = ui.allocate_exact_size(vec2(7.0, 8.0), Sense::hover());
    ui.painter().circle_filled(dot.center(), 3.5, colour);
    ui.add(Label::new(name).truncate())
}

/// Whose column is which.
fn heads_ui(ui: &mut Ui, names: &[Name; 2]) {
    let (width, weak) = (column(ui), theme::palette(ui).weak);
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = APART;
        ui.allocate_exact_size(vec2(NAMES, 1.0), Sense::hover());
        for (name, colour) in names {
            let text = RichText::new(name).size(theme::SMALL).color(weak);
            let size = vec2(width, theme::TEXT_ROW);
            ui.allocate_ui_with_layout(size, Layout::left_to_right(Align::Center), |ui| {
                ui.set_min_width(width);
                dotted_ui(ui, text, *colour).on_hover_text(name);
            });
        }
    });
}

/// Width of a column of values.
fn column(ui: &Ui) -> f32 {
    ((ui.available_width() - NAMES - 2.0 * APART) / 2.0).floor()
}

/// A name, and a value of each run; returns the row's response.
fn row_ui(ui: &mut Ui, name: &str, values: &[String; 2], strong: bool) -> Response {
    let palette = theme::palette(ui);
    let width = column(ui);
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = APART;
        ui.vertical(|ui| {
            ui.set_width(NAMES);
            ui.add(Label::new(RichText::new(name).color(palette.weak)).wrap());
        });
        for value in values {
            ui.vertical(|ui| {
                ui.set_width(width);
                let font = if strong { theme::strong(theme::BODY) } else { theme::regular(theme::BODY) };
                ui.add(Label::new(RichText::new(value).font(font)).wrap());
            });
        }
    })
    .response
}
