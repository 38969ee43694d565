//! A short version of `tests/quality`: a plain model learns the bundled clothes as well as it does in PyTorch.

use crate::support::{json_in, number};

/// −ELBO in nats per image after five epochs, of the 4,000 images trained on: mean of four seeds, 280.8 to 283.1.
///
/// ```python
/// import sys, numpy as np, torch  # 2.15; sys.argv[1:] are assets/samples/fashion/*.png
/// from PIL import Image
/// from torch import nn
/// def run(seed, x):
///     torch.manual_seed(seed); r = nn.ReLU
///     enc = nn.Sequential(nn.Linear(784, 400), r(), nn.Linear(400, 400), r(), nn.Linear(400, 4))
///     dec = nn.Sequential(nn.Linear(2, 400), r(), nn.Linear(400, 400), r(), nn.Linear(400, 784))
///     adam = torch.optim.Adam([*enc.parameters(), *dec.parameters()], 1e-3)
///     def loss(x):
///         mu, lv = enc(x).chunk(2, 1)
///         z = mu + (lv / 2).exp() * torch.randn_like(mu)
///         bce = nn.functional.binary_cross_entropy_with_logits(dec(z), x, reduction="sum")
///         return (bce + (mu**2 + lv.exp() - 1 - lv).sum() / 2) / len(x)
///     for epoch in range(5):
///         for b in torch.randperm(len(x)).split(128):
///             adam.zero_grad(); loss(x[b]).backward(); adam.step()
///     with torch.no_grad():
///         return loss(x).item()
/// def tiles(path):
///     sheet = np.array(Image.open(path).convert("L"), np.float32) / 255
///     return sheet.reshape(20, 28, 20, 28).swapaxes(1, 2).reshape(400, 784)
/// x = torch.tensor(np.concatenate([tiles(path) for path in sys.argv[1:]]))
/// print([run(seed, x) for seed in range(4)])  # 281.407, 280.792, 283.060, 283.052
/// ```
const PYTORCH_NATS: f64 = 282.08;

/// Said in full, so that other defaults would not change it.
const PLAIN: &str = "--set model.arch=mlp --set model.hidden=400 --set model.latent_dim=2 \
                     --set model.likelihood=bernoulli --set data.validation_fraction=0 --set train.batch=128 \
                     --set train.lr=0.001 --set train.lr_schedule=constant --set train.lr_warmup_epochs=0 \
                     --set train.beta=1 --set train.mc_samples=1 --set model.init=pytorch --set train.average=false";

#[test]
fn five_epochs_of_clothes_end_where_pytorch_does() {
    let folder = tempfile::tempdir().unwrap();
    json_in(folder.path(), &format!("train sample:fashion --out R --epochs 5 {PLAIN}"));
    let told = json_in(folder.path(), "eval R sample:fashion").pop().unwrap();
    // The seeds lie within 0.5 % of their mean; one epoch more or less is 2 to 3 %.
    let nats = -number(&told, "elbo_nats");
    assert!((nats / PYTORCH_NATS - 1.0).abs() < 0.015, "{nats} nats instead of {PYTORCH_NATS}");
    assert_eq!(told["binarised"], false);
}

#[test]
fn binary_pixels_are_trained_on_and_evaluated() {
    let folder = tempfile::tempdir().unwrap();
    let more = "--set model.binarise=true --set model.activation=tanh --set model.hidden=48 --set train.batch=200";
    json_in(folder.path(), &format!("train sample:fashion --out R --epochs 1 {more}"));
    let eval = || json_in(folder.path(), "eval R sample:fashion").pop().unwrap();
    let told = eval();
    assert_eq!(told["binarised"], true);
    assert_eq!(told, eval());
    let record: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(folder.path().join("R/run.json")).unwrap()).unwrap();
    assert_eq!(
        (&record["config"]["model"]["activation"], &record["config"]["model"]["binarise"]),
        (&"tanh".into(), &true.into())
    );
}
