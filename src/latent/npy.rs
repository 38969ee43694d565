//! NumPy's file format, version 1.0 (NEP 1), for tables of f32.

/// What every file begins with, and the version.
const MAGIC: &[u8] = b"\x93NUMPY\x01\x00";
/// The numbers begin at a multiple of this.
const ALIGNED: usize = 64;

/// A file of `values`, `[rows, columns]` in C order, little-endian.
pub fn bytes(values: &[f32], columns: usize) -> Vec<u8> {
    let rows = values.len().checked_div(columns).unwrap_or_default();
    let mut header = format!("{{'descr': '<f4', 'fortran_order': False, 'shape': ({rows}, {columns}), }}");
    // Magic, the header's length in two bytes, the header, a line feed.
    let length = MAGIC.len() + 2 + header.len() + 1;
    header.extend(std::iter::repeat_n(' ', length.next_multiple_of(ALIGNED) - length));
    header.push('\n');
    let mut bytes = MAGIC.to_vec();
    bytes.extend((header.len() as u16).to_le_bytes());
    bytes.extend(header.as_bytes());
    bytes.extend(values.iter().take(rows * columns).flat_map(|value| value.to_le_bytes()));
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    // np.lib.format.write_array(f, np.array([[0.5, -1], [2, 1e-3], [0, 3]], '<f4'), (1, 0)), NumPy 2.4:
    //   f.getvalue(): the dictionary ends at byte 69, 58 blanks and a line feed fill up to 128.
    #[test]
    fn it_is_byte_for_byte_what_numpy_writes() {
        let values = [0.5, -1.0, 2.0, 1e-3, 0.0, 3.0_f32];
        let mut expected =
            b"\x93NUMPY\x01\x00\x76\x00{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2), }".to_vec();
        expected.extend([b' '; 58]);
        expected.push(b'\n');
        assert_eq!(expected.len(), 128);
        expected.extend([0, 0, 0, 0x3f, 0, 0, 0x80, 0xbf, 0, 0, 0, 0x40, 0x6f, 0x12, 0x83, 0x3a, 0, 0, 0, 0, 0, 0]);
        expected.extend([0x40, 0x40]);
        assert_eq!(bytes(&values, 2), expected);
    }
}
