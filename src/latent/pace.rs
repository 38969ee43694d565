//! How much work makes a piece, so that whoever has to wait for one waits for a few milliseconds whatever the model.

use std::time::Duration;

/// What a piece should take: a dragged point is decoded within a frame even when it comes just after one began.
const PIECE: Duration = Duration::from_millis(4);
/// Items in the first piece, of whose cost nothing is known.
const FIRST: usize = 4;
/// Items at most: more make the work no cheaper.
const MOST: usize = 256;

/// The number of items in the next piece, from how long the last one took.
#[derive(Debug)]
pub struct Pace(usize);

impl Default for Pace {
    fn default() -> Self {
        Self(FIRST)
    }
}

impl Pace {
    /// Items in the next piece.
    pub fn n_items(&self) -> usize {
        self.0
    }

    /// The last piece had `n_items` and took so long; pieces grow slowly and shrink at once.
    pub fn took(&mut self, n_items: usize, time: Duration) {
        let fitting = n_items as f64 * PIECE.as_secs_f64() / time.as_secs_f64().max(1e-9);
        self.0 = (fitting as usize).clamp(1, MOST).min(self.0 * 2);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_grow_to_what_fits_and_shrink_at_once() {
        let mut pace = Pace::default();
        // A tenth of a millisecond an item: forty fit.
        let sizes: Vec<usize> = std::iter::repeat_with(|| {
            let n = pace.n_items();
            pace.took(n, Duration::from_micros(100 * n as u64));
            n
        })
        .take(6)
        .collect();
        assert_eq!(sizes, [4, 8, 16, 32, 40, 40]);
        pace.took(40, Duration::from_millis(400));
        assert_eq!(pace.n_items(), 1);
        (0..20).for_each(|_| pace.took(pace.n_items(), Duration::ZERO));
        assert_eq!(pace.n_items(), MOST);
    }
}
