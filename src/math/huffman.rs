//! The best prefix code for symbols of given probabilities (Huffman 1952).

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// A prefix code: no code word begins another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrefixCode {
    /// The word of each symbol, of `0` and `1`; empty for symbols that never come.
    pub words: Vec<String>,
}

/// A tree by its total weight; equal weights by age, so that the code is always the same.
#[derive(PartialEq)]
struct Tree {
    weight: f64,
    age: usize,
    symbols: Vec<usize>,
}

impl Eq for Tree {}

impl Ord for Tree {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.weight.total_cmp(&other.weight).then(self.age.cmp(&other.age))
    }
}

impl PartialOrd for Tree {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// The code whose mean length is the shortest: the two rarest are joined, again and again. Symbols of weight zero get no
/// word; a symbol that is alone gets one of length 1, since something must be sent.
pub fn huffman(weights: &[f64]) -> PrefixCode {
    let leaf = |(symbol, weight): (usize, &f64)| Reverse(Tree { weight: *weight, age: symbol, symbols: vec![symbol] });
    let mut trees: BinaryHeap<Reverse<Tree>> =
        weights.iter().enumerate().filter(|(_, w)| **w > 0.0).map(leaf).collect();
    // From the leaf to the root.
    let mut words = vec![Vec::new(); weights.len()];
    if trees.len() == 1
        && let Some(Reverse(only)) = trees.peek()
    {
        only.symbols.iter().for_each(|symbol| words[*symbol].push('0'));
    }
    let mut age = weights.len();
    while let (Some(Reverse(rarest)), Some(Reverse(next))) = (trees.pop(), trees.pop()) {
        for (tree, bit) in [(&rarest, '1'), (&next, '0')] {
            tree.symbols.iter().for_each(|symbol| words[*symbol].push(bit));
        }
        let symbols = [rarest.symbols, next.symbols].concat();
        trees.push(Reverse(Tree { weight: rarest.weight + next.weight, age, symbols }));
        age += 1;
    }
    PrefixCode { words: words.into_iter().map(|word| word.into_iter().rev().collect()).collect() }
}

impl PrefixCode {
    /// Σ p · length, bits a symbol: H(p) ≤ L < H(p) + 1 for the code made for p (Shannon 1948).
    pub fn mean_length_bits(&self, p: &[f64]) -> f64 {
        self.words.iter().zip(p).map(|(word, p)| p * word.len() as f64).sum()
    }
}

#[cfg(test)]
mod tests {
    use std::f64::consts::LN_2;

    use super::*;
    use crate::math::divergence::{entropy, normalised};

    #[test]
    fn powers_of_one_half_get_exactly_their_information() {
        let p = [0.125, 0.5, 0.125, 0.25];
        let code = huffman(&p);
        assert_eq!(code.words.iter().map(String::len).collect::<Vec<_>>(), [3, 1, 3, 2]);
        assert_eq!(code.mean_length_bits(&p), 1.75);
    }

    /// Huffman's own example (1952, table I): 13 messages, mean length 3.42.
    #[test]
    fn huffmans_example_has_his_mean_length() {
        let p = [0.20, 0.18, 0.10, 0.10, 0.10, 0.06, 0.06, 0.04, 0.04, 0.04, 0.04, 0.03, 0.01];
        assert!((huffman(&p).mean_length_bits(&p) - 3.42).abs() < 1e-12);
    }

    #[test]
    fn no_word_begins_another_and_the_length_is_within_a_bit_of_the_entropy() {
        for n in [2, 3, 7, 64, 256] {
            // From 1 to e⁶, in no order.
            let weights: Vec<f64> = (0..n).map(|i| (6.0 * (i * 37 % 101) as f64 / 101.0).exp()).collect();
            let p = normalised(&weights).unwrap();
            let code = huffman(&p);
            // Kraft's equality: the tree has no idle branch.
            let kraft: f64 = code.words.iter().map(|word| 0.5_f64.powi(word.len() as i32)).sum();
            assert!((kraft - 1.0).abs() < 1e-12);
            for (i, a) in code.words.iter().enumerate() {
                assert!(code.words.iter().enumerate().all(|(j, b)| i == j || !b.starts_with(a.as_str())), "{code:?}");
            }
            let (length, bits) = (code.mean_length_bits(&p), entropy(&p) / LN_2);
            assert!((bits - 1e-12..bits + 1.0).contains(&length), "{length} against {bits}");
        }
    }

    #[test]
    fn what_never_comes_has_no_word_and_what_is_alone_has_one() {
        assert_eq!(huffman(&[0.0, 3.0, 0.0]).words, ["", "0", ""]);
        assert_eq!(huffman(&[0.0, 0.5, 0.5]).words.iter().map(String::len).collect::<Vec<_>>(), [0, 1, 1]);
        assert!(huffman(&[]).words.is_empty());
    }
}
