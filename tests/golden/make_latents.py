#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (C) 2026 The gimp-ddim authors
"""Golden values of whole latent models, made by diffusers itself.

Each of the table below is a small pipeline with random weights, saved as diffusers
saves it to latents/NAME.  A picture is encoded, inverted by DDIMInverseScheduler,
its latent changed, and decoded by DDIMScheduler, with guidance where the model
reads a text.  Beside it lies golden.safetensors, all F32, NCHW:

  picture   [1, 3, H, W]  from -1 to 1
  latent    [1, C, h, w]  of the autoencoder, scaled
  inverted  [1, C, h, w]  at the noisiest level; guidance 1, the first prompt
  changed   [1, C, h, w]  another latent there
  decoded   [1, C, h, w]  what that becomes; the second prompt, guided
  result    [1, 3, H, W]  picture + D (decoded) - D (latent)

and golden.json: steps, and prompts and guidance, if any.  Arithmetic is float32
(eager, one thread).

  make_latents.py [--list] [--out DIR] [NAME ...]
  make_latents.py --big [--out DIR]

--big puts the parts of true shapes that the other programs have made into folders
of whole pipelines, as hard links, for whole variations: there are no values of these.
"""
import argparse
import json
import pathlib
import zlib

import torch
from diffusers import (AutoencoderKL, AutoencoderTiny, DDIMInverseScheduler,
                       DDIMScheduler, LDMPipeline, StableDiffusionPipeline,
                       UNet2DConditionModel, UNet2DModel, VQModel)
from diffusers.utils import logging
from safetensors.torch import save_file

from make_autoencoders import decode, encode, loosen
from make_golden import HERE, cache, randomise, rms

STEPS = 4
SCHEDULE = dict(beta_start=0.00085, beta_end=0.012,
                beta_schedule="scaled_linear", clip_sample=False,
                set_alpha_to_one=False, steps_offset=1)
PROMPTS = dict(prompt="", edit="a red house", negative="blurred, grey",
               guidance=3.0)


def tower(kind, **config):
    return kind(block_out_channels=(4, 8), norm_num_groups=2,
                down_block_types=("DownEncoderBlock2D",) * 2,
                up_block_types=("UpDecoderBlock2D",) * 2,
                layers_per_block=1, sample_size=16, **config)


def unconditional(seed, vqvae):
    """As LDMPipeline's: an autoencoder and a UNet2DModel."""
    latents = vqvae.config.latent_channels
    unet = UNet2DModel(sample_size=8, in_channels=latents, out_channels=latents,
                       block_out_channels=(8, 16), norm_num_groups=4,
                       layers_per_block=1, attention_head_dim=8,
                       down_block_types=("DownBlock2D", "AttnDownBlock2D"),
                       up_block_types=("AttnUpBlock2D", "UpBlock2D"))
    for i, model in enumerate((vqvae, unet)):
        randomise(model.eval(), seed + i)
    if isinstance(vqvae, AutoencoderTiny):
        loosen(vqvae)
    return LDMPipeline(vqvae=vqvae, unet=unet,
                       scheduler=DDIMScheduler(**SCHEDULE))


def vocabulary(folder):
    """The least CLIP's tokenizer works with: bytes, and a few pairs."""
    codes = list(range(33, 127)) + list(range(161, 173)) + list(range(174, 256))
    chars = [chr(c) for c in codes] + [chr(256 + i) for i in range(256 - len(codes))]
    merges = ["r e", "re d</w>", "h o", "u s", "ho us", "hous e</w>", "b l", "g re"]
    tokens = chars + [c + "</w>" for c in chars]
    tokens += [m.replace(" ", "") for m in merges]
    tokens += ["<|startoftext|>", "<|endoftext|>"]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "vocab.json").write_text(
        json.dumps({t: i for i, t in enumerate(tokens)}))
    (folder / "merges.txt").write_text(
        "#version: 0.2\n" + "\n".join(merges) + "\n")
    return len(tokens)


def stable_diffusion(seed, out, linear=False, dtype=torch.float32, **schedule):
    from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer
    size = vocabulary(out / "tokenizer")
    tokenizer = CLIPTokenizer.from_pretrained(out / "tokenizer",
                                              model_max_length=77)
    text = CLIPTextModel(CLIPTextConfig(
        vocab_size=size, hidden_size=16, intermediate_size=32,
        num_hidden_layers=2, num_attention_heads=2,
        hidden_act="gelu" if linear else "quick_gelu",
        bos_token_id=size - 2, eos_token_id=size - 1, pad_token_id=size - 1))
    vae = tower(AutoencoderKL, latent_channels=4)
    unet = UNet2DConditionModel(
        sample_size=8, block_out_channels=(8, 16), norm_num_groups=4,
        layers_per_block=1, cross_attention_dim=16, attention_head_dim=2,
        use_linear_projection=linear,
        down_block_types=("CrossAttnDownBlock2D", "DownBlock2D"),
        up_block_types=("UpBlock2D", "CrossAttnUpBlock2D"))
    for i, model in enumerate((vae, unet, text)):
        randomise(model.eval(), seed + i)
    with torch.no_grad():  # a Linear of transformers' and an Embedding, too
        for value in text.parameters():
            value.mul_(0.7)
    return StableDiffusionPipeline(
        vae=vae, unet=unet, text_encoder=text, tokenizer=tokenizer,
        scheduler=DDIMScheduler(**SCHEDULE, **schedule), safety_checker=None,
        feature_extractor=None, requires_safety_checker=False).to(dtype)


TABLE = {
    "unconditional": dict(
        about="an AutoencoderKL and a UNet2DModel",
        make=lambda seed, out: unconditional(
            seed, tower(AutoencoderKL, latent_channels=3)), size=(20, 12)),
    "unconditional-vq": dict(
        about="a VQModel and a UNet2DModel",
        make=lambda seed, out: unconditional(
            seed, tower(VQModel, latent_channels=3, num_vq_embeddings=32)),
        size=(20, 12)),
    "unconditional-tiny": dict(
        about="as weights/train writes: an AutoencoderTiny and a UNet2DModel",
        make=lambda seed, out: unconditional(seed, AutoencoderTiny(
            encoder_block_out_channels=(8, 8), num_encoder_blocks=(1, 1),
            decoder_block_out_channels=(8, 8), num_decoder_blocks=(1, 1),
            latent_channels=4, scaling_factor=1.5)), size=(20, 12)),
    "stable-diffusion": dict(
        about="as Stable Diffusion 1: quick_gelu, epsilon",
        make=stable_diffusion, size=(16, 24), prompts=PROMPTS,
        without=["tokenizer/tokenizer.json"]),
    "stable-diffusion-v": dict(
        about="as Stable Diffusion 2: gelu, linear projections, v, tensors of F16",
        make=lambda seed, out: stable_diffusion(
            seed, out, True, torch.float16, prediction_type="v_prediction"),
        size=(16, 16), prompts=PROMPTS, variant="fp16",
        without=["tokenizer/vocab.json", "tokenizer/merges.txt"]),
}


def states(pipeline, text):
    tokens = pipeline.tokenizer(text, padding="max_length", max_length=77,
                                truncation=True, return_tensors="pt")
    return pipeline.text_encoder(tokens.input_ids)[0]


def predictor(pipeline, text, negative=None, guidance=1.0):
    if text is None:
        return lambda x, t: pipeline.unet(x, t).sample
    toward = states(pipeline, text)
    away = states(pipeline, negative) if guidance != 1 else None

    def predict(x, t):
        y = pipeline.unet(x, t, encoder_hidden_states=toward).sample
        if away is None:
            return y
        z = pipeline.unet(x, t, encoder_hidden_states=away).sample
        return z + guidance * (y - z)
    return predict


def epsilon(scheduler, predict):
    """What a network predicts, as the noise at the level it is told.

    DDIMInverseScheduler would take a v for that of the level below, at which
    the latent still is; the library takes it for that of the level it is told.
    """
    if scheduler.config.prediction_type == "epsilon":
        return predict
    alphas = scheduler.alphas_cumprod

    def convert(x, t):
        return alphas[t].sqrt() * predict(x, t) + (1 - alphas[t]).sqrt() * x
    return convert


def walk(scheduler, predict, x):
    scheduler.set_timesteps(STEPS)
    for t in scheduler.timesteps:
        x = scheduler.step(predict(x, t), t, x).prev_sample
    return x


def make(name, entry, out):
    seed = zlib.crc32(name.encode()) % 100000
    folder = out / name
    pipeline = entry["make"](seed, folder)
    pipeline.save_pretrained(folder, variant=entry.get("variant"))
    for old in entry.get("without", ()):
        (folder / old).unlink()
    pipeline.to(torch.float32)  # the rounded weights, where they are rounded
    autoencoder = getattr(pipeline, "vae", None) or pipeline.vqvae
    prompts = entry.get("prompts") or {}

    rng = torch.Generator().manual_seed(seed + 9)
    h, w = entry["size"]
    picture = torch.rand(1, 3, h, w, generator=rng) - 0.5
    picture += torch.linspace(-0.4, 0.4, h)[:, None] - 0.3 * torch.linspace(-1, 1, w)
    with torch.no_grad():
        latent = encode(autoencoder, picture)
        inverse = DDIMInverseScheduler.from_config(pipeline.scheduler.config,
                                                   prediction_type="epsilon")
        inverted = walk(inverse, epsilon(pipeline.scheduler,
                                         predictor(pipeline, prompts.get("prompt"))),
                        latent)
        changed = inverted + 0.3 * torch.randn(inverted.shape, generator=rng)
        decoded = walk(pipeline.scheduler,
                       predictor(pipeline, prompts.get("edit"), prompts.get("negative"),
                                 prompts.get("guidance", 1.0)), changed)
        result = picture + decode(autoencoder, decoded, True) \
            - decode(autoencoder, latent, True)
    tensors = dict(picture=picture, latent=latent, inverted=inverted,
                   changed=changed, decoded=decoded, result=result)
    save_file({k: v.contiguous() for k, v in tensors.items()},
              folder / "golden.safetensors")
    (folder / "golden.json").write_text(
        json.dumps(dict(steps=STEPS, **prompts), indent=2) + "\n")
    size = sum(f.stat().st_size for f in folder.rglob("*") if f.is_file())
    print(f"{name:20} {size / 1000:6.0f} kB   " + "  ".join(
        f"{k} {rms(v):.3f}" for k, v in tensors.items()), flush=True)


def assemble(name, out):
    """A pipeline of parts in the cache; they must be there."""
    folder = out / name
    folder.mkdir(parents=True, exist_ok=True)
    vocabulary(folder / "tokenizer")
    DDIMScheduler(**SCHEDULE).save_pretrained(folder / "scheduler")
    (folder / "model_index.json").write_text(
        json.dumps({"_class_name": "StableDiffusionPipeline"}, indent=2) + "\n")
    golden = cache()
    for part, place in {
            "unet": golden / name / "unet",
            "vae": golden.with_name("golden-autoencoders") / name,
            "text_encoder": golden.with_name("golden-texts") / name}.items():
        (folder / part).mkdir(exist_ok=True)
        for file in place.glob("*"):
            link = folder / part / file.name
            if file.name != "golden.safetensors" and not link.exists():
                link.hardlink_to(file)
    print(folder)


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
    if args.big:
        assemble("stable-diffusion-1-5",
                 args.out or cache().with_name("golden-latents"))
        return

    for name in args.names or TABLE:
        if args.list:
            print(f"{name:20} {TABLE[name]['about']}")
        else:
            make(name, TABLE[name], args.out or HERE / "latents")


if __name__ == "__main__":
    main()
