//! The right operand of a product laid out in panels, one behind the other: each as many columns as a block of the
//! product has, so that a block reads it from end to end.

use rayon::prelude::*;

use super::product::panel_width;

/// Floats that a packed `[K, N]` takes.
pub(super) fn packed_len((depth, n): (usize, usize)) -> usize {
    depth * n.next_multiple_of(panel_width())
}

/// Lays `[K, N]`, given by its transpose `[N, K]` (row-major), out in panels; `packed` has [`packed_len`] values.
pub(super) fn pack_transposed(packed: &mut [f32], transposed: &[f32], (depth, n): (usize, usize)) {
    debug_assert_eq!(packed.len(), packed_len((depth, n)));
    let panel_len = (depth * panel_width()).max(1);
    for (panel, columns) in packed.chunks_exact_mut(panel_len).zip(transposed.chunks(panel_len)) {
        pack_panel(panel, columns, depth);
    }
}

/// The same in the current pool.
pub(super) fn pack_transposed_shared(packed: &mut [f32], transposed: &[f32], (depth, n): (usize, usize)) {
    debug_assert_eq!(packed.len(), packed_len((depth, n)));
    let panel_len = (depth * panel_width()).max(1);
    let panels = packed.par_chunks_exact_mut(panel_len).zip(transposed.par_chunks(panel_len));
    panels.for_each(|(panel, columns)| pack_panel(panel, columns, depth));
}

fn pack_panel(panel: &mut [f32], columns: &[f32], depth: usize) {
    let width = panel_width();
    if columns.len() < panel.len() {
        panel.fill(0.0);
    }
    // Square blocks, so that the lines of both sides stay in the first-level cache.
    for first in (0..depth).step_by(width) {
        let rows = first..(first + width).min(depth);
        for (j, column) in columns.chunks_exact(depth.max(1)).enumerate() {
            for (value, row) in column[rows.clone()].iter().zip(rows.clone()) {
                panel[row * width + j] = *value;
            }
        }
    }
}

/// Lays `[K, N]` out in panels, row by row as `row(k)` gives them, each of N values.
pub(super) fn pack_rows<'a>(packed: &mut [f32], row: impl Fn(usize) -> &'a [f32] + Sync, (depth, n): (usize, usize)) {
    debug_assert_eq!(packed.len(), packed_len((depth, n)));
    let width = panel_width();
    packed.par_chunks_exact_mut((depth * width).max(1)).enumerate().for_each(|(panel, packed)| {
        let columns = panel * width..((panel + 1) * width).min(n);
        for (k, packed) in packed.chunks_exact_mut(width).enumerate() {
            packed[..columns.len()].copy_from_slice(&row(k)[columns.clone()]);
        }
    });
}
