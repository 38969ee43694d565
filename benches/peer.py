"""The work of `latent-atlas bench` in PyTorch, at its best CPU settings: prints the same JSON keys.

    python benches/peer.py [--seconds 5] [--only train|decode|mixed] [--threads N]

Best, of what was tried: as many threads as cores, fused Adam, channels_last for convolutions, inference_mode to decode,
and a traced and frozen decoder where that is faster. Weights and images are noise: speed does not depend on them.
"""

import argparse
import json
import os
import resource
import statistics
import threading
import time

import torch
from torch import nn
from torch.nn import functional as F

GRID = 400
FRAME = 1 / 60


class Mlp(nn.Module):
    """784-400-400-2 and back."""

    pixels, latent, batch, conv = (1, 28, 28), 2, 128, False

    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Flatten(), nn.Linear(784, 400), nn.ReLU(), nn.Linear(400, 400), nn.ReLU())
        self.mu, self.log_var = nn.Linear(400, 2), nn.Linear(400, 2)
        self.decoder = nn.Sequential(
            nn.Linear(2, 400), nn.ReLU(), nn.Linear(400, 400), nn.ReLU(), nn.Linear(400, 784), nn.Unflatten(1, (1, 28, 28))
        )


class Conv(nn.Module):
    """Convolutions of kernel 4, stride 2, padding 1, and the same transposed on the way back."""

    conv = True

    def __init__(self, side, widths, latent, batch):
        super().__init__()
        self.pixels, self.latent, self.batch = (widths[0], side, side), latent, batch
        last = side >> (len(widths) - 1)
        features = widths[-1] * last * last
        down, up = [], []
        for a, b in zip(widths, widths[1:]):
            down += [nn.Conv2d(a, b, 4, 2, 1), nn.ReLU()]
        for a, b in zip(widths[::-1], widths[-2::-1]):
            up += [nn.ConvTranspose2d(a, b, 4, 2, 1), nn.ReLU()]
        self.encoder = nn.Sequential(*down, nn.Flatten())
        self.mu, self.log_var = nn.Linear(features, latent), nn.Linear(features, latent)
        self.decoder = nn.Sequential(
            nn.Linear(latent, features), nn.ReLU(), nn.Unflatten(1, (widths[-1], last, last)), *up[:-1]
        )


MODELS = {
    "mlp": Mlp,
    "conv28": lambda: Conv(28, [1, 32, 64], 2, 128),
    "conv64": lambda: Conv(64, [3, 32, 64, 128, 256], 32, 64),
}


def build(name):
    model = MODELS[name]()
    return model.to(memory_format=torch.channels_last) if model.conv else model


class Training:
    """Steps over sixteen batches of bytes, like the program's."""

    def __init__(self, name):
        self.model = build(name)
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=1e-3, fused=True)
        self.images = torch.randint(0, 256, (16 * self.model.batch, *self.model.pixels), dtype=torch.uint8)
        if self.model.conv:
            self.images = self.images.contiguous(memory_format=torch.channels_last)
        self.steps = 0

    def step(self):
        model, n = self.model, self.model.batch
        start = self.steps % 16 * n
        x = self.images[start : start + n].float().mul_(1 / 255)
        h = model.encoder(x)
        mu, log_var = model.mu(h), model.log_var(h)
        z = mu + (0.5 * log_var).exp() * torch.randn_like(mu)
        recon = F.binary_cross_entropy_with_logits(model.decoder(z), x, reduction="sum") / n
        kl = 0.5 * (mu.square() + log_var.exp() - 1 - log_var).sum() / n
        loss = recon + kl
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.optimizer.step()
        self.steps += 1
        return loss.item()


def timed(seconds, body):
    for _ in range(3):
        body()
    began, times = time.perf_counter(), []
    while not times or time.perf_counter() - began < seconds:
        start = time.perf_counter()
        body()
        times.append(time.perf_counter() - start)
    return times


def quantile(values, q):
    values = sorted(values)
    return values[max(0, -int(-q * len(values) // 1) - 1)]


def decoders(model, z):
    """The decoder as it is, and traced and frozen."""
    body = nn.Sequential(model.decoder, nn.Sigmoid()).eval()
    with torch.inference_mode():
        frozen = torch.jit.optimize_for_inference(torch.jit.freeze(torch.jit.trace(body, z)))
    return {"module": body, "frozen": frozen}


def decode_speed(name, seconds):
    model = build(name)
    result = {}
    with torch.inference_mode():
        for n in (1, GRID):
            z = torch.randn(n, model.latent)
            runs = [timed(seconds / 4, lambda: d(z)) for d in decoders(model, z).values()]
            times = min(runs, key=statistics.median)
            if n == 1:
                result["one_p50_us"], result["one_p99_us"] = quantile(times, 0.5) * 1e6, quantile(times, 0.99) * 1e6
            else:
                result["grid400_ms"] = quantile(times, 0.5) * 1e3
    return result


def mixed_speed(name, seconds):
    training = Training(name)
    model = build(name).eval()
    z, stop = torch.randn(1, model.latent), threading.Event()

    def train():
        while not stop.is_set():
            training.step()

    worker = threading.Thread(target=train)
    worker.start()
    began, times = time.perf_counter(), []
    with torch.inference_mode():
        for frame in range(int(seconds / FRAME)):
            time.sleep(max(0.0, began + frame * FRAME - time.perf_counter()))
            start = time.perf_counter()
            torch.sigmoid(model.decoder(z))
            times.append(time.perf_counter() - start)
    elapsed = time.perf_counter() - began
    stop.set()
    worker.join()
    return {
        "p50_us": quantile(times, 0.5) * 1e6,
        "p99_us": quantile(times, 0.99) * 1e6,
        "train_images_per_second": training.steps * model.batch / elapsed,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--only", choices=["train", "decode", "mixed"])
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--models", default=",".join(MODELS))
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    a = torch.ones(1024, 1024)
    gemm = 2 * 1024**3 / statistics.median(timed(min(args.seconds, 2), lambda: a @ a)) / 1e9
    report = {"gemm_gflops": gemm, "train": {}, "decode": {}, "decode_while_training": {}}
    for name in args.models.split(","):
        if args.only in (None, "train"):
            training = Training(name)
            step = statistics.median(timed(args.seconds, training.step))
            report["train"][name] = {"step_ms": step * 1e3, "images_per_second": training.model.batch / step}
        if args.only in (None, "decode"):
            report["decode"][name] = decode_speed(name, args.seconds)
        if args.only in (None, "mixed"):
            report["decode_while_training"][name] = mixed_speed(name, args.seconds)
    report["peak_memory_mib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({key: value for key, value in report.items() if value != {}}, indent=1))


main()
