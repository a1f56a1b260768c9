#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (C) 2026 The gimp-ddim authors
"""One peer engine, one model, one process: how long one evaluation takes.

  peers.py ENGINE MODEL_FOLDER --height H --width W --threads N [--batch N]
           [--input FILE] [--output FILE] [--cache DIR] [--bfloat16] [--serve]

Prints one JSON row {model, threads, engine, version, variant, seconds,
peak_rss_bytes, ...}: the median of several evaluations after a warm-up, at
timestep 500, all of them in float32, or with --bfloat16 (PyTorch's eager mode
and OpenVINO have it) in that; and VmHWM, the most memory that the process held
at any time.  FILE holds raw float32, C x H x W of one item; of a batch all are
the same, and the seconds are an item's.

What is measured of a folder is what its config.json says it is: a U-Net, with
a text of sines where it reads one; an autoencoder's decoder; or a text
encoder, whose FILE holds ids.

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


TOKENS = 77


def load(args):
    """A module, and what it is given besides one input, as numpy arrays.

    bench-model.c has the same kinds, and the same text."""
    import numpy
    import torch
    from diffusers import AutoencoderKL, UNet2DConditionModel, UNet2DModel
    from diffusers.utils import logging
    logging.set_verbosity_error()
    nested = args.folder / "unet"
    folder = nested if nested.is_dir() else args.folder
    config = json.loads((folder / "config.json").read_text())
    kind = (config.get("architectures") or [config.get("_class_name")])[0]
    options = dict(torch_dtype=torch.float32, low_cpu_mem_usage=True)
    timestep = numpy.array([TIMESTEP], numpy.int64)

    if kind == "CLIPTextModel":
        from transformers import CLIPTextModel
        text = CLIPTextModel.from_pretrained(folder, dtype=torch.float32)

        def run(ids):
            return text(ids.flatten(1).long()).last_hidden_state \
                .transpose(1, 2)[:, :, None]
        return Module(torch, text.eval(), run), ()
    if kind == "AutoencoderKL":
        vae = AutoencoderKL.from_pretrained(folder, **options).eval()
        scale, shift = vae.config.scaling_factor, vae.config.shift_factor or 0.0
        return Module(torch, vae, lambda z: vae.decode(
            z / scale + shift, return_dict=False)[0]), ()
    if kind == "UNet2DConditionModel":
        unet = UNet2DConditionModel.from_pretrained(folder, **options).eval()
        token, number = numpy.ogrid[:TOKENS, :config["cross_attention_dim"]]
        states = numpy.sin(0.37 * token + 1.9 * number).astype(numpy.float32)
        return Module(torch, unet, lambda x, t, s: unet(
            x, t, s, return_dict=False)[0]), (
                timestep, numpy.repeat(states[None], args.batch, 0))
    unet = UNet2DModel.from_pretrained(folder, **options).eval()
    return Module(torch, unet,
                  lambda x, t: unet(x, t, return_dict=False)[0]), (timestep,)


def Module(torch, network, run):
    """The network, whose forward () is `run`."""
    class Plain(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.network = network

        def forward(self, *inputs):
            return run(*inputs)
    return Plain()


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
        self.dtype = torch.bfloat16 if args.bfloat16 else torch.float32
        self.model, self.rest = load(args)
        self.model = self.model.to(memory_format=self.format, dtype=self.dtype)
        if compiled:
            import torch._inductor.config
            torch._inductor.config.freezing = True
            torch._inductor.config.compile_threads = 1
            self.model = torch.compile(self.model)
        self.variant = ("compile " if compiled else "eager ") + layout
        self.version = torch.__version__

    def prepare(self, x):
        self.inputs = [self.torch.from_numpy(x).contiguous(
            memory_format=self.format)]
        self.inputs += [self.torch.from_numpy(each) for each in self.rest]
        self.inputs = [x.to(self.dtype) if x.is_floating_point() else x
                       for x in self.inputs]

    def run(self):
        return self.model(*self.inputs)

    def result(self, y):
        return y.contiguous().float().numpy()


class OnnxRuntime:
    def __init__(self, args):
        import onnxruntime
        options = onnxruntime.SessionOptions()
        self.args = args
        options.intra_op_num_threads = args.threads
        options.inter_op_num_threads = 1
        options.graph_optimization_level = \
            onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
        self.session = onnxruntime.InferenceSession(
            onnx_path(args), options, providers=["CPUExecutionProvider"])
        self.variant = "CPUExecutionProvider"
        self.version = onnxruntime.__version__

    def prepare(self, x):
        self.inputs = named(self.args, x)

    def run(self):
        return self.session.run(None, self.inputs)[0]

    def result(self, y):
        return y


class OpenVino:
    def __init__(self, args):
        import openvino
        self.args = args
        core = openvino.Core()
        compiled = core.compile_model(onnx_path(args), "CPU", {
            "INFERENCE_PRECISION_HINT": "bf16" if args.bfloat16 else "f32",
            "PERFORMANCE_HINT": "LATENCY",
            "NUM_STREAMS": "1", "INFERENCE_NUM_THREADS": args.threads})
        precision = compiled.get_property("INFERENCE_PRECISION_HINT")
        self.request = compiled.create_infer_request()
        self.variant = "CPU " + precision.to_string()
        self.version = openvino.__version__

    def prepare(self, x):
        self.inputs = named(self.args, x)

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
    folder = f"{args.folder.parent.name}-{args.folder.name}"
    return str(args.cache / f"{folder}-{args.height}x{args.width}"
                            f"-{args.batch}.onnx")


def rest_path(args):
    """What the network is given besides its input, which needs no network then."""
    return pathlib.Path(onnx_path(args)).with_suffix(".npz")


def named(args, x):
    import numpy
    rest = numpy.load(rest_path(args))
    return {"input_0": x, **{name: rest[name] for name in rest.files}}


def export(args):
    """Writes the ONNX file, of fixed shapes, unless it is newer than its
    model: fixed shapes are what the peers like best."""
    import numpy
    import torch
    path = pathlib.Path(onnx_path(args))
    weights = max(p.stat().st_mtime
                  for p in args.folder.rglob("*.safetensors"))
    if path.exists() and path.stat().st_mtime > weights:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    model, rest = load(args)
    inputs = (torch.zeros(args.batch, args.channels, args.height, args.width),
              *map(torch.from_numpy, rest))
    names = [f"input_{i}" for i in range(len(inputs))]
    numpy.savez(rest_path(args), **dict(zip(names[1:], rest)))
    torch.onnx.export(model, inputs, str(path), input_names=names,
                      output_names=["output"], dynamo=True, verbose=False)


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
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--channels", type=int, default=3)
    parser.add_argument("--input", type=pathlib.Path)
    parser.add_argument("--output", type=pathlib.Path)
    parser.add_argument("--cache", type=pathlib.Path,
                        default=pathlib.Path("/tmp/gimp-ddim-onnx"))
    parser.add_argument("--bfloat16", action="store_true")
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
    shape = (1, args.channels, args.height, args.width)
    if args.input:
        x = numpy.fromfile(args.input, numpy.float32).reshape(shape)
    else:
        x = numpy.random.default_rng(0).standard_normal(shape, numpy.float32)

    x = numpy.repeat(x, args.batch, 0)
    started = time.perf_counter()
    engine = ENGINES[args.engine](args)
    engine.prepare(x)
    y = engine.run()
    ready = time.perf_counter() - started
    if args.output:
        engine.result(y)[:1].astype(numpy.float32).tofile(args.output)
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
        "seconds": statistics.median(seconds or [0]) / args.batch,
        "fastest_seconds": min(seconds or [0]) / args.batch,
        "processor_seconds": statistics.median(processor or [0]) / args.batch,
        "first_result_seconds": ready, "peak_rss_bytes": memory("VmHWM"),
        "batch": args.batch}),
        flush=True)


if __name__ == "__main__":
    main()
