#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (C) 2026 The gimp-ddim authors
"""Trains a small autoencoder on a folder of pictures, for a latent model.

  autoencoder.py PICTURES AUTOENCODER [options]
  train.py PICTURES MODEL --autoencoder AUTOENCODER [options]

AUTOENCODER becomes what diffusers calls an AutoencoderTiny: convolutions and
rectifiers, no attention and no norm.  It is rewritten with every checkpoint.
NAME.run, in the folder where the command is given, holds the packed pictures,
the checkpoint, the log and a sheet: crops it was not shown, above what comes
back of them.  The same command again goes on from the checkpoint.

The loss is the mean distance of pixels, at full size and at a half and a
quarter of it, and of their differences from pixel to pixel, without which
edges blur; and a little of the latents' mean square beyond what the decoder
reaches, 3.  There is no second network that judges: none that is trained is
wanted here, and one that is not is another recipe.

In the end the latents are scaled to a deviation of 1 (scaling_factor), as a
network over them expects.
"""
import argparse
import json
import os
import pathlib
import signal
import time

import torch
from PIL import Image
from safetensors.torch import load_file, save_file
from torch import nn
from torch.nn import functional as F

import checkpoint
from crops import Crops, pack

WEIGHTS = "diffusion_pytorch_model.safetensors"
REACH = 3  # of latents, before they are decoded

CONFIG = {
    "_class_name": "AutoencoderTiny", "_diffusers_version": "0.42.1",
    "act_fn": "relu", "force_upcast": False, "in_channels": 3,
    "latent_magnitude": REACH, "latent_shift": 0.5, "out_channels": 3,
    "scaling_factor": 1.0, "shift_factor": 0.0, "upsample_fn": "nearest",
    "upsampling_scaling_factor": 2}


def describe(channels, levels, blocks, latents):
    """The config of an autoencoder that halves levels - 1 times."""
    widths = [channels] * levels
    return dict(CONFIG, latent_channels=latents,
                encoder_block_out_channels=widths,
                decoder_block_out_channels=widths,
                num_encoder_blocks=[1] + [blocks] * (levels - 1),
                num_decoder_blocks=[blocks] * (levels - 1) + [1])


class Block(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.conv = nn.Sequential(
            nn.Conv2d(c, c, 3, padding=1), nn.ReLU(),
            nn.Conv2d(c, c, 3, padding=1), nn.ReLU(),
            nn.Conv2d(c, c, 3, padding=1))

    def forward(self, x):
        return F.relu(self.conv(x) + x)


class Autoencoder(nn.Module):
    """diffusers' names and its arithmetic; pictures from -1 to 1."""

    def __init__(self, config):
        super().__init__()
        self.config = config
        latents = config["latent_channels"]
        layers = []
        widths = config["encoder_block_out_channels"]
        for i, (c, count) in enumerate(zip(widths,
                                           config["num_encoder_blocks"])):
            layers.append(nn.Conv2d(c, c, 3, 2, 1, bias=False) if i else
                          nn.Conv2d(3, c, 3, padding=1))
            layers += [Block(c) for _ in range(count)]
        layers.append(nn.Conv2d(widths[-1], latents, 3, padding=1))
        self.encoder = nn.Module()
        self.encoder.layers = nn.Sequential(*layers)

        widths = config["decoder_block_out_channels"]
        layers = [nn.Conv2d(latents, widths[0], 3, padding=1), nn.ReLU()]
        for i, (c, count) in enumerate(zip(widths,
                                           config["num_decoder_blocks"])):
            layers += [Block(c) for _ in range(count)]
            if i + 1 < len(widths):
                layers += [nn.Upsample(scale_factor=2),
                           nn.Conv2d(c, c, 3, padding=1, bias=False)]
            else:
                layers.append(nn.Conv2d(c, 3, 3, padding=1))
        self.decoder = nn.Module()
        self.decoder.layers = nn.Sequential(*layers)

    @property
    def factor(self):
        """Pixels along a side of one of a latent."""
        return 2 ** (len(self.config["encoder_block_out_channels"]) - 1)

    def unscaled(self, pictures):
        return self.encoder.layers((pictures + 1) / 2)

    def encode(self, pictures):
        return self.unscaled(pictures) * self.config["scaling_factor"]

    def decode(self, latents):
        z = latents / self.config["scaling_factor"]
        return self.decoder.layers(REACH * torch.tanh(z / REACH)) * 2 - 1


def load(folder):
    folder = pathlib.Path(folder)
    config = json.loads((folder / "config.json").read_text())
    for field, value in CONFIG.items():
        if field[0] != "_" and field != "scaling_factor" and \
                config.get(field, value) != value:
            raise SystemExit(f"The autoencoder's {field} is {config[field]}; "
                             f"this recipe reads those where it is {value}.")
    model = Autoencoder(config)
    model.load_state_dict({name: tensor.float() for name, tensor
                           in load_file(folder / WEIGHTS).items()})
    return model.eval().requires_grad_(False)


def save(model, folder):
    """Writes what diffusers would, in half precision, whole or not at all."""
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    save_file({name: tensor.detach().cpu().half().contiguous()
               for name, tensor in model.state_dict().items()},
              folder / (WEIGHTS + ".part"), metadata={"format": "pt"})
    (folder / "config.json.part").write_text(
        json.dumps(model.config, indent=2) + "\n")
    for name in WEIGHTS, "config.json":
        os.replace(folder / (name + ".part"), folder / name)
        (folder / name).chmod(0o644)


def steepness(x):
    """Differences to the right and downwards."""
    return x[..., 1:] - x[..., :-1], x[..., 1:, :] - x[..., :-1, :]


def loss(model, pictures):
    latents = model.unscaled(pictures)
    back = model.decode(latents * model.config["scaling_factor"])
    error = 0
    for _ in range(3):
        error = error + (back - pictures).abs().mean() + sum(
            (a - b).abs().mean()
            for a, b in zip(steepness(back), steepness(pictures)))
        back, pictures = F.avg_pool2d(back, 2), F.avg_pool2d(pictures, 2)
    return error + 0.01 * F.relu(latents.abs() - REACH).square().mean()


@torch.no_grad()
def look(model, held, run, step):
    """Mean square error in [0, 1], and a sheet; scales the latents."""
    model.config["scaling_factor"] = 1 / model.unscaled(held).std().item()
    back = model.decode(model.encode(held)).clamp(-1, 1)
    error = ((back - held) / 2).square().mean().item()
    rows = [torch.cat(list(row[:8]), 2) for row in (held, back)]
    sheet = torch.cat(rows, 1).add(1).mul(127.5).round().byte()
    Image.fromarray(sheet.permute(1, 2, 0).cpu().numpy()).save(
        run / f"sheet-{step:06d}.png")
    entry = {"step": step, "mse": error,
             "scaling_factor": model.config["scaling_factor"]}
    with open(run / "log.jsonl", "a") as log:
        log.write(json.dumps(entry) + "\n")
    print(f"step {step}: of pictures it has not seen, mean square error "
          f"{error:.5f} of 1", flush=True)


def parse():
    parser = argparse.ArgumentParser(
        description=__doc__, fromfile_prefix_chars="@",
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.convert_arg_line_to_args = lambda line: line.split()
    add = parser.add_argument
    add("pictures", help="a folder of pictures, or of folders of them")
    add("model", help="the folder to write")
    add("--channels", type=int, default=48, help="width of every level")
    add("--levels", type=int, default=4, help="each but one halves: 4 make "
        "one pixel of a latent of 8 by 8")
    add("--blocks", type=int, default=3, help="blocks a level")
    add("--latents", type=int, default=4, metavar="CHANNELS")
    add("--skip", default="", metavar="NAMES",
        help="folders in PICTURES to leave out: fruits,faces")
    add("--longest", type=int, default=1024, metavar="PIXELS",
        help="pictures are scaled down to this longest side")
    add("--held-out", type=int, default=22, metavar="N",
        help="pictures kept for measuring, never trained on")
    add("--size", type=int, default=128, help="of the crops")
    add("--count", type=int, default=8, help="crops a step")
    add("--steps", type=int, default=20000)
    add("--minutes", type=float, default=0, metavar="M",
        help="the training ends after so long, or after the steps")
    add("--rate", type=float, default=1e-3, help="falls to 0 in the second "
        "half")
    add("--save-every", type=float, default=4, metavar="MINUTES")
    add("--run", help="folder for everything but the model; NAME.run here if "
        "not given")
    add("--seed", type=int, default=0)
    add("--threads", type=int, default=0, help="of the processor")
    args = parser.parse_args()
    if args.size % 2 ** (args.levels - 1):
        parser.error(f"--size {args.size} cannot be halved {args.levels - 1} "
                     "times.")
    return args


class Training:
    def __init__(self, args, run, begun):
        self.args, self.run, self.begun = args, run, begun
        self.device = torch.device("cuda" if torch.cuda.is_available()
                                   else "cpu")
        torch.manual_seed(args.seed)
        self.model = Autoencoder(describe(args.channels, args.levels,
                                          args.blocks, args.latents))
        self.model.to(self.device, memory_format=torch.channels_last)
        self.optimiser = torch.optim.AdamW(self.model.parameters(), args.rate,
                                           weight_decay=1e-3, fused=True)
        self.parts = {"model": self.model, "optimiser": self.optimiser}
        self.crops = Crops(run)
        self.crops.check({args.size})
        self.crops.move(self.device)
        self.held = torch.from_numpy(
            self.crops.held_out(args.size, 22)[0]).to(self.device)
        self.step, self.before = 0, 0.0
        if checkpoint.exists(run):
            self.resume()

    def resume(self):
        state = checkpoint.read(self.run, self.parts, self.device,
                                "autoencoder")
        self.step, self.before = state["step"], state["seconds"]

    def seconds(self):
        return self.before + time.monotonic() - self.begun

    def save(self):
        look(self.model, self.held, self.run, self.step)
        checkpoint.write(self.run, self.parts, step=self.step,
                         seconds=self.seconds())
        save(self.model, self.args.model)

    def done(self):
        """The share of the training that is done."""
        return checkpoint.share_done(self.args, self.step, self.seconds())

    def go(self):
        args, stop = self.args, []
        rng = torch.Generator(self.device)
        for name in signal.SIGINT, signal.SIGTERM:
            signal.signal(name, lambda *_: stop.append(1))
        saved = time.monotonic()
        while self.done() < 1 and not stop:
            rng.manual_seed(args.seed * 1000003 + self.step)
            for group in self.optimiser.param_groups:
                group["lr"] = args.rate * min(1, (self.step + 1) / 100,
                                              2 * (1 - self.done()))
            loss(self.model, self.crops.batch(args.size, args.count,
                                              rng)).backward()
            nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
            self.optimiser.step()
            self.optimiser.zero_grad(set_to_none=True)
            self.step += 1
            if time.monotonic() - saved > 60 * args.save_every:
                self.save()
                saved = time.monotonic()
        self.save()
        print(f"Step {self.step}; the autoencoder is in {args.model}.")


def main():
    begun = time.monotonic()
    args = parse()
    if args.threads:
        torch.set_num_threads(args.threads)
    run = pathlib.Path(args.run or pathlib.Path(args.model).name + ".run")
    run.mkdir(parents=True, exist_ok=True)
    if not (run / "pixels.json").exists():
        pack(args.pictures, run, [args.size], args.skip.split(","),
             args.longest, 0, args.held_out)
    training = Training(args, run, begun)
    if training.done() >= 1:
        print("All of it is done. Give a larger --steps or --minutes to go "
              "on.")
        return
    training.go()


if __name__ == "__main__":
    main()
