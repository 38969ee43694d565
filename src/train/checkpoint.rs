//! Everything needed to go on as if training had never stopped, as plain tensors by name.

use candle_core::Tensor;

/// A deep copy of a trainer's state.
#[derive(Debug, Clone)]
pub struct Checkpoint {
    /// Steps done.
    pub step: u64,
    /// Wall time of training so far.
    pub seconds: f64,
    /// Every tensor, in PyTorch's layout: the model's parameters under PyTorch's names, Adam's moments under
    /// `adam.m.<name>` and `adam.v.<name>`. Where a mean of the parameters is kept it has their names, and the parameters
    /// that training goes on from are `adam.p.<name>`.
    pub tensors: Vec<(String, Tensor)>,
}

impl Checkpoint {
    /// The tensor called `name`.
    pub fn tensor(&self, name: &str) -> Option<&Tensor> {
        self.tensors.iter().find(|(n, _)| n == name).map(|(_, tensor)| tensor)
    }
}
