"""Starting the two sides of a measurement and asking them in turns."""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


class Failed(Exception):
    """A side that stopped instead of answering."""


class Side:
    """A program that introduces itself with a line of JSON and then runs once for each line that it is sent."""

    def __init__(self, name, command, threads, quiet=False):
        self.name = name
        environment = {**os.environ, "OMP_NUM_THREADS": str(threads), "PLANFORM_THREADS": str(threads)}
        self.begin = time.perf_counter()
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment,
            stderr=subprocess.DEVNULL if quiet else None)
        self.facts = self.answer()
        self.seconds, self.peak, self.first = [], 0, None

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            raise Failed(f"{self.name} stopped with exit code {self.process.wait()}")
        return json.loads(line)

    def iterate(self, counted):
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        result = self.answer()
        if self.first is None:
            self.first = time.perf_counter() - self.begin
        if counted:
            self.seconds.append(result["seconds"])
        self.peak = max(self.peak, result["peak_bytes"])
        return result["seconds"]

    def close(self):
        self.process.stdin.close()
        self.process.wait()

    def result(self):
        """What was measured, for the files of results."""
        median = statistics.median(self.seconds)
        return {
            "name": self.name, "seconds": self.seconds, "median": median, "lowest": min(self.seconds),
            "highest": max(self.seconds), "peak_bytes": self.peak, "startup_seconds": self.first - median,
            "facts": self.facts}


def programs(*products):
    """Paths of release builds of the package's programs."""
    folder = None
    for action in [*[["--product", product] for product in products], ["--show-bin-path"]]:
        done = subprocess.run(
            ["swift", "build", "-c", "release", *action], cwd=ROOT, check=True, text=True, stdout=subprocess.PIPE)
        folder = done.stdout.strip()
    return [os.path.join(folder, product) for product in products]


class Planform:
    """Our side: the programs that were built, and a folder for plans."""

    def __init__(self, threads, folder=None):
        if folder:
            self.compiler, self.peer = (os.path.join(folder, name) for name in ("planform", "planform-benchmark"))
        else:
            self.compiler, self.peer = programs("planform", "planform-benchmark")
        self.threads = threads
        self.plans = tempfile.TemporaryDirectory()

    def rates(self):
        done = subprocess.run(
            [self.peer, "--rates"], check=True, text=True, stdout=subprocess.PIPE,
            env={**os.environ, "PLANFORM_THREADS": str(self.threads), "OMP_NUM_THREADS": str(self.threads)})
        return json.loads(done.stdout)

    def compile(self, system, settings=(), **overrides):
        """The plan's path, and the seconds from the start of `planform compile` to its end."""
        plan = os.path.join(self.plans.name, "benchmark.plan")
        begin = time.perf_counter()
        subprocess.run(
            [self.compiler, "compile", system.graph, "-o", plan, "--quiet", *system.assignments(**overrides),
             *settings], cwd=ROOT, check=True)
        return plan, time.perf_counter() - begin

    def side(self, plan, program, name="Planform"):
        return Side(name, [self.peer, plan, program], self.threads)


def pytorch(system, settings, threads, sample, name, quiet=False, **overrides):
    command = [
        sys.executable, os.path.join("Benchmarks", "PyTorch", system.peer), "--threads", str(threads),
        *system.options(**overrides), *settings, *(["--sample"] if sample else [])]
    return Side(f"PyTorch {name}", command, threads, quiet)


def check_parameters(ours, theirs):
    """Both sides must train the same weights, network by network."""
    counted = {name.split("/")[1]: int(count) for name, count in ours.facts.items() if name.startswith("parameters/")}
    expected = theirs.facts["parameters"]
    if counted != expected:
        raise Failed(f"the numbers of weights differ: Planform has {counted}, PyTorch has {expected}")


def take_turns(sides, warmup, rounds):
    for round in range(warmup + rounds):
        for side in sides:
            side.iterate(counted=round >= warmup)
