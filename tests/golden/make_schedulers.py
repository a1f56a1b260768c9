#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (C) 2026 The gimp-ddim authors
"""schedulers.json: what diffusers' DDIM and DDPM schedulers compute.

  schedules  [{name, config, alphas_cumprod [T]}]
  timesteps  [{timestep_spacing, steps_offset, S, timesteps}], T = 1000, the
             noisiest first
  steps      [{config, S, timestep, previous_timestep (-1: the final level),
               eta, use_clipped_model_output, sample, model_output, noise,
               prev_sample}]: single DDIM steps
  ancestral  [{config, timestep, sample, model_output, noise, prev_sample}]:
             single steps of the 1000-step DDPM chain

All in float32, as diffusers has them.

  make_schedulers.py [FILE]
"""
import itertools
import json
import pathlib
import sys

import diffusers
import torch
from diffusers import DDIMScheduler, DDPMScheduler

HERE = pathlib.Path(__file__).resolve().parent
WIDTH = 6  # values in each vector of a step


def numbers(tensor):
    """The shortest decimals that give the float32 values back."""
    return [float(f"{v:.9g}") for v in tensor.tolist()]


def schedules():
    configs = {
        "linear": dict(beta_schedule="linear"),
        "linear-4000": dict(beta_schedule="linear", num_train_timesteps=4000,
                            beta_start=2.5e-5, beta_end=5e-3),
        "scaled-linear": dict(beta_schedule="scaled_linear",
                              beta_start=0.00085, beta_end=0.012),
        "squaredcos-cap-v2": dict(beta_schedule="squaredcos_cap_v2"),
        "squaredcos-cap-v2-50": dict(beta_schedule="squaredcos_cap_v2",
                                     num_train_timesteps=50),
        "sigmoid": dict(beta_schedule="sigmoid"),
        "trained-betas": dict(num_train_timesteps=8, trained_betas=[
            .001, .004, .01, .03, .08, .15, .3, .5]),
        "linear-zero-snr": dict(beta_schedule="linear",
                                rescale_betas_zero_snr=True),
        "scaled-linear-zero-snr": dict(beta_schedule="scaled_linear",
                                       beta_start=0.00085, beta_end=0.012,
                                       rescale_betas_zero_snr=True),
    }
    for name, config in configs.items():
        scheduler = DDPMScheduler(**config)
        config = {"num_train_timesteps": 1000, "beta_start": 0.0001,
                  "beta_end": 0.02, "trained_betas": None,
                  "rescale_betas_zero_snr": False, **config}
        yield dict(name=name, config=config,
                   alphas_cumprod=numbers(scheduler.alphas_cumprod))


def timesteps():
    for spacing, offset, S in itertools.product(
            ("leading", "linspace", "trailing"), (0, 1),
            (1, 7, 10, 20, 50, 999, 1000)):
        if offset and spacing != "leading":
            continue  # steps_offset is leading's alone
        scheduler = DDIMScheduler(timestep_spacing=spacing,
                                  steps_offset=offset)
        scheduler.set_timesteps(S)
        values = scheduler.timesteps.tolist()
        if max(values) > 999:
            continue  # diffusers itself fails on these
        yield dict(timestep_spacing=spacing, steps_offset=offset, S=S,
                   timesteps=values)


def vectors(seed):
    rng = torch.Generator().manual_seed(seed)
    return [torch.randn(WIDTH, generator=rng) for _ in range(3)]


def steps():
    seed = 0
    for prediction, eta, clip, S, one in itertools.product(
            ("epsilon", "v_prediction", "sample"), (0, 0.5, 1),
            ("no", "x0", "x0 and epsilon"), (10, 50), (True, False)):
        if clip != "no" and (S, one) != (10, True):
            continue
        config = dict(prediction_type=prediction, clip_sample=clip != "no",
                      set_alpha_to_one=one, beta_schedule="linear")
        scheduler = DDIMScheduler(**config)
        scheduler.set_timesteps(S)
        for timestep in scheduler.timesteps[[0, S // 2, S - 1]].tolist():
            seed += 1
            sample, output, noise = vectors(seed)
            clipped = clip == "x0 and epsilon"
            result = scheduler.step(
                output, timestep, sample, eta=eta, variance_noise=noise,
                use_clipped_model_output=clipped).prev_sample
            yield dict(config=config, S=S, timestep=timestep,
                       previous_timestep=max(timestep - 1000 // S, -1),
                       eta=eta, use_clipped_model_output=clipped,
                       sample=numbers(sample), model_output=numbers(output),
                       noise=numbers(noise), prev_sample=numbers(result))


def ancestral():
    for variance, timestep in itertools.product(
            ("fixed_small", "fixed_large"), (999, 500, 10, 1)):
        config = dict(variance_type=variance, clip_sample=False,
                      beta_schedule="linear")
        scheduler = DDPMScheduler(**config)
        scheduler.set_timesteps(1000)
        sample, output, _ = vectors(timestep)
        noise = torch.randn(WIDTH, generator=torch.Generator().manual_seed(1))
        # one item of one channel, since this step looks at the channels
        result = scheduler.step(
            output[None, None], timestep, sample[None, None],
            generator=torch.Generator().manual_seed(1)).prev_sample[0, 0]
        yield dict(config=config, timestep=timestep, sample=numbers(sample),
                   model_output=numbers(output), noise=numbers(noise),
                   prev_sample=numbers(result))


def main():
    out = pathlib.Path(sys.argv[1]) if sys.argv[1:] else HERE / "schedulers.json"
    values = dict(diffusers=diffusers.__version__, schedules=list(schedules()),
                  timesteps=list(timesteps()), steps=list(steps()),
                  ancestral=list(ancestral()))
    lines = ["{", f' "diffusers": {json.dumps(values.pop("diffusers"))},']
    for key, rows in values.items():
        lines += [f' "{key}": [',
                  ",\n".join("  " + json.dumps(row) for row in rows), " ],"]
    lines[-1] = " ]"
    out.write_text("\n".join(lines + ["}", ""]))
    for key, rows in values.items():
        print(f"{out.name}: {len(rows)} {key}")


if __name__ == "__main__":
    main()
