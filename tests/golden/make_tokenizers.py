#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (C) 2026 The gimp-ddim authors
"""Golden values of CLIPTokenizer, made by transformers itself.

A small vocabulary of byte pairs is trained on this repository's own pages and
translations, and written to tokenizers/NAME as several versions of transformers
write it.  Beside it lie

  hashes      a number of 4 bytes, little-endian, for each of many random texts:
              FNV-1a of the 77 ids and of how many were left out
  cases.json  [[text, [ids], left out], ...], for people to read

The random texts are made again by tests/test-clip-tokenizer.c, which has the same
generator and the same tables.

  make_tokenizers.py [--unicode]

With --unicode: lists where the library's Unicode differs from this Python's.
"""
import argparse
import collections
import json
import pathlib
import re
import struct
import tempfile
import unicodedata

from tokenizers import Regex, normalizers
from transformers import CLIPTokenizer
from transformers.utils import logging

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
MERGES = 500
LENGTH = 77
START, END = "<|startoftext|>", "<|endoftext|>"

# Tables of the generator: test-clip-tokenizer.c has them too.
WORDS = [
    "a", "photo", "of", "the", "The", "CAT", "don't", "I'll", "we've", "she's'd", "''s", "'S",
    "re're", START, END, "<|ENDOFTEXT|>", "<|endoftext", "|>", "!" + END + "!", "!", "!!!", ":-)",
    "3.14", "2nd", "  ", "\t\n\r", "\u00a0\u2003", "\u00e9", "e\u0301", "\u0130", "\u00df",
    "\u03a3\u03c2", "\u2167", "\u24b6", "\ufb01", "\u1e9b\u0323", "\u212b", "\uac00", "\u1100\u1161\u11a8",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467", "\U0001f1e9\U0001f1ea", "\u2764\ufe0f", "8k,", "--",
    "(masterpiece:1.2)", "<cat-toy>", "<Cat-Toy>", "\U000105d2\u0307", "\u0f71\u0f72\u0f74", "\x01\x7f\x85",
]
RANGES = [
    (0x21, 0x7e), (0x41, 0x5a), (0x61, 0x7a), (0x30, 0x39), (0xa0, 0xff), (0x100, 0x24f),
    (0x250, 0x2ff), (0x300, 0x36f), (0x370, 0x3ff), (0x400, 0x52f), (0x531, 0x58f), (0x591, 0x5f4),
    (0x600, 0x6ff), (0x700, 0x74f), (0x780, 0x7ff), (0x800, 0x8ff), (0x900, 0x97f), (0x980, 0x9ff),
    (0xa00, 0xaff), (0xb00, 0xbff), (0xc00, 0xcff), (0xd00, 0xdff), (0xe00, 0xeff), (0xf00, 0xfff),
    (0x1000, 0x109f), (0x10a0, 0x10ff), (0x1100, 0x11ff), (0x1200, 0x139f), (0x13a0, 0x13ff),
    (0x1400, 0x167f), (0x1680, 0x171f), (0x1780, 0x17ff), (0x1800, 0x18af), (0x1900, 0x1aff),
    (0x1b00, 0x1cff), (0x1d00, 0x1dff), (0x1e00, 0x1fff), (0x2000, 0x206f), (0x2070, 0x20ff),
    (0x2100, 0x218f), (0x2190, 0x23ff), (0x2400, 0x24ff), (0x2500, 0x27bf), (0x2c00, 0x2dff),
    (0x2e80, 0x2fff), (0x3000, 0x303f), (0x3040, 0x30ff), (0x3100, 0x33ff), (0x4e00, 0x9fff),
    (0xa000, 0xa4cf), (0xa500, 0xa8ff), (0xa900, 0xabff), (0xac00, 0xd7a3), (0xd7b0, 0xd7fb),
    (0xe000, 0xe0ff), (0xf900, 0xfaff), (0xfb00, 0xfb4f), (0xfb50, 0xfdff), (0xfe00, 0xfe2f),
    (0xfe30, 0xfe6f), (0xff00, 0xffef), (0x10000, 0x107ff), (0x10800, 0x10fff), (0x11000, 0x11fff),
    (0x12000, 0x123ff), (0x13000, 0x133ff), (0x16100, 0x16fff), (0x1b000, 0x1b2ff),
    (0x1d100, 0x1d24f), (0x1d400, 0x1d7ff), (0x1e000, 0x1e9ff), (0x1ee00, 0x1f0ff),
    (0x1f100, 0x1f2ff), (0x1f300, 0x1f64f), (0x1f680, 0x1f7ff), (0x1f900, 0x1faff),
    (0x20000, 0x2a6df), (0x2f800, 0x2fa1f), (0xe0020, 0xe01ef), (0x1, 0x1f), (0x7f, 0x9f),
    (0x1, 0xffff), (0x10000, 0x10ffff),
]


class Random:
    """xorshift32 (Marsaglia, Journal of Statistical Software 8, 2003)"""

    def __init__(self, seed):
        self.state = (seed * 2654435761 + 88675123) % 2**32 or 1

    def below(self, n):
        x = self.state
        x ^= x << 13 & 0xffffffff
        x ^= x >> 17
        x ^= x << 5 & 0xffffffff
        self.state = x
        return x % n


def make_text(i):
    random = Random(i)
    out = []
    for _ in range(200 if random.below(100) == 0 else 1 + random.below(16)):
        if random.below(3) == 0:
            out.append(WORDS[random.below(len(WORDS))])
        else:
            first, last = RANGES[random.below(len(RANGES))]
            for _ in range(1 + random.below(6)):
                c = first + random.below(last - first + 1)
                out.append(" " if 0xd800 <= c < 0xe000 else chr(c))
        if random.below(2):
            out.append(" ")
    return "".join(out)


CASES = [
    "", " ", "a photo of a cat", "A PHOTO, of a cat!", "don't they've she's I'll we'd 'twas",
    "caf\u00e9 cafe\u0301", "\u00c5ngstr\u00f6m \u212bngstr\u00f6m", "\u0130stanbul", "GRO\u00df \u1e9e",
    "\u039f\u0394\u03a5\u03a3\u03a3\u0395\u03a5\u03a3", "\u043a\u043e\u0442 \u041a\u041e\u0422", "\u732b \u304d\u308c\u3044\u306a",
    "\u0646\u0635 \u0639\u0631\u0628\u064a", "\u0939\u093f\u0928\u094d\u0926\u0940", "\ud55c\uad6d\uc5b4 \u1112\u1161\u11ab",
    "\U0001f600\U0001f468\u200d\U0001f469\u200d\U0001f467", "12 345,67 \u00bd \u2167", "a\tb\nc\u00a0d\u2003e",
    "ab" + END + "cd", "ab " + END + " cd " + START, "<|ENDOFTEXT|>", "!" + END + "!", "<|endoftext|",
    "!", "wow!", "wow!!!", "<cat-toy>", "a <cat-toy> here", "<CAT-TOY>", "\x01\x02\x7f",
    "word " * 90, "x" * 400, "((masterpiece)), [best quality:1.3], 8k--uhd",
]


# The vocabulary -----------------------------------------------------------------

def byte_symbols():
    own = [*range(0x21, 0x7f), *range(0xa1, 0xad), *range(0xae, 0x100)]
    others = [b for b in range(256) if b not in own]
    table = {b: chr(b) for b in own}
    table.update((b, chr(256 + i)) for i, b in enumerate(others))
    return [table[b] for b in own + others], table


def corpus():
    files = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "doc").glob("*.md")),
             *sorted((ROOT / "po").glob("*.po"))]
    return "\n".join(f.read_text(encoding="utf-8") for f in files)


def train():
    """[token], [(a, b)]: pairs by how often they stand in the corpus."""
    symbols, table = byte_symbols()
    words = collections.Counter(re.findall(r"[^\W\d_]+|[^\s\w]+", corpus().lower()))
    split = {}
    for word, count in words.items():
        parts = [table[b] for b in word.encode()]
        parts[-1] += "</w>"
        split[tuple(parts)] = split.get(tuple(parts), 0) + count
    merges = []
    while len(merges) < MERGES:
        pairs = collections.Counter()
        for parts, count in split.items():
            for pair in zip(parts, parts[1:]):
                pairs[pair] += count
        best = max(pairs, key=lambda p: (pairs[p], p))
        merges.append(best)
        after = {}
        for parts, count in split.items():
            out, i = [], 0
            while i < len(parts):
                if parts[i:i + 2] == best:
                    out.append("".join(best))
                    i += 2
                else:
                    out.append(parts[i])
                    i += 1
            after[tuple(out)] = count
        split = after
    tokens = symbols + [s + "</w>" for s in symbols] + ["".join(m) for m in merges]
    return tokens + [START, END], merges


# Folders -------------------------------------------------------------------------

def token(content, normalized=True, **more):
    return dict(content=content, lstrip=False, normalized=normalized, rstrip=False,
                single_word=False, **more)


def write_json(path, value):
    path.write_text(json.dumps(value, ensure_ascii=False) + "\n", encoding="utf-8")


def write_pairs(folder, tokens, merges):
    write_json(folder / "vocab.json", {t: i for i, t in enumerate(tokens)})
    (folder / "merges.txt").write_text(
        "#version: 0.2\n" + "".join(" ".join(m) + "\n" for m in merges), encoding="utf-8")


def write_folders(out):
    tokens, merges = train()
    named = {"bos_token": token(START), "eos_token": token(END),
             "unk_token": token(END), "pad_token": END}
    base = {"tokenizer_class": "CLIPTokenizer", "model_max_length": LENGTH, "do_lower_case": True}
    for name in ("sd1", "sd2", "plain", "decoder", "learned", "new", "new-sd2"):
        (out / name).mkdir(parents=True, exist_ok=True)
        if not name.startswith("new"):
            write_pairs(out / name, tokens, merges)

    # Stable Diffusion 1: names with their flags.
    write_json(out / "sd1/special_tokens_map.json", named)
    write_json(out / "sd1/tokenizer_config.json",
               {**base, "bos_token": {"__type": "AddedToken", **token(START)},
                "eos_token": {"__type": "AddedToken", **token(END)}, "pad_token": END})
    # Stable Diffusion 2: padded with what is else an exclamation mark.
    write_json(out / "sd2/special_tokens_map.json", {**named, "pad_token": "!"})
    write_json(out / "sd2/tokenizer_config.json", {**base, "pad_token": END})
    # Versions 4.34 and later.
    write_json(out / "decoder/tokenizer_config.json",
               {**base, "bos_token": START, "eos_token": END, "unk_token": END, "pad_token": "!",
                "added_tokens_decoder": {
                    "0": token("!", normalized=False, special=True),
                    str(len(tokens) - 2): token(START, special=True),
                    str(len(tokens) - 1): token(END, normalized=False, special=True),
                    str(len(tokens)): token("<cat-toy>", special=False)}})
    # Learned words of older ones.
    write_json(out / "learned/special_tokens_map.json",
               {**named, "additional_special_tokens": ["(masterpiece"]})
    write_json(out / "learned/added_tokens.json", {"<cat-toy>": len(tokens), ":-)": len(tokens) + 1})
    # One file, as version 5 writes it.
    for name, source in (("new", "sd1"), ("new-sd2", "sd2")):
        with tempfile.TemporaryDirectory() as folder:
            CLIPTokenizer.from_pretrained(str(out / source)).save_pretrained(folder)
            for file in ("tokenizer.json", "tokenizer_config.json"):
                value = json.loads((pathlib.Path(folder) / file).read_text(encoding="utf-8"))
                write_json(out / name / file, value)


# Values ---------------------------------------------------------------------------

def encode(tokenizer, text):
    ids = tokenizer(text, padding="max_length", max_length=LENGTH, truncation=True).input_ids
    return ids, max(0, len(tokenizer(text).input_ids) - LENGTH)


def fnv(numbers):
    h = 0x811c9dc5
    for n in numbers:
        h = ((h ^ n) * 0x01000193) % 2**32
    return h


def write_values(folder, count):
    tokenizer = CLIPTokenizer.from_pretrained(str(folder))
    hashes = b""
    for i in range(count):
        ids, left_out = encode(tokenizer, make_text(i))
        hashes += struct.pack("<I", fnv(ids + [left_out]))
    (folder / "hashes").write_bytes(hashes)
    cases = [[text, *encode(tokenizer, text)] for text in CASES]
    (folder / "cases.json").write_text(
        "{\"cases\": [\n" + ",\n".join(json.dumps(c) for c in cases) + "\n]}\n")
    print(f"{folder.name}: {count} texts, {len(tokenizer)} tokens", flush=True)


def compare_unicode():
    composes, lower = normalizers.NFC(), normalizers.Lowercase()
    removes = {k: normalizers.Replace(Regex(k), "") for k in (r"\p{L}", r"\p{N}", r"\s")}
    for c in map(chr, [*range(1, 0xd800), *range(0xe000, 0x110000)]):
        kind, found = unicodedata.category(c), []
        if composes.normalize_str(c) != unicodedata.normalize("NFC", c):
            found.append("composition")
        if composes.normalize_str("q\u0345" + c) != unicodedata.normalize("NFC", "q\u0345" + c):
            found.append("class")
        if lower.normalize_str(c) != c.lower():
            found.append("lower case")
        if (removes[r"\p{L}"].normalize_str(c) == "") != (kind[0] == "L") and kind != "Cn":
            found.append("letter")
        if (removes[r"\p{N}"].normalize_str(c) == "") != (kind[0] == "N") and kind != "Cn":
            found.append("number")
        if found:
            print(f"U+{ord(c):04X}", *found)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--unicode", action="store_true")
    args = parser.parse_args()
    logging.set_verbosity_error()
    if args.unicode:
        compare_unicode()
        return
    out = HERE / "tokenizers"
    write_folders(out)
    for folder in sorted(out.iterdir()):
        write_values(folder, 10000 if folder.name == "sd1" else 2000)


if __name__ == "__main__":
    main()
