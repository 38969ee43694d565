//! The list of every command, to be searched by name.

use crate::state::{Action, AppState, Effect};

/// Commands that are remembered as used.
const RECENT: usize = 12;

/// The list of commands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FinderState {
    /// Whether it is shown.
    pub open: bool,
    /// What is searched for.
    pub query: String,
    /// The place of the chosen one among those found.
    pub at: usize,
    /// What was used, the last one first.
    pub recent: Vec<String>,
}

/// Something about the list of commands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FinderAction {
    /// Shows or hides it.
    Toggle,
    /// Other words are searched for.
    Type(String),
    /// Another one is chosen.
    Choose(usize),
    /// The one with this name is done; its own action follows.
    Done(String),
}

/// Applies one action.
pub fn apply(state: &mut AppState, action: FinderAction, effects: &mut Vec<Effect>) {
    let finder = &mut state.finder;
    match action {
        FinderAction::Toggle => {
            finder.open = !finder.open;
            (finder.query, finder.at) = (String::new(), 0);
            if finder.open {
                state.help_open = false;
                // The runs are among the commands.
                effects.push(state.runs.list());
            }
        }
        FinderAction::Type(query) => (finder.query, finder.at) = (query, 0),
        FinderAction::Choose(at) => finder.at = at,
        FinderAction::Done(id) => {
            finder.open = false;
            finder.recent.retain(|used| *used != id);
            finder.recent.insert(0, id);
            finder.recent.truncate(RECENT);
        }
    }
}

impl From<FinderAction> for Action {
    fn from(action: FinderAction) -> Self {
        Self::Finder(action)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::update;

    #[test]
    fn what_was_used_last_comes_first_and_once() {
        let mut state = AppState::new();
        for id in ["fit", "grid", "fit"] {
            update(&mut state, FinderAction::Toggle.into());
            assert!(state.finder.open && state.finder.query.is_empty());
            update(&mut state, FinderAction::Type(id.into()).into());
            update(&mut state, FinderAction::Done(id.into()).into());
            assert!(!state.finder.open);
        }
        assert_eq!(state.finder.recent, ["fit", "grid"]);
    }
}
