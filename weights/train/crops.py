# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (C) 2026 The gimp-ddim authors
"""A folder of pictures as one packed array, and the crops cut from it.

Pictures are decoded once, scaled to a ladder of sizes, and laid end to end in
RUN/pixels.npy; RUN/pixels.json says where each size of each one lies and which
pictures are held out.  The two files are all that training needs.

The array lies in the memory of the device that trains, and a batch is gathered
there.  A crop is a square of one of a picture's sizes, all as likely, so that
a network sees the same things near and far; or it is the whole picture, scaled
so that its shorter side is the crop's.  Every second size is averaged, as a
canvas is that the filter reduces; the others are scaled by a Lanczos filter,
as photographs are.
"""
import concurrent.futures
import json
import math
import os
import pathlib

import numpy as np
import torch
from PIL import Image, ImageOps

KINDS = {".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff"}
STEP = 0.5 ** 0.5  # from one size of a picture to the next


def find(folder, skip=()):
    """The pictures under a folder, as sorted paths relative to it, without
    those in the folders that are to be skipped."""
    folder = pathlib.Path(folder)
    if not folder.is_dir():
        raise SystemExit(f"There is no folder {folder}.")
    names = sorted(str(p.relative_to(folder)) for p in folder.rglob("*")
                   if p.suffix.lower() in KINDS and p.is_file()
                   and p.relative_to(folder).parts[0] not in skip)
    if len(names) < 2:
        raise SystemExit(f"{folder} holds {len(names)} pictures; training "
                         "needs at least two (JPEG, PNG, WebP, BMP or TIFF).")
    return names


def choose_held_out(names, count):
    """`count` names, shared out among the folders, evenly spaced in each.

    It depends on the names alone: the same folder gives the same list."""
    groups = {}
    for name in names:
        groups.setdefault(str(pathlib.PurePath(name).parent), []).append(name)
    groups = sorted(groups.values(), key=len)
    count = min(count, len(names) // 2)
    held = []
    for i, group in enumerate(groups):
        take = min((count - len(held)) // (len(groups) - i), len(group) // 2)
        held += [group[int((k + 0.5) * len(group) / take)] for k in range(take)]
    return sorted(held)


def open_picture(path, longest):
    """A picture upright, in RGB, over white, no longer than `longest`."""
    with Image.open(path) as file:
        picture = ImageOps.exif_transpose(file)
        if "A" in picture.getbands() or "transparency" in picture.info:
            picture = picture.convert("RGBA")
            paper = Image.new("RGBA", picture.size, "white")
            picture = Image.alpha_composite(paper, picture)
        picture = picture.convert("RGB")
    if longest and max(picture.size) > longest:
        picture.thumbnail((longest, longest), Image.Resampling.LANCZOS)
    return np.asarray(picture)


def cut_tiles(picture, side):
    """The tiles of a contact sheet that are not empty."""
    rows, columns = picture.shape[0] // side, picture.shape[1] // side
    tiles = [picture[r * side:(r + 1) * side, c * side:(c + 1) * side]
             for r in range(rows) for c in range(columns)]
    return [tile for tile in tiles if tile.std() > 2]


def scaled(picture, side, averaged):
    """The picture with a shorter side of `side` pixels."""
    height, width = picture.shape[:2]
    if min(height, width) == side:
        return picture
    factor = side / min(height, width)
    size = (max(side, round(width * factor)), max(side, round(height * factor)))
    kind = Image.Resampling.BOX if averaged else Image.Resampling.LANCZOS
    return np.asarray(Image.fromarray(picture).resize(size, kind))


def read_sizes(path, longest, tiles, sizes):
    """[(the ladder of a picture, {crop size: the whole picture}), ...], one
    for each tile where it is a sheet of them; a text where it cannot be read."""
    try:
        picture = open_picture(path, 0 if tiles else longest)
    except (OSError, ValueError) as error:
        return f"{path} is left out: {error}"
    result = []
    for part in cut_tiles(picture, tiles) if tiles else [picture]:
        ladder, side = [np.ascontiguousarray(part)], min(part.shape[:2])
        while round(side * STEP) >= min(sizes):
            side = round(side * STEP)
            ladder.append(scaled(ladder[0], side, len(ladder) % 2))
        whole = {size: scaled(ladder[0], size, i % 2)
                 for i, size in enumerate(sizes)}
        result.append((ladder, whole))
    return result


def pack(folder, run, sizes, skip=(), longest=1024, tiles=0, held_out=22):
    """Writes RUN/pixels.npy and RUN/pixels.json from a folder.

    RUN/held-out.txt, where it is there already, says what is held out."""
    folder, run = pathlib.Path(folder), pathlib.Path(run)
    names = find(folder, skip)
    if (run / "held-out.txt").exists():
        held = set((run / "held-out.txt").read_text().splitlines())
    else:
        held = set(choose_held_out(names, held_out))
        (run / "held-out.txt").write_text("\n".join(sorted(held)) + "\n")
    entries, chunks, offset = [], [], 0

    def place(picture):
        nonlocal offset
        chunks.append(np.ascontiguousarray(picture).reshape(-1))
        offset += chunks[-1].size
        return [offset - chunks[-1].size, *picture.shape[:2]]

    with concurrent.futures.ProcessPoolExecutor(os.cpu_count()) as pool:
        count = len(names)
        read = pool.map(read_sizes, [folder / name for name in names],
                        [longest] * count, [tiles] * count, [sizes] * count,
                        chunksize=8)
        for i, (name, parts) in enumerate(zip(names, read)):
            if isinstance(parts, str):
                print(parts)
                continue
            for ladder, whole in parts:
                entries.append(dict(
                    name=name, held=name in held,
                    ladder=[place(picture) for picture in ladder],
                    whole={size: place(p) for size, p in whole.items()}))
            if i % 500 == 0 or i + 1 == count:
                print(f"Packing pictures: {i + 1} of {count}", flush=True)
    np.save(run / "pixels.part.npy", np.concatenate(chunks))
    (run / "pixels.part.npy").replace(run / "pixels.npy")
    (run / "pixels.json").write_text(json.dumps(entries))


class Crops:
    """Random crops for training, fixed ones for measuring.

    whole: the share of crops that are whole pictures, from 0 to 1.
    shares: {folder: how much its pictures count}, 1 where it is not named."""

    def __init__(self, run, whole=0.0, shares=None, thin=0.2):
        run = pathlib.Path(run)
        self.numbers = np.load(run / "pixels.npy", mmap_mode="c")
        self.pixels = None
        entries = json.loads((run / "pixels.json").read_text())
        self.seen = [e for e in entries if not e["held"]]
        self.held = [e for e in entries if e["held"]]
        self.whole, self.thin, self.shares = whole, thin, shares or {}
        self.tables = {}

    def move(self, device):
        """Brings the pixels to the device where batches are gathered."""
        self.pixels = torch.from_numpy(self.numbers).to(device)

    def places(self, entry, size):
        """Where crops of a picture come from: (place, its weight)."""
        folder = pathlib.PurePath(entry["name"]).parts[0]
        share = self.shares.get(folder, 1.0)
        ladder = [place for place in entry["ladder"] if min(place[1:]) >= size]
        # Between one picture, one vote and one pixel, one vote.
        area = math.prod(entry["ladder"][0][1:]) ** 0.5
        crops = [(place, area * share / len(ladder)) for place in ladder]
        # Nothing is made larger, unless whole pictures are all there is.
        fits = self.whole == 1 or min(entry["ladder"][0][1:]) >= size
        return crops, [(entry["whole"][str(size)], share)] if fits else []

    def table(self, size):
        """(offsets, heights, widths, cumulative weights) for crops of a size."""
        if size not in self.tables:
            both = [self.places(entry, size) for entry in self.seen]
            crops = [place for some, _ in both for place in some]
            wholes = [place for _, some in both for place in some]
            rows = []
            for places, share in (crops, 1 - self.whole), (wholes, self.whole):
                total = sum(weight for _, weight in places)
                if share > 0 and total > 0:
                    rows += [(*place, share * weight / total)
                             for place, weight in places]
            columns = list(zip(*rows))
            device = self.pixels.device
            weights = torch.tensor(columns[3], dtype=torch.float64)
            self.tables[size] = (
                *(torch.tensor(c, device=device) for c in columns[:3]),
                (weights / weights.sum()).cumsum(0).to(device))
        return self.tables[size]

    def check(self, sizes):
        """Ends the program where there is nothing to cut such crops from."""
        for size in sizes:
            for entries, use in ((self.seen, "train on"),
                                 (self.held, "measure with")):
                if self.whole < 1 and not any(
                        min(e["ladder"][0][1:]) >= size for e in entries):
                    raise SystemExit(
                        f"No picture to {use} is {size} pixels high and wide. "
                        "Take larger pictures, a smaller --stages, or --whole.")
                if entries and str(size) not in entries[0]["whole"]:
                    raise SystemExit(
                        f"The packed pictures were not made for crops of "
                        f"{size}. Remove pixels.json to pack them again.")

    def batch(self, size, count, rng):
        """[count, 3, size, size] in [-1, 1] on the pixels' device, mirrored
        half of the time, by a generator of that device.

        Nearly flat crops teach little, and there are many: more are drawn
        than needed, and the flattest left out, though not always."""
        offsets, heights, widths, weights = self.table(size)
        device, many = self.pixels.device, math.ceil(count * (1 + self.thin))

        def random():
            return torch.rand(many, device=device, generator=rng)

        i = torch.searchsorted(weights, random().double())
        i = i.clamp(max=len(offsets) - 1)
        line = torch.arange(size, device=device)
        top = (random() * (heights[i] - size + 1)).long()
        left = (random() * (widths[i] - size + 1)).long()
        mirrored = (random() < 0.5)[:, None]
        columns = left[:, None] + torch.where(mirrored, size - 1 - line, line)
        rows = (top[:, None] + line) * widths[i][:, None]
        index = rows[:, :, None] + columns[:, None, :]
        index = offsets[i][:, None, None] + 3 * index
        crops = self.pixels[index[..., None]
                            + torch.arange(3, device=device)]
        spread = crops[:, ::2, ::2].float().std((1, 2, 3)) + 12 * random()
        crops = crops[spread.topk(count).indices]
        return (crops.permute(0, 3, 1, 2).float() / 127.5 - 1).contiguous(
            memory_format=torch.channels_last)

    def held_out(self, size, count, whole=None):
        """The middles of the held-out pictures, evenly chosen, as a batch;
        the middles of the whole pictures where those are trained on."""
        whole = self.whole == 1 if whole is None else whole
        held = [e for e in self.held
                if whole or min(e["ladder"][0][1:]) >= size]
        step = max(1.0, len(held) / count)
        chosen = [held[int((k + 0.5) * step)]
                  for k in range(min(count, len(held)))]
        crops = []
        for entry in chosen:
            offset, height, width = entry["ladder"][0]
            picture = self.numbers[offset:offset + 3 * height * width].reshape(
                height, width, 3)
            side = min(height, width)
            if not whole:
                # As a painter meets it: at its own scale or at half of it.
                side = min(side, 2 * size if side >= 4 * size else size)
            y, x = (height - side) // 2, (width - side) // 2
            square = np.ascontiguousarray(picture[y:y + side, x:x + side])
            crops.append(scaled(square, size, whole))
        return to_numbers(np.stack(crops)), [e["name"] for e in chosen]


def to_numbers(crops):
    """[N, H, W, 3] bytes to [N, 3, H, W] float32 in [-1, 1]."""
    return np.ascontiguousarray(
        crops.transpose(0, 3, 1, 2), dtype=np.float32) / 127.5 - 1
