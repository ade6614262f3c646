"""StackGAN Stage-I in JAX: the whole iteration is one compiled function, on channels-last pictures.

Answers the driver as the PyTorch programs do. Batch norms use the batch's statistics and keep no running ones, which is
a little less work than the others do.
"""

import argparse
import json
import os
import sys
import time

NOISE, CONDITION, TEXT = 100, 128, 1024


def arguments():
    parser = argparse.ArgumentParser()
    for name, value in (("gf", 128), ("df", 96), ("batch", 64), ("threads", 2)):
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument("--sample", action="store_true", help="forward only")
    return parser.parse_args()


given = arguments()
# XLA takes as many threads as it finds processors.
os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:given.threads])

import jax  # noqa: E402
import jax.numpy as jnp  # noqa: E402
from jax import lax  # noqa: E402

keys = iter(jax.random.split(jax.random.key(1), 100))


def weight(*shape):
    return 0.02 * jax.random.normal(next(keys), shape)


def norm(channels):
    return {"scale": 1 + weight(channels), "shift": jnp.zeros(channels)}


def generator(gf):
    width = gf * 8
    widths = [width >> i for i in range(5)]
    return {
        "augment": {"w": weight(TEXT, 2 * CONDITION), "b": jnp.zeros(2 * CONDITION)},
        "fc": {"w": weight(NOISE + CONDITION, width * 16), "norm": norm(width * 16)},
        "up": [{"w": weight(3, 3, a, b), "norm": norm(b)} for a, b in zip(widths, widths[1:])],
        "to_rgb": weight(3, 3, widths[-1], 3)}


def features(df):
    return {
        "first": weight(4, 4, 3, df),
        "down": [{"w": weight(4, 4, df << i, df << (i + 1)), "norm": norm(df << (i + 1))} for i in range(3)]}


def critic(df):
    return {
        "joint": {"w": weight(3, 3, 8 * df + CONDITION, 8 * df), "norm": norm(8 * df)},
        "logit": {"w": weight(16 * 8 * df, 1), "b": jnp.zeros(1)}}


def convolved(x, w, stride=1):
    return lax.conv_general_dilated(
        x, w, (stride, stride), [(1, 1), (1, 1)], dimension_numbers=("NHWC", "HWIO", "NHWC"))


def normalized(x, p):
    axes = tuple(range(x.ndim - 1))
    mean = x.mean(axes)
    variance = jnp.square(x - mean).mean(axes)
    return (x - mean) * lax.rsqrt(variance + 1e-5) * p["scale"] + p["shift"]


def leaky(x):
    return jnp.where(x > 0, x, 0.2 * x)


def draw(p, text, key):
    """Text -> pictures, and the condition's mean and logarithmic variance."""
    for_noise, for_condition = jax.random.split(key)
    mu, logvar = jnp.split(jax.nn.relu(text @ p["augment"]["w"] + p["augment"]["b"]), 2, axis=1)
    c = mu + jnp.exp(0.5 * logvar) * jax.random.normal(for_condition, mu.shape)
    h = jnp.concatenate([jax.random.normal(for_noise, (len(text), NOISE)), c], 1) @ p["fc"]["w"]
    h = jax.nn.relu(normalized(h, p["fc"]["norm"])).reshape(len(text), 4, 4, -1)
    for block in p["up"]:
        h = convolved(h.repeat(2, 1).repeat(2, 2), block["w"])
        h = jax.nn.relu(normalized(h, block["norm"]))
    return jnp.tanh(convolved(h, p["to_rgb"])), mu, logvar


def encoded(p, image):
    h = leaky(convolved(image, p["first"], 2))
    for block in p["down"]:
        h = leaky(normalized(convolved(h, block["w"], 2), block["norm"]))
    return h


def judged(p, h, condition):
    places = jnp.broadcast_to(condition[:, None, None, :], (*h.shape[:3], CONDITION))
    h = convolved(jnp.concatenate([h, places], 3), p["joint"]["w"])
    h = leaky(normalized(h, p["joint"]["norm"])).reshape(len(h), -1)
    return (h @ p["logit"]["w"] + p["logit"]["b"])[:, 0]


def real(logits):
    return jax.nn.softplus(-logits).mean()


def false(logits):
    return jax.nn.softplus(logits).mean()


def adam(state, gradients):
    """One step with rate 2e-4 and betas 0.5 and 0.999."""
    step = state["step"] + 1
    m = jax.tree.map(lambda m, g: 0.5 * m + 0.5 * g, state["m"], gradients)
    v = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, state["v"], gradients)
    rate = 2e-4 * jnp.sqrt(1 - 0.999**step) / (1 - 0.5**step)
    p = jax.tree.map(lambda p, m, v: p - rate * m / (jnp.sqrt(v) + 1e-8), state["p"], m, v)
    return {"p": p, "m": m, "v": v, "step": step}


def d_loss(p, image, fake, condition):
    h = encoded(p["features"], image)
    return real(judged(p["critic"], h, condition)) + 0.5 * (
        false(judged(p["critic"], h[:-1], condition[1:]))
        + false(judged(p["critic"], encoded(p["features"], fake), condition)))


def g_loss(drawn, p, condition):
    image, mu, logvar = drawn
    divergence = -0.5 * (1 + logvar - mu**2 - jnp.exp(logvar)).mean()
    return real(judged(p["critic"], encoded(p["features"], image), condition)) + 2.0 * divergence


def iterate(g, d, image, text, key):
    """The discriminator's step, then the generator's on the same pictures."""
    drawn, backward = jax.vjp(lambda p: draw(p, text, key), g["p"])
    loss, gradients = jax.value_and_grad(d_loss)(d["p"], image, drawn[0], drawn[1])
    d = adam(d, gradients)
    next_loss, slopes = jax.value_and_grad(g_loss)(drawn, d["p"], drawn[1])
    return adam(g, backward(slopes)[0]), d, loss, next_loss


def fresh(p):
    zeros = jax.tree.map(jnp.zeros_like, p)
    return {"p": p, "m": zeros, "v": jax.tree.map(jnp.copy, zeros), "step": jnp.zeros(())}


def count(p):
    return sum(leaf.size for leaf in jax.tree.leaves(p))


def main():
    g = fresh(generator(given.gf))
    d = fresh({"features": features(given.df), "critic": critic(given.df)})
    image = jax.random.uniform(next(keys), (given.batch, 64, 64, 3), minval=-1)
    text = jax.random.normal(next(keys), (given.batch, TEXT))
    parameters = {"generator": count(g["p"]), **{name: count(p) for name, p in d["p"].items()}}
    print(json.dumps({"version": jax.__version__, "parameters": parameters}), flush=True)
    step, picture = jax.jit(iterate, donate_argnums=(0, 1)), jax.jit(lambda p, text, key: draw(p, text, key)[0].mean())
    for number, _ in enumerate(sys.stdin):
        start = time.perf_counter()
        key = jax.random.key(number)
        if given.sample:
            results = {"mean": picture(g["p"], text, key).item()}
        else:
            g, d, first, second = step(g, d, image, text, key)
            results = {"d_loss": first.item(), "g_loss": second.item()}
        seconds = time.perf_counter() - start
        print(json.dumps({"seconds": seconds, **results}), flush=True)


if __name__ == "__main__":
    main()
