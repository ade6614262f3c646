"""StackGAN Stage-I in PyTorch: discriminator's step, generator's step on the same pictures."""

import torch
from peer import arguments, count, serve
from stackgan import (CONDITION, NOISE, TEXT, Critic, FirstGenerator, divergence, down_block, false, initialise,
                      real)
from torch import nn


class Stage1:
    def __init__(self, given, settings):
        self.batch, self.settings = given.batch, settings
        df = given.df
        self.g = settings.network(FirstGenerator(given.gf, settings.format).apply(initialise))
        self.features = settings.network(nn.Sequential(
            nn.Conv2d(3, df, 4, stride=2, padding=1, bias=False),
            nn.LeakyReLU(0.2, inplace=True),
            *[down_block(df << i, df << (i + 1)) for i in range(3)],
        ).apply(initialise))
        self.critic = settings.network(Critic(df, settings.format).apply(initialise))
        self.d = nn.ModuleList([self.features, self.critic])
        adam = dict(lr=2e-4, betas=(0.5, 0.999))
        self.adam_g = settings.adam(self.g.parameters(), **adam)
        self.adam_d = settings.adam(self.d.parameters(), **adam)
        self.image = settings.picture(self.batch, 3, 64, 64)
        self.text = torch.randn(self.batch, TEXT)
        self.run_g, self.run_features, self.run_critic = map(
            settings.compiled, (self.g, self.features, self.critic))

    def parameters(self):
        return {"generator": count(self.g), "features": count(self.features), "critic": count(self.critic)}

    def drawing(self):
        return [self.g]

    def generate(self):
        noise = torch.randn(self.batch, NOISE)
        return self.run_g(self.text, noise, torch.randn(self.batch, CONDITION))

    def draw(self):
        return self.generate()[0]

    def iterate(self):
        with self.settings.autocast():
            fake, mu, logvar = self.generate()
            condition, frozen = mu.detach(), fake.detach()
            real_features, fake_features = self.run_features(self.image), self.run_features(frozen)
            d_loss = real(self.run_critic(real_features, condition)) + 0.5 * (
                false(self.run_critic(real_features[:-1], condition[1:]))
                + false(self.run_critic(fake_features, condition)))
        del real_features, fake_features
        d_loss.backward()
        self.adam_d.step()
        self.adam_d.zero_grad(set_to_none=True)

        self.d.requires_grad_(False)
        with self.settings.autocast():
            judged = self.run_critic(self.run_features(fake), condition)
            g_loss = real(judged) + 2.0 * divergence(mu, logvar)
        g_loss.backward()
        self.adam_g.step()
        self.adam_g.zero_grad(set_to_none=True)
        self.d.requires_grad_(True)
        return {"d_loss": d_loss.item(), "g_loss": g_loss.item()}


if __name__ == "__main__":
    serve(Stage1, arguments(gf=128, df=96, batch=64))
