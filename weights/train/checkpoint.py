# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (C) 2026 The gimp-ddim authors
"""Trainings that are cut off and go on."""
import os

import torch


def exists(run):
    return (run / "checkpoint.pt").exists()


def write(run, parts, **numbers):
    """The states of `parts`, by name, and the numbers: whole or not at all."""
    state = {name: part.state_dict() for name, part in parts.items()}
    torch.save(state | numbers, run / "checkpoint.part")
    os.replace(run / "checkpoint.part", run / "checkpoint.pt")


def read(run, parts, device, what):
    """Gives `parts` their states back; returns all that was written."""
    state = torch.load(run / "checkpoint.pt", map_location=device,
                       weights_only=True)
    try:
        for name, part in parts.items():
            part.load_state_dict(state[name])
    except (RuntimeError, ValueError):
        raise SystemExit(
            f"The checkpoint in {run} is of another {what}. Give the options "
            "that it was begun with, or another --run.")
    return state


def share_done(args, step, seconds):
    """Of a training of so many steps, and where it is told minutes."""
    share = step / args.steps
    if args.minutes:
        share = max(share, seconds / (60 * args.minutes))
    return share
