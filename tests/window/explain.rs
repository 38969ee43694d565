//! "What is this number?": every figure answers a click and the keyboard, and the glossary holds every topic.

use std::cell::Cell;
use std::rc::Rc;

use egui::accesskit::Role;
use egui::{Event, Key, Rect, Theme, pos2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use latent_atlas::state::lens::Page;
use latent_atlas::state::{AppState, Asked, ExplainState, Topic};
use latent_atlas::ui::{explain, theme};

use crate::person::Person;

const ASKS: &str = ": what is this?";

fn open(person: &Person) -> Option<&Asked> {
    person.state().explain.open.as_ref()
}

fn minus(value: f64, decimals: usize) -> String {
    format!("{value:.decimals$}").replace('-', "−")
}

/// Clicks a figure, and waits until its explanation has its size.
#[track_caller]
fn ask(person: &mut Person, name: &str) {
    // It may be scrolled away under what is above it.
    person.find(Role::Button, name).scroll_to_me();
    person.frames(2);
    person.click(Role::Button, name);
    person.frames(3);
}

/// What on screen can be asked about, by name, as far as each name is there once.
fn askable(person: &Person) -> Vec<String> {
    let nodes = person.window.query_all_by_role(Role::Button);
    let mut names: Vec<_> =
        nodes.filter_map(|node| node.accesskit_node().label()).filter(|name| name.ends_with(ASKS)).collect();
    names.sort();
    let alone = |name: &String| names.iter().filter(|other| *other == name).count() == 1;
    names.iter().filter(|name| alone(name)).cloned().collect()
}

/// Clicks everything that can be asked about: each answers with the figure that it shows. Returns the topics.
#[track_caller]
fn ask_everything(person: &mut Person) -> Vec<Topic> {
    let mut topics = Vec::new();
    for name in askable(person) {
        ask(person, &name);
        let asked = open(person).unwrap_or_else(|| panic!("{name:?} does not answer")).clone();
        let value = asked.value.unwrap_or_default();
        assert!(name.strip_suffix(ASKS).unwrap().ends_with(&value), "{name:?} answers with {value:?}");
        assert!(person.sees(&explain::name(asked.topic)), "{:?} is not explained", asked.topic);
        topics.push(asked.topic);
        person.press(Key::Escape);
        assert!(open(person).is_none(), "{name:?} stays open");
    }
    topics
}

#[track_caller]
fn has_all(topics: &[Topic], expected: &[Topic], place: &str) {
    let missing: Vec<_> = expected.iter().filter(|topic| !topics.contains(topic)).collect();
    assert!(missing.is_empty(), "{place} does not explain {missing:?}");
}

/// Clicks a figure called so; the value that is explained.
#[track_caller]
fn value_of(person: &mut Person, name: &str, value: &str) -> String {
    ask(person, &format!("{name} {value}{ASKS}"));
    let value = open(person).unwrap().value.clone().unwrap();
    assert!(person.sees("When clicked") && person.sees(&value));
    person.press(Key::Escape);
    value
}

#[test]
fn the_main_screen_explains_its_figures_with_the_values_it_shows() {
    let (mut person, _images) = Person::with_model(5);
    person.click_at(person.on_map(0.0, 0.0));
    person.click(Role::Button, "Images");
    for x in [-120.0, 120.0] {
        person.click_at(person.on_map(x, 20.0));
        person.press(Key::P);
    }
    person.press(Key::L);
    person.press(Key::L);
    person.until("an image is selected and the way is measured", |s| {
        let walk = &s.walk;
        walk.selected_view.is_some()
            && walk.ways.progress.is_none()
            && s.map.known.is_some()
            && latent_atlas::latent::Path::ALL.iter().all(|path| walk.ways.measured(&walk.pins, false, *path).is_some())
    });
    let topics = ask_everything(&mut person);
    let expected = [
        Topic::Epoch,
        Topic::Step,
        Topic::Dataset,
        Topic::Values,
        Topic::Held,
        Topic::LatentCode,
        Topic::DensityPercentile,
        Topic::NearestImages,
        Topic::LogLikelihood,
        Topic::KlPrior,
        Topic::Elbo,
        Topic::PathLength,
        Topic::LowestDensity,
        Topic::StepChange,
        Topic::Recon,
        Topic::KlPerDim,
        Topic::ActiveUnits,
    ];
    has_all(&topics, &expected, "the main screen");

    let view = person.state().walk.selected_view.clone().unwrap();
    let kl = format!("{} nats", minus(view.kl_nats, 1));
    assert_eq!(value_of(&mut person, "KL to prior", &kl), kl);
    let elbo = format!("{} nats", minus(-view.recon_nats - view.kl_nats, 1));
    assert_eq!(value_of(&mut person, "ELBO", &elbo), elbo);
}

#[test]
fn a_curve_answers_with_its_last_figures_and_is_dragged_as_before() {
    let (mut person, _images) = Person::with_model(5);
    let drawn = person.state().curves_drawn().unwrap().clone();
    let plot = drawn.plot(latent_atlas::curves::Metric::Elbo).unwrap();
    let curve = plot.curves.first().unwrap();
    let figure = |value: Option<f64>| latent_atlas::curves::number::figure(value.unwrap());
    let value = format!("train {} · validation {} nats / image", figure(curve.latest), figure(curve.latest_held));
    assert_eq!(value_of(&mut person, "ELBO", &value), value);
    // Its figures answer for themselves.
    let held = format!("{} nats / image", figure(curve.latest_held));
    assert_eq!(value_of(&mut person, "ELBO, validation", &held), held);
    let plot = person.find(Role::Canvas, "Curve of ELBO").rect();
    person.drag(egui::PointerButton::Primary, plot.center(), plot.center() + vec2(30.0, 0.0));
    assert!(person.state().curves.is_zoomed() && open(&person).is_none());
}

#[test]
fn every_page_of_the_lens_explains_its_figures() {
    let (mut person, _images) = Person::with_model(5);
    person.press(Key::L);
    person.until("the first image is told", |s| s.lens.image.is_some() && s.lens.progress.is_none());
    let topics = ask_everything(&mut person);
    let expected = [Topic::Reparameterisation, Topic::KlPerDim, Topic::Bernoulli, Topic::SigmaOpt];
    has_all(&topics, &expected, "One image");

    person.click(Role::RadioButton, "The bound");
    person.until("the bound is found", |s| s.lens.bound.is_some() && s.lens.progress.is_none());
    let topics = ask_everything(&mut person);
    let expected = [Topic::Evidence, Topic::Elbo, Topic::KlTrue, Topic::Residual, Topic::KlSampled, Topic::Bayes];
    has_all(&topics, &expected, "The bound");
    let log_px = person.state().lens.bound.as_ref().unwrap().view.identity.log_px;
    let value = format!("{} ± {} nats", minus(log_px.nats, 3), minus(log_px.error_nats, 3));
    assert_eq!(value_of(&mut person, "log p(x)", &value), value);

    person.click(Role::RadioButton, "By hand");
    person.until("the climb is prepared", |s| s.lens.ascent.is_some() && s.lens.progress.is_none());
    person.click(Role::Button, "One step");
    person.until("one step is taken", |s| {
        s.lens.ascent.as_ref().is_some_and(|known| known.view.ascent.steps == 1) && s.lens.progress.is_none()
    });
    let topics = ask_everything(&mut person);
    let expected = [Topic::EncoderElbo, Topic::AmortisationGap, Topic::ApproximationGap, Topic::VariationalInference];
    has_all(&topics, &expected, "By hand");

    person.click(Role::RadioButton, "Generate");
    person.until("both are drawn", |s| s.lens.generating.generated.as_ref().is_some_and(|g| g.aggregate.is_some()));
    ask_everything(&mut person);
}

#[test]
fn the_divergences_explain_their_figures_without_a_model() {
    let (mut person, _images) = Person::with_images();
    person.press(Key::L);
    person.click(Role::RadioButton, "Divergences");
    person.frames(2);
    let all = |s: &AppState| s.lens.divergences.estimates.last().is_some_and(|last| last.samples == 1_000_000);
    person.until("all samples are there", all);
    let topics = ask_everything(&mut person);
    has_all(&topics, &[Topic::KlWays, Topic::StandardError, Topic::KlSampled], "the line");
    person.click(Role::RadioButton, "Bars");
    person.frames(2);
    let topics = ask_everything(&mut person);
    let expected =
        [Topic::Entropy, Topic::CrossEntropy, Topic::Kl, Topic::Huffman, Topic::WrongCode, Topic::Information];
    has_all(&topics, &expected, "the bars");
}

#[test]
fn the_keyboard_asks_and_a_click_elsewhere_closes() {
    let (mut person, _images) = Person::with_images();
    person.window.get_by_label_contains("held for validation").focus();
    person.frames(2);
    person.press(Key::Enter);
    person.frames(3);
    assert_eq!(open(&person).map(|asked| asked.topic), Some(Topic::Held));
    // To another topic, which has no figure here, and out by the sign.
    person.click(Role::Link, "Overfitting");
    assert_eq!(open(&person), Some(&Asked::about(Topic::Overfitting)));
    person.frames(3);
    person.click(Role::Button, "Close the explanation");
    assert!(open(&person).is_none());
    let held = askable(&person).into_iter().find(|name| name.contains("held for validation")).unwrap();
    ask(&mut person, &held);
    assert!(open(&person).is_some());
    person.click_at(person.on_map(0.0, 150.0));
    person.frames(2);
    assert!(open(&person).is_none());
}

#[test]
fn the_glossary_finds_a_topic_and_leads_to_the_lens() {
    let mut person = Person::opens(None);
    person.press(Key::F1);
    person.frames(3);
    assert!(person.state().explain.glossary);
    person.window.event(Event::Text("true posterior".into()));
    person.frames(4);
    assert_eq!(open(&person).map(|asked| asked.topic), Some(Topic::TruePosterior));
    assert!(person.sees("Bayes' rule, evaluated on a grid"));
    person.click(Role::Link, "Bayes' rule");
    assert_eq!(open(&person), Some(&Asked::about(Topic::Bayes)));
    person.frames(2);
    person.click(Role::Button, "Try it in the Lens");
    assert!(person.state().lens.open && person.state().lens.page == Page::Bound);
    assert!(!person.state().explain.is_open());

    person.search("what is amortisation");
    person.click(Role::ListItem, "What is: Amortisation gap");
    assert_eq!(open(&person).map(|asked| asked.topic), Some(Topic::AmortisationGap));
    person.press(Key::Escape);
    assert!(!person.state().explain.is_open());
    person.press(Key::Questionmark);
    person.window.event(Event::Text("?".into()));
    person.frames(3);
    person.click(Role::Button, "Glossary");
    assert!(person.state().explain.glossary && !person.state().help_open);
}

/// Every topic is drawn once, in the glossary and beside a figure; a sign that no font has ends the test.
#[test]
fn every_topic_can_be_shown() {
    for glossary in [false, true] {
        let at = Rc::new(Cell::new(0));
        let shown = Rc::clone(&at);
        let mut window = Harness::builder()
            .with_size(vec2(960.0, 620.0))
            .with_theme(Theme::Light)
            .with_context_setup(theme::install)
            .wgpu()
            .build_ui(move |ui| {
                let topic = Topic::ALL[shown.get()];
                let asked = Asked { topic, value: Some("3.20 nats".into()) };
                let mut state = AppState::new();
                state.explain = ExplainState { open: Some(asked), glossary, query: String::new() };
                let mut anchor = Some(Rect::from_min_size(pos2(20.0, 560.0), vec2(80.0, 20.0)));
                explain::ui(ui, &state, &mut anchor, &mut Vec::new());
            });
        for (i, topic) in Topic::ALL.iter().enumerate() {
            at.set(i);
            window.run_steps(3);
            let name = explain::name(*topic);
            let named = window.query_all_by_label(&name).any(|node| node.accesskit_node().role() == Role::Label);
            assert!(named, "{topic:?}");
            let screen = Rect::from_min_size(pos2(0.0, 0.0), vec2(960.0, 620.0));
            let value = window.get_by_label("3.20 nats").rect();
            assert!(screen.contains_rect(value), "{topic:?}: {value:?}");
        }
    }
}
