"""StackGAN Stage-I in PyTorch: discriminator's step, generator's step on the same pictures."""

import torch
from peer import arguments, count, serve
from stackgan import CONDITION, NOISE, Critic, FirstGenerator, StackGan, down_block, false, initialise, real
from torch import nn


class Stage1(StackGan):
    def __init__(self, given, settings):
        self.batch, df = given.batch, given.df
        self.g = settings.network(FirstGenerator(given.gf, settings.format).apply(initialise))
        self.features = settings.network(nn.Sequential(
            nn.Conv2d(3, df, 4, stride=2, padding=1, bias=False),
            nn.LeakyReLU(0.2, inplace=True),
            *[down_block(df << i, df << (i + 1)) for i in range(3)],
        ).apply(initialise))
        self.critic = settings.network(Critic(df, settings.format).apply(initialise))
        self.d = nn.ModuleList([self.features, self.critic])
        self.image = settings.picture(self.batch, 3, 64, 64)
        self.prepare(settings)

    def parameters(self):
        return {"generator": count(self.g), "features": count(self.features), "critic": count(self.critic)}

    def drawing(self):
        return [self.g]

    def generate(self):
        noise = torch.randn(self.batch, NOISE)
        return self.run_g(self.text, noise, torch.randn(self.batch, CONDITION))

    def d_loss(self, real_features, fake_features, condition):
        return real(self.run_critic(real_features, condition)) + 0.5 * (
            false(self.run_critic(real_features[:-1], condition[1:]))
            + false(self.run_critic(fake_features, condition)))

    def judged(self, features, condition):
        return real(self.run_critic(features, condition))


if __name__ == "__main__":
    serve(Stage1, arguments(gf=128, df=96, batch=64))
