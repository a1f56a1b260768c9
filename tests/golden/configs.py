# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (C) 2026 The gimp-ddim authors
"""The U-Net configurations that golden values are made of.

SMALL ones travel with the repository under models/NAME; BIG ones have the
true shapes of published models and are made on demand.

An entry's keys:
  config    arguments of the class
  class     UNet2DModel, or UNet2DConditionModel
  about     what the entry is there to catch
  size      (N, H, W) of the input
  layout    "flat" (everything at the root) or "nested" (unet/, scheduler/)
  names     "new", "old" (query, key, value, proj_attn) or "old-conv" (the
            same, with weights of C x C x 1 x 1)
  dtype     of the tensors in the file: "F32", "F16" or "BF16"
  omit      config fields that are taken out of config.json; "old" leaves
            only those that the first published models had
  timesteps where they differ from TIMESTEPS
  tokens    of the text whose states it reads; 0 where it reads none
  labels    "index", "timestep" or "identity": what class labels are
  scheduler fields of scheduler_config.json that differ from the defaults
"""

TIMESTEPS = [0, 1, 500, 999]

# The fields of the config.json of the first published models.
OLD_FIELDS = {
    "act_fn", "attention_head_dim", "block_out_channels",
    "center_input_sample", "down_block_types", "downsample_padding",
    "flip_sin_to_cos", "freq_shift", "in_channels", "layers_per_block",
    "mid_block_scale_factor", "norm_eps", "norm_num_groups", "out_channels",
    "resnet_time_scale_shift", "sample_size", "time_embedding_type",
    "up_block_types",
}


def blocks(down, up):
    """Block types from letters: D plain, A attention, R resnet samplers."""
    names = {"D": "%sBlock2D", "A": "Attn%sBlock2D",
             "R": "Resnet%ssampleBlock2D"}
    return dict(down_block_types=tuple(names[c] % "Down" for c in down),
                up_block_types=tuple(names[c] % "Up" for c in up))


def small(about, size, down, up, channels, groups=4, layers=1, head_dim=8,
          layout="nested", names="new", dtype="F32", omit=(), timesteps=None,
          labels=None, scheduler=None, **config):
    config = dict(sample_size=16, in_channels=config.pop("in_channels", 3),
                  out_channels=config.pop("out_channels", 3),
                  block_out_channels=tuple(channels), norm_num_groups=groups,
                  layers_per_block=layers, attention_head_dim=head_dim,
                  **blocks(down, up), **config)
    return {"class": "UNet2DModel"} | dict(
                about=about, size=size, config=config, layout=layout, tokens=0,
                names=names, dtype=dtype, omit=omit,
                timesteps=timesteps or TIMESTEPS, labels=labels,
                scheduler=scheduler or {})


GOOGLE = dict(downsample_padding=0, flip_sin_to_cos=False, freq_shift=1,
              norm_eps=1e-6)

SMALL = {
    # What every reader of a UNet2DModel must get right.
    "google": small(
        "the first models: flat, old names and fields, one head, padding 0, "
        "[sin, cos], freq_shift 1, norm_eps 1e-6, two layers",
        (1, 16, 16), "DAD", "DAD", [8, 12, 12], layers=2,
        head_dim=None, layout="flat", names="old", omit="old", **GOOGLE),
    "heads": small(
        "one and two heads, padding 1, [cos, sin], norm_eps 1e-5, a batch",
        (3, 16, 8), "AA", "AA", [8, 16], groups=8,
        scheduler=dict(beta_schedule="squaredcos_cap_v2")),
    "head-dim-absent": small(
        "attention_head_dim absent stands for 8, which divides none of the "
        "channel counts: 1 head of 8 out of 10, 2 heads out of 20",
        (1, 12, 20), "DAA", "AAD", [5, 10, 20], groups=5,
        omit=("attention_head_dim",), norm_eps=1e-4),
    "no-attention-f16": small(
        "no attention at all, three layers, tensors of F16",
        (1, 8, 24), "DDD", "DDD", [8, 8, 16], groups=8, layers=3,
        add_attention=False, dtype="F16"),
    "bf16": small(
        "tensors of BF16, one channel (grey), two layers",
        (3, 8, 16), "AD", "DA", [8, 16], layers=2, head_dim=4, dtype="BF16",
        in_channels=1, out_channels=1,
        scheduler=dict(_class_name="DDPMScheduler")),
    # The rest of UNet2DModel, one thing at a time.
    "scale-shift": small(
        "the time embedding scales and shifts; the middle attention has no "
        "norm then", (1, 16, 16), "DA", "AD", [8, 16],
        resnet_time_scale_shift="scale_shift"),
    "scale-shift-attn-groups": small(
        "scale_shift with attn_norm_num_groups: the middle attention has one",
        (1, 8, 16), "AD", "DA", [8, 16], head_dim=None,
        resnet_time_scale_shift="scale_shift", attn_norm_num_groups=2),
    "attn-groups": small(
        "attn_norm_num_groups differs from norm_num_groups, and acts in the "
        "middle only", (1, 16, 8), "AA", "AA", [8, 16],
        attn_norm_num_groups=8),
    "attn-resnet-samplers": small(
        "downsample_type and upsample_type resnet: in Attn blocks only",
        (3, 16, 8), "DAA", "AAD", [8, 8, 16], downsample_type="resnet",
        upsample_type="resnet"),
    "resnet-samplers": small(
        "ResnetDownsampleBlock2D and ResnetUpsampleBlock2D",
        (1, 16, 24), "RRD", "RRD", [8, 12, 16], downsample_padding=0),
    "resnet-samplers-scale-shift": small(
        "the same with scale_shift, attention and class labels, as guided "
        "diffusion has them",
        (3, 8, 8), "RA", "AR", [8, 16], resnet_time_scale_shift="scale_shift",
        downsample_type="resnet", upsample_type="resnet",
        num_class_embeds=10, labels="index"),
    "fourier": small(
        "Fourier features of log t; the output is divided by t; t = 0 has no "
        "value", (3, 8, 8), "DA", "AD", [8, 16], time_embedding_type="fourier",
        timesteps=[1, 12.5, 500, 999]),
    "learned": small(
        "a learned table of time embeddings", (1, 8, 8), "DD", "DD", [8, 16],
        time_embedding_type="learned", num_train_timesteps=1000),
    "class-index": small(
        "class labels from a table", (3, 8, 8), "DD", "DD", [8, 16],
        num_class_embeds=10, labels="index"),
    "class-timestep": small(
        "class labels embedded as timesteps are", (3, 8, 8), "DD", "DD",
        [8, 16], class_embed_type="timestep", labels="timestep"),
    "class-identity": small(
        "class labels that are embeddings already", (3, 8, 8), "DD", "DD",
        [8, 16], class_embed_type="identity", labels="identity"),
    "no-mid-block": small(
        "mid_block_type null", (1, 16, 16), "DA", "AD", [8, 16],
        mid_block_type=None),
    "mid-scale": small(
        "mid_block_scale_factor divides the middle's resnets and attention",
        (1, 8, 8), "DD", "DD", [8, 16], mid_block_scale_factor=1.4142),
    "center-input": small(
        "center_input_sample, time_embedding_dim, four channels",
        (3, 8, 24), "DD", "DD", [8, 16], center_input_sample=True,
        time_embedding_dim=20, in_channels=4, out_channels=4),
    "old-names-conv": small(
        "old names with attention weights of C x C x 1 x 1, nested",
        (1, 8, 8), "AA", "AA", [8, 16], names="old-conv", head_dim=None),
    "one-level": small(
        "a single level: no sampler, and any height and width",
        (1, 7, 9), "A", "A", [16], layers=2),
    "act-swish": small(
        "act_fn swish is SiLU; dropout does nothing here",
        (1, 8, 8), "DD", "DD", [8, 8], act_fn="swish", dropout=0.1),
    "act-mish": small(
        "act_fn acts in the resnets; the time embedding and the output keep "
        "SiLU", (1, 8, 8), "DD", "DD", [8, 8], act_fn="mish"),
    "act-gelu": small("the exact GELU (erf)", (1, 8, 8), "DD", "DD", [8, 8],
                      act_fn="gelu"),
    "act-relu": small("ReLU", (1, 8, 8), "DD", "DD", [8, 8], act_fn="relu"),
    "deep": small(
        "five levels, the innermost map 1 x 2",
        (1, 16, 32), "DDDAD", "DADDD", [4, 4, 8, 8, 8], groups=2,
        head_dim=None, downsample_padding=0),
}


def conditional(about, size, down, up, channels, groups=4, heads=2, tokens=7,
                text=12, **config):
    """A UNet2DConditionModel; C is a block with transformers."""
    entry = small(about, size, "", "", channels, groups, head_dim=heads,
                  in_channels=4, out_channels=4, cross_attention_dim=text,
                  **config)
    entry["class"] = "UNet2DConditionModel"
    entry["tokens"] = tokens
    names = {"D": "%sBlock2D", "C": "CrossAttn%sBlock2D",
             "R": "Resnet%ssampleBlock2D"}
    entry["config"].update(
        down_block_types=tuple(names[c] % "Down" for c in down),
        up_block_types=tuple(names[c] % "Up" for c in up))
    return entry


# What every reader of a UNet2DConditionModel must get right.
SMALL |= {
    "conditional": conditional(
        "as Stable Diffusion 1: projections by convolutions, two heads at "
        "every level, a text for each item of a batch; attention_head_dim is "
        "a number of heads", (3, 8, 16), "CD", "DC", [8, 16]),
    "conditional-linear-f16": conditional(
        "as Stable Diffusion 2: linear projections, heads a level, "
        "upcast_attention, v_prediction, tensors of F16",
        (1, 16, 8), "CC", "CC", [8, 16], heads=(1, 4), text=20, tokens=77,
        use_linear_projection=True, upcast_attention=True, dtype="F16",
        scheduler=dict(prediction_type="v_prediction")),
    "conditional-distilled-bf16": conditional(
        "as distilled ones: no mid block, other numbers of layers a level, "
        "tensors of BF16", (1, 8, 8), "CC", "CC", [8, 16], layers=(2, 1),
        mid_block_type=None, dtype="BF16"),
    "conditional-odd-heads": conditional(
        "heads that do not divide the channels: 3 of 2 out of 8; no text for "
        "the level below", (1, 8, 8), "CD", "DC", [8, 16], heads=3,
        mid_block_type="UNetMidBlock2D"),
    "conditional-deep": conditional(
        "two layers of attention, of which both read the text at one level; "
        "act_fn acts on the time and the output, too",
        (1, 8, 8), "CC", "CC", [8, 12], only_cross_attention=(True, False),
        transformer_layers_per_block=2, act_fn="gelu"),
    "conditional-class": conditional(
        "class labels and no text: a mid block of one resnet, no padding",
        (3, 8, 8), "DD", "DD", [8, 16], tokens=0, num_class_embeds=10,
        labels="index", mid_block_type="UNetMidBlock2D",
        downsample_padding=0),
    "conditional-scale-shift": conditional(
        "scale_shift, resnet samplers, a class as a timestep, and a text; "
        "mid_block_scale_factor divides the resnets alone",
        (3, 8, 8), "RC", "CR", [8, 16], class_embed_type="timestep",
        labels="timestep", resnet_time_scale_shift="scale_shift",
        mid_block_scale_factor=1.4142),
}


def big(about, size, down, up, channels, parameters, **config):
    entry = small(about, size, down, up, channels, groups=32, layers=2,
                  **config)
    entry["config"]["sample_size"] = size[1]
    entry["parameters"] = parameters
    return entry


WIDE = [128, 128, 256, 256, 512, 512]


def stable_diffusion(about, size, text, parameters, **config):
    entry = conditional(about, size, "CCCD", "DCCC", [320, 640, 1280, 1280],
                        groups=32, layers=2, tokens=77, text=text, dtype="F16",
                        **config)
    entry["config"]["sample_size"] = 64
    entry["parameters"] = parameters
    entry["timesteps"] = [1, 999]
    return entry


BIG = {
    "cifar10-32": big(
        "the shape of google/ddpm-cifar10-32", (3, 32, 32), "DADD", "DDAD",
        [128, 256, 256, 256], 35746307, head_dim=None, layout="flat",
        names="old", omit="old", **GOOGLE),
    "sd-class-butterflies-32": big(
        "the shape of sd-class-butterflies-32", (3, 32, 48), "DDAA", "AADD",
        [64, 128, 128, 256], 18536323,
        scheduler=dict(beta_schedule="squaredcos_cap_v2")),
    "flowers-64": big(
        "the shape of ddpm-ema-flowers-64", (1, 64, 64), "DDDDAD", "DADDDD",
        WIDE, 113673219),
    "butterflies-128": big(
        "the shape of ddpm-butterflies-128", (1, 128, 96), "DDDDAD", "DADDDD",
        WIDE, 113673219),
    "celebahq-256": big(
        "the shape of google/ddpm-celebahq-256", (1, 256, 256), "DDDDAD",
        "DADDDD", WIDE, 113673219, head_dim=None, layout="flat", names="old",
        omit="old", **GOOGLE),
    "stable-diffusion-1-5": stable_diffusion(
        "the shape of Stable Diffusion 1.5's U-Net, kept in 16 bits",
        (1, 64, 64), 768, 859520964, heads=8),
    "stable-diffusion-2-1": stable_diffusion(
        "the shape of Stable Diffusion 2.1's U-Net, kept in 16 bits",
        (2, 48, 40), 1024, 865910724, heads=(5, 10, 20, 20),
        use_linear_projection=True, upcast_attention=True),
}
