//! Opening the window, or saying in one sentence why it cannot be opened.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use eframe::{NativeOptions, Renderer};
use egui::{ViewportBuilder, ViewportCommand, vec2};
use rust_i18n::t;

use crate::app::{FrameLog, Options, Window};
use crate::files::{self, Trash};
use crate::state::Language;
use crate::threads::panic_message;

/// What a bare Debian or Ubuntu needs to show a window (found by removing them one by one).
const PACKAGES: &str = "libx11-6 libx11-xcb1 libxcb1 libxcursor1 libxi6 libxkbcommon0 libxkbcommon-x11-0 libgl1 \
                        libglx-mesa0 libgl1-mesa-dri fontconfig fonts-dejavu-core";

/// Opens the window on `initial` (a folder of images, a sample such as `sample:emoji`, or a run folder; the clothes
/// sample when there is none) and returns when it was closed. Its frames are logged into `frame_log`, in milliseconds
/// since `began`. `Ok(false)` when Ctrl+C or a polite `kill` closed it.
pub fn run(initial: Option<String>, frame_log: Option<&Path>, began: Instant) -> anyhow::Result<bool> {
    let frame_log = frame_log.map(|file| FrameLog::create(file, began)).transpose().map_err(anyhow::Error::msg)?;
    let title = t!("app.name").into_owned();
    let options = Options {
        initial,
        runs: files::runs_folder(),
        trash: Trash::of_user(),
        cache: files::cache_folder(),
        language: Language::preferred(sys_locale::get_locales()),
    };
    let native = NativeOptions {
        viewport: ViewportBuilder::default()
            .with_title(&title)
            .with_app_id("latent-atlas")
            .with_inner_size(vec2(1280.0, 800.0))
            .with_min_inner_size(vec2(960.0, 620.0))
            .with_drag_and_drop(true),
        renderer: Renderer::Glow,
        ..NativeOptions::default()
    };
    let interrupted = Arc::new(AtomicBool::new(false));
    let opened = quietly(|| {
        let window = |cc: &eframe::CreationContext<'_>| {
            close_when_interrupted(cc.egui_ctx.clone(), Arc::clone(&interrupted))?;
            Ok(Window::new(cc, options)?.logged(frame_log))
        };
        eframe::run_native(
            "latent-atlas",
            native,
            Box::new(|cc| window(cc).map(|w| Box::new(w) as Box<dyn eframe::App>)),
        )
    });
    let reason = match opened {
        Ok(Ok(())) => return Ok(!interrupted.load(Ordering::SeqCst)),
        Ok(Err(error)) => error.to_string(),
        Err(panic) => panic_message(&*panic),
    };
    // One line, whatever the system's libraries have to say, and without the place in their sources.
    let reason = reason.lines().next().unwrap_or_default().trim_end_matches('.');
    let cause = reason.rsplit_once(".rs:").and_then(|(_, rest)| rest.split_once(": "));
    let reason = cause.map_or(reason, |(_line, cause)| cause);
    Err(anyhow::anyhow!(t!("error.no_window", reason = reason, packages = PACKAGES).into_owned()))
}

/// Ctrl+C and a polite `kill` close the window as its own button does, so that the run is saved; asked a second time,
/// the program ends at once.
fn close_when_interrupted(ctx: egui::Context, interrupted: Arc<AtomicBool>) -> Result<(), ctrlc::Error> {
    ctrlc::set_handler(move || {
        if interrupted.swap(true, Ordering::SeqCst) {
            std::process::exit(130);
        }
        ctx.send_viewport_cmd(ViewportCommand::Close);
        ctx.request_repaint();
    })
}

/// Runs `body`; a panic is returned and not printed. A missing libxkbcommon-x11 is such a panic, inside winit.
fn quietly<T>(body: impl FnOnce() -> T) -> Result<T, Box<dyn Any + Send>> {
    let hook = std::panic::take_hook();
    let drawing = std::thread::current().id();
    std::panic::set_hook(Box::new(move |info| {
        // Workers catch their own panics and tell the window; only the drawing thread's would be repeated below.
        if std::thread::current().id() != drawing {
            hook(info);
        }
    }));
    let result = catch_unwind(AssertUnwindSafe(body));
    let _ours = std::panic::take_hook();
    result
}
