#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (C) 2026 The gimp-ddim authors
"""What a model is worth on pictures it has not seen.

  loss            mean square of the error in epsilon, by noise level
  reconstruction  Table 2 of the paper: S steps of the encoder and S of the
                  decoder (equation 13 and 12 with eta = 0), mean square in
                  [0, 1] per dimension.  The encoder evaluates epsilon at the
                  level it goes to.  The steps are the quadratic sub-sequence,
                  the paper's for CIFAR-10, and, beside it, the linear one.
  sheet           held-out crops; their reconstruction at S = 20; a variation
                  of depth 0.5; pictures from pure noise

  measure.py RUN MODEL [MODEL ...]  for folders that exist, with the held-out
                                    pictures of a run
"""
import argparse
import json
import pathlib

import torch
from PIL import Image

BINS = [(0, 50), (50, 200), (200, 400), (400, 600), (600, 1000)]


class Epsilon:
    """epsilon of a network that predicts it, or v = a epsilon - s x0."""

    def __init__(self, unet, alphas, predicts):
        self.unet, self.alphas = unet, alphas
        self.predicts_v = predicts == "v_prediction"

    def __call__(self, x, t):
        answer = self.unet(x, t)
        answer = getattr(answer, "sample", answer).float()
        if not self.predicts_v:
            return answer
        a = self.alphas.to(x.device)[t].view(-1, 1, 1, 1)
        return a.sqrt() * answer + (1 - a).sqrt() * x


def load(folder):
    """(its epsilon in float32, alphas-bar [T]) of a diffusers folder, read by
    diffusers."""
    from diffusers import DDIMScheduler, UNet2DModel

    unet = UNet2DModel.from_pretrained(folder, subfolder="unet",
                                       low_cpu_mem_usage=False)
    scheduler = DDIMScheduler.from_pretrained(folder, subfolder="scheduler")
    alphas = scheduler.alphas_cumprod
    return Epsilon(unet.float().eval(), alphas,
                   scheduler.config.prediction_type), alphas


def evaluate(model, x, t, precision):
    """epsilon(x, t), t one for all or one for each."""
    t = torch.as_tensor(t, device=x.device).expand(len(x))
    with torch.autocast(x.device.type, torch.bfloat16,
                        enabled=precision == "bf16"):
        return model(x, t)


@torch.no_grad()
def held_out_loss(model, alphas, crops, precision="fp32", every=25):
    """{bin: loss}, the noise a function of the level, the same each time."""
    losses = {}
    for first, last in BINS:
        total = []
        for t in range(first + every // 2, last, every):
            rng = torch.Generator().manual_seed(t)
            noise = torch.randn(crops.shape, generator=rng).to(crops.device)
            x = alphas[t].sqrt() * crops + (1 - alphas[t]).sqrt() * noise
            error = evaluate(model, x, t, precision) - noise
            total.append(error.square().mean().item())
        losses[f"{first}-{last}"] = sum(total) / len(total)
    return losses


def ladder(alphas, steps, depth=1.0, quadratic=False):
    """Timesteps and alphas-bar from the picture (1, no timestep) upward."""
    count = len(alphas)
    if quadratic:
        c = (count - 1) / (steps - 1) ** 2
        times = sorted({int(c * i * i) for i in range(steps)})
    else:
        times = [i * count // steps for i in range(steps)]
    times = [t for t in times if t < depth * count]
    return times, torch.cat([torch.ones(1), alphas[times].cpu()])


def move(x, epsilon, a, b):
    """The Euler step of equation 13 from the level a to the level b."""
    scale = (b / a).sqrt()
    return scale * x + ((1 - b).sqrt() - scale * (1 - a).sqrt()) * epsilon


@torch.no_grad()
def encode(model, alphas, x, steps, depth=1.0, precision="fp32",
           quadratic=False):
    times, levels = ladder(alphas, steps, depth, quadratic)
    for i, t in enumerate(times):
        x = move(x, evaluate(model, x, t, precision), levels[i], levels[i + 1])
    return x


@torch.no_grad()
def decode(model, alphas, x, steps, depth=1.0, precision="fp32",
           quadratic=False):
    times, levels = ladder(alphas, steps, depth, quadratic)
    for i in reversed(range(len(times))):
        x = move(x, evaluate(model, x, times[i], precision), levels[i + 1],
                 levels[i])
    return x


def reconstruction(model, alphas, crops, steps, quadratic, precision="fp32"):
    """(mean square in [0, 1], root mean square of the latents)"""
    args = dict(steps=steps, precision=precision, quadratic=quadratic)
    latent = encode(model, alphas, crops, **args)
    back = decode(model, alphas, latent, **args)
    return (((back - crops) / 2).square().mean().item(),
            latent.square().mean().sqrt().item())


def slerp(x, y, a):
    """Equation 67, one angle for each picture."""
    dot = (x * y).flatten(1).sum(1)
    theta = torch.acos(dot / (x.flatten(1).norm(dim=1)
                              * y.flatten(1).norm(dim=1)))
    shape = [-1] + [1] * (x.ndim - 1)
    return ((torch.sin((1 - a) * theta) / torch.sin(theta)).view(shape) * x
            + (torch.sin(a * theta) / torch.sin(theta)).view(shape) * y)


def sheet(model, alphas, crops, path, precision="fp32", steps=20, columns=8,
          show=lambda x: x):
    """Four rows for each group of `columns` crops, written as a PNG; show:
    makes pictures of what the network works on."""
    crops = crops[:columns]
    rng = torch.Generator().manual_seed(7)
    noise = torch.randn(crops.shape, generator=rng).to(crops.device)
    args = dict(steps=steps, precision=precision)
    back = decode(model, alphas, encode(model, alphas, crops, **args), **args)
    half = dict(args, depth=0.5)
    latent = encode(model, alphas, crops, **half)
    spread = latent.flatten(1).std(1).view(-1, 1, 1, 1)
    varied = decode(model, alphas, slerp(latent, noise * spread, 0.4), **half)
    drawn = decode(model, alphas, noise, steps=50, precision=precision)
    rows = [torch.cat(list(show(row)), 2)
            for row in (crops, back, varied, drawn)]
    picture = torch.cat(rows, 1).clamp(-1, 1).add(1).mul(127.5).round()
    Image.fromarray(picture.permute(1, 2, 0).byte().cpu().numpy()).save(path)


def figures(model, alphas, crops, precision="fp32"):
    """Everything a card states, as a dictionary."""
    result = {"images": len(crops),
              "loss": held_out_loss(model, alphas, crops, precision)}
    for steps in 20, 50:
        for name, quadratic in ("", True), ("_linear", False):
            error, rms = reconstruction(model, alphas, crops, steps, quadratic,
                                        precision)
            result[f"reconstruction_mse_S{steps}{name}"] = error
            result[f"latent_rms_S{steps}{name}"] = rms
    return result


def main():
    from crops import Crops

    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("run", help="the RUN folder of a training")
    parser.add_argument("models", nargs="+", help="diffusers folders")
    parser.add_argument("--size", type=int, default=128)
    parser.add_argument("--crops", type=int, default=22)
    parser.add_argument("--whole", action="store_true")
    parser.add_argument("--precision", choices=["fp32", "bf16"],
                        default="fp32")
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--sheets", help="folder to write sheets into")
    args = parser.parse_args()
    if args.threads:
        torch.set_num_threads(args.threads)
    numbers, names = Crops(args.run).held_out(args.size, args.crops, args.whole)
    crops = torch.from_numpy(numbers)
    for folder in args.models:
        model, alphas = load(folder)
        result = figures(model, alphas, crops, args.precision)
        print(folder, json.dumps(result, indent=2), flush=True)
        if args.sheets:
            name = pathlib.Path(folder).resolve().name + ".png"
            sheet(model, alphas, crops, pathlib.Path(args.sheets) / name,
                  args.precision)


if __name__ == "__main__":
    main()
