//! The curves.

use egui::accesskit::Role;
use egui::{Key, Modifiers, PointerButton, Pos2, Theme, pos2};
use egui_kittest::kittest::Queryable;
use latent_atlas::curves::{DrawnCurve, Metric, Scale, XAxis};
use latent_atlas::state::Series;

use crate::person::Person;
use crate::{made, pictures};

fn shown(person: &Person) -> [bool; 3] {
    Series::ALL.map(|s| person.state().curves.shows(s))
}

fn curve(person: &Person, metric: Metric) -> &DrawnCurve {
    &person.state().curves_drawn().unwrap().plot(metric).unwrap().curves[0]
}

/// A place on a plot, by its share of the plot's width.
fn on_plot(person: &Person, name: &str, share: f32) -> Pos2 {
    let rect = person.find(Role::Canvas, name).rect();
    // Right of the labels, above the axis.
    let (left, right) = (rect.left() + 50.0, rect.right() - 10.0);
    Pos2::new(left + share * (right - left), rect.top() + 20.0)
}

/// Opens the menu of the view and does something in it.
fn in_view_menu(person: &mut Person, role: Role, label: &str) {
    person.click(Role::Button, "View of the curves");
    person.find(role, label).click();
    person.frames(2);
    person.press(Key::Escape);
    person.frames(2);
}

#[test]
fn the_legend_hides_and_isolates() {
    let (mut person, _images) = Person::with_model(5);
    assert_eq!(shown(&person), [true, true, true]);
    person.click(Role::CheckBox, "each step");
    assert_eq!(shown(&person), [false, true, true]);
    person.find(Role::CheckBox, "validation").click_modifiers(Modifiers::ALT);
    person.frames(2);
    assert_eq!(shown(&person), [false, false, true]);
    person.find(Role::CheckBox, "validation").click_modifiers(Modifiers::ALT);
    person.frames(2);
    assert_eq!(shown(&person), [true, true, true]);
}

#[test]
fn the_panel_closes_and_gives_its_room_to_the_map() {
    let (mut person, _images) = Person::with_model(5);
    let height = person.state().map.size[1];
    person.click(Role::Button, "Hide curves");
    person.frames(2);
    assert!(person.state().map.size[1] > height + 100.0);
    assert!(!person.sees("Reconstruction"));
    person.click(Role::Button, "Show curves");
    person.frames(2);
    assert_eq!(person.state().map.size[1], height);
}

#[test]
fn smoothing_is_set_with_its_slider() {
    let (mut person, _images) = Person::with_model(5);
    let last = person.state().training.history.last().unwrap().terms.kl_nats;
    assert_ne!(curve(&person, Metric::Kl).latest, Some(last));
    person.find(Role::Slider, "Smoothing").set_value_accesskit(0.0);
    person.until_seen("the curves are drawn again", |person| curve(person, Metric::Kl).latest == Some(last));
}

#[test]
fn pointing_at_a_step_shows_its_values_from_every_plot() {
    let (mut person, _images) = Person::with_model(5);
    person.until("the last step is drawn", |s| {
        s.curves_drawn().is_some_and(|d| d.n_steps as u64 == s.training.total_steps)
    });
    person.point_at(on_plot(&person, "Curve of KL", 0.99));
    person.frames(2);
    let last = *person.state().training.history.last().unwrap();
    assert!(person.sees(&format!("step {} · epoch 5.00", last.step)));
    // Above the figures of the plots' titles: once more each, in the table.
    let held = person.state().training.history.validation.last().unwrap().terms;
    for value in [last.terms.recon_nats, last.terms.elbo_nats(), held.kl_nats] {
        let text = latent_atlas::curves::number::figure(value);
        assert!(person.sees(&text), "{text} is in the table");
    }
    person.point_at(on_plot(&person, "Curve of KL", 0.99) - egui::vec2(0.0, 300.0));
    person.frames(2);
    assert!(!person.sees("· epoch 5.00") && person.state().curves.cursor.is_none());
}

#[test]
fn the_wheel_zooms_all_plots_and_fit_goes_back() {
    let (mut person, _images) = Person::with_model(30);
    let middle = on_plot(&person, "Curve of KL", 0.5);
    assert!(!person.can_use(Role::Button, "Fit the curves"));
    person.turn_wheel(middle, 6.0, Modifiers::COMMAND);
    let (low, high) = person.state().curves.x_range.unwrap();
    assert!(low > 3.0 && high < 27.0 && low < 15.0 && high > 15.0, "{low} {high}");
    person.until("the range is drawn", |s| s.curves_drawn().is_some_and(|d| d.x == (low, high)));
    // Dragging moves what is under the pointer with it: to the right, to earlier epochs.
    person.drag(PointerButton::Primary, middle, middle + egui::vec2(30.0, 0.0));
    let (moved, _) = person.state().curves.x_range.unwrap();
    assert!(moved < low, "{moved} {low}");
    person.click(Role::Button, "Fit the curves");
    assert_eq!(person.state().curves.x_range, None);
    // All the way out is the whole run again.
    person.turn_wheel(middle, 3.0, Modifiers::COMMAND);
    assert!(person.state().curves.is_zoomed());
    person.turn_wheel(middle, -9.0, Modifiers::COMMAND);
    assert!(!person.state().curves.is_zoomed());
    // With Shift only this plot, and only up and down.
    person.window.event(egui::Event::ModifiersChanged(Modifiers::COMMAND | Modifiers::SHIFT));
    person.turn_wheel(middle, 3.0, Modifiers::COMMAND | Modifiers::SHIFT);
    person.window.event(egui::Event::ModifiersChanged(Modifiers::NONE));
    let view = &person.state().curves;
    assert!(view.y_range(Metric::Kl).is_some() && view.y_range(Metric::Recon).is_none() && view.x_range.is_none());
}

#[test]
fn axes_units_and_plots_are_chosen_in_the_menu() {
    let (mut person, _images) = Person::with_model(5);
    let nats = curve(&person, Metric::Recon).latest_held.unwrap();
    in_view_menu(&mut person, Role::RadioButton, "bits");
    person.until_seen("it is drawn in bits", |person| {
        let bits = curve(person, Metric::Recon).latest_held.unwrap();
        (bits * 2.0_f64.ln() - nats).abs() < 1e-9 * nats
    });
    in_view_menu(&mut person, Role::RadioButton, "time");
    person.until("time runs to the right", |s| s.curves_drawn().is_some_and(|d| d.want.x == XAxis::Time));
    in_view_menu(&mut person, Role::CheckBox, "Learning rate");
    person.until("it has a plot", |s| s.curves_drawn().is_some_and(|d| d.plot(Metric::Lr).is_some()));
    person.find(Role::Canvas, "Curve of Learning rate");
}

#[test]
fn six_plots_stand_whole_in_the_panel_with_their_units_and_figures() {
    let (mut person, _images) = Person::with_model(5);
    person.click(Role::Button, "View of the curves");
    for plot in ["β·KL", "Learning rate", "Speed"] {
        person.find(Role::CheckBox, plot).click();
        person.frames(2);
    }
    person.press(Key::Escape);
    person.until("there are six", |s| s.curves_drawn().is_some_and(|d| d.plots.len() == 6));
    for plot in ["Reconstruction", "KL", "ELBO", "β·KL", "Learning rate", "Speed"] {
        let rect = person.find(Role::Canvas, &format!("Curve of {plot}")).rect();
        assert!(rect.bottom() < 800.0 && rect.height() > 60.0, "{plot}: {rect:?}");
    }
    let units = person.window.query_all_by_label("nats/image").filter(|n| n.rect().width() > 40.0).count();
    assert!(units >= 4, "{units}");
    for value in [curve(&person, Metric::Recon).latest, curve(&person, Metric::Recon).latest_held] {
        assert!(person.sees(&latent_atlas::curves::number::figure(value.unwrap())));
    }
}

#[test]
fn on_a_logarithmic_axis_the_bound_is_its_negative() {
    let (mut person, _images) = Person::with_model(5);
    person.click(Role::Button, "log y");
    person.until("it is drawn", |s| s.curves_drawn().is_some_and(|d| d.want.y_scale == Scale::Log));
    person.find(Role::Canvas, "Curve of −ELBO");
    assert!(curve(&person, Metric::Elbo).latest.unwrap() > 0.0);
}

#[test]
fn curves_are_saved_into_the_run_under_new_numbers() {
    let (mut person, _images) = Person::with_model(5);
    let exports = person.state().training.run.as_ref().unwrap().folder.as_ref().unwrap().join("exports");
    for (format, name) in [("CSV", "curves-001.csv"), ("PNG", "curves-002.png"), ("SVG", "curves-003.svg")] {
        person.click(Role::Button, "Save the curves");
        person.find(Role::Button, format).click();
        person.frames(2);
        person.until_seen("the file is there", |person| exports.join(name).is_file() && person.sees(name));
    }
    let table = std::fs::read_to_string(exports.join("curves-001.csv")).unwrap();
    assert_eq!(table.lines().count() as u64, 1 + person.state().training.total_steps);
}

#[test]
fn a_mark_says_what_happened_when_it_is_pointed_at() {
    let state = made::training();
    let mut window = pictures::drawn([800.0, 800.0], Theme::Dark, &state, pictures::curves_panel);
    let plot = window.get_by_role_and_label(Role::Canvas, "Curve of KL").rect();
    let says =
        |window: &egui_kittest::Harness<'static>| window.query_by_label_contains("β 1 → 4 at step 120").is_some();
    // Sweep over the plot: the mark is found once, at 12 of 20 epochs, and says nothing elsewhere.
    let mut found = Vec::new();
    for x in (plot.left() as i32..plot.right() as i32).step_by(2) {
        window.hover_at(pos2(x as f32, plot.top() + 20.0));
        window.run_steps(2);
        if says(&window) {
            found.push(x as f32);
        }
    }
    let middle = found.iter().sum::<f32>() / found.len() as f32;
    let (left, right) = (plot.left() + 44.0, plot.right() - 8.0);
    assert!((middle - (left + 0.6 * (right - left))).abs() < 3.0, "{found:?} of {plot:?}");
    assert!(found.len() <= 5, "{found:?}");
}
