//! What the decoding thread answers, put where it belongs.

use crate::latent::Answer;
use crate::state::walk::Held;
use crate::state::{AppState, NoticeKind, PointView, SelectedView, StripView};

/// Takes one answer; without a model it comes too late.
pub fn take(state: &mut AppState, answer: Answer) {
    let Some(model) = state.training.model else { return };
    let directed = state.directions_wanted().len();
    let walk = &mut state.walk;
    match answer {
        Answer::Point { z, image, nearest, .. } => walk.point_view = Some(PointView { z, image, nearest }),
        Answer::Selected { subject, mu, sigma, reconstruction, recon_nats, kl_nats, .. } => {
            if walk.selected == Some(subject) {
                walk.selected_view = Some(SelectedView { subject, mu, sigma, reconstruction, recon_nats, kl_nats });
                walk.version += 1;
                state.judge_own();
            }
            return;
        }
        // These keep versions of their own.
        Answer::GridCells { grid, cells, images, .. } => {
            return state.map.add_cells(&grid, model.shape, &cells, &images);
        }
        Answer::Own { own, mu, .. } => return state.place_own(&own, mu),
        Answer::Strip { mut images, .. } => {
            let frames = walk.strip_points().len();
            if images.len() != frames + walk.pins.len() + directed {
                // Of pins that are gone by now; another answer is on its way.
                return;
            }
            let mut pins = images.split_off(frames);
            let directed = pins.split_off(walk.pins.len());
            walk.strip_view = StripView { images, pins };
            walk.version += 1;
            return state.take_directions(directed);
        }
        Answer::Means { mu, step } => {
            state.map.means_step = step;
            walk.follow(&mu);
            state.map.set_means(Some(mu));
            // Nothing moves under a hand that holds something.
            if walk.held == Held::Nothing {
                state.map.follow();
            }
            return;
        }
        Answer::Known { z, percentile } => {
            state.map.known = Some((z, percentile));
            return;
        }
        Answer::Figures(figure, figures) => {
            state.map.images.figures.insert(figure, figures);
            return state.judge_own();
        }
        Answer::Held(held) => return state.map.set_held(Some(held)),
        Answer::Heat(heat) => {
            state.map.heat = Some(heat);
            state.map.heat_version += 1;
            return;
        }
        Answer::Principal(axes, share) => {
            state.map.principal_share = share;
            return state.map.set_principal(Some(axes).filter(|_| model.latent_dim > 2));
        }
        Answer::Failed(message) => return state.notices.push(NoticeKind::Error(message)),
    }
    walk.version += 1;
}
