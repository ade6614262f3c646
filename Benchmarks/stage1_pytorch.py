"""One StackGAN Stage-I training iteration in PyTorch, timed: the peer of the Planform benchmark.

Written the way a careful user would: channels_last memory, gradients of the discriminator switched off in the
generator's step, `set_to_none` gradients, fused arithmetic left to eager PyTorch. Prints one JSON line per iteration
on request: the parent process sends a line, this one runs one iteration and answers, so that two programs can take
turns on one machine.
"""

import argparse
import json
import resource
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F


class ConditioningAugmentation(nn.Module):
    def __init__(self, text, dim):
        super().__init__()
        self.fc = nn.Linear(text, 2 * dim)

    def forward(self, text, epsilon):
        mu, logvar = F.relu(self.fc(text)).chunk(2, dim=1)
        return mu + torch.exp(0.5 * logvar) * epsilon, mu, logvar


def up_block(channels_in, channels_out):
    return nn.Sequential(
        nn.Upsample(scale_factor=2, mode="nearest"),
        nn.Conv2d(channels_in, channels_out, 3, padding=1, bias=False),
        nn.BatchNorm2d(channels_out),
        nn.ReLU(inplace=True),
    )


def down_block(channels_in, channels_out):
    return nn.Sequential(
        nn.Conv2d(channels_in, channels_out, 4, stride=2, padding=1, bias=False),
        nn.BatchNorm2d(channels_out),
        nn.LeakyReLU(0.2, inplace=True),
    )


class Generator(nn.Module):
    def __init__(self, text, dim, noise, gf):
        super().__init__()
        self.width = gf * 8
        self.augment = ConditioningAugmentation(text, dim)
        self.fc = nn.Linear(noise + dim, self.width * 16, bias=False)
        self.bn = nn.BatchNorm1d(self.width * 16)
        widths = [self.width >> i for i in range(5)]
        self.up = nn.Sequential(*[up_block(a, b) for a, b in zip(widths, widths[1:])])
        self.to_rgb = nn.Conv2d(widths[-1], 3, 3, padding=1, bias=False)

    def forward(self, text, noise, epsilon):
        c, mu, logvar = self.augment(text, epsilon)
        h = F.relu(self.bn(self.fc(torch.cat([noise, c], 1))))
        h = h.view(-1, self.width, 4, 4).contiguous(memory_format=torch.channels_last)
        return torch.tanh(self.to_rgb(self.up(h))), mu, logvar


class Discriminator(nn.Module):
    def __init__(self, dim, df):
        super().__init__()
        self.encode = nn.Sequential(
            nn.Conv2d(3, df, 4, stride=2, padding=1, bias=False),
            nn.LeakyReLU(0.2, inplace=True),
            down_block(df, 2 * df),
            down_block(2 * df, 4 * df),
            down_block(4 * df, 8 * df),
        )
        self.join = nn.Sequential(
            nn.Conv2d(8 * df + dim, 8 * df, 3, padding=1, bias=False),
            nn.BatchNorm2d(8 * df),
            nn.LeakyReLU(0.2, inplace=True),
            nn.Conv2d(8 * df, 1, 4, stride=4),
        )

    def judge(self, features, condition):
        tiled = condition[:, :, None, None].expand(-1, -1, 4, 4)
        return self.join(torch.cat([features, tiled], 1)).view(-1)


def initialise(module):
    if isinstance(module, nn.Conv2d) or isinstance(module, nn.Linear):
        nn.init.normal_(module.weight, 0.0, 0.02)
        if isinstance(module, nn.Linear) and module.bias is not None:
            nn.init.zeros_(module.bias)
    elif isinstance(module, (nn.BatchNorm1d, nn.BatchNorm2d)):
        nn.init.normal_(module.weight, 1.0, 0.02)


class Stage1:
    def __init__(self, arguments):
        self.batch, self.noise, self.dim = arguments.batch, 100, 128
        torch.manual_seed(1)
        self.g = Generator(arguments.text, self.dim, self.noise, arguments.gf).apply(initialise)
        self.d = Discriminator(self.dim, arguments.df).apply(initialise)
        if arguments.channels_last:
            self.g = self.g.to(memory_format=torch.channels_last)
            self.d = self.d.to(memory_format=torch.channels_last)
        adam = dict(lr=2e-4, betas=(0.5, 0.999))
        self.optimize_g = torch.optim.Adam(self.g.parameters(), **adam)
        self.optimize_d = torch.optim.Adam(self.d.parameters(), **adam)
        self.image = torch.rand(self.batch, 3, 64, 64) * 2 - 1
        if arguments.channels_last:
            self.image = self.image.contiguous(memory_format=torch.channels_last)
        self.text = torch.randn(self.batch, arguments.text)
        self.bf16 = arguments.bf16

    def iterate(self):
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=self.bf16):
            bce = F.binary_cross_entropy_with_logits
            noise = torch.randn(self.batch, self.noise)
            fake, mu, logvar = self.g(self.text, noise, torch.randn(self.batch, self.dim))
            condition, frozen = mu.detach(), fake.detach()
            self.optimize_d.zero_grad(set_to_none=True)
            real_features, fake_features = self.d.encode(self.image), self.d.encode(frozen)
            real = self.d.judge(real_features, condition)
            wrong = self.d.judge(real_features[:-1], condition[1:])
            judged_fake = self.d.judge(fake_features, condition)
            d_loss = bce(real, torch.ones_like(real)) + 0.5 * (
                bce(wrong, torch.zeros_like(wrong))
                + bce(judged_fake, torch.zeros_like(judged_fake))
            )
            d_loss.backward()
            self.optimize_d.step()

            self.d.requires_grad_(False)
            self.optimize_g.zero_grad(set_to_none=True)
            judged = self.d.judge(self.d.encode(fake), condition)
            kl = -0.5 * torch.mean(1 + logvar - mu.pow(2) - logvar.exp())
            g_loss = bce(judged, torch.ones_like(judged)) + 2.0 * kl
            g_loss.backward()
            self.optimize_g.step()
            self.d.requires_grad_(True)
        return d_loss.item(), g_loss.item()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--gf", type=int, default=128)
    parser.add_argument("--df", type=int, default=96)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--text", type=int, default=1024)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--channels-last", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--bf16", action="store_true")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    step = Stage1(arguments)
    print(json.dumps({"ready": torch.__version__}), flush=True)
    for _ in sys.stdin:
        start = time.perf_counter()
        d_loss, g_loss = step.iterate()
        seconds = time.perf_counter() - start
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        print(json.dumps({"seconds": seconds, "peak_bytes": peak, "d_loss": d_loss, "g_loss": g_loss}), flush=True)


if __name__ == "__main__":
    main()
