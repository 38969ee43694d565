//! The encoder network: an image to the parameters of q(z|x).

use candle_core::Tensor;
use candle_core::backprop::GradStore;

use crate::config::{Arch, Kind, ModelConfig};
use crate::kernels::Activation::None as Identity;
use crate::kernels::add;
use crate::model::ModelError;
use crate::model::network::{Layer, Network, hidden_activation};
use crate::model::params::{Builder, TorchLayout};
use crate::model::shape::ImageShape;
use crate::model::vae::Posterior;

/// x → h → μ, log σ².
#[derive(Debug, Clone)]
pub struct Encoder {
    body: Network,
    mu: Layer,
    /// Absent in a plain autoencoder.
    log_var: Option<Layer>,
}

impl Encoder {
    /// Builds the network; its features are `hidden` wide for `mlp`, the last map for `conv`.
    pub fn new(config: &ModelConfig, shape: ImageShape, builder: &mut Builder<'_>) -> Result<Self, ModelError> {
        use TorchLayout::{FromMap, Same};
        let mut layers = Vec::new();
        let (maps, hidden) = (shape.maps(), hidden_activation(config));
        let (features, feature_layout) = match config.arch {
            Arch::Mlp => {
                let image = maps.first().map_or(Same, |&map| FromMap(map));
                let h = config.hidden;
                layers.push(Layer::linear(builder, "encoder.fc1", (shape.pixels(), h), (image, Same), hidden)?);
                layers.push(Layer::linear(builder, "encoder.fc2", (h, h), (Same, Same), hidden)?);
                (h, Same)
            }
            Arch::Conv => {
                for (i, (from, to)) in (1..).zip(maps.iter().zip(maps.iter().skip(1))) {
                    layers.push(Layer::conv(builder, &format!("encoder.conv{i}"), (*from, *to), hidden)?);
                }
                maps.last().map_or((0, Same), |&map| (map.len(), FromMap(map)))
            }
        };
        let (sizes, layouts) = ((features, config.latent_dim), (feature_layout, Same));
        let mu = Layer::linear(builder, "encoder.mu", sizes, layouts, Identity)?;
        let log_var = match config.kind {
            Kind::Vae => Some(Layer::linear(builder, "encoder.log_var", sizes, layouts, Identity)?),
            Kind::Ae => None,
        };
        Ok(Self { body: Network(layers), mu, log_var })
    }

    /// q(z|x) of a batch: x `[B, side² · channels]` in [0, 1].
    pub fn forward(&self, x: &Tensor) -> Result<Posterior, ModelError> {
        self.heads(&self.body.forward(x)?)
    }

    /// q(z|x), and what [`Encoder::backward`] needs to know.
    pub fn trace(&self, x: &Tensor) -> Result<(Posterior, Vec<Tensor>), ModelError> {
        let trace = self.body.trace(x)?;
        let h = trace.last().unwrap_or(x); // [B, h]
        Ok((self.heads(h)?, trace))
    }

    fn heads(&self, h: &Tensor) -> Result<Posterior, ModelError> {
        let mu = self.mu.forward(h)?; // [B, d]
        let log_var = self.log_var.as_ref().map(|layer| layer.forward(h)).transpose()?; // [B, d]
        Ok(Posterior { mu, log_var })
    }

    /// From ∂loss/∂q to the gradients of all parameters, which go into `grads`.
    pub fn backward(
        &self,
        (q, trace): &(Posterior, Vec<Tensor>),
        dq: &Posterior,
        grads: &mut GradStore,
    ) -> Result<(), ModelError> {
        let Some(h) = trace.last() else { return Ok(()) };
        let mut dh = self.mu.backward(h, &q.mu, &dq.mu, grads)?; // [B, h]
        if let (Some(layer), Some(log_var), Some(d_log_var)) = (&self.log_var, &q.log_var, &dq.log_var)
            && let Some(more) = layer.backward(h, log_var, d_log_var, grads)?
        // [B, h]
        {
            dh = dh.map(|dh| add(&dh, &more)).transpose()?;
        }
        if let Some(dh) = dh {
            self.body.backward(trace, dh, grads)?;
        }
        Ok(())
    }
}
