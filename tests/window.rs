//! The window from outside: every panel by role and label, driven as a person would drive it, with its workers at
//! work; and a few pictures of single panels, drawn from states made by hand.

#![expect(clippy::unwrap_used, reason = "what cannot be had fails the test")]

#[path = "window/comparison.rs"]
mod comparison;
#[path = "window/curves.rs"]
mod curves;
#[path = "window/data.rs"]
mod data;
#[path = "window/directions.rs"]
mod directions;
#[path = "window/explain.rs"]
mod explain;
#[path = "window/exports.rs"]
mod exports;
#[path = "window/finder.rs"]
mod finder;
#[path = "window/folder.rs"]
mod folder;
#[path = "window/keys.rs"]
mod keys;
#[path = "window/layers.rs"]
mod layers;
#[path = "window/lens.rs"]
mod lens;
#[path = "window/lens_contest.rs"]
mod lens_contest;
#[path = "window/lens_pages.rs"]
mod lens_pages;
#[path = "window/lists.rs"]
mod lists;
#[path = "window/made.rs"]
mod made;
#[path = "window/map.rs"]
mod map;
#[path = "window/own.rs"]
mod own;
#[path = "window/person.rs"]
mod person;
#[path = "window/pictures.rs"]
mod pictures;
#[path = "window/pins.rs"]
mod pins;
#[path = "window/runs.rs"]
mod runs;
#[path = "window/settings.rs"]
mod settings;
#[path = "window/steering.rs"]
mod steering;
#[path = "window/timeline.rs"]
mod timeline;
#[path = "window/training.rs"]
mod training;
#[path = "window/ways.rs"]
mod ways;
