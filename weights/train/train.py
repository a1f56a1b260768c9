#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (C) 2026 The gimp-ddim authors
"""Trains a UNet2DModel on a folder of pictures, for the plug-in.

  train.py PICTURES MODEL [options]       for instance
  train.py ~/Pictures/bark ~/.local/share/gimp-ddim/models/bark
  train.py @weights/train/photo.args PICTURES MODEL

MODEL becomes a diffusers folder in half precision, and is rewritten with
every checkpoint: it can be tried while the training goes on.  NAME.run, in
the folder where the command is given, holds the packed pictures, the
checkpoint, the log and sample sheets.  The same command again goes on from
the checkpoint.

The loss is the paper's equation 5: the mean square of the error in epsilon,
with a weight for each noise level.  With all weights 1 (--weight-cap 1)
nearly all of it comes from the first levels, where it is mostly noise that
nobody can predict; what one sees is decided above.  So the weight is 1 + the
noise ratio sqrt((1 - alpha-bar) / alpha-bar), and no more than the cap.
"""
import argparse
import concurrent.futures
import copy
import json
import os
import pathlib
import signal
import time

import torch
from diffusers import DDIMPipeline, DDIMScheduler, UNet2DModel
from diffusers.utils import logging

import measure
from crops import Crops, pack


def stages(text):
    """32:0.3,64:0.7 to [(32, 0.3), (64, 0.7)]: crop sizes and their shares."""
    parts = [part.partition(":") for part in text.split(",")]
    pairs = [(int(size), float(share or 1)) for size, _, share in parts]
    total = sum(share for _, share in pairs)
    return [(size, share / total) for size, share in pairs]


def parse():
    parser = argparse.ArgumentParser(
        description=__doc__, fromfile_prefix_chars="@",
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.convert_arg_line_to_args = lambda line: line.split()
    add = parser.add_argument
    add("pictures", help="a folder of pictures, or of folders of them")
    add("model", help="the diffusers folder to write")
    network = parser.add_argument_group("network")
    add = network.add_argument
    add("--channels", default="32,64,128,192", help="width of each level")
    add("--layers", type=int, default=1, help="layers a block")
    add("--attention", default="", metavar="LEVELS",
        help="levels with attention, for instance 2,3 (the first is 0)")
    add("--head-dim", type=int, default=32, metavar="CHANNELS",
        help="channels of an attention head")
    add("--init", metavar="FOLDER", help="begin with this model's weights, "
        "and with its network in place of the one described above")
    add("--sample-size", type=int, default=64)
    data = parser.add_argument_group("pictures")
    add = data.add_argument
    add("--skip", default="", metavar="NAMES",
        help="folders in PICTURES to leave out: fruits,faces")
    add("--whole", action="store_true",
        help="whole pictures, scaled, in place of crops: for single objects")
    add("--tiles", type=int, default=0, metavar="SIDE",
        help="the pictures are sheets of square tiles of this side")
    add("--longest", type=int, default=1024, metavar="PIXELS",
        help="pictures are scaled down to this longest side")
    add("--held-out", type=int, default=22, metavar="N",
        help="pictures kept for measuring, never trained on")
    add("--held-out-size", type=int, default=0, metavar="PIXELS",
        help="size of the crops to measure with; the last stage's if not given")
    training = parser.add_argument_group("training")
    add = training.add_argument
    add("--steps", type=int, default=20000)
    add("--stages", type=stages, default="32:0.3,64:0.6,128:0.1",
        help="crop sizes and their shares of the steps")
    add("--step-pixels", type=int, default=16 * 64 * 64, metavar="PIXELS",
        help="pixels in a step: 16 crops of 64, 64 crops of 32, ...")
    add("--rate", type=float, default=6e-4, help="learning rate")
    add("--warm-up", type=int, default=200, metavar="STEPS")
    add("--decay", type=float, default=0.3, metavar="SHARE",
        help="the last part of the steps, in which the rate falls to 0")
    add("--average", type=float, default=0.999,
        help="decay of the averaged weights, the ones that are written")
    add("--weight-cap", type=float, default=8)
    add("--seed", type=int, default=0)
    machine = parser.add_argument_group("machine")
    add = machine.add_argument
    add("--run", help="folder for everything but the model; NAME.run here if "
        "not given")
    add("--threads", type=int, default=0, help="of the processor")
    add("--precision", choices=["auto", "fp32", "bf16"], default="auto")
    add("--minutes", type=float, default=0, metavar="M",
        help="stop after so long; the same command goes on later")
    add("--save-every", type=float, default=4, metavar="MINUTES")
    add("--measure-every", type=float, default=20, metavar="MINUTES")
    return parser.parse_args()


def build(args):
    """The network and the schedule: those of --init, or new ones."""
    if args.init:
        unet = UNet2DModel.from_pretrained(args.init, subfolder="unet",
                                           low_cpu_mem_usage=False).float()
        scheduler = DDIMScheduler.from_pretrained(args.init,
                                                  subfolder="scheduler")
        if scheduler.config.prediction_type != "epsilon":
            raise SystemExit(f"{args.init} predicts "
                             f"{scheduler.config.prediction_type}; this "
                             "recipe trains models that predict epsilon.")
        return unet, scheduler
    channels = [int(c) for c in args.channels.split(",")]
    attention = {int(level) for level in args.attention.split(",") if level}
    if attention and max(attention) >= len(channels):
        raise SystemExit(f"--attention {args.attention}: the levels are 0 to "
                         f"{len(channels) - 1}.")
    for level in attention:
        if channels[level] % args.head_dim:
            raise SystemExit(f"--head-dim {args.head_dim} does not divide the "
                             f"{channels[level]} channels of level {level}.")
    kinds = ["Attn%sBlock2D" if level in attention else "%sBlock2D"
             for level in range(len(channels))]
    groups = max(g for g in (4, 8, 16, 32)
                 if all(c % g == 0 and c // g >= 2 for c in channels))
    unet = UNet2DModel(
        sample_size=args.sample_size, block_out_channels=channels,
        layers_per_block=args.layers, attention_head_dim=args.head_dim,
        norm_num_groups=groups, norm_eps=1e-6,
        down_block_types=[k % "Down" for k in kinds],
        up_block_types=[k % "Up" for k in reversed(kinds)],
        add_attention=bool(attention))
    return unet, DDIMScheduler(clip_sample=False)


class Training:
    def __init__(self, args, run):
        self.args, self.run = args, run
        self.device = torch.device("cuda" if torch.cuda.is_available()
                                   else "cpu")
        torch.manual_seed(args.seed)
        self.unet, self.scheduler = build(args)
        self.unet.to(self.device)
        self.average = copy.deepcopy(self.unet).requires_grad_(False).eval()
        self.optimiser = torch.optim.AdamW(
            self.unet.parameters(), args.rate, betas=(0.9, 0.99),
            weight_decay=0, fused=True)
        self.alphas = self.scheduler.alphas_cumprod.to(self.device)
        ratio = ((1 - self.alphas) / self.alphas).sqrt()
        self.weights = (1 + ratio).clamp(max=max(args.weight_cap, 1))
        self.crops = Crops(run, args.whole)
        self.step, self.seconds, self.best = 0, 0.0, None
        self.measured, self.precision = 0.0, args.precision
        size = args.held_out_size or args.stages[-1][0]
        for wanted in {size} | {s for s, _ in args.stages}:
            self.crops.check(wanted)
        numbers, self.held_names = self.crops.held_out(size, 22)
        self.held = torch.from_numpy(numbers).to(self.device)
        if (run / "checkpoint.pt").exists():
            self.resume()

    def resume(self):
        state = torch.load(self.run / "checkpoint.pt",
                           map_location=self.device, weights_only=True)
        try:
            self.unet.load_state_dict(state["unet"])
            self.average.load_state_dict(state["average"])
            self.optimiser.load_state_dict(state["optimiser"])
        except (RuntimeError, ValueError):
            raise SystemExit(
                f"The checkpoint in {self.run} is of another network. Give "
                "the options that it was begun with, or another --run.")
        self.step, self.seconds = state["step"], state["seconds"]
        self.measured = state["measured"]

    def save(self):
        """The checkpoint and the model, each whole or not at all."""
        state = {"unet": self.unet.state_dict(),
                 "average": self.average.state_dict(),
                 "optimiser": self.optimiser.state_dict(), "step": self.step,
                 "seconds": self.seconds, "measured": self.measured}
        torch.save(state, self.run / "checkpoint.part")
        os.replace(self.run / "checkpoint.part", self.run / "checkpoint.pt")
        unet = copy.deepcopy(self.average).cpu().half()
        new = self.run / "model"
        DDIMPipeline(unet, self.scheduler).save_pretrained(new)
        for config in new.rglob("*.json"):
            # Where --init lay is nobody's business.
            fields = json.loads(config.read_text())
            fields.pop("_name_or_path", None)
            config.write_text(json.dumps(fields, indent=2) + "\n")
        for path in sorted(new.rglob("*")):
            if path.is_file():
                place = pathlib.Path(self.args.model) / path.relative_to(new)
                place.parent.mkdir(parents=True, exist_ok=True)
                os.replace(path, place)
                place.chmod(0o644)  # safetensors writes for its owner alone

    def size_at(self, step):
        """The stage's crop size."""
        edge = 0.0
        for size, share in self.args.stages:
            edge += share * self.args.steps
            if step < edge:
                return size
        return self.args.stages[-1][0]

    def count(self, size):
        return max(1, self.args.step_pixels // size ** 2)

    def rate_at(self, step):
        """Up, level, and down to 0."""
        left = (self.args.steps - step) / (self.args.decay * self.args.steps
                                           + 1e-9)
        return self.args.rate * min(1, (step + 1) / (self.args.warm_up + 1),
                                    left)

    def batch(self, step):
        size = self.size_at(step)
        return torch.from_numpy(self.crops.batch(
            size, self.count(size), [self.args.seed, step]))

    def advance(self, crops, step, precision):
        """One step: the noise is a function of the seed and the step."""
        rng = torch.Generator().manual_seed(self.args.seed * 1000003 + step)
        n, levels = len(crops), len(self.alphas)
        # Levels spread evenly over a batch: less chance in the gradient.
        u = (torch.randperm(n, generator=rng)
             + torch.rand(n, generator=rng)) / n
        t = (u * levels).long().clamp(max=levels - 1).to(self.device)
        noise = torch.randn(crops.shape, generator=rng).to(self.device)
        crops = crops.to(self.device)
        a = self.alphas[t].view(-1, 1, 1, 1)
        x = a.sqrt() * crops + (1 - a).sqrt() * noise
        for group in self.optimiser.param_groups:
            group["lr"] = self.rate_at(step)
        error = measure.evaluate(self.unet, x, t, precision) - noise
        each = error.square().mean((1, 2, 3))
        (self.weights[t] * each).mean().backward()
        torch.nn.utils.clip_grad_norm_(self.unet.parameters(), 1.0)
        self.optimiser.step()
        self.optimiser.zero_grad(set_to_none=True)
        decay = min(self.args.average, (step + 1) / (step + 10))
        with torch.no_grad():
            torch._foreach_lerp_(list(self.average.parameters()),
                                 list(self.unet.parameters()), 1 - decay)
        return each.mean().item()

    def plan(self):
        """Tries both precisions, keeps the faster, says how long it takes."""
        names = (["fp32", "bf16"] if self.args.precision == "auto"
                 else [self.args.precision])
        kept = copy.deepcopy(self.unet.state_dict())
        cost = {}
        for size in {size for size, _ in self.args.stages}:
            for name in names:
                crops = torch.zeros(self.count(size), 3, size, size)
                times = []
                for _ in range(3):
                    start = time.monotonic()
                    # A rate of 0: only the time of a step is wanted.
                    x = torch.randn_like(crops).to(self.device)
                    t = torch.zeros(len(x), dtype=torch.long,
                                    device=self.device)
                    measure.evaluate(self.unet, x, t,
                                     name).square().mean().backward()
                    self.unet.zero_grad(set_to_none=True)
                    if self.device.type == "cuda":
                        torch.cuda.synchronize()
                    times.append(time.monotonic() - start)
                cost[size, name] = min(times)
        self.unet.load_state_dict(kept)

        def seconds(name):
            left = 0.0
            for step in range(self.step, self.args.steps, 10):
                left += 10 * cost[self.size_at(step), name]
            return left

        self.precision = min(names, key=seconds)
        parameters = sum(p.numel() for p in self.unet.parameters())
        print(f"{parameters / 1e6:.2f} million parameters; "
              f"{len(self.crops.seen)} pictures to train on, "
              f"{len(self.crops.held)} held out; {self.device.type}, "
              f"{self.precision}")
        for name in names:
            print(f"  {name}: " + ", ".join(
                f"{self.count(s) / cost[s, name]:.1f} crops/s of {s} x {s}"
                for s, _ in self.args.stages))
        print(f"Step {self.step} of {self.args.steps}. It will take about "
              f"{clock(1.15 * seconds(self.precision))} more on this machine, "
              f"if nothing else runs on it.\nStop it when you like (Ctrl+C): "
              f"the same command goes on. The model is written every "
              f"{self.args.save_every:g} minutes.", flush=True)

    def look(self):
        """Held-out loss by noise level into the log, and a sheet."""
        losses = measure.held_out_loss(self.average, self.alphas, self.held,
                                       self.precision)
        self.measured = self.seconds
        entry = {"step": self.step, "seconds": round(self.seconds),
                 "loss": {k: round(v, 5) for k, v in losses.items()}}
        with open(self.run / "log.jsonl", "a") as log:
            log.write(json.dumps(entry) + "\n")
        print(f"  held out: {entry['loss']}", flush=True)
        measure.sheet(self.average, self.alphas, self.held,
                      self.run / f"sheet-{self.step:06d}.png", self.precision)

    def go(self):
        args = self.args
        stop = []
        for name in signal.SIGINT, signal.SIGTERM:
            signal.signal(name, lambda *_: stop.append(1))
        begun = told = saved = time.monotonic()
        sum_loss, sum_steps = 0.0, 0
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            coming = pool.submit(self.batch, self.step)
            while self.step < args.steps and not stop:
                start = time.monotonic()
                crops = coming.result()
                coming = pool.submit(self.batch, self.step + 1)
                sum_loss += self.advance(crops, self.step, self.precision)
                sum_steps += 1
                self.step += 1
                now = time.monotonic()
                self.seconds += now - start
                if now - told > 30 or self.step == args.steps:
                    pace = (now - told) / sum_steps
                    left = (args.steps - self.step) * pace
                    print(f"step {self.step} of {args.steps}, "
                          f"{self.size_at(self.step - 1)} pixels, loss "
                          f"{sum_loss / sum_steps:.4f}, {pace:.2f} s a step, "
                          f"{clock(left)} left", flush=True)
                    told, sum_loss, sum_steps = now, 0.0, 0
                if now - saved > 60 * args.save_every:
                    self.save()
                    saved = time.monotonic()
                if self.seconds - self.measured > 60 * args.measure_every:
                    self.look()
                    told = time.monotonic()
                if args.minutes and now - begun > 60 * args.minutes:
                    break
        if self.step == args.steps:
            self.look()
        self.save()
        print(f"Step {self.step} of {args.steps} after "
              f"{clock(self.seconds)}; the model is in {args.model}.")


def clock(seconds):
    """2 h 05 min, 12 min or 40 s."""
    minutes = round(seconds / 60)
    if minutes >= 60:
        return f"{minutes // 60} h {minutes % 60:02d} min"
    return f"{minutes} min" if minutes else f"{seconds:.0f} s"


def main():
    args = parse()
    logging.set_verbosity_error()
    if args.threads:
        torch.set_num_threads(args.threads)
    run = pathlib.Path(args.run or pathlib.Path(args.model).name + ".run")
    run.mkdir(parents=True, exist_ok=True)
    if not (run / "pixels.json").exists():
        pack(args.pictures, run, args.skip.split(","), args.longest,
             args.tiles, args.held_out)
    training = Training(args, run)
    (run / "held-out.txt").write_text("\n".join(training.held_names) + "\n")
    if training.step >= args.steps:
        print(f"All {args.steps} steps are done. Give a larger --steps to go "
              "on.")
        return
    training.plan()
    training.go()


if __name__ == "__main__":
    main()
