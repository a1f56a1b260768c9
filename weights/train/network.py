# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (C) 2026 The gimp-ddim authors
"""diffusers' UNet2DModel in plain PyTorch, with its parameter names.

What the recipe needs of it: DownBlock2D, AttnDownBlock2D and their Up twins,
positional time, SiLU.  Written out so that a normalisation, what is added
before it and the SiLU behind it are one function: on a GPU `fuse` compiles
that function alone, in seconds and for all sizes, where compiling the whole
network takes minutes for each.

`grow` moves a model's weights into a larger network that computes the same:
what is new ends in a layer of zeros.
"""
import json
import math
import pathlib

import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file
from torch import nn


def norm(x, weight, bias, groups, eps, shift=None, silu=True):
    """SiLU(GroupNorm(x + shift)), shift [N, C] or none."""
    if shift is not None:
        x = x + shift.to(x.dtype)[:, :, None, None]
    x = F.group_norm(x.float(), groups, weight, bias, eps).to(x.dtype)
    return F.silu(x) if silu else x


def norm_by_sums(x, weight, bias, groups, eps, shift=None, silu=True):
    """The same in a form that compiles to two passes over a channels-last map."""
    n, c = x.shape[:2]
    y = x.float()
    if shift is not None:
        y = y + shift.float()[:, :, None, None]
    count = x.shape[2] * x.shape[3] * (c // groups)
    mean = y.sum((2, 3)).view(n, groups, -1).sum(2) / count
    square = (y * y).sum((2, 3)).view(n, groups, -1).sum(2) / count
    spread = (square - mean * mean).clamp(min=0).add(eps).rsqrt()
    scale = weight.view(1, groups, -1) * spread[:, :, None]
    offset = bias.view(1, groups, -1) - mean[:, :, None] * scale
    y = y * scale.view(n, c, 1, 1) + offset.view(n, c, 1, 1)
    return (F.silu(y) if silu else y).to(x.dtype)


def add(x, y, bias):
    """x + y + bias, bias [C]."""
    return x + (y + bias.to(y.dtype)[:, None, None])


class Functions:
    """The two functions that are worth compiling."""
    norm = staticmethod(norm)
    add = staticmethod(add)


def fuse():
    """Compiles them, for a GPU."""
    import torch._dynamo.config as config
    config.force_parameter_static_shapes = False
    config.recompile_limit = 64
    Functions.norm = staticmethod(torch.compile(norm_by_sums, dynamic=True))
    Functions.add = staticmethod(torch.compile(add, dynamic=True))


def unfuse():
    """Takes that back."""
    Functions.norm, Functions.add = staticmethod(norm), staticmethod(add)


class Norm(nn.GroupNorm):
    def forward(self, x, shift=None, silu=True):
        # Looking at pictures now and then is not worth another compilation.
        function = Functions.norm if torch.is_grad_enabled() else norm
        return function(x, self.weight, self.bias, self.num_groups, self.eps,
                        shift, silu)


class Resnet(nn.Module):
    def __init__(self, c_in, c_out, time, groups, eps):
        super().__init__()
        self.norm1 = Norm(groups, c_in, eps)
        self.conv1 = nn.Conv2d(c_in, c_out, 3, padding=1)
        self.time_emb_proj = nn.Linear(time, c_out)
        self.norm2 = Norm(groups, c_out, eps)
        self.conv2 = nn.Conv2d(c_out, c_out, 3, padding=1)
        self.conv_shortcut = (nn.Conv2d(c_in, c_out, 1) if c_in != c_out
                              else None)

    def forward(self, x, time):
        h = F.conv2d(self.norm1(x), self.conv1.weight, padding=1)
        h = self.norm2(h, self.time_emb_proj(time) + self.conv1.bias)
        h = F.conv2d(h, self.conv2.weight, padding=1)
        if self.conv_shortcut is not None:
            x = self.conv_shortcut(x)
        return Functions.add(x, h, self.conv2.bias)


class Attention(nn.Module):
    def __init__(self, channels, head_dim, groups, eps):
        super().__init__()
        self.heads = channels // head_dim if head_dim else 1
        self.group_norm = Norm(groups, channels, eps)
        self.to_q = nn.Linear(channels, channels)
        self.to_k = nn.Linear(channels, channels)
        self.to_v = nn.Linear(channels, channels)
        self.to_out = nn.ModuleList([nn.Linear(channels, channels)])

    def forward(self, x):
        n, c, height, width = x.shape
        y = self.group_norm(x, silu=False).flatten(2).transpose(1, 2)
        q, k, v = (layer(y).view(n, height * width, self.heads, -1)
                   .transpose(1, 2)
                   for layer in (self.to_q, self.to_k, self.to_v))
        y = F.scaled_dot_product_attention(q, k, v)
        y = self.to_out[0](y.transpose(1, 2).reshape(n, height * width, c))
        y = y.transpose(1, 2).view(n, c, height, width)
        return x + y.contiguous(memory_format=torch.channels_last)


class Block(nn.Module):
    """Resnets, each with its attention or none, and a change of size."""

    def __init__(self, resnets, attentions=(), down=None, up=None):
        super().__init__()
        self.resnets = nn.ModuleList(resnets)
        if attentions:
            self.attentions = nn.ModuleList(attentions)
        for name, sampler in ("downsamplers", down), ("upsamplers", up):
            if sampler is not None:
                holder = nn.Module()
                holder.conv = sampler
                setattr(self, name, nn.ModuleList([holder]))

    def attend(self, i, x):
        return self.attentions[i](x) if hasattr(self, "attentions") else x


class UNet(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.config = config = dict(DEFAULTS, **config)
        check(config)
        widths, layers = config["block_out_channels"], config["layers_per_block"]
        groups, eps = config["norm_num_groups"], config["norm_eps"]
        colours = config["in_channels"]
        time, last = 4 * widths[0], len(widths) - 1

        def resnet(c_in, c_out):
            return Resnet(c_in, c_out, time, groups, eps)

        def attentions(kind, channels, count):
            return [Attention(channels, config["attention_head_dim"], groups,
                              eps) for _ in range(count)
                    ] if kind.startswith("Attn") else []

        self.conv_in = nn.Conv2d(colours, widths[0], 3, padding=1)
        self.time_embedding = nn.Module()
        self.time_embedding.linear_1 = nn.Linear(widths[0], time)
        self.time_embedding.linear_2 = nn.Linear(time, time)
        self.down_blocks, self.up_blocks = nn.ModuleList(), nn.ModuleList()
        skips, c = [widths[0]], widths[0]
        for i, (width, kind) in enumerate(zip(widths,
                                              config["down_block_types"])):
            resnets = [resnet(c if j == 0 else width, width)
                       for j in range(layers)]
            down = (nn.Conv2d(width, width, 3, stride=2, padding=1)
                    if i < last else None)
            self.down_blocks.append(Block(
                resnets, attentions(kind, width, layers), down=down))
            skips += [width] * (layers + (i < last))
            c = width
        self.mid_block = Block(
            [resnet(c, c), resnet(c, c)],
            attentions("Attn" if config["add_attention"] else "", c, 1))
        for i, (width, kind) in enumerate(zip(reversed(widths),
                                              config["up_block_types"])):
            resnets = []
            for _ in range(layers + 1):
                resnets.append(resnet(c + skips.pop(), width))
                c = width
            up = nn.Conv2d(width, width, 3, padding=1) if i < last else None
            self.up_blocks.append(Block(
                resnets, attentions(kind, width, layers + 1), up=up))
        self.conv_norm_out = Norm(groups, widths[0], eps)
        self.conv_out = nn.Conv2d(widths[0], colours, 3, padding=1)
        for module in self.modules():
            if isinstance(module, Resnet):
                nn.init.zeros_(module.conv2.weight)
            if isinstance(module, Attention):
                nn.init.zeros_(module.to_out[0].weight)
                nn.init.zeros_(module.to_out[0].bias)
        nn.init.zeros_(self.conv_out.weight)

    def embed(self, t):
        half = self.conv_in.out_channels // 2
        steps = torch.arange(half, device=t.device, dtype=torch.float32)
        angles = t.float()[:, None] * torch.exp(
            steps * (-math.log(10000) / (half - self.config["freq_shift"])))
        parts = [angles.sin(), angles.cos()]
        if self.config["flip_sin_to_cos"]:
            parts.reverse()
        linear = self.time_embedding
        return linear.linear_2(F.silu(linear.linear_1(torch.cat(parts, 1))))

    def forward(self, x, t):
        time = F.silu(self.embed(t))
        x = self.conv_in(x)
        skips = [x]
        for block in self.down_blocks:
            for i, resnet in enumerate(block.resnets):
                x = block.attend(i, resnet(x, time))
                skips.append(x)
            if hasattr(block, "downsamplers"):
                x = block.downsamplers[0].conv(x)
                skips.append(x)
        first, second = self.mid_block.resnets
        x = second(self.mid_block.attend(0, first(x, time)), time)
        for block in self.up_blocks:
            for i, resnet in enumerate(block.resnets):
                x = torch.cat([x, skips.pop()], 1)
                x = block.attend(i, resnet(x, time))
            if hasattr(block, "upsamplers"):
                x = F.interpolate(x, scale_factor=2.0, mode="nearest")
                x = block.upsamplers[0].conv(x)
        return self.conv_out(self.conv_norm_out(x))


# As diffusers writes them; what a model does not say is this.
DEFAULTS = {
    "_class_name": "UNet2DModel", "_diffusers_version": "0.42.1",
    "act_fn": "silu", "add_attention": True, "attention_head_dim": 8,
    "attn_norm_num_groups": None, "block_out_channels": [224, 448, 672, 896],
    "center_input_sample": False, "class_embed_type": None,
    "down_block_types": ["DownBlock2D"] + 3 * ["AttnDownBlock2D"],
    "downsample_padding": 1, "downsample_type": "conv", "dropout": 0.0,
    "flip_sin_to_cos": True, "freq_shift": 0, "in_channels": 3,
    "layers_per_block": 2, "mid_block_scale_factor": 1,
    "mid_block_type": "UNetMidBlock2D", "norm_eps": 1e-5,
    "norm_num_groups": 32, "num_class_embeds": None,
    "num_train_timesteps": None, "out_channels": 3,
    "resnet_time_scale_shift": "default", "sample_size": None,
    "time_embedding_dim": None, "time_embedding_type": "positional",
    "up_block_types": 3 * ["AttnUpBlock2D"] + ["UpBlock2D"],
    "upsample_type": "conv"}
FREE = {"_diffusers_version", "add_attention", "attention_head_dim",
        "block_out_channels", "down_block_types", "dropout",
        "flip_sin_to_cos", "freq_shift", "in_channels", "layers_per_block",
        "norm_eps", "norm_num_groups", "out_channels", "sample_size",
        "up_block_types"}


def check(config):
    """Ends the program where a model has what this file lacks."""
    for field, value in config.items():
        if field in DEFAULTS and field not in FREE and value != DEFAULTS[field]:
            raise SystemExit(f"The model's {field} is {value}; this recipe "
                             f"trains models where it is {DEFAULTS[field]}.")
    kinds = config["down_block_types"] + config["up_block_types"]
    for kind in kinds:
        if kind not in ("DownBlock2D", "AttnDownBlock2D", "UpBlock2D",
                        "AttnUpBlock2D"):
            raise SystemExit(f"The model has a {kind}, which this recipe "
                             "cannot train.")


def describe(channels, layers, attention, head_dim, sample_size):
    """The config of a network with attention on these levels."""
    kinds = ["Attn%sBlock2D" if level in attention else "%sBlock2D"
             for level in range(len(channels))]
    groups = max(g for g in (4, 8, 16, 32)
                 if all(c % g == 0 and c // g >= 2 for c in channels))
    return dict(
        DEFAULTS, block_out_channels=channels, layers_per_block=layers,
        down_block_types=[kind % "Down" for kind in kinds],
        up_block_types=[kind % "Up" for kind in reversed(kinds)],
        add_attention=bool(attention), attention_head_dim=head_dim,
        norm_num_groups=groups, norm_eps=1e-6, sample_size=sample_size)


def load(folder):
    """(UNet in float32, the scheduler's config) of a diffusers folder."""
    folder = pathlib.Path(folder)
    config = json.loads((folder / "unet/config.json").read_text())
    unet = UNet(config)
    path = folder / "unet/diffusion_pytorch_model.safetensors"
    unet.load_state_dict({name: tensor.float()
                          for name, tensor in load_file(path).items()})
    scheduler = folder / "scheduler/scheduler_config.json"
    return unet, json.loads(scheduler.read_text())


def grow(old, new):
    """Moves the weights of `old` into `new`, which has more layers a block,
    attention, or both, so that it computes the same."""
    less = old.config["layers_per_block"]
    more = new.config["layers_per_block"] - less
    fixed = "block_out_channels", "norm_num_groups", "norm_eps", "in_channels"
    if more < 0 or any(old.config[f] != new.config[f] for f in fixed):
        raise SystemExit("A network can grow in its layers and its attention, "
                         "not in its widths.")
    own = new.state_dict()
    for name, tensor in old.state_dict().items():
        part = name.split(".")
        if part[0] == "up_blocks" and part[2] in ("resnets", "attentions"):
            # The first meets what the last layer of the way down says, the
            # last what came from the level above: the new are between them.
            part[3] = str(int(part[3]) + (more if part[3] != "0" else 0))
            name = ".".join(part)
        own[name].copy_(tensor)
    for block in new.up_blocks:
        for resnet in block.resnets[1:1 + more]:
            c = resnet.conv_shortcut.out_channels
            nn.init.zeros_(resnet.conv_shortcut.weight)
            nn.init.zeros_(resnet.conv_shortcut.bias)
            resnet.conv_shortcut.weight.data[:, :c, 0, 0] = torch.eye(c)
    for resnets in ([b.resnets[less:] for b in new.down_blocks]
                    + [b.resnets[1:1 + more] for b in new.up_blocks]):
        for resnet in resnets:
            nn.init.zeros_(resnet.conv2.bias)


def save(unet, scheduler, folder, latent=False):
    """Writes a diffusers folder in half precision; latent: but for the
    autoencoder, which autoencoder.py writes."""
    folder = pathlib.Path(folder)
    index = {"_class_name": "DDIMPipeline",
             "_diffusers_version": DEFAULTS["_diffusers_version"],
             "scheduler": ["diffusers", "DDIMScheduler"],
             "unet": ["diffusers", "UNet2DModel"]}
    if latent:
        index.update(_class_name="LDMPipeline",
                     vqvae=["diffusers", "AutoencoderTiny"])
    tensors = {name: tensor.detach().cpu().half().contiguous()
               for name, tensor in unet.state_dict().items()}
    for path, content in (("model_index.json", index),
                          ("unet/config.json", unet.config),
                          ("scheduler/scheduler_config.json", scheduler)):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(json.dumps(content, indent=2) + "\n")
    save_file(tensors, folder / "unet/diffusion_pytorch_model.safetensors",
              metadata={"format": "pt"})
