//! What a click on an entry of a legend asks for. Some window managers keep Alt+click for themselves, so there are other
//! ways to see one thing alone: Shift+click, a double-click and the menu of the right button.

use egui::{Response, Ui};
use rust_i18n::t;

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// Hide it, or show it again.
    Toggle,
    /// Show it alone; done again, all of them.
    Alone,
    /// The same, after the first click of two has hidden or shown it.
    AloneAfterToggle,
}

/// Reads the clicks on an entry, which says how it is used and has a menu.
pub fn read(ui: &Ui, response: &Response, shown: bool) -> Option<Wish> {
    read_with(ui, response, shown, |_| {})
}

/// The same, with more in the menu.
pub fn read_with(ui: &Ui, response: &Response, shown: bool, more: impl FnOnce(&mut Ui)) -> Option<Wish> {
    response.clone().on_hover_text(t!("legend.tip"));
    let mut wish = None;
    response.context_menu(|ui| {
        for (text, asked) in [
            (if shown { t!("legend.hide") } else { t!("legend.show") }, Wish::Toggle),
            (t!("legend.alone"), Wish::Alone),
        ] {
            if ui.button(text).clicked() {
                wish = Some(asked);
                ui.close();
            }
        }
        more(ui);
    });
    let with_key = ui.input(|i| i.modifiers.alt || i.modifiers.shift);
    match (response.clicked(), response.double_clicked()) {
        (true, _) if with_key => Some(Wish::Alone),
        (_, true) => Some(Wish::AloneAfterToggle),
        (true, false) => Some(Wish::Toggle),
        (false, false) => wish,
    }
}
