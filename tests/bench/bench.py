#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (C) 2026 The gimp-ddim authors
"""Ours and the peers, in turn, on the same model and the same input.

  ./dev bench [--model NAME ...] [--threads N ...] [--engine NAME ...]
              [--isa ISA] [--bfloat16] [--rounds R] [--json FILE] [--update]
  ./dev bench --whole [--picture PNG] [--threads N ...] [--rounds R] [--json FILE]

Every engine loads the model in a process of its own and then waits; in each
round each of them evaluates for a while, one after the other, so that what
drifts in the machine drifts for all.  The time is the median over all rounds.
All engines compute in float32, unless bfloat16 is asked for, each pinned to as
many processors as it has threads.  Every output is compared with eager
PyTorch's, so that no
engine is timed computing something else.

--bfloat16 lets those that can multiply bfloat16s do so as well, each in a process
of its own beside that of float32; ratios are of the same precision.
--isa keeps all that can be kept to avx512 or avx2, as on a processor that has
no more.
--json writes the rows: {model, threads, engine, version, seconds,
peak_rss_bytes, ...}.  The row "pytorch" is the better of its two layouts, in
time and in memory.
--whole measures what a painter waits for instead: a whole variation, beside
what G'MIC makes of the same square of the same picture on the same processors.
Peers that are missing are installed into the cache; --update fetches newer
ones.  Only the standard library is needed to run this.
"""
import argparse
import array
import json
import math
import os
import pathlib
import random
import shlex
import statistics
import subprocess
import sys
import tempfile
import time
import venv

HERE = pathlib.Path(__file__).resolve().parent
SOURCE = HERE.parent.parent
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME")
                     or os.path.expanduser("~/.cache")) / "gimp-ddim"
GOLDEN = CACHE / "golden"
PHOTO = SOURCE / "weights" / "photo"

AUTOENCODERS = CACHE / "golden-autoencoders"
TEXTS = CACHE / "golden-texts"
SD15 = "stable-diffusion-1-5"


class Model:
    """A folder, and the shape of what it is given; ids: as numbers, below that."""

    def __init__(self, folder, height, width=None, channels=3, batch=1, ids=0):
        self.folder, self.channels, self.batch = folder, channels, batch
        self.height, self.width = height, width or height
        self.ids = ids

    def options(self):
        return [str(self.folder), "--height", str(self.height), "--width",
                str(self.width), "--batch", str(self.batch)]

    def make_input(self):
        random.seed(0)
        size = self.channels * self.height * self.width
        return array.array("f", (random.randrange(self.ids) if self.ids
                                 else random.gauss(0, 1) for _ in range(size)))


MODELS = {
    "cifar10-32": Model(GOLDEN / "cifar10-32", 32),
    "sd-class-butterflies-32": Model(GOLDEN / "sd-class-butterflies-32", 32),
    "flowers-64": Model(GOLDEN / "flowers-64", 64),
    "celebahq-256": Model(GOLDEN / "celebahq-256", 256),
    "photo-256": Model(PHOTO, 256),
    "photo-512": Model(PHOTO, 512),
    # What a variation of 512 x 512 by Stable Diffusion 1.5 is made of.
    "sd15-unet": Model(GOLDEN / SD15, 64, channels=4),
    "sd15-unet-batch-2": Model(GOLDEN / SD15, 64, channels=4, batch=2),
    "sd15-vae-decoder": Model(AUTOENCODERS / SD15, 64, channels=4),
    "sd15-text": Model(TEXTS / SD15, 1, 77, channels=1, ids=49408),
}
# Of each kind of folder of true shapes, the program that makes it and the folders:
# more than are timed.
MADE = {
    GOLDEN: ("make_golden.py", ["cifar10-32", "sd-class-butterflies-32", "flowers-64",
                                "butterflies-128", "celebahq-256", SD15,
                                "stable-diffusion-2-1"]),
    AUTOENCODERS: ("make_autoencoders.py", [SD15]),
    TEXTS: ("make_texts.py", [SD15, "stable-diffusion-2-1"]),
}
PEERS = ["pytorch", "pytorch-channels-last", "pytorch-compile-channels-last",
         "onnxruntime", "openvino"]
BFLOAT16 = "-bfloat16"  # after the name of an engine that multiplies such
BFLOAT16_ENGINES = [e + BFLOAT16 for e in
                    ["gimp-ddim", "pytorch-channels-last", "openvino"]]
# RMS of the difference from eager PyTorch, at most, of its RMS.
BOUND, BFLOAT16_BOUND = 1e-4, 5e-2
# How a peer is kept to an instruction set: oneDNN, which PyTorch and OpenVINO
# compute with, and what else PyTorch compiles.  onnxruntime knows no such limit.
ISAS = {
    "avx512": {"ONEDNN_MAX_CPU_ISA": "AVX512_CORE_VNNI", "ATEN_CPU_CAPABILITY": "avx512"},
    "avx2": {"ONEDNN_MAX_CPU_ISA": "AVX2", "ATEN_CPU_CAPABILITY": "avx2"},
}
TURN_SECONDS = 0.4  # how long an engine evaluates in one turn, at least once
ROUNDS_SECONDS = 60  # after which three rounds are enough


class Engine:
    """A process that evaluates when told to."""

    def __init__(self, name, command, output, log, **options):
        self.name, self.output, self.log = name, output, log
        self.row = None
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=open(log, "w"), text=True, **options)
        self.ready = self.answer("ready") is not None

    def answer(self, key):
        for line in self.process.stdout:
            if line.startswith("{") and key in (row := json.loads(line)):
                return row
        return None

    def turn(self):
        spent = 0
        while spent < TURN_SECONDS:
            self.process.stdin.write("\n")
            self.process.stdin.flush()
            answer = self.answer("seconds")
            if answer is None:
                self.ready = False
                return
            spent += answer["seconds"]

    def finish(self):
        self.process.stdin.close()
        if self.ready:
            self.row = self.answer("model")
        self.process.wait()
        return self.row

    def why(self):
        lines = pathlib.Path(self.log).read_text().strip().splitlines()
        return lines[-1] if lines else "no reason given"


def peers_python(update):
    """The interpreter that has the peers, which it installs if need be; None
    where they cannot be had."""
    place = CACHE / "peers"
    python = place / "bin" / "python"
    wanted = (HERE / "requirements.txt").read_text()
    stamp = place / "installed"
    if update or not stamp.exists() or stamp.read_text() != wanted:
        print(f"bench: installing the peers into {place} (about 6 GB)",
              file=sys.stderr)
        venv.create(place, with_pip=True, clear=True)
        pip = subprocess.run([python, "-m", "pip", "install", "--quiet",
                              "--no-compile", "--disable-pip-version-check",
                              "-r", HERE / "requirements.txt"],
                             stdout=sys.stderr)
        if pip.returncode:
            print("bench: the peers cannot be had: ours alone",
                  file=sys.stderr)
            return None
        stamp.write_text(wanted)
    return str(python)


def missing_in(place, names):
    return [n for n in names if not (place / n / "golden.safetensors").exists()]


def make_golden(python, program, place, names):
    subprocess.run([python, SOURCE / "tests/golden" / program, "--big",
                    "--out", place, *names], check=True, stdout=sys.stderr)


def make_missing(wanted, python_or_none):
    """Makes those of the folders that are not there; returns what could not be.

    wanted: {place: names}."""
    left = []
    for place, names in wanted.items():
        missing = missing_in(place, names)
        python = python_or_none() if missing else None
        if missing and python is None:
            print(f"bench: diffusers is needed to make {', '.join(missing)}",
                  file=sys.stderr)
            left += [place / name for name in missing]
        elif missing:
            make_golden(python, MADE[place][0], place, missing)
    return left


def floats(path):
    values = array.array("f")
    values.frombytes(pathlib.Path(path).read_bytes())
    return values


def distance(path, reference):
    """RMS of the difference, relative to the reference's RMS."""
    a, b = floats(path), floats(reference)
    if len(a) != len(b):
        return math.inf
    return math.sqrt(sum((x - y) ** 2 for x, y in zip(a, b))
                     / sum(y * y for y in b))


def bench_model(name, threads, args, python, scratch):
    model = MODELS[name]
    source = scratch / "input"
    source.write_bytes(model.make_input().tobytes())
    common = [*model.options(), "--threads", str(threads), "--input",
              str(source)]
    shape = ["--channels", str(model.channels), "--cache", CACHE / "onnx"]
    environment = dict(os.environ, OMP_NUM_THREADS=str(threads),
                       TORCHINDUCTOR_CACHE_DIR=str(CACHE / "inductor"))
    if args.isa:
        environment.update(ISAS[args.isa], DDIM_ISA=args.isa)
    processors = sorted(os.sched_getaffinity(0))[-threads:]

    wanted = [e for e in ["gimp-ddim", *PEERS,
                          *(BFLOAT16_ENGINES if args.bfloat16 else [])]
              if not args.engine or any(e == w or e.startswith(w + "-")
                                        for w in args.engine)]
    if python and any(e.startswith(("onnxruntime", "openvino")) for e in wanted):
        subprocess.run([python, HERE / "peers.py", "export", *common, *shape],
                       check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    engines = []
    for engine in wanted:
        output = scratch / f"{engine}.raw"
        if output.exists():
            output.unlink()
        kind = engine.removesuffix(BFLOAT16)
        if kind == "gimp-ddim":
            command = [*shlex.split(args.ours)]
            folder_option = dict(cwd=model.folder)  # seen wherever `ours` runs
        elif python:
            command = [python, str(HERE / "peers.py"), kind]
            folder_option = dict(cwd=scratch)
        else:
            continue
        command += [*common, "--output", str(output), "--serve"]
        if kind != "gimp-ddim":
            command += shape
        if kind != engine:
            command += ["--bfloat16"]
        print(f"bench: {name}, {threads} threads: starting {engine}",
              file=sys.stderr)
        started = Engine(engine, command, output, scratch / f"{engine}.log",
                         env=environment, **folder_option,
                         preexec_fn=lambda: os.sched_setaffinity(
                             0, processors))
        if started.ready:
            engines.append(started)
        else:
            print(f"bench: {engine} cannot run {name}: {started.why()}",
                  file=sys.stderr)

    started = time.monotonic()
    for r in range(args.rounds):
        if r >= 3 and time.monotonic() - started > ROUNDS_SECONDS:
            break
        for i in range(len(engines)):
            engine = engines[(i + r) % len(engines)]
            if engine.ready:
                time.sleep(0.3)  # threads that spin for work give up by now
                engine.turn()

    rows = []
    for engine in engines:
        row = engine.finish()
        if row is None:
            print(f"bench: {engine.name} broke off: {engine.why()}",
                  file=sys.stderr)
            continue
        row["model"] = name
        row["engine"] = engine.name
        reference = scratch / "pytorch.raw"
        if reference.exists():
            row["distance_from_pytorch"] = distance(engine.output, reference)
        rows.append(row)
    return one_pytorch(rows)


def one_pytorch(rows):
    """The two eager layouts become one row: the time of the faster, and the
    memory of the smaller."""
    eager = [r for r in rows if r["engine"] in ("pytorch",
                                                "pytorch-channels-last")]
    if eager:
        best = min(eager, key=lambda r: r["seconds"])
        rows = [r for r in rows if r not in eager or r is best]
        best["engine"] = "pytorch"
        best["peak_rss_bytes"] = min(r["peak_rss_bytes"] for r in eager)
    for row in rows:
        row["engine"] = row["engine"].replace("-channels-last", "")
    return rows


def is_bfloat16(row):
    return row["engine"].endswith(BFLOAT16)


def print_table(name, threads, rows):
    model = MODELS[name]
    print(f"\n{name}, {model.height} x {model.width}, {threads} "
          f"thread{'s' if threads > 1 else ''}")
    print(f"  {'engine':20} {'version':10} {'ms':>9} {'of ours':>8} "
          f"{'cpu ms':>9} {'of ours':>8} "
          f"{'peak MB':>8} {'ready s':>8} {'distance':>9}")
    all_ours = {is_bfloat16(r): r for r in rows if r["engine"].startswith("gimp-ddim")}
    for r in sorted(rows, key=lambda r: r["seconds"]):
        ours = all_ours.get(is_bfloat16(r))
        ratio = f"{r['seconds'] / ours['seconds']:.2f}" if ours else "-"
        used = (f"{r['processor_seconds'] / ours['processor_seconds']:.2f}"
                if ours else "-")
        error = r.get("distance_from_pytorch")
        error = "-" if error is None else f"{error:.1e}"
        print(f"  {r['engine']:20} {r['version'][:10]:10} "
              f"{r['seconds'] * 1e3:9.1f} {ratio:>8} "
              f"{r['processor_seconds'] * 1e3:9.1f} {used:>8} "
              f"{r['peak_rss_bytes'] / 1e6:8.0f} "
              f"{r['first_result_seconds']:8.1f} {error:>9}")
    for bfloat16, ours in all_ours.items():
        peers = [r for r in rows if r not in all_ours.values()
                 and is_bfloat16(r) == bfloat16]
        if not peers:
            continue
        best = min(peers, key=lambda r: r["seconds"])
        line = (f"  {ours['engine']}: {best['seconds'] / ours['seconds']:.2f} times as "
                f"fast as the fastest peer, {best['engine']}")
        torch = [r for r in peers if r["engine"] == "pytorch"]
        if torch:
            part = ours["peak_rss_bytes"] / torch[0]["peak_rss_bytes"]
            line += f"; {part:.2f} of PyTorch's memory"
        print(line)
    wrong = [r for r in rows if r.get("distance_from_pytorch", 0)
             > (BFLOAT16_BOUND if is_bfloat16(r) else BOUND)]
    for r in wrong:
        print(f"  WRONG: {r['engine']} computes something else")
    sys.stdout.flush()
    return not wrong


def bench_sgemm(threads, args):
    processors = sorted(os.sched_getaffinity(0))[-threads:]
    result = subprocess.run(
        [*shlex.split(args.ours), "--sgemm", "--threads", str(threads)],
        stdout=subprocess.PIPE, text=True,
        preexec_fn=lambda: os.sched_setaffinity(0, processors))
    if result.returncode:
        return []
    row = json.loads(result.stdout)
    row["gflops"] = 2e-9 * row["height"] ** 3 / row["seconds"]
    print(f"\nsgemm, {row['height']} cubed, {threads} threads: "
          f"{row['gflops']:.0f} GFLOP/s ({row['version']})")
    return [row]


# Of the picture that whole-bench writes, the square that it varies: as large a piece
# of the same texture, and what could be there if it were taken away.
WHOLE_SQUARE = (128, 64, 639, 575)
GMIC = {
    "G'MIC syntexturize_matchpatch": [
        "crop", ",".join(map(str, WHOLE_SQUARE)), "syntexturize_matchpatch", "512,512"],
    "G'MIC inpaint_matchpatch": [
        "100%,100%", "rectangle[-1]", ",".join(map(str, WHOLE_SQUARE)) + ",1,255",
        "inpaint_matchpatch[0]", "[1]", "keep[0]"],
}


def run_gmic(args, processors, picture, make, scratch):
    """Seconds, and seconds of all processors, of the whole command; None where it
    fails."""
    before, began = os.times(), time.monotonic()
    result = subprocess.run(
        [*shlex.split(args.gmic), "srand", "1", str(picture), *make, "output",
         str(scratch / "gmic.png")], stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        preexec_fn=lambda: os.sched_setaffinity(0, processors))
    after = os.times()
    if result.returncode:
        print(f"bench: gmic failed: {result.stderr.strip()[-200:]}", file=sys.stderr)
        return None
    return (time.monotonic() - began,
            after.children_user + after.children_system
            - before.children_user - before.children_system)


def bench_whole(threads, args, scratch):
    """Rows of {what, threads, seconds, processor_seconds}: medians over the rounds."""
    processors = sorted(os.sched_getaffinity(0))[-threads:]
    picture = scratch / "whole.png"
    found = {}
    for _ in range(args.rounds):
        ours = subprocess.run(
            [*shlex.split(args.whole_ours), str(PHOTO), str(args.picture),
             "--threads", str(threads), "--save", str(picture)],
            stdout=subprocess.PIPE, text=True, check=True,
            preexec_fn=lambda: os.sched_setaffinity(0, processors))
        for line in ours.stdout.splitlines():
            row = json.loads(line)
            found.setdefault(row["what"], []).append(
                (row["seconds"], row["processor_seconds"]))
        for what, make in GMIC.items() if args.gmic else ():
            took = run_gmic(args, processors, picture, make, scratch)
            if took:
                found.setdefault(what, []).append(took)
    rows = [{"what": what, "threads": threads,
             "seconds": statistics.median(t[0] for t in took),
             "processor_seconds": statistics.median(t[1] for t in took)}
            for what, took in found.items()]
    print_whole(threads, rows)
    return rows


def print_whole(threads, rows):
    one = rows[0]
    print(f"\n512 x 512 of 768 x 640, {threads} thread{'s' if threads > 1 else ''}")
    print(f"  {'':42} {'seconds':>8} {'of one':>7} {'cpu s':>8} {'of one':>7}")
    for r in rows:
        print(f"  {r['what']:42} {r['seconds']:8.2f} "
              f"{r['seconds'] / one['seconds']:7.2f} {r['processor_seconds']:8.2f} "
              f"{r['processor_seconds'] / one['processor_seconds']:7.2f}")
    sys.stdout.flush()


def main():
    processors = len(os.sched_getaffinity(0))
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--model", action="append", choices=list(MODELS))
    parser.add_argument("--threads", action="append", type=int,
                        help="1 and all there are, unless given")
    parser.add_argument("--engine", action="append",
                        choices=["gimp-ddim", "pytorch", *PEERS[3:]])
    parser.add_argument("--bfloat16", action="store_true",
                        help="in bfloat16, too, what can")
    parser.add_argument("--isa", choices=list(ISAS),
                        help="with this instruction set, what can be kept to one")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=pathlib.Path)
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--make-golden", action="store_true",
                        help="only make the models of true shapes")
    parser.add_argument("--ours", default="ddim-bench",
                        help="the command that runs ddim-bench")
    parser.add_argument("--whole", action="store_true",
                        help="what a painter waits for, in place of one evaluation")
    parser.add_argument("--picture", type=pathlib.Path,
                        help="what --whole varies, scaled to 768 x 640")
    parser.add_argument("--whole-ours", default="whole-bench",
                        help="the command that runs whole-bench")
    parser.add_argument("--gmic", help="the command that runs gmic")
    args = parser.parse_args()

    if args.whole:
        kitten = SOURCE.parent / "shared/photos/kitten.png"
        args.picture = (args.picture.resolve() if args.picture else
                        kitten if kitten.exists() else SOURCE / "tests/data/photo.png")
        rows = []
        with tempfile.TemporaryDirectory(prefix="ddim-bench-") as scratch:
            for threads in args.threads or [processors]:
                rows += bench_whole(threads, args, pathlib.Path(scratch))
        if args.json:
            args.json.write_text(json.dumps(rows, indent=1) + "\n")
        return 0

    peers = args.engine != ["gimp-ddim"]
    names = args.model or list(MODELS)
    if args.make_golden:
        everything = {place: names for place, (_, names) in MADE.items()}
        return 1 if make_missing(everything, lambda: peers_python(False)) else 0

    python = peers_python(args.update) if peers else None
    wanted = {}
    for name in names:
        folder = MODELS[name].folder
        if folder.parent in MADE and folder.name not in wanted.setdefault(
                folder.parent, []):
            wanted[folder.parent].append(folder.name)
    left = make_missing(wanted, lambda: python or peers_python(args.update))
    names = [name for name in names if MODELS[name].folder not in left]

    rows, sound = [], True
    with tempfile.TemporaryDirectory(prefix="ddim-bench-") as scratch:
        for threads in args.threads or sorted({1, processors}):
            if not args.engine or "gimp-ddim" in args.engine:
                rows += bench_sgemm(threads, args)
            for name in names:
                some = bench_model(name, threads, args,
                                   python if peers else None,
                                   pathlib.Path(scratch))
                sound = print_table(name, threads, some) and sound
                rows += some
                if args.json:
                    args.json.write_text(json.dumps(rows, indent=1) + "\n")
    return 0 if rows and sound else 1


if __name__ == "__main__":
    sys.exit(main())
