"""Starting the two sides of a measurement and asking them in turns."""

import json
import mmap
import os
import re
import select
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


class Failed(Exception):
    """A side that stopped instead of answering."""


class Side:
    """A program that introduces itself with a line of JSON and then runs once for each line that it is sent.

    It is ended, and has failed, when an answer takes longer than `limit` seconds.
    """

    def __init__(self, name, command, threads, limit=None):
        self.name, self.command, self.threads, self.limit = name, command, threads, limit
        environment = {**os.environ, "OMP_NUM_THREADS": str(threads), "PLANFORM_THREADS": str(threads)}
        self.errors = tempfile.TemporaryFile(mode="w+")
        begin = time.perf_counter()
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment,
            stderr=self.errors)
        self.facts = self.answer()
        self.loaded = time.perf_counter() - begin
        self.seconds, self.peak, self.first = [], 0, None

    def answer(self):
        if not select.select([self.process.stdout], [], [], self.limit)[0]:
            self.process.kill()
            self.process.wait()
            raise Failed(f"{self.name} took longer than {self.limit} s")
        line = self.process.stdout.readline()
        if not line:
            raise Failed(f"{self.name} stopped with exit code {self.process.wait()}: {self.complaint()}")
        return json.loads(line)

    def complaint(self):
        """What the program said last, before any advice on how to find out more."""
        self.errors.seek(0)
        lines = [line.strip() for line in self.errors if line.strip()]
        errors = [line for line in lines if re.match(r"[\w.]*(Error|Exception)\b|.*\berror: ", line)]
        return (errors or lines or ["without a word"])[-1][:200]

    def iterate(self, counted):
        asked = time.perf_counter()
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        result = self.answer()
        if self.first is None:
            # Not since the beginning: the other side may have worked in between.
            self.first = self.loaded + time.perf_counter() - asked
        if counted:
            self.seconds.append(result["seconds"])
        self.peak = resident_peak(self.process.pid)
        return result["seconds"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    def startup(self):
        """Seconds from the start of this program, anew, to the end of its first iteration, beyond those of one."""
        claim(int(self.peak))
        with Side(self.name, self.command, self.threads, self.limit) as again:
            again.iterate(counted=False)
        return again.first - statistics.median(self.seconds)

    def result(self):
        """What was measured, for the files of results."""
        median = statistics.median(self.seconds)
        return {
            "name": self.name, "seconds": self.seconds, "median": median, "lowest": min(self.seconds),
            "highest": max(self.seconds), "peak_bytes": self.peak, "startup_seconds": self.first - median,
            "facts": self.facts}


def resident_peak(process):
    """The most bytes that a process has had in memory, as the kernel counts them since it began its program.

    `getrusage` would count what its parent had before, too.
    """
    with open(f"/proc/{process}/status") as status:
        kibibytes = re.search(r"^VmHWM:\s+(\d+) kB", status.read(), re.MULTILINE)
    return int(kibibytes[1]) * 1024


def claim(count):
    """Touches so many bytes of memory and frees them: a virtual machine gets them from its host, which takes time."""
    page = bytes(2**20)
    with mmap.mmap(-1, count) as memory:
        for start in range(0, count - len(page), len(page)):
            memory[start:start + len(page)] = page


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

    def rates(self, plan, program):
        """Of plain products and of the program's, measured in turns."""
        with Side("Planform --rates", [self.peer, "--rates", plan, program], self.threads) as side:
            return [side.facts, *map(json.loads, side.process.stdout)]

    def compile(self, system, settings=(), **overrides):
        """The plan's path, and the seconds from the start of `planform compile` to its end."""
        plan = os.path.join(self.plans.name, "benchmark.plan")
        begin = time.perf_counter()
        done = subprocess.run(
            [self.compiler, "compile", system.graph, "-o", plan, "--quiet", *system.assignments(**overrides),
             *settings], cwd=ROOT, text=True, stderr=subprocess.PIPE)
        if done.returncode:
            raise Failed(f"planform compile: {done.stderr.strip()}")
        return plan, time.perf_counter() - begin

    def side(self, plan, program, name="Planform"):
        return Side(name, [self.peer, plan, program], self.threads)


def pytorch(system, settings, threads, sample, name, limit=None):
    return peer("PyTorch", system, settings, threads, sample, f"PyTorch {name}", limit)


def jax(system, threads, sample, limit=None):
    return peer("JAX", system, [], threads, sample, "JAX", limit)


def peer(folder, system, settings, threads, sample, name, limit):
    command = [
        sys.executable, os.path.join("Benchmarks", folder, system.peer), "--threads", str(threads),
        *system.options(), *settings, *(["--sample"] if sample else [])]
    return Side(name, command, threads, limit)


def measured_startups(sides, count):
    """The startup of each side as a list, in turns."""
    found = [[] for _ in sides]
    for _ in range(count):
        for side, seconds in zip(sides, found):
            seconds.append(side.startup())
    return found


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
