//! "What is this number?": the topic that is open, with the figure that was clicked, and the glossary of all topics.

mod topic;

pub use topic::{Part, Topic};

use crate::state::{Action, AppState, Effect, LensAction, lens};

/// What was asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The kind of figure.
    pub topic: Topic,
    /// The figure as it was on screen, with its unit; `None` where the topic itself was asked for.
    pub value: Option<String>,
}

/// The explanations.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExplainState {
    /// What is explained, beside the figure that was clicked or in the glossary.
    pub open: Option<Asked>,
    /// Whether the glossary is shown.
    pub glossary: bool,
    /// What is searched for in it.
    pub query: String,
}

/// Something about the explanations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExplainAction {
    /// A figure was clicked, or a topic chosen where one is open.
    Ask(Asked),
    /// Shows the glossary, at a topic.
    Look(Topic),
    /// Other words are searched for in the glossary.
    Type(String),
    /// Opens the page of the lens where the open topic can be pushed about.
    Push,
    /// Closes whichever is open.
    Close,
}

impl ExplainState {
    /// Whether anything is explained.
    pub fn is_open(&self) -> bool {
        self.open.is_some() || self.glossary
    }
}

/// Applies one action.
pub fn apply(state: &mut AppState, action: ExplainAction, effects: &mut Vec<Effect>) {
    let explain = &mut state.explain;
    match action {
        ExplainAction::Ask(asked) => explain.open = Some(asked),
        ExplainAction::Look(topic) => {
            state.help_open = false;
            *explain = ExplainState { open: Some(Asked::about(topic)), glossary: true, query: String::new() };
        }
        ExplainAction::Type(query) => explain.query = query,
        ExplainAction::Push => {
            let page = explain.open.as_ref().and_then(|asked| asked.topic.page());
            *explain = ExplainState::default();
            if let Some(page) = page {
                lens::apply(state, LensAction::Turn(page), effects);
            }
        }
        ExplainAction::Close => *explain = ExplainState::default(),
    }
}

impl Asked {
    /// The topic without a figure.
    pub fn about(topic: Topic) -> Self {
        Self { topic, value: None }
    }
}

impl From<ExplainAction> for Action {
    fn from(action: ExplainAction) -> Self {
        Self::Explain(action)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::state::lens::Page;
    use crate::state::update;

    #[test]
    fn every_topic_has_a_key_of_its_own_and_leads_to_others() {
        let keys: BTreeSet<_> = Topic::ALL.iter().map(|topic| topic.key()).collect();
        assert_eq!(keys.len(), Topic::ALL.len());
        for topic in Topic::ALL {
            let see = topic.see();
            assert!((2..=3).contains(&see.len()) && !see.contains(topic), "{topic:?}");
            assert!(see.iter().enumerate().all(|(i, other)| !see[..i].contains(other)), "{topic:?}");
        }
        // Whoever goes on from topic to topic comes to see all of them.
        let (mut seen, mut next) = (Vec::new(), vec![Topic::Elbo]);
        while let Some(topic) = next.pop() {
            if !seen.contains(&topic) {
                seen.push(topic);
                next.extend(topic.see());
            }
        }
        let missed: Vec<_> = Topic::ALL.iter().filter(|topic| !seen.contains(topic)).collect();
        assert!(missed.is_empty(), "nobody leads to {missed:?}");
    }

    #[test]
    fn a_part_is_one_stretch_of_the_glossary() {
        let mut parts: Vec<_> = Topic::ALL.iter().map(|topic| topic.part().key()).collect();
        parts.dedup();
        assert_eq!(parts, ["information", "probability", "model", "bound", "training", "space", "images"]);
    }

    #[test]
    fn a_question_is_answered_closed_and_leads_to_the_lens() {
        let mut state = AppState::new();
        let asked = Asked { topic: Topic::KlTrue, value: Some("0.2 nats".into()) };
        update(&mut state, ExplainAction::Ask(asked.clone()).into());
        assert_eq!(state.explain.open, Some(asked));
        update(&mut state, ExplainAction::Close.into());
        assert!(!state.explain.is_open());
        update(&mut state, ExplainAction::Look(Topic::KlTrue).into());
        assert!(state.explain.glossary);
        update(&mut state, ExplainAction::Push.into());
        assert!(!state.explain.is_open() && state.lens.open);
        assert_eq!(state.lens.page, Page::Bound);
    }
}
