# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (C) 2026 The gimp-ddim authors
"""A folder of pictures as one packed array, and the crops cut from it.

Pictures are decoded once, scaled down to a longest side, and laid end to end
in RUN/pixels.npy; RUN/pixels.json says where each one lies and which are held
out.  The two files are all that training needs: they can be carried to
another machine in place of the pictures.

A crop is a square of a picture scaled down to the size that is asked for, its
side drawn evenly in the logarithm between that size and the picture's shorter
side, so that a network sees the same things near and far.
"""
import json
import math
import pathlib

import numpy as np
from PIL import Image, ImageOps

KINDS = {".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff"}


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


def pack(folder, run, skip=(), longest=1024, tiles=0, held_out=22):
    """Writes RUN/pixels.npy and RUN/pixels.json from a folder."""
    folder, run = pathlib.Path(folder), pathlib.Path(run)
    names = find(folder, skip)
    held = set(choose_held_out(names, held_out))
    entries, chunks, offset = [], [], 0
    for i, name in enumerate(names):
        try:
            picture = open_picture(folder / name, 0 if tiles else longest)
        except (OSError, ValueError) as error:
            print(f"{name} is left out: {error}")
            continue
        for part in cut_tiles(picture, tiles) if tiles else [picture]:
            entries.append(dict(name=name, offset=offset, height=part.shape[0],
                                width=part.shape[1], held=name in held))
            chunks.append(np.ascontiguousarray(part).reshape(-1))
            offset += chunks[-1].size
        if i % 500 == 0 or i + 1 == len(names):
            print(f"Packing pictures: {i + 1} of {len(names)}", flush=True)
    np.save(run / "pixels.part.npy", np.concatenate(chunks))
    (run / "pixels.part.npy").replace(run / "pixels.npy")
    (run / "pixels.json").write_text(json.dumps(entries))


class Crops:
    """Random crops for training, fixed ones for measuring."""

    def __init__(self, run, whole=False, thin=0.25):
        run = pathlib.Path(run)
        self.pixels = np.load(run / "pixels.npy", mmap_mode="r")
        entries = json.loads((run / "pixels.json").read_text())
        self.seen = [e for e in entries if not e["held"]]
        self.held = [e for e in entries if e["held"]]
        self.whole, self.thin = whole, thin
        # Between one picture, one vote and one pixel, one vote.
        weight = np.array([(e["height"] * e["width"]) ** 0.75
                           for e in self.seen])
        self.cumulative = np.cumsum(weight / weight.sum())

    def fits(self, entry, size):
        return self.whole or min(entry["height"], entry["width"]) >= size

    def check(self, size):
        """Ends the program where there is nothing to cut such crops from."""
        for entries, use in (self.seen, "train on"), (self.held, "measure with"):
            if not any(self.fits(e, size) for e in entries):
                raise SystemExit(
                    f"No picture to {use} is {size} pixels high and wide. Take "
                    "larger pictures, a smaller --stages, or --whole.")

    def picture(self, entry):
        shape = entry["height"], entry["width"], 3
        return self.pixels[entry["offset"]:entry["offset"]
                           + math.prod(shape)].reshape(shape)

    def cut(self, entry, size, side, y, x):
        """The square of `side` pixels at (y, x), scaled to `size`."""
        square = self.picture(entry)[y:y + side, x:x + side]
        if side == size:
            return np.asarray(square)
        return np.asarray(Image.fromarray(np.ascontiguousarray(square)).resize(
            (size, size), Image.Resampling.LANCZOS))

    def random(self, size, rng):
        """One crop [size, size, 3], mirrored half of the time.

        A nearly flat crop (its standard deviation below 8 of 255) teaches
        little, and there are many: only some, `thin`, are kept."""
        while True:
            index = np.searchsorted(self.cumulative, rng.random())
            entry = self.seen[min(index, len(self.seen) - 1)]
            most = min(entry["height"], entry["width"])
            if not self.fits(entry, size):
                continue
            side = most
            if not self.whole and most > size:
                side = min(most, round(size * (most / size) ** rng.random()))
            y = int(rng.integers(entry["height"] - side + 1))
            x = int(rng.integers(entry["width"] - side + 1))
            crop = self.cut(entry, size, side, y, x)
            if crop.std() < 8 and rng.random() >= self.thin:
                continue
            return crop[:, ::-1] if rng.random() < 0.5 else crop

    def batch(self, size, count, seed):
        """[count, 3, size, size] in [-1, 1], a function of the seed alone."""
        rng = np.random.default_rng(seed)
        crops = np.stack([self.random(size, rng) for _ in range(count)])
        return to_numbers(crops)

    def held_out(self, size, count):
        """The middles of the held-out pictures, evenly chosen, as a batch."""
        held = [e for e in self.held if self.fits(e, size)]
        step = max(1.0, len(held) / count)
        chosen = [held[int((k + 0.5) * step)]
                  for k in range(min(count, len(held)))]
        crops = []
        for entry in chosen:
            side = min(entry["height"], entry["width"])
            if not self.whole:
                # As a painter meets it: at its own scale or at half of it.
                side = min(side, 2 * size if side >= 4 * size else size)
            crops.append(self.cut(entry, size, side,
                                  (entry["height"] - side) // 2,
                                  (entry["width"] - side) // 2))
        return to_numbers(np.stack(crops)), [e["name"] for e in chosen]


def to_numbers(crops):
    """[N, H, W, 3] bytes to [N, 3, H, W] float32 in [-1, 1]."""
    return np.ascontiguousarray(
        crops.transpose(0, 3, 1, 2), dtype=np.float32) / 127.5 - 1
