//! Adam (Kingma & Ba 2015) over a model's parameters, with moments that can be saved.

use candle_core::backprop::GradStore;
use candle_core::{Tensor, Var};
use rayon::prelude::*;

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
        // All at once, so that the threads meet once.
        self.slots.par_iter_mut().try_for_each(|Slot { var, m, v, .. }| {
            let grad = grads.get(var.as_tensor());
            grad.map_or(Ok(()), |grad| Ok(adam_step(var, grad, m, v, step, lr)?))
        })
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

#[cfg(test)]
mod tests {
    use candle_core::Device;
    use candle_nn::{AdamW, Optimizer, ParamsAdamW};

    use super::*;
    use crate::config::ModelConfig;
    use crate::model::{ImageShape, Vae};
    use crate::rng::{Rng, Stream};

    #[test]
    fn ten_steps_agree_with_candles_own_adam() {
        let shape = ImageShape { side: 16, channels: 1 };
        let config = ModelConfig { hidden: 12, ..ModelConfig::default() };
        let (ours, theirs) = (Vae::new(&config, shape, 1).unwrap(), Vae::new(&config, shape, 1).unwrap());
        let mut adam = Adam::new(ours.params()).unwrap();
        let vars = theirs.params().iter().map(|p| Var::from_tensor(&p.values).unwrap()).collect();
        let settings = ParamsAdamW { lr: 1e-2, weight_decay: 0.0, ..ParamsAdamW::default() };
        let mut candle = AdamW::new(vars, settings).unwrap();
        let x = Rng::new(2, Stream::TrainNoise, 0).uniforms(8 * 256, 0.5).iter().map(|v| v + 0.5).collect();
        let x = Tensor::from_vec(x, (8, 256), &Device::Cpu).unwrap();
        for step in 1..=10 {
            let noise = Rng::new(2, Stream::TrainNoise, step).normals(16);
            let eps = Tensor::from_vec(noise, (8, 2), &Device::Cpu).unwrap();
            let grads = |vae: &Vae| vae.elbo(&x, &eps, 1).unwrap().loss(1.0, 0.0).unwrap().backward().unwrap();
            adam.step(&grads(&ours), step, 1e-2).unwrap();
            candle.step(&grads(&theirs)).unwrap();
        }
        for (ours, theirs) in ours.params().iter().zip(theirs.params()) {
            let flat = |p: &Param| p.values.flatten_all().unwrap().to_vec1::<f32>().unwrap();
            let furthest = flat(ours).iter().zip(flat(theirs)).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(furthest < 2e-4, "{}: {furthest}", ours.name);
        }
    }
}
