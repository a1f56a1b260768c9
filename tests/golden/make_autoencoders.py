#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (C) 2026 The gimp-ddim authors
"""Golden values of autoencoders, made by diffusers itself.

Each of the table below is built, given random weights, and saved as diffusers
saves it to autoencoders/NAME.  Beside it lies golden.safetensors:

  picture  [N, 3, H, W]  F32, from -1 to 1
  latent   [N, C, h, w]  F32, its latent, scaled as pipelines scale it
  other    [N, C, h, w]  F32, another latent, so scaled
  decoded  [N, 3, H, W]  F32, and its picture

Arithmetic is float32 (eager, one thread).

  make_autoencoders.py [--list] [--big] [--out DIR] [NAME ...]

With --big: those of true shapes, into the cache, or --out.
"""
import argparse
import json
import pathlib
import sys
import zlib

import torch
from diffusers import AutoencoderKL, AutoencoderTiny, VQModel
from diffusers.utils import logging
from safetensors.torch import load_file, save_file

from make_golden import DTYPES, HERE, OLD_NAMES, WEIGHTS, cache, randomise, rms

CLASSES = {c.__name__: c for c in (AutoencoderKL, AutoencoderTiny, VQModel)}


def towers(about, size, channels, kind="AutoencoderKL", groups=2, layers=1, down="D",
           up="U", names="new", dtype="F32", omit=(), quantise=True, **config):
    """down, up: a letter for each level, A for one with attention."""
    n = len(channels)
    types = {"A": ("AttnDownEncoderBlock2D", "AttnUpDecoderBlock2D"),
             "D": ("DownEncoderBlock2D",), "U": ("", "UpDecoderBlock2D")}
    return dict(kind=kind, about=about, size=size, names=names, dtype=dtype,
                omit=omit, quantise=quantise,
                config=dict(block_out_channels=tuple(channels),
                            down_block_types=tuple(types[c][0] for c in down * (n // len(down))),
                            up_block_types=tuple(types[c][1] for c in up * (n // len(up))),
                            layers_per_block=layers, norm_num_groups=groups,
                            sample_size=16, **config))


def tiny(about, size, channels, blocks, dtype="F32", omit=(), **config):
    """blocks: of the encoder's levels; the decoder has them the other way round."""
    return dict(kind="AutoencoderTiny", about=about, size=size, names="new",
                dtype=dtype, omit=omit, quantise=True,
                config=dict(encoder_block_out_channels=channels,
                            decoder_block_out_channels=channels,
                            num_encoder_blocks=blocks,
                            num_decoder_blocks=blocks[::-1], **config))


TABLE = {
    "kl": towers("as Stable Diffusion's, four levels", (1, 16, 24), (8, 8, 16, 16),
             groups=4, layers=2, latent_channels=4),
    "kl-two-levels": towers("a batch; two levels", (2, 10, 14), (4, 8)),
    "kl-no-attention": towers("no attention, no quant convolutions, shifted",
                          (1, 12, 8), (4, 8), mid_block_add_attention=False,
                          use_quant_conv=False, use_post_quant_conv=False,
                          shift_factor=0.1159, scaling_factor=0.3611,
                          latent_channels=16),
    "kl-no-post-quant": towers("one of the two quant convolutions",
                           (1, 8, 8), (4, 8), use_post_quant_conv=False),
    "kl-old-names": towers("query, key, value, proj_attn", (1, 8, 12), (4, 8),
                       names="old"),
    "kl-old-conv": towers("the same as 1 x 1 convolutions", (1, 8, 12), (4, 8),
                      names="old-conv"),
    "kl-attention-blocks": towers("attention in the levels", (1, 12, 8), (4, 8),
                              down="DA", up="AU"),
    "kl-gelu": towers("another activation, other groups", (1, 8, 8), (8, 16),
                  groups=8, act_fn="gelu"),
    "kl-f16": towers("weights of 16 bits", (1, 12, 12), (4, 8), dtype="F16"),
    "kl-short-config": towers("a config without later fields", (1, 8, 8), (4, 8),
                          omit=("scaling_factor", "force_upcast", "shift_factor",
                                "latents_mean", "latents_std",
                                "use_quant_conv", "use_post_quant_conv",
                                "mid_block_add_attention")),
    "vq": towers("as the first latent diffusion models'", (1, 16, 12), (4, 4, 8),
                 kind="VQModel", num_vq_embeddings=300, scaling_factor=0.8),
    "vq-not-quantised": towers("decoded as it is", (2, 8, 8), (4, 8), kind="VQModel",
                               num_vq_embeddings=20, quantise=False),
    "vq-embed-dim": towers("latents of another width within", (1, 8, 8), (4, 8),
                           kind="VQModel", latent_channels=5, vq_embed_dim=4,
                           num_vq_embeddings=33, scaling_factor=1.0, dtype="F16"),
    "tiny": tiny("as TAESD, four levels", (1, 16, 24), (8,) * 4, (1, 2, 2, 2)),
    "tiny-two-levels": tiny("a batch, scaled, another activation", (2, 10, 6), (8,) * 2,
                            (1, 2), act_fn="silu", latent_channels=3, scaling_factor=0.7,
                            shift_factor=0.2),
    "tiny-old": tiny("a config without later fields, of 16 bits", (1, 8, 8), (8,) * 2,
                     (1, 1), dtype="F16", omit=("upsample_fn", "shift_factor",
                                                "force_upcast", "scaling_factor")),
}

BIG = {
    "stable-diffusion-1-5": towers(
        "the shape of Stable Diffusion 1.5's, 512 pixels", (1, 512, 512),
        (128, 256, 512, 512), groups=32, layers=2, dtype="F16"),
}


def scale(model):
    return model.config.scaling_factor, model.config.get("shift_factor") or 0.0


def encode(model, picture):
    factor, shift = scale(model)
    z = model.encode(picture)
    z = z.latent_dist.mode() if hasattr(z, "latent_dist") else z.latents
    return (z - shift) * factor


def decode(model, latent, quantise):
    factor, shift = scale(model)
    options = {} if quantise else {"force_not_quantize": True}
    return model.decode(latent / factor + shift, **options).sample


def loosen(model):
    """Rectifiers stop what is below 0: biases keep it above, most of the time."""
    with torch.no_grad():
        for name, value in model.named_parameters():
            if name.endswith("bias"):
                value.abs_()


def write_folder(model, entry, folder):
    model.to(DTYPES[entry["dtype"]]).save_pretrained(folder)
    config = json.loads((folder / "config.json").read_text())
    config = {k: v for k, v in config.items() if k not in entry["omit"]}
    (folder / "config.json").write_text(
        json.dumps(config, indent=2, sort_keys=True) + "\n")
    if entry["names"] == "new":
        return
    state = {}
    for name, value in load_file(folder / WEIGHTS).items():
        for new, old in OLD_NAMES.items():
            if ".attentions." in name and f".{new}." in name:
                name = name.replace(new, old)
                if entry["names"] == "old-conv" and value.ndim == 2:
                    value = value[:, :, None, None]
                break
        state[name] = value.contiguous()
    save_file(state, folder / WEIGHTS, metadata={"format": "pt"})


def make(name, entry, out):
    seed = zlib.crc32(name.encode()) % 100000
    model = CLASSES[entry["kind"]](**entry["config"]).eval()
    randomise(model, seed)
    if entry["kind"] == "AutoencoderTiny":
        loosen(model)
    folder = out / name
    folder.mkdir(parents=True, exist_ok=True)
    write_folder(model, entry, folder)
    model.float()
    rng = torch.Generator().manual_seed(seed + 1)
    n, h, w = entry["size"]
    picture = torch.rand(n, 3, h, w, generator=rng) * 2 - 1
    picture = picture * 0.5 + 0.5 * torch.linspace(-1, 1, h)[:, None]
    with torch.no_grad():
        latent = encode(model, picture)
        other = torch.randn(latent.shape, generator=rng)
        decoded = decode(model, other, entry["quantise"])
    save_file({"picture": picture.contiguous(), "latent": latent.contiguous(),
               "other": other, "decoded": decoded.contiguous()},
              folder / "golden.safetensors")
    size = sum(f.stat().st_size for f in folder.iterdir())
    print(f"{name:24} {size / 1000:6.0f} kB   RMS of the latent "
          f"{rms(latent):.3f}, decoded {rms(decoded):.3f}", flush=True)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--big", action="store_true")
    parser.add_argument("--out", type=pathlib.Path)
    args = parser.parse_args()
    logging.set_verbosity_error()
    torch.set_num_threads(1)

    table = BIG if args.big else TABLE
    out = args.out or (cache().with_name("golden-autoencoders") if args.big
                       else HERE / "autoencoders")
    for name in args.names or table:
        if name not in table:
            sys.exit(f"no autoencoder named {name}")
        if args.list:
            print(f"{name:24} {table[name]['about']}")
        else:
            make(name, table[name], out)


if __name__ == "__main__":
    main()
