//! Sizes of the images and of the feature maps between the convolutions.

use serde::{Deserialize, Serialize};

/// Shape of one image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImageShape {
    /// Height and width in pixels.
    pub side: usize,
    /// 1 or 3.
    pub channels: usize,
}

/// One feature map: `side` × `side` × `channels`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Map {
    /// Height and width.
    pub side: usize,
    /// Channels.
    pub channels: usize,
}

impl Map {
    /// Values in the map.
    pub fn len(self) -> usize {
        self.side * self.side * self.channels
    }

    /// Whether the map holds no value.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }
}

impl ImageShape {
    /// Values per image.
    pub fn pixels(self) -> usize {
        self.side * self.side * self.channels
    }

    /// The maps of the convolutional encoder, image first: each stage halves the side until it is 4 to 7, and
    /// doubles the channels from 32 to at most 256. 28 → 14 → 7; 64 → 32 → 16 → 8 → 4.
    pub fn maps(self) -> Vec<Map> {
        let mut maps = vec![Map { side: self.side, channels: self.channels }];
        let (mut side, mut channels) = (self.side, 32);
        while side > 7 {
            side /= 2;
            maps.push(Map { side, channels });
            channels = (channels * 2).min(256);
        }
        maps
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(side: usize, channels: usize, expected: &[(usize, usize)]) {
        let maps: Vec<_> = ImageShape { side, channels }.maps().iter().map(|m| (m.side, m.channels)).collect();
        assert_eq!(maps, expected);
    }

    #[test]
    fn stages_halve_to_between_4_and_7() {
        check(28, 1, &[(28, 1), (14, 32), (7, 64)]);
        check(64, 3, &[(64, 3), (32, 32), (16, 64), (8, 128), (4, 256)]);
        check(30, 3, &[(30, 3), (15, 32), (7, 64)]);
        check(128, 1, &[(128, 1), (64, 32), (32, 64), (16, 128), (8, 256), (4, 256)]);
    }
}
