//! Adam (Kingma & Ba 2015) over a model's parameters, with moments that can be saved.

use candle_core::backprop::GradStore;
use candle_core::{Tensor, Var};

use crate::kernels::adam_step;
use crate::model::Param;
use crate::train::TrainError;

/// One parameter with its two moments.
struct Slot {
    param: Param,
    var: Var,
    /// First moment, in our layout.
    m: Vec<f32>,
    /// Second moment.
    v: Vec<f32>,
}

/// The optimizer.
pub struct Adam {
    slots: Vec<Slot>,
}

impl Adam {
    /// Moments start at zero.
    pub fn new(params: &[Param]) -> Result<Self, TrainError> {
        let slot = |param: &Param| {
            let n = param.values.elem_count();
            Ok(Slot { param: param.clone(), var: Var::from_tensor(&param.values)?, m: vec![0.0; n], v: vec![0.0; n] })
        };
        Ok(Self { slots: params.iter().map(slot).collect::<Result<_, TrainError>>()? })
    }

    /// Changes every parameter in place; `step` counts from 1.
    pub fn step(&mut self, grads: &GradStore, step: u64, lr: f64) -> Result<(), TrainError> {
        for Slot { var, m, v, .. } in &mut self.slots {
            if let Some(grad) = grads.get(var.as_tensor()) {
                adam_step(var, grad, m, v, step, lr)?;
            }
        }
        Ok(())
    }

    /// Parameters and moments in PyTorch's layout, by name.
    pub fn to_torch(&self) -> Result<Vec<(String, Tensor)>, TrainError> {
        let mut tensors = Vec::with_capacity(self.slots.len() * 3);
        for Slot { param, m, v, .. } in &self.slots {
            let moment = |values: &[f32]| {
                let tensor = Tensor::from_slice(values, param.values.shape(), param.values.device())?;
                param.layout.to_torch(&tensor)
            };
            tensors.push((param.name.clone(), param.layout.to_torch(&param.values)?.detach()));
            tensors.push((format!("adam.m.{}", param.name), moment(m)?));
            tensors.push((format!("adam.v.{}", param.name), moment(v)?));
        }
        Ok(tensors)
    }

    /// Takes the moments back from [`Adam::to_torch`].
    pub fn load_moments(&mut self, lookup: &dyn Fn(&str) -> Option<Tensor>) -> Result<(), TrainError> {
        for Slot { param, m, v, .. } in &mut self.slots {
            for (kind, moment) in [("m", m), ("v", v)] {
                let name = format!("adam.{kind}.{}", param.name);
                let stored = lookup(&name).ok_or_else(|| TrainError::Checkpoint(format!("{name} is missing")))?;
                if stored.elem_count() != moment.len() {
                    return Err(TrainError::Checkpoint(format!("{name} has shape {:?}", stored.dims())));
                }
                *moment = param.layout.from_torch(&stored)?.flatten_all()?.to_vec1::<f32>()?;
            }
        }
        Ok(())
    }
}
