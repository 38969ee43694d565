//! New images: from the prior, and from a mixture fitted to the means beside it.

use std::sync::Arc;

use crate::lens::Draw;
use crate::state::lens::StudyOrder;
use crate::state::{AppState, Phase};

/// Images of each kind.
pub const IMAGES: usize = 36;

/// What is to be drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GenerateOrder {
    /// Step of the model.
    pub step: u64,
    /// The load the images are of.
    pub data_version: u64,
    /// Counts draws; with the seed 0 it says which noise it is.
    pub round: u64,
    /// The mean of p(x|z) or a sample.
    pub draw: Draw,
}

/// What was drawn, `[IMAGES, side, side, channels]` each.
#[derive(Debug, Clone)]
pub struct Generated {
    /// Of what.
    pub order: GenerateOrder,
    /// z ~ N(0, I).
    pub prior: Arc<Vec<u8>>,
    /// z from the mixture, and how many Gaussians it has; `None` without images to fit it to.
    pub aggregate: Option<(Arc<Vec<u8>>, usize)>,
}

/// The page.
#[derive(Debug, Clone)]
pub struct Generating {
    /// The draw that is wanted.
    pub round: u64,
    /// What of p(x|z) is shown.
    pub draw: Draw,
    /// What was drawn last.
    pub generated: Option<Generated>,
    /// Changes whenever that does.
    pub version: u64,
}

impl Default for Generating {
    fn default() -> Self {
        Self { round: 0, draw: Draw::Mean, generated: None, version: 0 }
    }
}

/// Something about the page.
#[derive(Debug, Clone)]
pub enum GenerateAction {
    /// Other noise.
    Again,
    /// Shows the mean of p(x|z), or a sample.
    SetDraw(Draw),
    /// This was drawn.
    Drawn(Box<Generated>),
}

/// What the page wants.
pub fn wanted(state: &AppState) -> Option<GenerateOrder> {
    let (page, model) = (&state.lens.generating, state.training.model?);
    let newest =
        GenerateOrder { step: model.step, data_version: state.data.version, round: page.round, draw: page.draw };
    // While it trains a draw stays until another is asked for.
    match &state.lens.studied {
        Some(StudyOrder::Generate(before))
            if state.training.phase == Phase::Running && GenerateOrder { step: newest.step, ..*before } == newest =>
        {
            Some(*before)
        }
        _ => Some(newest),
    }
}

/// Applies one action.
pub fn apply(state: &mut AppState, action: GenerateAction) {
    let page = &mut state.lens.generating;
    match action {
        GenerateAction::Again => page.round += 1,
        GenerateAction::SetDraw(draw) => page.draw = draw,
        GenerateAction::Drawn(generated) => {
            page.generated = Some(*generated);
            page.version += 1;
        }
    }
}
