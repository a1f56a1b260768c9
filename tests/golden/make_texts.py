#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (C) 2026 The gimp-ddim authors
"""Golden values of text encoders, made by transformers itself.

Each of the table below is built, given random weights, and saved as transformers
saves it to texts/NAME.  Beside it lies golden.safetensors:

  ids     [N, L]     F32, whole numbers
  states  [N, L, C]  F32, last_hidden_state

Arithmetic is float32 (eager, one thread).  Where the file's tensors are F16 or BF16
the golden values belong to those rounded weights.

  make_texts.py [--big] [--out DIR] [NAME ...]

With --big: those of true shapes, into the cache, or --out.
"""
import argparse
import math
import pathlib
import zlib

import torch
from safetensors.torch import load_file, save_file
from transformers import CLIPTextConfig, CLIPTextModel
from transformers.utils import logging

from make_golden import DTYPES, HERE, cache, rms

WEIGHTS = "model.safetensors"


def text(about, size, dtype="F32", prefix="text_model.", **config):
    """prefix: what the names of the file's tensors begin with."""
    return dict(about=about, size=size, dtype=dtype, prefix=prefix,
                config={**dict(vocab_size=99, hidden_size=16, intermediate_size=40,
                               num_hidden_layers=2, num_attention_heads=4,
                               max_position_embeddings=24, bos_token_id=97,
                               eos_token_id=98, pad_token_id=98), **config})


TABLE = {
    "sd1": text("as Stable Diffusion 1's: quick_gelu", (2, 24)),
    "sd2": text("as Stable Diffusion 2's: gelu", (2, 24), hidden_act="gelu",
                num_hidden_layers=3),
    "new-names": text("as transformers 5 calls the tensors", (1, 24), prefix=""),
    "f16": text("weights of 16 bits; one text, and shorter", (1, 9), dtype="F16"),
    "odd": text("a wide head, another epsilon", (3, 13), hidden_size=20,
                num_attention_heads=1, intermediate_size=50, layer_norm_eps=1e-3),
}

TRUE = dict(vocab_size=49408, max_position_embeddings=77, bos_token_id=49406,
            eos_token_id=49407, pad_token_id=1)
BIG = {
    "stable-diffusion-1-5": text(
        "the shape of Stable Diffusion 1.5's", (2, 77), dtype="F16",
        hidden_size=768, intermediate_size=3072, num_hidden_layers=12,
        num_attention_heads=12, **TRUE),
    "stable-diffusion-2-1": text(
        "the shape of Stable Diffusion 2.1's", (1, 77), dtype="F16",
        hidden_size=1024, intermediate_size=4096, num_hidden_layers=23,
        num_attention_heads=16, hidden_act="gelu", **TRUE),
}


def randomise(model, seed):
    rng = torch.Generator().manual_seed(seed)
    modules = dict(model.named_modules())
    for name, value in model.named_parameters():
        owner, _, kind = name.rpartition(".")
        noise = torch.randn(value.shape, generator=rng)
        if isinstance(modules[owner], torch.nn.LayerNorm):
            noise = 1 + 0.3 * noise if kind == "weight" else 0.3 * noise
        elif isinstance(modules[owner], torch.nn.Embedding):
            noise = 0.05 * noise
        elif kind == "weight":
            noise = noise / math.sqrt(value[0].numel())
            # logits of some spread, or the softmax is all but uniform
            if owner.endswith(("q_proj", "k_proj")):
                noise = 1.7 * noise
        else:
            noise = 0.3 * noise
        # a quiet stream shows a wrong epsilon
        if owner.endswith(("out_proj", "fc2")):
            noise = 0.05 * noise
        with torch.no_grad():
            value.copy_(noise)


def make(name, entry, out):
    seed = zlib.crc32(name.encode()) % 100000
    model = CLIPTextModel(CLIPTextConfig(**entry["config"])).eval()
    model.set_attn_implementation("eager")
    randomise(model, seed)
    folder = out / name
    folder.mkdir(parents=True, exist_ok=True)
    model.to(DTYPES[entry["dtype"]]).save_pretrained(folder)
    state = {entry["prefix"] + k.removeprefix("text_model."): v
             for k, v in load_file(folder / WEIGHTS).items()}
    save_file(state, folder / WEIGHTS, metadata={"format": "pt"})
    model.float()
    rng = torch.Generator().manual_seed(seed + 1)
    n, length = entry["size"]
    ids = torch.randint(0, 97, (n, length), generator=rng)
    ids[:, 0] = 97
    ids[0, length // 2:] = 98
    with torch.no_grad():
        states = model(ids).last_hidden_state
    save_file({"ids": ids.float(), "states": states.contiguous()},
              folder / "golden.safetensors")
    size = sum(f.stat().st_size for f in folder.iterdir())
    print(f"{name:12} {size / 1000:6.0f} kB   RMS {rms(states):.3f}   {list(state)[0]}", flush=True)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--big", action="store_true")
    parser.add_argument("--out", type=pathlib.Path)
    args = parser.parse_args()
    logging.set_verbosity_error()
    torch.set_num_threads(1)
    table = BIG if args.big else TABLE
    out = args.out or (cache().with_name("golden-texts") if args.big else HERE / "texts")
    for name in args.names or table:
        make(name, table[name], out)


if __name__ == "__main__":
    main()
