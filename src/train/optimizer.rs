//! Adam (Kingma & Ba 2015) over a model's parameters, with moments that can be saved, and the mean of the parameters.

use candle_core::backprop::GradStore;
use candle_core::{Tensor, Var};
use rayon::prelude::*;

use crate::kernels::{Moments, adam_step, scaled, sum_of_squares};
use crate::model::Param;
use crate::train::{Divergence, TrainError};

/// One parameter with its two moments.
struct Slot {
    param: Param,
    var: Var,
    /// First moment, in our layout.
    m: Vec<f32>,
    /// Second moment.
    v: Vec<f32>,
    /// Mean of the values over the last steps, while one is kept.
    mean: Option<Vec<f32>>,
}

impl Slot {
    /// `values`, in our layout, as a tensor of the parameter's shape.
    fn tensor(&self, values: &[f32]) -> Result<Tensor, TrainError> {
        Ok(Tensor::from_slice(values, self.param.values.shape(), self.param.values.device())?)
    }
}

/// How a step is made.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// Which step, from 1.
    pub step: u64,
    /// Adam's step size.
    pub lr: f64,
    /// Longest gradient over all parameters together; 0 is any.
    pub clip_norm: f64,
    /// Whether a mean of the parameters is kept.
    pub average: bool,
}

/// γ of [`mean_share`]: the mean's weight is spread by a twentieth of the steps so far (Karras et al. 2024, section 3.1:
/// σ_rel = 0.05).
const MEAN_EXPONENT: f64 = 16.97;

/// How far the mean of the parameters follows them at `step`, which counts from 1.
///
/// 1 − (1 − 1/t)^(γ + 1) (Karras et al. 2024, eq. 1): the mean of steps 1 to T then weighs step t by about t^γ. Its width
/// is a share of the steps done, so that it knows nothing of how many there will be, and is right for short runs and
/// for long ones.
fn mean_share(step: u64) -> f64 {
    1.0 - (1.0 - 1.0 / step.max(1) as f64).powf(MEAN_EXPONENT + 1.0)
}

/// Before the names of the values that training goes on from.
const GOES_ON: &str = "adam.p.";

/// The stored parameter `name` that training goes on from: not its mean, when both are there.
pub fn to_go_on(lookup: &dyn Fn(&str) -> Option<Tensor>, name: &str) -> Option<Tensor> {
    lookup(&format!("{GOES_ON}{name}")).or_else(|| lookup(name))
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
            Ok(Slot {
                param: param.clone(),
                var: Var::from_tensor(&param.values)?,
                m: vec![0.0; n],
                v: vec![0.0; n],
                mean: None,
            })
        };
        Ok(Self { slots: params.iter().map(slot).collect::<Result<_, TrainError>>()? })
    }

    /// Changes every parameter in place.
    ///
    /// A gradient longer than `clip_norm`, over all parameters together, is shortened to it (Pascanu et al. 2013,
    /// algorithm 1); 0 leaves it as it is. With a gradient that is not finite nothing changes.
    ///
    /// A finite gradient leaves finite weights: a step of Adam is at most lr (1 − β₁) / √(1 − β₂) ≈ 3.2 lr long
    /// (Kingma & Ba 2015, section 2.1).
    pub fn step(&mut self, grads: &GradStore, rule: Rule) -> Result<(), TrainError> {
        let Rule { step, lr, clip_norm, average } = rule;
        let squares = |slot: &Slot| grads.get(slot.var.as_tensor()).map_or(Ok(0.0), sum_of_squares);
        let squares: Vec<f64> = self.slots.par_iter().map(squares).collect::<Result<_, _>>()?;
        if let Some((slot, _)) = self.slots.iter().zip(&squares).find(|(_, squares)| !squares.is_finite()) {
            return Err(TrainError::NotFinite(Divergence::at(step, format!("the gradient of {}", slot.param.name))));
        }
        let norm = squares.iter().sum::<f64>().sqrt();
        let shorten = (clip_norm > 0.0 && norm > clip_norm).then(|| clip_norm / norm);
        // All at once, so that the threads meet once.
        self.slots.par_iter_mut().try_for_each(|Slot { var, m, v, mean, .. }| {
            let Some(grad) = grads.get(var.as_tensor()) else { return Ok(()) };
            // A mean that begins now begins with the values after this step.
            let share = if mean.is_some() { mean_share(step) } else { 1.0 };
            if !average {
                *mean = None;
            }
            let mean = average.then(|| (mean.get_or_insert_with(|| vec![0.0; m.len()]).as_mut_slice(), share));
            let moments = Moments { m, v, mean };
            match shorten {
                Some(factor) => Ok(adam_step(var, &scaled(grad, factor)?, moments, step, lr)?),
                None => Ok(adam_step(var, grad, moments, step, lr)?),
            }
        })
    }

    /// The parameters that a model is judged and used with: their mean, where one is kept.
    pub fn averaged(&self) -> Result<Vec<Param>, TrainError> {
        let averaged = |slot: &Slot| {
            let mean = slot.mean.as_ref().map(|mean| slot.tensor(mean)).transpose()?;
            let values = mean.unwrap_or_else(|| slot.param.values.clone());
            Ok(Param { values, ..slot.param.clone() })
        };
        self.slots.iter().map(averaged).collect()
    }

    /// Parameters and moments in PyTorch's layout, by name: where a mean is kept it has the parameter's name, and the
    /// values that training goes on from follow as `adam.p.<name>`.
    pub fn to_torch(&self) -> Result<Vec<(String, Tensor)>, TrainError> {
        let mut tensors = Vec::with_capacity(self.slots.len() * 4);
        for slot in &self.slots {
            let Slot { param: Param { name, values, layout }, m, v, mean, .. } = slot;
            let kept = |values: &[f32]| Ok::<_, TrainError>(layout.to_torch(&slot.tensor(values)?)?);
            let now = layout.to_torch(values)?.detach();
            if let Some(mean) = mean {
                tensors.push((name.clone(), kept(mean)?));
                tensors.push((format!("{GOES_ON}{name}"), now));
            } else {
                tensors.push((name.clone(), now));
            }
            tensors.push((format!("adam.m.{name}"), kept(m)?));
            tensors.push((format!("adam.v.{name}"), kept(v)?));
        }
        Ok(tensors)
    }

    /// Takes parameters and moments back from [`Adam::to_torch`].
    pub fn restore(&mut self, lookup: &dyn Fn(&str) -> Option<Tensor>) -> Result<(), TrainError> {
        for Slot { param, var, .. } in &self.slots {
            let stored = to_go_on(lookup, &param.name);
            let stored = stored.ok_or_else(|| TrainError::Checkpoint(format!("{} is missing", param.name)))?;
            var.set(&param.layout.from_torch(&stored)?)?;
        }
        self.load_moments(lookup)
    }

    /// Takes the moments and means back from [`Adam::to_torch`].
    pub fn load_moments(&mut self, lookup: &dyn Fn(&str) -> Option<Tensor>) -> Result<(), TrainError> {
        for Slot { param, m, v, mean, .. } in &mut self.slots {
            // Where there are values to go on from, the parameter's name stands for their mean.
            let is_averaged = lookup(&format!("{GOES_ON}{}", param.name)).is_some();
            *mean = match lookup(&param.name) {
                _ if !is_averaged => None,
                None => return Err(TrainError::Checkpoint(format!("{} is missing", param.name))),
                Some(stored) if stored.elem_count() != m.len() => {
                    return Err(TrainError::Checkpoint(format!("{} has shape {:?}", param.name, stored.dims())));
                }
                Some(stored) => Some(param.layout.from_torch(&stored)?.flatten_all()?.to_vec1::<f32>()?),
            };
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
            adam.step(&grads(&ours), Rule { step, lr: 1e-2, clip_norm: 0.0, average: false }).unwrap();
            candle.step(&grads(&theirs)).unwrap();
        }
        for (ours, theirs) in ours.params().iter().zip(theirs.params()) {
            let flat = |p: &Param| p.values.flatten_all().unwrap().to_vec1::<f32>().unwrap();
            let furthest = flat(ours).iter().zip(flat(theirs)).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(furthest < 2e-4, "{}: {furthest}", ours.name);
        }
    }

    /// One parameter and its gradient after a step with `clip_norm`; Adam's first moment is a tenth of what it saw.
    fn seen_by_adam(clip_norm: f64, spoil: Option<f32>) -> Result<(Vec<f32>, Vec<f32>), TrainError> {
        let shape = ImageShape { side: 16, channels: 1 };
        let vae = Vae::new(&ModelConfig { hidden: 4, ..ModelConfig::default() }, shape, 1)?;
        let mut adam = Adam::new(vae.params())?;
        let x = Tensor::full(0.25_f32, (2, 256), &Device::Cpu)?;
        let mut grads = vae.elbo(&x, &Tensor::zeros((2, 2), candle_core::DType::F32, &Device::Cpu)?, 1)?;
        grads.recon = (grads.recon * 100.0)?;
        let mut grads = grads.loss(1.0, 0.0)?.backward()?;
        if let Some(bad) = spoil {
            let weight = &adam.slots[1].var;
            let spoilt = Tensor::full(bad, weight.shape(), &Device::Cpu)?;
            grads.insert(weight.as_tensor(), spoilt);
        }
        let all = |adam: &Adam| {
            let slots = adam.slots.iter().map(|slot| grads.get(slot.var.as_tensor()).unwrap());
            slots.flat_map(|g| g.flatten_all().unwrap().to_vec1::<f32>().unwrap()).collect::<Vec<_>>()
        };
        let before = adam.to_torch()?;
        if let Err(error) = adam.step(&grads, Rule { step: 1, lr: 1e-3, clip_norm, average: true }) {
            for ((_, now), (name, before)) in adam.to_torch()?.iter().zip(&before) {
                let same = now.eq(before)?.to_dtype(candle_core::DType::F32)?.mean_all()?.to_scalar::<f32>()?;
                assert!(same > 0.999, "{name} changed");
            }
            return Err(error);
        }
        Ok((all(&adam), adam.slots.iter().flat_map(|slot| slot.m.clone()).map(|m| m * 10.0).collect()))
    }

    #[test]
    fn a_long_gradient_is_shortened_and_keeps_its_direction() {
        let norm = |v: &[f32]| v.iter().map(|g| f64::from(*g).powi(2)).sum::<f64>().sqrt();
        let (grad, seen) = seen_by_adam(0.0, None).unwrap();
        let whole = norm(&grad);
        assert!(whole > 100.0 && (norm(&seen) - whole).abs() < 1e-4 * whole);
        let (_, seen) = seen_by_adam(2.5, None).unwrap();
        assert!((norm(&seen) - 2.5).abs() < 1e-4);
        let cosine = grad.iter().zip(&seen).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum::<f64>() / (whole * 2.5);
        assert!((cosine - 1.0).abs() < 1e-5, "{cosine}");
        // A short one is left alone.
        let (_, seen) = seen_by_adam(2.0 * whole, None).unwrap();
        assert!((norm(&seen) - whole).abs() < 1e-4 * whole);
    }

    #[test]
    fn a_gradient_that_is_not_finite_changes_nothing_and_is_named() {
        for bad in [f32::NAN, f32::INFINITY] {
            let error = seen_by_adam(1.0, Some(bad)).unwrap_err().to_string();
            assert!(error.contains("the gradient of encoder.fc1.bias was not finite at step 1"), "{error}");
        }
    }
}
