//! What is known of the images on the map besides their places, and which of them are hidden.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::data::Dataset;
use crate::latent::{Figure, Figures};
use crate::state::MapState;

/// Images that are shown and hidden together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// Those of a class, or of none.
    Class(Option<u16>),
    /// Those held back for validation, or those trained on.
    Held(bool),
}

/// The groups that are hidden.
pub type Hidden = BTreeSet<Group>;

/// What is known of the images besides their places.
#[derive(Debug, Clone, Default)]
pub struct ImagesOnMap {
    /// The images.
    pub data: Option<Arc<Dataset>>,
    /// Whether each is held back for validation, once asked for.
    pub held: Option<Arc<Vec<bool>>>,
    /// Figures of each.
    pub figures: BTreeMap<Figure, Figures>,
    /// What is hidden.
    pub hidden: Hidden,
}

impl ImagesOnMap {
    /// Whether a group is shown.
    pub fn shows(&self, group: Group) -> bool {
        !self.hidden.contains(&group)
    }

    /// Forgets what a model said.
    pub fn forget_figures(&mut self) {
        self.figures.clear();
    }

    fn shows_image(&self, idx: usize) -> bool {
        let label = self.data.as_ref().and_then(|data| data.labels.get(idx).copied().flatten());
        let held = self.held.as_ref().and_then(|held| held.get(idx).copied());
        self.shows(Group::Class(label)) && held.is_none_or(|held| self.shows(Group::Held(held)))
    }

    /// Every group of the kind of `group`.
    fn alike(&self, group: Group) -> Hidden {
        match group {
            Group::Held(_) => [false, true].map(Group::Held).into(),
            Group::Class(_) => {
                let n = self.data.as_ref().map_or(0, |data| data.classes.len());
                (0..n).map(|i| Some(i as u16)).chain([None]).map(Group::Class).collect()
            }
        }
    }
}

impl MapState {
    /// Other images are on the map; nothing of them is hidden.
    pub fn set_images(&mut self, data: Option<Arc<Dataset>>) {
        self.images = ImagesOnMap { data, ..ImagesOnMap::default() };
        self.hide();
    }

    /// Takes in which images are held back.
    pub fn set_held(&mut self, held: Option<Arc<Vec<bool>>>) {
        self.images.held = held;
        self.hide();
    }

    /// Shows or hides a group.
    pub fn toggle_group(&mut self, group: Group) {
        let hidden = &mut self.images.hidden;
        if !hidden.remove(&group) {
            hidden.insert(group);
        }
        self.hide();
    }

    /// Shows a group alone; done again, all of its kind.
    pub fn isolate_group(&mut self, group: Group) {
        let mut others = self.images.alike(group);
        others.remove(&group);
        let hidden = &mut self.images.hidden;
        let is_alone = others.is_subset(hidden) && !hidden.contains(&group);
        hidden.remove(&group);
        if is_alone {
            hidden.retain(|hidden| !others.contains(hidden));
        } else {
            hidden.extend(others);
        }
        self.hide();
    }

    /// Hides these groups and no other.
    pub fn set_hidden(&mut self, hidden: Hidden) {
        if hidden != self.images.hidden {
            self.images.hidden = hidden;
            self.hide();
        }
    }

    /// Hides nothing.
    pub fn show_all_groups(&mut self) {
        self.images.hidden.clear();
        self.hide();
    }

    /// Takes the places of hidden images away.
    pub(super) fn hide(&mut self) {
        if self.images.hidden.is_empty() {
            self.shown = Arc::clone(&self.places);
            return;
        }
        let place =
            |(idx, place): (usize, &[f32; 2])| if self.images.shows_image(idx) { *place } else { [f32::NAN; 2] };
        self.shown = Arc::new(self.places.iter().enumerate().map(place).collect());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Four images in a row, of two classes and of none.
    fn map() -> MapState {
        let mut map = MapState { scale: 1.0, ..MapState::default() };
        map.enter(2);
        let mut data = Dataset::made("four", (1, 1), vec![0; 4]);
        data.classes = vec!["a".into(), "b".into()];
        data.labels = vec![Some(0), Some(1), Some(1), None];
        map.set_images(Some(Arc::new(data)));
        map.set_means(Some(Arc::new((0..4).flat_map(|i| [i as f32, 0.0]).collect())));
        map
    }

    /// The images that are found at their places.
    fn found(map: &MapState) -> Vec<usize> {
        (0..4).filter(|&i| map.image_near([i as f32, 0.0]) == Some((i, 0.0))).collect()
    }

    #[test]
    fn what_is_hidden_is_not_found_and_keeps_its_place() {
        let mut map = map();
        map.toggle_group(Group::Class(Some(1)));
        assert_eq!(found(&map), [0, 3]);
        assert_eq!(map.places[1], [1.0, 0.0]);
        map.set_held(Some(Arc::new(vec![true, false, false, false])));
        map.toggle_group(Group::Held(false));
        assert_eq!(found(&map), [0]);
        map.toggle_group(Group::Class(Some(0)));
        assert_eq!(map.image_near([0.0, 0.0]), None);
        map.size = [3.0, 2.0];
        map.centre = [1.5, 0.0];
        assert!(map.images_in_view().is_empty());
        map.show_all_groups();
        assert_eq!(found(&map), [0, 1, 2, 3]);
        assert_eq!(map.images_in_view(), [0, 1, 2, 3]);
        map.centre = [2.0, 0.0];
        assert_eq!(map.images_in_view(), [1, 2, 3]);
    }

    #[test]
    fn a_group_is_shown_alone_and_again_with_all() {
        let mut map = map();
        map.isolate_group(Group::Class(Some(1)));
        assert_eq!(found(&map), [1, 2]);
        map.isolate_group(Group::Class(None));
        assert_eq!(found(&map), [3]);
        map.isolate_group(Group::Class(None));
        assert_eq!(found(&map), [0, 1, 2, 3]);
    }
}
