//! One frame: listen to the workers, apply what happened, draw, do what was asked for.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use egui::{ThemePreference, ViewportCommand};

use crate::app::FrameLog;
use crate::app::librarian::Places;
use crate::app::workers::Workers;
use crate::config::RunConfig;
use crate::files::Trash;
use crate::state::{Action, AppState, CurvesView, Effect, Language, OwnErrand, ThemeChoice, update};
use crate::threads::{Wake, WakeUp};
use crate::ui::{self, Cache, export_menu, theme};

/// Progress is drawn at this rhythm: thirty frames a second.
const CALM: Duration = Duration::from_millis(33);
/// What is opened when nothing else was asked for.
const FIRST_SOURCE: &str = "sample:fashion";
/// Keys of what is kept from start to start.
const THEME: &str = "theme";
const LANGUAGE: &str = "language";
const SOURCE: &str = "source";
const SETTINGS: &str = "settings";
const KEPT: &str = "kept_gib";
const CURVES: &str = "curves";

/// What a window is opened with.
#[derive(Debug, Clone)]
pub struct Options {
    /// What to open: a folder of images, a sample or a run folder; what was open last time when `None`.
    pub initial: Option<String>,
    /// Where new runs are recorded.
    pub runs: PathBuf,
    /// Where runs go that are not wanted any more; `None` where there is no such place.
    pub trash: Option<Trash>,
    /// Where prepared images are kept; nowhere when `None`.
    pub cache: Option<PathBuf>,
    /// The language of the system.
    pub language: Language,
}

/// The application.
pub struct Window {
    state: AppState,
    cache: Cache,
    workers: Workers,
    frame_log: Option<FrameLog>,
    system_language: Language,
}

impl Window {
    /// Opens what `options` names, or what was open last time, or the clothes sample. Training never starts by itself.
    pub fn new(cc: &eframe::CreationContext<'_>, options: Options) -> anyhow::Result<Self> {
        theme::install(&cc.egui_ctx);
        let ctx = cc.egui_ctx.clone();
        let wake: WakeUp = Arc::new(move |wake| match wake {
            Wake::Soon => ctx.request_repaint_after(CALM),
            Wake::Now => ctx.request_repaint(),
        });
        let stored = |key| cc.storage.and_then(|s| s.get_string(key));
        let workers = Workers::new(wake, Places { runs: options.runs, trash: options.trash }, options.cache)?;
        let mut window = Self {
            state: AppState::new(),
            cache: Cache::default(),
            workers,
            frame_log: None,
            system_language: options.language,
        };
        let language = cc.storage.and_then(|s| eframe::get_value(s, LANGUAGE)).unwrap_or_default();
        window.apply(&cc.egui_ctx, Action::SetLanguage(language));
        let theme = cc.storage.and_then(|s| eframe::get_value(s, THEME)).unwrap_or_default();
        window.apply(&cc.egui_ctx, Action::SetTheme(theme));
        if let Some(gib) = cc.storage.and_then(|s| eframe::get_value(s, KEPT)) {
            window.apply(&cc.egui_ctx, Action::SetKeptLimit(gib));
        }
        if let Some(settings) = stored(SETTINGS).and_then(|text| settings_of(&text)) {
            window.apply(&cc.egui_ctx, Action::Configure(Box::new(settings)));
        }
        if let Some(view) = stored(CURVES).and_then(|text| CurvesView::kept(&text)) {
            window.apply(&cc.egui_ctx, Action::LookAtCurves(Box::new(view)));
        }
        let first = options.initial.or_else(|| stored(SOURCE)).unwrap_or_else(|| FIRST_SOURCE.to_owned());
        window.apply(&cc.egui_ctx, Action::Open(first));
        Ok(window)
    }

    /// The window, with its frames logged.
    #[must_use]
    pub fn logged(self, frame_log: Option<FrameLog>) -> Self {
        Self { frame_log, ..self }
    }

    /// What the window knows.
    pub fn state(&self) -> &AppState {
        &self.state
    }

    /// Applies one action and does what it asks for.
    pub fn apply(&mut self, ctx: &egui::Context, action: Action) {
        for effect in update(&mut self.state, action) {
            self.perform(ctx, effect);
        }
    }

    fn perform(&mut self, ctx: &egui::Context, effect: Effect) {
        match effect {
            Effect::SetTheme(choice) => ctx.set_theme(match choice {
                ThemeChoice::System => ThemePreference::System,
                ThemeChoice::Light => ThemePreference::Light,
                ThemeChoice::Dark => ThemePreference::Dark,
            }),
            Effect::SetLanguage(choice) => rust_i18n::set_locale(choice.unwrap_or(self.system_language).locale()),
            Effect::ToggleTheme => {
                let dark = ctx.theme() == egui::Theme::Dark;
                self.apply(ctx, Action::SetTheme(if dark { ThemeChoice::Light } else { ThemeChoice::Dark }));
            }
            Effect::CopyPoint => {
                if let Some(image) = export_menu::copied(&self.state) {
                    ctx.copy_image(image);
                }
            }
            Effect::SetFullscreen(on) => ctx.send_viewport_cmd(ViewportCommand::Fullscreen(on)),
            Effect::Copy(text) => ctx.copy_text(text),
            Effect::Own(OwnErrand::Paste) => ctx.send_viewport_cmd(ViewportCommand::RequestPaste),
            effect => {
                if let Err(failed) = self.workers.perform(effect, &self.state) {
                    // A failure asks for nothing more, so this ends.
                    self.apply(ctx, failed);
                }
            }
        }
    }
}

impl eframe::App for Window {
    fn logic(&mut self, ctx: &egui::Context, frame: &mut eframe::Frame) {
        if let Some(Err(failed)) = self.frame_log.as_mut().map(|log| log.begin_frame(frame.info().cpu_usage)) {
            self.apply(ctx, Action::Failed(failed));
        }
        for action in self.workers.listen() {
            self.apply(ctx, action);
        }
        let painted: Vec<_> = self.workers.painted().collect();
        for result in painted {
            match result {
                Ok(painted) => self.cache.dots.show(ctx, painted),
                Err(failed) => self.apply(ctx, Action::Failed(failed)),
            }
        }
    }

    fn ui(&mut self, ui: &mut egui::Ui, _: &mut eframe::Frame) {
        let mut actions = Vec::new();
        ui::show(ui, &self.state, &mut self.cache, &mut actions);
        if let Some(order) = self.cache.dots.take_order() {
            self.workers.paint(order);
        }
        let changed = !actions.is_empty();
        for action in actions {
            self.apply(&ui.ctx().clone(), action);
        }
        if changed {
            // What was done is seen in the next frame.
            ui.ctx().request_repaint();
        }
    }

    fn save(&mut self, storage: &mut dyn eframe::Storage) {
        eframe::set_value(storage, THEME, &self.state.theme);
        eframe::set_value(storage, LANGUAGE, &self.state.language);
        if let Ok(settings) = serde_json::to_string(&self.state.settings) {
            storage.set_string(SETTINGS, settings);
        }
        if let Ok(view) = serde_json::to_string(&self.state.curves) {
            storage.set_string(CURVES, view);
        }
        eframe::set_value(storage, KEPT, &self.state.data.kept.limit_gib);
        if self.state.data.set.is_some() {
            storage.set_string(SOURCE, self.state.data.source.clone());
        }
    }

    fn clear_color(&self, visuals: &egui::Visuals) -> [f32; 4] {
        visuals.panel_fill.to_normalized_gamma_f32()
    }

    fn persist_egui_memory(&self) -> bool {
        false
    }
}

/// Settings that were stored; what no longer passes is forgotten.
fn settings_of(text: &str) -> Option<RunConfig> {
    serde_json::from_str(text).ok().filter(|settings: &RunConfig| settings.validate().is_ok())
}
