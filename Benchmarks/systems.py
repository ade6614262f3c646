"""The systems that the benchmark measures: a graph with its parameters, and the PyTorch program that does the same."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class System:
    title: str
    graph: str
    parameters: dict
    peer: str
    arguments: dict

    def assignments(self, **overrides):
        """`--set` arguments for `planform compile`."""
        values = {**self.parameters, **overrides}
        return [word for name, value in values.items() for word in ("--set", f"{name}={value}")]

    def options(self, **overrides):
        """The peer's command line."""
        values = {**self.arguments, **overrides}
        return [word for name, value in values.items() for word in (f"--{name}", str(value))]


def stage1(gf, df, batch):
    return System(
        f"StackGAN Stage-I, {gf}/{df}, batch {batch}", "graphs/stackgan/stage1.yaml",
        {"gf_dim": gf, "df_dim": df, "batch": batch}, "stage1.py", {"gf": gf, "df": df, "batch": batch})


def stargan2(size, base, batch):
    width = f", base width {base}" if base else ""
    return System(
        f"StarGAN v2, {size}x{size}{width}, batch {batch}", "graphs/stargan2/afhq.yaml",
        {"image_size": size, "base_dim": base, "batch": batch}, "stargan2.py",
        {"size": size, "base": base, "batch": batch, "domains": 3})


SYSTEMS = {
    "stage1": stage1(128, 96, 64),
    "stage1-64": stage1(128, 64, 64),
    "stage2": System(
        "StackGAN Stage-II, 128/96, batch 8", "graphs/stackgan/stage2.yaml",
        {"gf_dim": 128, "df_dim": 96, "r_num": 4, "batch": 8}, "stage2.py",
        {"gf": 128, "df": 96, "residuals": 4, "batch": 8}),
    "gan_cls": System(
        "GAN-CLS, 64x64, batch 64", "graphs/text_to_image/gan_cls.yaml", {"batch": 64}, "gan_cls.py", {"batch": 64}),
    "stargan2": stargan2(64, 64, 4),
    "stargan2-256": stargan2(256, 0, 1),
}

# What a PyTorch user could try, by name. Gradient-free iterations (`--sample`) know folding, the others optimisers.
CHANNELS_LAST = ["--channels-last"]
FP32 = {
    "eager, channels_last": CHANNELS_LAST,
    "eager, contiguous": ["--no-channels-last"],
    "eager, channels_last, foreach": [*CHANNELS_LAST, "--optimizer", "foreach"],
    "compile, channels_last": [*CHANNELS_LAST, "--compile"],
}
SAMPLE = {
    "eager, channels_last": CHANNELS_LAST,
    "eager, contiguous": ["--no-channels-last"],
    "eager, channels_last, folded": [*CHANNELS_LAST, "--fold"],
    "compile, channels_last": [*CHANNELS_LAST, "--compile"],
}
SHARED = {
    "eager, channels_last, shared": [*CHANNELS_LAST, "--share", "1"],
    "eager, contiguous, shared": ["--no-channels-last", "--share", "1"],
}
# Systems of which there is a program in JAX.
JAX = ["stage1", "stage1-64"]
# Systems that are others in another size, which is measured in single precision alone unless asked for.
RESIZED = ["stage1-64", "stargan2-256"]
BF16 = {
    "bf16 autocast, channels_last": [*CHANNELS_LAST, "--bf16"],
    "bf16 autocast, channels_last, without AMX": [*CHANNELS_LAST, "--bf16", "--without-amx"],
}


def variants(system, sample):
    """Name and arguments of every PyTorch variant in single precision."""
    if sample:
        return SAMPLE
    return {**FP32, **SHARED} if system.peer == "stargan2.py" else FP32
