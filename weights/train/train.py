#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (C) 2026 The gimp-ddim authors
"""Trains a UNet2DModel on a folder of pictures, for the plug-in.

  train.py PICTURES MODEL [options]       for instance
  train.py ~/Pictures/bark ~/.local/share/gimp-ddim/models/bark
  train.py @weights/train/photo.args PICTURES MODEL
  train.py PICTURES MODEL --autoencoder FOLDER   over its latents: autoencoder.py

MODEL becomes a diffusers folder in half precision, and is rewritten with
every checkpoint: it can be tried while the training goes on.  NAME.run, in
the folder where the command is given, holds the packed pictures, the
checkpoint, the log and sample sheets.  The same command again goes on from
the checkpoint.

The network predicts v = a epsilon - s x0 (Salimans and Ho, 2022), and the
loss is its mean square; or, with --predict epsilon, the paper's equation 5
with a weight for each noise level: 1 + the noise ratio s / a, and no more
than the cap.  Which noise levels a step shows is --levels; what one sees is
decided at ratios above a tenth.
"""
import argparse
import copy
import json
import math
import os
import pathlib
import signal
import time

import torch

import checkpoint
import measure
import network
from crops import Crops, pack
from space import Latents, Pictures

SCHEDULER = {
    "_class_name": "DDIMScheduler", "_diffusers_version": "0.42.1",
    "beta_end": 0.02, "beta_schedule": "linear", "beta_start": 0.0001,
    "clip_sample": False, "clip_sample_range": 1.0,
    "dynamic_thresholding_ratio": 0.995, "num_train_timesteps": 1000,
    "prediction_type": "v_prediction", "rescale_betas_zero_snr": False,
    "sample_max_value": 1.0, "set_alpha_to_one": True, "steps_offset": 0,
    "thresholding": False, "timestep_spacing": "leading",
    "trained_betas": None}


def stages(text):
    """32:0.3,64+128:0.7 to [((32,), 0.3), ((64, 128), 0.7)]: crop sizes that
    take turns, and their share of the training."""
    parts = [part.partition(":") for part in text.split(",")]
    pairs = [(tuple(int(size) for size in sizes.split("+")),
              float(share or 1)) for sizes, _, share in parts]
    total = sum(share for _, share in pairs)
    return [(sizes, share / total) for sizes, share in pairs]


def levels(text):
    """0.8:-0.5:1.3 to [(0.8, -0.5, 1.3)]: shares of the crops, mean and
    spread of the logarithm of their noise ratio."""
    return [tuple(float(number) for number in part.split(":"))
            for part in text.split(",") if part != "even"]


def shares(text):
    """photos=4,food=.5 to {"photos": 4.0, "food": 0.5}."""
    pairs = (part.split("=") for part in text.split(",") if part)
    return {name: float(share) for name, share in pairs}


def parse():
    parser = argparse.ArgumentParser(
        description=__doc__, fromfile_prefix_chars="@",
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.convert_arg_line_to_args = lambda line: line.split()
    add = parser.add_argument
    add("pictures", help="a folder of pictures, or of folders of them")
    add("model", help="the diffusers folder to write")
    part = parser.add_argument_group("network")
    add = part.add_argument
    add("--channels", default="32,64,128,192", help="width of each level")
    add("--layers", type=int, help="layers a block; 1 if not given")
    add("--attention", metavar="LEVELS",
        help="levels with attention, for instance 2,3 (the first is 0)")
    add("--head-dim", type=int, default=32, metavar="CHANNELS",
        help="channels of an attention head")
    add("--init", metavar="FOLDER", help="begin with this model: with its "
        "network, or one grown from it by --layers and --attention, which "
        "computes the same at first")
    add("--autoencoder", metavar="FOLDER", help="train over the latents of "
        "this one, which autoencoder.py wrote; crops are of pictures still, "
        "and --step-pixels pictures' pixels")
    add("--predict", choices=["v", "epsilon"], default="v",
        help="without --init")
    add("--sample-size", type=int, default=64)
    part = parser.add_argument_group("pictures")
    add = part.add_argument
    add("--skip", default="", metavar="NAMES",
        help="folders in PICTURES to leave out: fruits,faces")
    add("--shares", type=shares, default={}, metavar="NAME=SHARE,...",
        help="how much the pictures of a folder count, where not 1")
    add("--whole", type=float, nargs="?", const=1, default=0, metavar="SHARE",
        help="the share of whole pictures, scaled, among the crops; all if "
        "no number is given: for single objects")
    add("--tiles", type=int, default=0, metavar="SIDE",
        help="the pictures are sheets of square tiles of this side")
    add("--longest", type=int, default=1024, metavar="PIXELS",
        help="pictures are scaled down to this longest side")
    add("--held-out", type=int, default=22, metavar="N",
        help="pictures kept for measuring, never trained on")
    add("--held-out-size", type=int, default=0, metavar="PIXELS",
        help="size of the crops to measure with; the last stage's if not given")
    part = parser.add_argument_group("training")
    add = part.add_argument
    add("--steps", type=int, default=20000)
    add("--minutes", type=float, default=0, metavar="M",
        help="the training ends after so long, or after the steps")
    add("--stages", type=stages, default="32:0.3,64:0.6,128:0.1",
        help="crop sizes, of which some may take turns (64+128), and their "
        "shares of the training")
    add("--step-pixels", type=int, default=16 * 64 * 64, metavar="PIXELS",
        help="pixels in a step: 16 crops of 64, 64 crops of 32, ...")
    add("--levels", type=levels, default="0.85:-0.5:1.3",
        metavar="SHARE:MEAN:SPREAD,...",
        help="noise levels: shares of the crops whose logarithm of s / a is "
        "drawn from a normal distribution; the rest, or all with “even”, are "
        "spread evenly over the timesteps")
    add("--rate", type=float, default=6e-4, help="learning rate")
    add("--warm-up", type=int, default=200, metavar="STEPS")
    add("--decay", type=float, default=0.5, metavar="SHARE",
        help="the last part of the training, in which the rate falls to 0")
    add("--average", type=float, default=0.999,
        help="decay of the averaged weights, the ones that are written")
    add("--weight-cap", type=float, default=8,
        help="of the loss where epsilon is predicted")
    add("--seed", type=int, default=0)
    part = parser.add_argument_group("machine")
    add = part.add_argument
    add("--run", help="folder for everything but the model; NAME.run here if "
        "not given")
    add("--threads", type=int, default=0, help="of the processor")
    add("--precision", choices=["auto", "fp32", "bf16"], default="auto")
    add("--save-every", type=float, default=4, metavar="MINUTES")
    add("--measure-every", type=float, default=20, metavar="MINUTES")
    return parser.parse_args()


def build(args, space):
    """The network and the schedule: those of --init, or new ones."""
    attention = None
    if args.attention is not None:
        attention = {int(level) for level in args.attention.split(",") if level}
    if args.init:
        unet, scheduler = network.load(args.init)
        channels = unet.config["block_out_channels"]
        if unet.config["in_channels"] != space.channels:
            raise SystemExit(
                f"--init {args.init} works on {unet.config['in_channels']} "
                f"channels, and not on {space.channels}: give the "
                "--autoencoder that it was trained with, or none.")
        if attention is None and args.layers is None:
            return unet, scheduler
        old = unet.config
        had = {level for level, kind in enumerate(old["down_block_types"])
               if kind.startswith("Attn")}
        config = network.describe(
            channels, args.layers or old["layers_per_block"],
            had | (attention or set()),
            old["attention_head_dim"] if had else args.head_dim,
            args.sample_size)
        for field in ("norm_num_groups", "norm_eps", "freq_shift",
                      "flip_sin_to_cos"):
            config[field] = old[field]
        config["add_attention"] |= old["add_attention"]
    else:
        channels = [int(c) for c in args.channels.split(",")]
        config = network.describe(channels, args.layers or 1,
                                  attention or set(), args.head_dim,
                                  args.sample_size)
        kind = {"v": "v_prediction", "epsilon": "epsilon"}[args.predict]
        scheduler = dict(SCHEDULER, prediction_type=kind)
    for level in attention or ():
        if level >= len(channels):
            raise SystemExit(f"--attention {args.attention}: the levels are 0 "
                             f"to {len(channels) - 1}.")
        if channels[level] % config["attention_head_dim"]:
            raise SystemExit(
                f"--head-dim {config['attention_head_dim']} does not divide "
                f"the {channels[level]} channels of level {level}.")
    config["in_channels"] = config["out_channels"] = space.channels
    config["sample_size"] //= space.factor
    sizes = [size // space.factor for size in args.stages[-1][0]]
    if len(set(sizes)) > 1:
        # Read by the plug-in: such a model may be shown a region of any size.
        config["training_sizes"] = [min(sizes), max(sizes)]
    grown = network.UNet(config)
    if args.init:
        network.grow(unet, grown)
    return grown, scheduler


def chances(ratio, mixture):
    """The chance of each timestep, cumulative, for --levels."""
    left = 1 - sum(share for share, _, _ in mixture)
    chance = torch.full_like(ratio, left / len(ratio))
    edges = ratio.log()
    edges = torch.cat([torch.tensor([-math.inf]),
                       (edges[1:] + edges[:-1]) / 2, torch.tensor([math.inf])])
    for share, mean, spread in mixture:
        chance += share * torch.special.ndtr((edges - mean) / spread).diff()
    return (chance / chance.sum()).cumsum(0)


class Training:
    def __init__(self, args, run):
        self.args, self.run = args, run
        self.device = torch.device("cuda" if torch.cuda.is_available()
                                   else "cpu")
        torch.manual_seed(args.seed)
        self.space = (Latents(args.autoencoder) if args.autoencoder
                      else Pictures()).to(self.device)
        unet, self.scheduler = build(args, self.space)
        self.unet = unet.to(self.device, memory_format=torch.channels_last)
        self.average = copy.deepcopy(self.unet).requires_grad_(False).eval()
        self.optimiser = torch.optim.AdamW(
            self.unet.parameters(), args.rate, betas=(0.9, 0.99),
            weight_decay=1e-3, fused=True)
        self.parts = {"unet": self.unet, "average": self.average,
                      "optimiser": self.optimiser}
        betas = [self.scheduler[f"beta_{end}"] for end in ("start", "end")]
        count = self.scheduler["num_train_timesteps"]
        if self.scheduler["beta_schedule"] != "linear":
            raise SystemExit("The model's betas are not linear; this recipe "
                             "trains models where they are.")
        alphas = (1 - torch.linspace(*betas, count)).cumprod(0)
        ratio = ((1 - alphas) / alphas).sqrt()
        self.predicts_v = self.scheduler["prediction_type"] == "v_prediction"
        weights = (torch.ones(count) if self.predicts_v
                   else (1 + ratio).clamp(max=max(args.weight_cap, 1)))
        self.chances = chances(ratio, args.levels).to(self.device)
        self.alphas = alphas.to(self.device)
        self.weights = weights.to(self.device)
        self.model = measure.Epsilon(self.average, self.alphas,
                                     self.scheduler["prediction_type"])
        self.crops = Crops(run, args.whole, args.shares)
        self.crops.check({s for sizes, _ in args.stages for s in sizes})
        self.crops.move(self.device)
        self.rng = torch.Generator(self.device)
        self.step, self.seconds, self.measured = 0, 0.0, 0.0
        self.precision = args.precision
        self.held = {}
        if args.whole < 1:
            size = args.held_out_size or args.stages[-1][0][-1]
            self.held["crops"] = self.held_out(size, False)
        if args.whole:
            self.held["whole"] = self.held_out(args.stages[0][0][0], True)
        if checkpoint.exists(run):
            self.resume()

    def held_out(self, size, whole):
        numbers, _ = self.crops.held_out(size, 22, whole)
        return self.space.encode(torch.from_numpy(numbers).to(self.device))

    def resume(self):
        state = checkpoint.read(self.run, self.parts, self.device, "network")
        self.step, self.seconds = state["step"], state["seconds"]
        self.measured = state["measured"]

    def save(self):
        """The checkpoint and the model, each whole or not at all."""
        checkpoint.write(self.run, self.parts, step=self.step,
                         seconds=self.seconds, measured=self.measured)
        new = self.run / "model"
        network.save(self.average, self.scheduler, new,
                     bool(self.args.autoencoder))
        self.space.save(new)
        for path in sorted(new.rglob("*")):
            if path.is_file():
                place = pathlib.Path(self.args.model) / path.relative_to(new)
                place.parent.mkdir(parents=True, exist_ok=True)
                os.replace(path, place)
                place.chmod(0o644)  # safetensors writes for its owner alone

    def done(self):
        """The share of the training that is done."""
        return checkpoint.share_done(self.args, self.step, self.seconds)

    def size(self):
        """The next step's crop size."""
        edge, done = 0.0, self.done()
        for sizes, share in self.args.stages:
            edge += share
            if done < edge:
                break
        return sizes[self.step % len(sizes)]

    def count(self, size):
        return max(1, self.args.step_pixels // size ** 2)

    def rate(self):
        """Up, level, and down to 0."""
        return self.args.rate * min(
            1, (self.step + 1) / (self.args.warm_up + 1),
            max(0, 1 - self.done()) / (self.args.decay + 1e-9))

    def loss(self, crops):
        """The error of the network at random levels, each crop's mean square
        with its weight; gradients are added up."""
        crops = self.space.encode(crops)
        n, device = len(crops), self.device
        # Levels spread evenly over a batch: less chance in the gradient.
        u = (torch.randperm(n, device=device, generator=self.rng)
             + torch.rand(n, device=device, generator=self.rng)) / n
        t = torch.searchsorted(self.chances, u).clamp(max=len(self.alphas) - 1)
        noise = torch.randn(crops.shape, device=device, generator=self.rng)
        a = self.alphas[t].view(-1, 1, 1, 1)
        x = a.sqrt() * crops + (1 - a).sqrt() * noise
        target = (a.sqrt() * noise - (1 - a).sqrt() * crops if self.predicts_v
                  else noise)
        x = x.contiguous(memory_format=torch.channels_last)
        with torch.autocast(device.type, torch.bfloat16,
                            enabled=self.precision == "bf16"):
            answer = self.unet(x, t)
        each = (answer.float() - target).square().mean((1, 2, 3))
        (self.weights[t] * each).mean().backward()
        return each.detach().mean()

    def advance(self):
        """One step, in which all chance is a function of its number."""
        self.rng.manual_seed(self.args.seed * 1000003 + self.step)
        size = self.size()
        for group in self.optimiser.param_groups:
            group["lr"] = self.rate()
        loss = self.loss(self.crops.batch(size, self.count(size), self.rng))
        torch.nn.utils.clip_grad_norm_(self.unet.parameters(), 1.0)
        self.optimiser.step()
        self.optimiser.zero_grad(set_to_none=True)
        decay = min(self.args.average, (self.step + 1) / (self.step + 10))
        with torch.no_grad():
            torch._foreach_lerp_(list(self.average.parameters()),
                                 list(self.unet.parameters()), 1 - decay)
        self.step += 1
        return loss

    def wait(self):
        if self.device.type == "cuda":
            torch.cuda.synchronize()

    def try_out(self):
        """Seconds of a step of each size, at a rate of 0."""
        cost = {}
        for size in sorted({s for sizes, _ in self.args.stages for s in sizes}):
            times = []
            for _ in range(3):
                start = time.monotonic()
                self.rng.manual_seed(0)
                self.loss(self.crops.batch(size, self.count(size), self.rng))
                self.unet.zero_grad(set_to_none=True)
                self.wait()
                times.append(time.monotonic() - start)
            cost[size] = min(times)
        return cost

    def plan(self):
        """Tries the ways to compute, keeps the fastest, says what it takes."""
        fixed = self.args.precision
        costs, compiled = {}, False
        if self.device.type == "cuda":
            self.precision = "bf16" if fixed == "auto" else fixed
            torch.backends.cuda.matmul.allow_tf32 = True
            torch.backends.cudnn.allow_tf32 = True
            network.fuse()
            try:
                costs[self.precision], compiled = self.try_out(), True
            except Exception as error:  # a compiler may be missing
                print(f"Not compiled: {str(error)[:500]}", flush=True)
                network.unfuse()
        if not compiled:
            for self.precision in (
                    [self.precision] if self.device.type == "cuda"
                    else ["fp32", "bf16"] if fixed == "auto" else [fixed]):
                costs[self.precision] = self.try_out()

        def step(way):
            """Seconds of a step, over all stages."""
            return sum(share * costs[way][size] / len(sizes)
                       for sizes, share in self.args.stages for size in sizes)

        best = self.precision = min(costs, key=step)
        parameters = sum(p.numel() for p in self.unet.parameters())
        print(f"{parameters / 1e6:.2f} million parameters; "
              f"{len(self.crops.seen)} pictures to train on, "
              f"{len(self.crops.held)} held out; {self.device.type}, "
              f"{self.precision}{', compiled' if compiled else ''}")
        for precision, cost in costs.items():
            print(f"  {precision}: " + ", ".join(
                f"{self.count(s) / cost[s]:.1f} crops/s of {s} x {s}"
                for s in cost))
        left = (self.args.steps - self.step) * 1.15 * step(best)
        if self.args.minutes:
            left = min(left, 60 * self.args.minutes - self.seconds)
        print(f"Step {self.step} of {self.args.steps}. It will take about "
              f"{clock(left)} more on this machine, "
              f"if nothing else runs on it.\nStop it when you like (Ctrl+C): "
              f"the same command goes on. The model is written every "
              f"{self.args.save_every:g} minutes.", flush=True)

    def look(self):
        """Held-out loss by noise level into the log, and a sheet."""
        self.measured = self.seconds
        entry = {"step": self.step, "seconds": round(self.seconds)}
        for name, held in self.held.items():
            losses = measure.held_out_loss(self.model, self.alphas, held,
                                           self.precision)
            entry[name] = {k: round(v, 5) for k, v in losses.items()}
            print(f"  held out, {name}: {entry[name]}", flush=True)
        with open(self.run / "log.jsonl", "a") as log:
            log.write(json.dumps(entry) + "\n")
        name, held = list(self.held.items())[0]
        measure.sheet(self.model, self.alphas, held,
                      self.run / f"sheet-{self.step:06d}.png", self.precision,
                      show=self.space.decode)

    def go(self, begun):
        """Trains; `begun` is when the program did."""
        args, stop, losses = self.args, [], []
        for name in signal.SIGINT, signal.SIGTERM:
            signal.signal(name, lambda *_: stop.append(1))
        saved = told = time.monotonic()
        before = self.seconds
        while self.done() < 1 and not stop:
            size = self.size()
            losses.append(self.advance())
            if len(losses) % 20 == 0 or self.device.type == "cpu":
                self.wait()
            now = time.monotonic()
            self.seconds = before + now - begun
            if now - told > 30 or self.done() >= 1:
                pace = (now - told) / len(losses)
                loss = torch.stack(losses).mean().item()
                print(f"step {self.step}, {100 * min(1, self.done()):.0f} %, "
                      f"{size} pixels, loss {loss:.4f}, {pace:.3f} s a step, "
                      f"{clock(self.seconds)}", flush=True)
                told, losses = now, []
            if now - saved > 60 * args.save_every:
                self.save()
                saved = time.monotonic()
            if self.seconds - self.measured > 60 * args.measure_every:
                self.look()
                told = time.monotonic()
        if not stop:
            self.look()
        self.save()
        print(f"Step {self.step} after {clock(self.seconds)}; the model is in "
              f"{args.model}.")


def clock(seconds):
    """2 h 05 min, 12 min or 40 s."""
    minutes = round(seconds / 60)
    if minutes >= 60:
        return f"{minutes // 60} h {minutes % 60:02d} min"
    return f"{minutes} min" if minutes else f"{seconds:.0f} s"


def main():
    begun = time.monotonic()
    args = parse()
    if args.threads:
        torch.set_num_threads(args.threads)
    run = pathlib.Path(args.run or pathlib.Path(args.model).name + ".run")
    run.mkdir(parents=True, exist_ok=True)
    if not (run / "pixels.json").exists():
        sizes = sorted({s for sizes, _ in args.stages for s in sizes})
        pack(args.pictures, run, sizes, args.skip.split(","), args.longest,
             args.tiles, args.held_out)
    training = Training(args, run)
    if training.done() >= 1:
        print("All of it is done. Give a larger --steps or --minutes to go "
              "on.")
        return
    training.plan()
    training.go(begun)


if __name__ == "__main__":
    main()
