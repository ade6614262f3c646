"""What the PyTorch sides of the benchmark have in common: settings, optimisers, and answering the driver.

A system is a class with `parameters`, which gives the number of weights under the names that the graph's networks
have, `iterate`, one training iteration, and `draw`, one forward-only batch of pictures. `serve` builds it, introduces
it with one line of JSON, and then runs once for every line on standard input, answering with a line of JSON, so that
two programs can take turns on one machine.
"""

import argparse
import json
import os
import sys
import time

import torch
from torch import nn


def arguments(**defaults):
    """The command line: the system's own numbers and the settings that every system knows."""
    parser = argparse.ArgumentParser()
    for name, value in defaults.items():
        parser.add_argument("--" + name.replace("_", "-"), type=type(value), default=value)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--channels-last", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--optimizer", choices=["fused", "foreach", "loop"], default="fused")
    parser.add_argument("--bf16", action="store_true", help="autocast to bfloat16")
    parser.add_argument("--without-amx", action="store_true", help="no tile registers: some hypervisors half hide them")
    parser.add_argument("--compile", action="store_true", help="torch.compile of the networks")
    parser.add_argument("--sample", action="store_true", help="forward only, running statistics")
    parser.add_argument("--fold", action="store_true", help="with --sample: batch norms folded into convolutions")
    return parser.parse_args()


class Settings:
    """How tensors and networks are prepared, by the command line."""

    def __init__(self, given):
        self.given = given
        self.format = torch.channels_last if given.channels_last else torch.contiguous_format

    def network(self, module):
        return module.to(memory_format=self.format)

    def compiled(self, module):
        """The module to call; the original keeps the parameters."""
        return torch.compile(module) if self.given.compile else module

    def picture(self, *shape):
        return (torch.rand(*shape) * 2 - 1).contiguous(memory_format=self.format)

    def adam(self, parameters, **settings):
        kind = self.given.optimizer
        return torch.optim.Adam(parameters, fused=kind == "fused", foreach=kind == "foreach", **settings)

    def autocast(self):
        return torch.autocast("cpu", dtype=torch.bfloat16, enabled=self.given.bf16)


def count(module):
    return sum(parameter.numel() for parameter in module.parameters())


def tiled(vectors, size, memory_format):
    """[N, C] at each of size x size places; in the features' layout, so that joining them is one copy."""
    places = vectors[:, :, None, None].expand(-1, -1, size, size)
    return places.contiguous(memory_format=memory_format)


def fold(module):
    """Folds every batch norm that directly follows a convolution or a linear layer into its weights."""
    fusable = (nn.Conv2d, nn.ConvTranspose2d)
    for name, child in module.named_children():
        fold(child)
        if not isinstance(child, nn.Sequential):
            continue
        layers = []
        for layer in child:
            before = layers[-1] if layers else None
            if isinstance(layer, nn.BatchNorm2d) and isinstance(before, fusable):
                layers[-1] = nn.utils.fusion.fuse_conv_bn_eval(
                    before, layer, transpose=isinstance(before, nn.ConvTranspose2d))
            else:
                layers.append(layer)
        setattr(module, name, nn.Sequential(*layers))
    return module


def serve(system_class, given):
    if given.without_amx:
        os.environ["ONEDNN_MAX_CPU_ISA"] = "AVX512_CORE_BF16"
    torch.set_num_threads(given.threads)
    torch.manual_seed(1)
    system = system_class(given, Settings(given))
    # Before folding, which takes weights away.
    introduce = {"version": torch.__version__, "parameters": system.parameters()}
    run = system.iterate
    if given.sample:
        for network in system.drawing():
            network.eval()
            if given.fold:
                fold(network)
        run = lambda: drawn(system)
    print(json.dumps(introduce), flush=True)
    for _ in sys.stdin:
        start = time.perf_counter()
        results = run()
        seconds = time.perf_counter() - start
        print(json.dumps({"seconds": seconds, **results}), flush=True)


def drawn(system):
    with torch.inference_mode(), system.settings.autocast():
        return {"mean": system.draw().float().mean().item()}
