# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (C) 2026 The gimp-ddim authors
"""What a network works on: pictures, or the latents of an autoencoder."""
import torch

import autoencoder


class Pictures:
    """Where a network works on pictures as they are: as Latents, with nothing
    to do."""
    factor, channels = 1, 3

    def encode(self, crops):
        return crops

    def decode(self, crops):
        return crops

    def save(self, folder):
        pass

    def to(self, device):
        return self


class Latents(Pictures):
    """The latents of an autoencoder, which is not trained any more."""

    def __init__(self, folder):
        self.model = autoencoder.load(folder)
        self.factor = self.model.factor
        self.channels = self.model.config["latent_channels"]

    @torch.no_grad()
    def encode(self, crops):
        return self.model.encode(crops)

    @torch.no_grad()
    def decode(self, latents):
        return self.model.decode(latents)

    def save(self, folder):
        autoencoder.save(self.model, folder / "vqvae")

    def to(self, device):
        self.model.to(device, memory_format=torch.channels_last)
        return self
