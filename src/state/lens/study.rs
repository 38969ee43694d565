//! What the pages that are not about one image have computed.

use crate::state::lens::Page;
use crate::state::lens::code::{self, CodeOrder};
use crate::state::lens::divergence::{self, Pair};
use crate::state::lens::generate::{self, GenerateOrder};
use crate::state::{AppState, Effect};

/// What is to be computed.
#[derive(Debug, Clone, PartialEq)]
pub enum StudyOrder {
    /// KL of these by more and more samples.
    Divergence(Pair),
    /// The grey levels of these images.
    Levels(CodeOrder),
    /// What these images say without a model.
    Plain(CodeOrder),
    /// New images.
    Generate(GenerateOrder),
}

/// Orders what the open page wants and has not been ordered.
pub fn seek(state: &mut AppState, effects: &mut Vec<Effect>) {
    let order = wanted(state);
    if order == state.lens.studied {
        return;
    }
    if matches!(order, Some(StudyOrder::Divergence(_))) {
        state.lens.divergences.estimates.clear();
    }
    state.lens.studied.clone_from(&order);
    effects.push(Effect::Study(order));
}

fn wanted(state: &AppState) -> Option<StudyOrder> {
    let lens = &state.lens;
    match lens.page {
        _ if !lens.open => None,
        Page::Divergences if lens.divergences.counting && divergence::can_count(state.data.set.as_deref()) => {
            let order = CodeOrder { data_version: state.data.version, held: None };
            Some(StudyOrder::Levels(order))
        }
        Page::Divergences => lens.divergences.pair().map(StudyOrder::Divergence),
        Page::Code => code::wanted(state).map(StudyOrder::Plain),
        Page::Generate => generate::wanted(state).map(StudyOrder::Generate),
        Page::Image | Page::Bound | Page::Ascent | Page::Contest => None,
    }
}
