//! Pictures of single panels, compared with those in `tests/snapshots`.

use egui::{Frame, Theme, Ui};
use egui_kittest::{Harness, image_snapshot};
use image::RgbaImage;
use latent_atlas::config::{BetaSchedule, LrSchedule};
use latent_atlas::curves::{Scale, Unit};
use latent_atlas::state::{Action, AppState, CurvesChange, Effect, update};
use latent_atlas::ui::{Cache, alarm_bar, curves, data_panel, image_panel, map, model_panel, theme};

use crate::made;

type Panel = fn(&mut Ui, &AppState, &mut Cache, &mut Vec<Action>);

/// Draws `panel` on its ground and compares it with the picture called `name`.
#[track_caller]
fn looks_like(name: &str, size: [f32; 2], colours: Theme, state: &AppState, panel: Panel) {
    let picture = drawn(size, colours, state, panel).render().unwrap();
    image_snapshot(&crop(&picture), name);
}

/// `panel` on its ground.
pub fn drawn(size: [f32; 2], colours: Theme, state: &AppState, panel: Panel) -> Harness<'static> {
    let (mut state, mut cache) = (state.clone(), Cache::default());
    let mut harness =
        Harness::builder().with_size(size).with_theme(colours).with_context_setup(theme::install).wgpu().build_ui(
            move |ui| {
                let ground = Frame::NONE.fill(theme::palette(ui).panel).inner_margin(theme::GAP);
                let mut actions = Vec::new();
                ground.show(ui, |ui| panel(ui, &state, &mut cache, &mut actions));
                // What the window has its painter do.
                if let Some(order) = cache.dots.take_order() {
                    cache.dots.show(ui.ctx(), order.paint());
                }
                // As in the window; of what is asked of the outside, what draws the curves.
                for action in actions {
                    if update(&mut state, action).contains(&Effect::DrawCurves) {
                        let drawn = state.curves_order().draw();
                        update(&mut state, Action::CurvesDrawn(drawn));
                    }
                }
            },
        );
    harness.run_steps(6);
    harness
}

/// Without the rows above the panel that are the ground alone.
fn crop(picture: &RgbaImage) -> RgbaImage {
    let (width, height) = picture.dimensions();
    let ground = |y: &u32| (12..width - 12).all(|x| picture.get_pixel(x, *y) == picture.get_pixel(12, 12));
    let above = (12..height - 12).take_while(ground).count() as u32;
    image::imageops::crop_imm(picture, 0, above, width, height - above).to_image()
}

#[test]
fn the_data_panel() {
    looks_like("data_light", [280.0, 250.0], Theme::Light, &made::idle(), data_panel::ui);
}

#[test]
fn the_settings() {
    let settings = |ui: &mut Ui, state: &AppState, _: &mut Cache, actions: &mut Vec<Action>| {
        model_panel::ui(ui, state, actions);
    };
    looks_like("settings_dark", [280.0, 380.0], Theme::Dark, &made::idle(), settings);
}

#[test]
fn the_map_and_the_strip() {
    looks_like("map_dark", [520.0, 460.0], Theme::Dark, &made::training(), map::ui);
}

#[test]
fn the_map_before_there_is_a_model() {
    looks_like("map_empty_light", [520.0, 300.0], Theme::Light, &made::idle(), map::ui);
}

#[test]
fn the_image_panel() {
    looks_like("image_light", [280.0, 560.0], Theme::Light, &made::training(), image_panel::ui);
}

#[test]
fn the_curves() {
    looks_like("curves_dark", [800.0, 800.0], Theme::Dark, &made::training(), curves_panel);
}

#[test]
fn the_curves_on_logarithmic_axes() {
    let mut state = made::training();
    for change in [
        CurvesChange::XScale(Scale::Log),
        CurvesChange::YScale(Scale::Log),
        CurvesChange::Unit(Unit { bits: true, per_pixel: false }),
    ] {
        update(&mut state, Action::Curves(change));
    }
    looks_like("curves_log_light", [1100.0, 800.0], Theme::Light, &state, curves_panel);
}

/// The curves at the foot of the window.
pub fn curves_panel(ui: &mut Ui, state: &AppState, _: &mut Cache, actions: &mut Vec<Action>) {
    curves::panel_ui(ui, state, actions);
}

#[test]
fn a_schedule_and_its_settings() {
    let mut state = made::idle();
    let train = &mut state.settings.train;
    (train.beta, train.beta_schedule, train.lr_schedule) = (4.0, BetaSchedule::Cyclical, LrSchedule::Cosine);
    (train.cycles, train.lr_warmup_epochs) = (3, 4.0);
    let settings = |ui: &mut Ui, state: &AppState, _: &mut Cache, actions: &mut Vec<Action>| {
        model_panel::ui(ui, state, actions);
    };
    looks_like("schedule_light", [280.0, 460.0], Theme::Light, &state, settings);
}

#[test]
fn a_collapse_is_told_with_what_helps() {
    let mut state = made::training();
    made::collapse(&mut state);
    let panel = |ui: &mut Ui, state: &AppState, _: &mut Cache, actions: &mut Vec<Action>| {
        alarm_bar::panel_ui(ui, state, actions);
    };
    looks_like("alarm_dark", [1008.0, 100.0], Theme::Dark, &state, panel);
    looks_like("alarm_light", [720.0, 120.0], Theme::Light, &state, panel);
}
