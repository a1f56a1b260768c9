#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (C) 2026 The gimp-ddim authors
"""One peer engine, one model, one process: how long one evaluation takes.

  peers.py ENGINE MODEL_FOLDER --height H --width W --threads N
           [--input FILE] [--output FILE] [--cache DIR] [--serve]

Prints one JSON row {model, threads, engine, version, variant, seconds,
peak_rss_bytes, ...}: the median of several evaluations after a warm-up, at
batch 1 and timestep 500, all of them in float32; and VmHWM, the most memory
that the process held at any time.  FILE holds raw float32, C x H x W.

With --serve it says {"ready": true} once it is warm, then answers each line
on standard input with the seconds of one evaluation, and prints the row when
the input ends: bench.py lets several engines take turns that way.

The engine "export" writes the ONNX file that onnxruntime and openvino read.
"""
import argparse
import json
import os
import pathlib
import statistics
import sys
import time

TIMESTEP = 500


def load_unet(folder):
    import torch
    from diffusers import UNet2DModel
    from diffusers.utils import logging
    logging.set_verbosity_error()
    unet = folder / "unet" if (folder / "unet").is_dir() else folder
    return UNet2DModel.from_pretrained(unet, torch_dtype=torch.float32).eval()


class Pytorch:
    """Eager PyTorch; `layout` and `compiled` pick the variant."""

    def __init__(self, args, layout="contiguous", compiled=False):
        import torch
        self.torch = torch
        torch.set_num_threads(args.threads)
        torch.set_num_interop_threads(1)
        torch.set_grad_enabled(False)
        self.format = (torch.channels_last if layout == "channels_last"
                       else torch.contiguous_format)
        self.model = load_unet(args.folder).to(memory_format=self.format)
        if compiled:
            import torch._inductor.config
            torch._inductor.config.freezing = True
            torch._inductor.config.compile_threads = 1
            self.model = torch.compile(self.model)
        self.variant = ("compile " if compiled else "eager ") + layout
        self.version = torch.__version__

    def prepare(self, x):
        self.x = self.torch.from_numpy(x).contiguous(memory_format=self.format)
        self.t = self.torch.tensor(TIMESTEP)

    def run(self):
        return self.model(self.x, self.t, return_dict=False)[0]

    def result(self, y):
        return y.contiguous().numpy()


class OnnxRuntime:
    def __init__(self, args):
        import onnxruntime
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = args.threads
        options.inter_op_num_threads = 1
        options.graph_optimization_level = \
            onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
        self.session = onnxruntime.InferenceSession(
            onnx_path(args), options, providers=["CPUExecutionProvider"])
        self.variant = "CPUExecutionProvider"
        self.version = onnxruntime.__version__

    def prepare(self, x):
        import numpy
        self.inputs = {"sample": x,
                       "timestep": numpy.array([TIMESTEP], numpy.int64)}

    def run(self):
        return self.session.run(None, self.inputs)[0]

    def result(self, y):
        return y


class OpenVino:
    def __init__(self, args):
        import openvino
        core = openvino.Core()
        compiled = core.compile_model(onnx_path(args), "CPU", {
            "INFERENCE_PRECISION_HINT": "f32", "PERFORMANCE_HINT": "LATENCY",
            "NUM_STREAMS": "1", "INFERENCE_NUM_THREADS": args.threads})
        precision = compiled.get_property("INFERENCE_PRECISION_HINT")
        self.request = compiled.create_infer_request()
        self.variant = "CPU " + precision.to_string()
        self.version = openvino.__version__

    def prepare(self, x):
        import numpy
        self.inputs = {"sample": x,
                       "timestep": numpy.array([TIMESTEP], numpy.int64)}

    def run(self):
        return self.request.infer(self.inputs)[0]

    def result(self, y):
        return y


ENGINES = {
    "pytorch": lambda a: Pytorch(a),
    "pytorch-channels-last": lambda a: Pytorch(a, "channels_last"),
    "pytorch-compile": lambda a: Pytorch(a, "contiguous", True),
    "pytorch-compile-channels-last":
        lambda a: Pytorch(a, "channels_last", True),
    "onnxruntime": OnnxRuntime,
    "openvino": OpenVino,
}


def onnx_path(args):
    name = f"{args.folder.name}-{args.height}x{args.width}.onnx"
    return str(args.cache / name)


def export(args):
    """Writes the ONNX file, of fixed shapes, unless it is newer than its
    model: fixed shapes are what the peers like best."""
    import torch
    path = pathlib.Path(onnx_path(args))
    weights = max(p.stat().st_mtime
                  for p in args.folder.rglob("*.safetensors"))
    if path.exists() and path.stat().st_mtime > weights:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    model = load_unet(args.folder)
    x = torch.zeros(1, model.config.in_channels, args.height, args.width)
    model.forward = wrap(model.forward)
    torch.onnx.export(model, (x, torch.tensor([TIMESTEP])), str(path),
                      input_names=["sample", "timestep"],
                      output_names=["output"], dynamo=True, verbose=False)


def wrap(forward):
    def plain(sample, timestep):
        return forward(sample, timestep, return_dict=False)[0]
    return plain


def memory(field):
    for line in open("/proc/self/status"):
        if line.startswith(field + ":"):
            return int(line.split()[1]) * 1024
    return 0


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("engine", choices=[*ENGINES, "export"])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--height", type=int, required=True)
    parser.add_argument("--width", type=int, required=True)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--input", type=pathlib.Path)
    parser.add_argument("--output", type=pathlib.Path)
    parser.add_argument("--cache", type=pathlib.Path,
                        default=pathlib.Path("/tmp/gimp-ddim-onnx"))
    parser.add_argument("--serve", action="store_true")
    args = parser.parse_args()
    args.folder = args.folder.resolve()

    # Before any library starts its threads: as many processors as threads.
    processors = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, processors[-args.threads:])
    os.environ["OMP_NUM_THREADS"] = str(args.threads)

    if args.engine == "export":
        export(args)
        return

    import numpy
    shape = (1, 3, args.height, args.width)
    if args.input:
        x = numpy.fromfile(args.input, numpy.float32).reshape(shape)
    else:
        x = numpy.random.default_rng(0).standard_normal(shape, numpy.float32)

    started = time.perf_counter()
    engine = ENGINES[args.engine](args)
    engine.prepare(x)
    y = engine.run()
    ready = time.perf_counter() - started
    if args.output:
        engine.result(y).astype(numpy.float32).tofile(args.output)
    engine.run()

    seconds, processor = [], []

    def once():
        started, used = time.perf_counter(), time.process_time()
        engine.run()
        seconds.append(time.perf_counter() - started)
        processor.append(time.process_time() - used)

    if args.serve:
        print(json.dumps({"ready": True}), flush=True)
        for _ in sys.stdin:
            once()
            print(json.dumps({"seconds": seconds[-1]}), flush=True)
    else:
        started = time.perf_counter()
        while len(seconds) < 3 or (len(seconds) < 50
                                   and time.perf_counter() - started < 2):
            once()
    print(json.dumps({
        "model": args.folder.name, "threads": args.threads,
        "engine": args.engine, "version": engine.version,
        "variant": engine.variant, "height": args.height, "width": args.width,
        "seconds": statistics.median(seconds or [0]),
        "fastest_seconds": min(seconds or [0]),
        "processor_seconds": statistics.median(processor or [0]),
        "first_result_seconds": ready, "peak_rss_bytes": memory("VmHWM")}),
        flush=True)


if __name__ == "__main__":
    main()
