"""StackGAN Stage-II in PyTorch: Stage-I frozen, its batch norms in training mode as in the authors' code."""

import torch
from peer import arguments, count, serve, tiled
from stackgan import (CONDITION, NOISE, ConditioningAugmentation, Critic, FirstGenerator, StackGan, block_3x3,
                      down_block, false, initialise, real, up_block)
from torch import nn


class Residual(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.block = nn.Sequential(
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels),
            nn.ReLU(inplace=True),
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )

    def forward(self, x):
        return torch.relu_(self.block(x).add_(x))


class SecondGenerator(nn.Module):
    """64x64 picture, text and the draw of the condition -> 256x256 picture."""

    def __init__(self, gf, residuals, memory_format):
        super().__init__()
        self.format = memory_format
        self.augment = ConditioningAugmentation()
        self.encode = nn.Sequential(
            nn.Conv2d(3, gf, 3, padding=1, bias=False), nn.ReLU(inplace=True),
            nn.Conv2d(gf, 2 * gf, 4, stride=2, padding=1, bias=False), nn.BatchNorm2d(2 * gf),
            nn.ReLU(inplace=True),
            nn.Conv2d(2 * gf, 4 * gf, 4, stride=2, padding=1, bias=False), nn.BatchNorm2d(4 * gf),
            nn.ReLU(inplace=True),
        )
        widths = [4 * gf >> i for i in range(5)]
        self.rest = nn.Sequential(
            nn.Conv2d(4 * gf + CONDITION, 4 * gf, 3, padding=1, bias=False), nn.BatchNorm2d(4 * gf),
            nn.ReLU(inplace=True),
            *[Residual(4 * gf) for _ in range(residuals)],
            *[up_block(a, b) for a, b in zip(widths, widths[1:])],
            nn.Conv2d(widths[-1], 3, 3, padding=1, bias=False),
        )

    def forward(self, picture, text, epsilon):
        c, mu, logvar = self.augment(text, epsilon)
        joined = torch.cat([self.encode(picture), tiled(c, 16, self.format)], 1)
        return torch.tanh(self.rest(joined)), mu, logvar


class Stage2(StackGan):
    def __init__(self, given, settings):
        self.batch, df = given.batch, given.df
        self.first = settings.network(FirstGenerator(given.gf, settings.format).apply(initialise))
        self.first.requires_grad_(False)
        self.g = settings.network(
            SecondGenerator(given.gf, given.residuals, settings.format).apply(initialise))
        self.features = settings.network(nn.Sequential(
            nn.Conv2d(3, df, 4, stride=2, padding=1, bias=False),
            nn.LeakyReLU(0.2, inplace=True),
            *[down_block(df << i, df << (i + 1)) for i in range(5)],
            block_3x3(df * 32, df * 16),
            block_3x3(df * 16, df * 8),
        ).apply(initialise))
        self.critic = settings.network(Critic(df, settings.format).apply(initialise))
        self.alone = settings.network(nn.Conv2d(df * 8, 1, 4, stride=4).apply(initialise))
        self.d = nn.ModuleList([self.features, self.critic, self.alone])
        self.image = settings.picture(self.batch, 3, 256, 256)
        self.run_first = settings.compiled(self.first)
        self.prepare(settings)

    def parameters(self):
        return {"stage1": count(self.first), "generator": count(self.g), "features": count(self.features),
                "critic": count(self.critic), "uncond_critic": count(self.alone)}

    def drawing(self):
        return [self.first, self.g]

    def generate(self):
        with torch.no_grad():
            noise = torch.randn(self.batch, NOISE)
            picture = self.run_first(self.text, noise, torch.randn(self.batch, CONDITION))[0]
        return self.run_g(picture, self.text, torch.randn(self.batch, CONDITION))

    def d_loss(self, real_features, fake_features, condition):
        return (
            real(self.run_critic(real_features, condition)) + real(self.alone(real_features))
        ) / 2 + (
            false(self.run_critic(fake_features, condition))
            + false(self.run_critic(real_features[:-1], condition[1:]))
            + false(self.alone(fake_features))
        ) / 3

    def judged(self, features, condition):
        return real(self.run_critic(features, condition)) + real(self.alone(features))


if __name__ == "__main__":
    serve(Stage2, arguments(gf=128, df=96, residuals=4, batch=8))
