#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (C) 2026 The gimp-ddim authors
"""Golden values of U-Nets, made by diffusers itself.

Each model of configs.py is built, given random weights, saved as diffusers
saves it, and evaluated.  Beside it lies golden.safetensors:

  input         [N, C, H, W]  F32
  timesteps     [k]           F32
  output_0 ...  [N, C, H, W]  F32, one for each timestep
  class_labels  [N] or [N, time_embed_dim]  F32, where the model takes them
  text          [N, tokens, width]  F32, where it reads a text's states

Arithmetic is float32 (eager, one thread).  Where the file's tensors are F16
or BF16 the golden values belong to those rounded weights.

  make_golden.py [--list] [--check] [--out DIR] [--seed N] [NAME ...]
  make_golden.py --big [--out DIR] [NAME ...]
  make_golden.py --folder MODEL --size N,H,W --out FILE  (a model that exists)
"""
import argparse
import json
import math
import os
import pathlib
import sys
import tempfile
import zlib

import torch
from diffusers import (DDIMScheduler, DDPMScheduler, UNet2DConditionModel,
                       UNet2DModel)
from diffusers.utils import logging
from safetensors.torch import load_file, save_file

from configs import BIG, OLD_FIELDS, SMALL, TIMESTEPS

HERE = pathlib.Path(__file__).resolve().parent
WEIGHTS = "diffusion_pytorch_model.safetensors"
CLASSES = {"UNet2DModel": UNet2DModel,
           "UNet2DConditionModel": UNet2DConditionModel}
DTYPES = {"F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16}
OLD_NAMES = {"to_q": "query", "to_k": "key", "to_v": "value",
             "to_out.0": "proj_attn"}

# The standard deviation at which layers feed the residual stream.  Every
# GroupNorm then sees variances of some 1e-3, where a wrong norm_eps shows.
STREAM = 0.03


def randomise(model, seed):
    """Fills every parameter: nothing stays zero, nothing dies out."""
    rng = torch.Generator().manual_seed(seed)
    modules = dict(model.named_modules())
    for name, value in model.named_parameters():
        owner, _, kind = name.rpartition(".")
        module = modules[owner]
        noise = torch.randn(value.shape, generator=rng)
        if isinstance(module, (torch.nn.GroupNorm, torch.nn.LayerNorm)):
            noise = 1 + 0.3 * noise if kind == "weight" else 0.3 * noise
        elif isinstance(module, (torch.nn.Conv2d, torch.nn.Linear)):
            quiet = (owner.endswith(("conv_in", "conv1", "conv2", "to_out.0",
                                     "time_emb_proj", "proj_in", "ff.net.2"))
                     and not scales(model, owner))
            if kind == "weight":
                noise = noise / math.sqrt(value[0].numel())
                # logits of some spread, or the softmax is all but uniform
                if owner.endswith(("to_q", "to_k")):
                    noise = 1.7 * noise
            else:
                # sampler and shortcut biases join the stream as well
                quiet = quiet or ".downsamplers." in owner \
                    or ".upsamplers." in owner or "shortcut" in owner \
                    or owner.endswith("proj_out")
                noise = 0.3 * noise
            if quiet:
                noise = STREAM * noise
        elif owner == "time_proj" and kind == "weight" and value.ndim == 1:
            noise = 16 * noise  # Fourier frequencies, as diffusers draws them
        with torch.no_grad():
            value.copy_(noise)


def scales(model, owner):
    """Whether this projection's output is a scale and a shift."""
    return (owner.endswith("time_emb_proj")
            and model.config.resnet_time_scale_shift == "scale_shift")


def make_input(entry, config, seed):
    rng = torch.Generator().manual_seed(seed + 1)
    n, h, w = entry["size"]
    x = torch.randn(n, config["in_channels"], h, w, generator=rng)
    # A slope across the picture: borders and axes cannot be confused.
    x += torch.linspace(-1, 1, h)[:, None] - 0.5 * torch.linspace(-1, 1, w)
    tensors = {"input": x.contiguous(),
               "timesteps": torch.tensor(entry["timesteps"],
                                         dtype=torch.float32)}
    if entry["labels"] == "index":
        tensors["class_labels"] = torch.tensor([3.0, 0.0, 9.0])[:n].clone()
    elif entry["labels"] == "timestep":
        tensors["class_labels"] = torch.tensor([7.0, 0.0, 250.0])[:n].clone()
    elif entry["labels"] == "identity":
        width = (config.get("time_embedding_dim")
                 or 4 * config["block_out_channels"][0])
        tensors["class_labels"] = torch.randn(n, width, generator=rng)
    if entry["tokens"]:
        tensors["text"] = torch.randn(n, entry["tokens"],
                                      config["cross_attention_dim"],
                                      generator=rng)
    return tensors


def evaluate(model, tensors, entry):
    """The outputs at each timestep, in float32."""
    labels = tensors.get("class_labels")
    if labels is not None and entry["labels"] == "index":
        labels = labels.long()
    more = {}
    if entry["class"] == "UNet2DConditionModel":
        more["encoder_hidden_states"] = tensors.get("text")
    outputs = []
    for t in tensors["timesteps"]:
        if float(t) == int(t):
            t = t.long()
        with torch.no_grad():
            outputs.append(model(tensors["input"], t, class_labels=labels,
                                 **more).sample.contiguous())
    return outputs


def write_folder(model, entry, folder):
    """Saves as diffusers does, then ages names and fields as asked."""
    nested = entry["layout"] == "nested"
    unet = folder / "unet" if nested else folder
    model.to(DTYPES[entry["dtype"]]).save_pretrained(unet)
    fields = dict(entry["scheduler"])
    kind = fields.pop("_class_name", "DDIMScheduler")
    scheduler = {"DDIMScheduler": DDIMScheduler,
                 "DDPMScheduler": DDPMScheduler}[kind](**fields)
    scheduler.save_pretrained(folder / "scheduler" if nested else folder)
    index = {"_class_name": kind.replace("Scheduler", "Pipeline"),
             "scheduler": ["diffusers", kind],
             "unet": ["diffusers", entry["class"]]}
    (folder / "model_index.json").write_text(json.dumps(index, indent=2) + "\n")

    config = json.loads((unet / "config.json").read_text())
    if entry["omit"] == "old":
        config = {k: v for k, v in config.items()
                  if k in OLD_FIELDS or k.startswith("_")}
    else:
        config = {k: v for k, v in config.items() if k not in entry["omit"]}
    (unet / "config.json").write_text(
        json.dumps(config, indent=2, sort_keys=True) + "\n")

    if entry["names"] != "new":
        state = {}
        for name, value in load_file(unet / WEIGHTS).items():
            for new, old in OLD_NAMES.items():
                if ".attentions." in name and f".{new}." in name:
                    name = name.replace(new, old)
                    if entry["names"] == "old-conv" and value.ndim == 2:
                        value = value[:, :, None, None]
                    break
            state[name] = value.contiguous()
        save_file(state, unet / WEIGHTS, metadata={"format": "pt"})


def rms(x):
    return float(x.square().mean().sqrt())


def make(name, entry, out, seed):
    seed += zlib.crc32(name.encode()) % 100000
    model = CLASSES[entry["class"]](**entry["config"]).eval()
    randomise(model, seed)
    count = sum(p.numel() for p in model.parameters())
    if entry.get("parameters", count) != count:
        sys.exit(f"{name}: {count} parameters, not {entry['parameters']}")
    folder = out / name
    folder.mkdir(parents=True, exist_ok=True)
    write_folder(model, entry, folder)
    model.float()  # the rounded weights, where dtype rounds
    tensors = make_input(entry, entry["config"], seed)
    outputs = evaluate(model, tensors, entry)
    tensors.update((f"output_{i}", y) for i, y in enumerate(outputs))
    save_file(tensors, folder / "golden.safetensors")
    size = sum(f.stat().st_size for f in folder.rglob("*") if f.is_file())
    levels = " ".join(f"{rms(y):.3f}" for y in outputs)
    drift = rms(outputs[-1] - outputs[1]) / rms(outputs[1])
    print(f"{name:28} {count:10} parameters {size / 1000:9.0f} kB   output "
          f"RMS {levels}   change from t to t {drift:.2f}", flush=True)


def make_for_folder(folder, size, out):
    """Golden values for a model that exists already."""
    folder = pathlib.Path(folder)
    unet = folder / "unet" if (folder / "unet").is_dir() else folder
    config = json.loads((unet / "config.json").read_text())
    model = UNet2DModel.from_pretrained(unet, torch_dtype=torch.float32).eval()
    entry = {"class": "UNet2DModel", "size": size, "tokens": 0,
             "timesteps": [1, 500, 999], "labels": None}
    tensors = make_input(entry, config, size[1])
    outputs = evaluate(model, tensors, entry)
    tensors.update((f"output_{i}", y) for i, y in enumerate(outputs))
    save_file(tensors, out)
    print(f"{out}: output RMS " + " ".join(f"{rms(y):.3f}" for y in outputs))


# What a reader of config.json may get wrong, and a golden value must show.
MISTAKES = {
    "attention_head_dim": [None, 1, 4, 8],
    "downsample_padding": [0, 1],
    "flip_sin_to_cos": [False, True],
    "freq_shift": [0, 1],
    "norm_eps": [1e-6, 1e-5],
    "act_fn": ["silu", "gelu", "mish", "relu"],
    "mid_block_scale_factor": [1],
    "center_input_sample": [False, True],
    "attn_norm_num_groups": [None, 2, 4],
    "norm_num_groups": [2, 4],
    "only_cross_attention": [False, True],
}


def check(names):
    """Evaluates stored models with one config field wrong: the output must
    leave the bound of 1e-4, or the field must have no effect there."""
    for name in names:
        entry = SMALL[name]
        if entry["names"] == "old-conv":
            print(f"{name}: diffusers does not read such files itself")
            continue
        folder = HERE / "models" / name
        unet = folder / "unet" if entry["layout"] == "nested" else folder
        tensors = load_file(folder / "golden.safetensors")
        expected = tensors["output_2"]
        tensors["timesteps"] = tensors["timesteps"][2:3]
        kind = CLASSES[entry["class"]]
        right = kind.from_pretrained(unet, torch_dtype=torch.float32)
        again = evaluate(right.eval(), tensors, entry)[0]
        shown = [f"from its files {rms(again - expected) / rms(expected):.1e}"]
        for field, values in MISTAKES.items():
            for value in values:
                if entry["config"].get(field, right.config.get(field, value)) == value:
                    continue
                try:
                    wrong = kind(**{**entry["config"], field: value})
                    wrong.load_state_dict(right.state_dict())
                except (RuntimeError, TypeError, ValueError, ZeroDivisionError):
                    continue  # the shapes reveal it
                y = evaluate(wrong.eval(), tensors, entry)[0]
                shown.append(f"{field}={value} "
                             f"{rms(y - expected) / rms(expected):.1e}")
        print(f"{name}: " + ", ".join(shown), flush=True)


def cache():
    base = os.environ.get("XDG_CACHE_HOME", os.path.expanduser("~/.cache"))
    return pathlib.Path(base) / "gimp-ddim" / "golden"


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--check", action="store_true",
                        help="show how far mistakes move the stored values")
    parser.add_argument("--big", action="store_true",
                        help="the true shapes; into the cache, or --out")
    parser.add_argument("--out", type=pathlib.Path)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--folder")
    parser.add_argument("--size", default="1,64,64")
    args = parser.parse_args()
    logging.set_verbosity_error()
    torch.set_num_threads(1)

    table = BIG if args.big else SMALL
    for name in args.names:
        if name not in table:
            parser.error(f"no configuration named {name}")
    names = args.names or list(table)
    if args.list:
        for name in names:
            print(f"{name:28} {table[name]['about']}")
    elif args.folder:
        make_for_folder(args.folder,
                        tuple(int(v) for v in args.size.split(",")), args.out)
    elif args.check:
        check(names)
    else:
        out = args.out or (cache() if args.big else HERE / "models")
        for name in names:
            make(name, table[name], out, args.seed)


if __name__ == "__main__":
    main()
