//! Bytes in memory that grow without ever being copied to a larger place.

use std::ops::Range;

/// Length of a segment is about this many bytes for grey images, three times as many in colour. Each wastes about one
/// MiB of its own (measured with 4 << 20: 206 MiB more for 200,000 images of 64 × 64 RGB), so there are to be few.
const SEGMENT_BYTES: usize = 16 << 20;

/// A long row of bytes, kept in segments of one length (the last may be shorter). A range that lies inside one segment
/// is a slice; segments are a whole number of images long, so that every image is.
#[derive(Debug, Clone)]
pub struct Pixels {
    segments: Vec<Vec<u8>>,
    segment_bytes: usize,
}

impl Pixels {
    /// None yet, of images `[side, side, channels]`.
    pub(super) fn of_images(side: usize, channels: usize) -> Self {
        let area = (side * side).max(1);
        Self { segments: Vec::new(), segment_bytes: (SEGMENT_BYTES / area).max(1) * area * channels }
    }

    /// Number of bytes.
    pub fn len(&self) -> usize {
        self.segments.iter().map(Vec::len).sum()
    }

    /// Whether there is no byte.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The bytes of `range`; `None` when it reaches over the end or over a segment's.
    pub fn get(&self, range: Range<usize>) -> Option<&[u8]> {
        let segment = self.segments.get(range.start / self.segment_bytes)?;
        let start = range.start % self.segment_bytes;
        segment.get(start..start + range.len())
    }

    /// All bytes in order, segment after segment.
    pub fn segments(&self) -> impl Iterator<Item = &[u8]> {
        self.segments.iter().map(Vec::as_slice)
    }

    /// Length of every segment but the last.
    pub(super) fn segment_bytes(&self) -> usize {
        self.segment_bytes
    }

    /// Appends one image.
    pub(super) fn push(&mut self, image: impl IntoIterator<Item = u8>) {
        let full = self.segments.last().is_none_or(|last| last.len() >= self.segment_bytes);
        if full {
            self.segments.push(Vec::with_capacity(self.segment_bytes));
        }
        if let Some(last) = self.segments.last_mut() {
            last.extend(image);
        }
    }

    /// Takes over segments that were read elsewhere.
    pub(super) fn with_segments(mut self, segments: Vec<Vec<u8>>) -> Self {
        self.segments = segments;
        self
    }

    /// Replaces every segment by `change` of it, one after the other, so that never more than one exists twice. All
    /// lengths become `times.0 / times.1` of what they were.
    pub(super) fn change(&mut self, times: (usize, usize), change: impl Fn(&[u8]) -> Vec<u8>) {
        self.segment_bytes = self.segment_bytes * times.0 / times.1;
        for segment in &mut self.segments {
            *segment = change(segment);
            segment.reserve_exact(self.segment_bytes.saturating_sub(segment.len()));
        }
    }

    /// Gives back what the last segment does not need.
    pub(super) fn shrink(&mut self) {
        if let Some(last) = self.segments.last_mut() {
            last.shrink_to_fit();
        }
    }
}

impl From<Vec<u8>> for Pixels {
    fn from(bytes: Vec<u8>) -> Self {
        Self { segments: vec![bytes], segment_bytes: usize::MAX }
    }
}

impl FromIterator<u8> for Pixels {
    fn from_iter<I: IntoIterator<Item = u8>>(bytes: I) -> Self {
        bytes.into_iter().collect::<Vec<_>>().into()
    }
}

impl PartialEq for Pixels {
    /// The same bytes, however they are cut.
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.segments().flatten().eq(other.segments().flatten())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_image_is_a_slice_whatever_the_segments() {
        let (area, n) = (100, 9);
        let mut pixels = Pixels { segments: Vec::new(), segment_bytes: 4 * area };
        for i in 0..n {
            pixels.push(std::iter::repeat_n(i as u8, area));
        }
        assert_eq!(pixels.segments().count(), 3);
        for i in 0..n {
            assert_eq!(pixels.get(i * area..(i + 1) * area).unwrap()[area - 1], i as u8);
        }
        assert_eq!(pixels.get(n * area..(n + 1) * area), None);
        assert_eq!(pixels.get(3 * area..5 * area), None);
        let whole: Pixels = pixels.segments().flatten().copied().collect();
        assert!(whole == pixels && whole.get(3 * area..5 * area).is_some());
        pixels.change((3, 1), |bytes| bytes.iter().flat_map(|&v| [v; 3]).collect());
        assert_eq!(pixels.get(8 * area * 3..9 * area * 3).unwrap(), vec![8; area * 3]);
    }
}
