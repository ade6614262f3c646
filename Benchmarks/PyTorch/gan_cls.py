"""GAN-CLS in PyTorch, after the TensorFlow implementation: the discriminator once, the generator twice an iteration.

TensorFlow pads a 5x5 convolution with stride 2 by one pixel before and two behind, PyTorch's `padding=2` by two before
and, since the last window needs no more, one behind: the same network with every picture and kernel mirrored, which
spares PyTorch a copy for padding.
"""

import torch
from peer import arguments, count, serve, tiled
from stackgan import false, real
from torch import nn
from torch.nn import functional as F

NOISE, EMBEDDING, TEXT = 100, 256, 2400


def batch_norm(channels):
    return nn.BatchNorm2d(channels, momentum=0.1)


class Generator(nn.Module):
    def __init__(self, gf, memory_format):
        super().__init__()
        self.width, self.format = gf * 8, memory_format
        self.embed = nn.Sequential(nn.Linear(TEXT, EMBEDDING), nn.LeakyReLU(0.2, inplace=True))
        self.first = nn.Linear(NOISE + EMBEDDING, self.width * 16)
        layers = [batch_norm(self.width), nn.ReLU(inplace=True)]
        for i in range(3):
            layers += [self.up(self.width >> i, self.width >> (i + 1)), batch_norm(self.width >> (i + 1)),
                       nn.ReLU(inplace=True)]
        self.grow = nn.Sequential(*layers, self.up(gf, 3))

    @staticmethod
    def up(channels_in, channels_out):
        return nn.ConvTranspose2d(channels_in, channels_out, 5, stride=2, padding=2, output_padding=1)

    def forward(self, text, noise):
        h = self.first(torch.cat([noise, self.embed(text)], 1)).view(-1, self.width, 4, 4)
        return torch.tanh(self.grow(h.contiguous(memory_format=self.format))) * 0.5 + 0.5


class Discriminator(nn.Module):
    def __init__(self, df, memory_format):
        super().__init__()
        self.format = memory_format
        self.text = nn.Sequential(nn.Linear(TEXT, EMBEDDING), nn.LeakyReLU(0.2, inplace=True))
        layers = [nn.Conv2d(3, df, 5, stride=2, padding=2), nn.LeakyReLU(0.2, inplace=True)]
        for i in range(3):
            layers += [nn.Conv2d(df << i, df << (i + 1), 5, stride=2, padding=2), batch_norm(df << (i + 1)),
                       nn.LeakyReLU(0.2, inplace=True)]
        self.picture = nn.Sequential(*layers)
        self.joint = nn.Sequential(
            nn.Conv2d(df * 8 + EMBEDDING, df * 8, 1), batch_norm(df * 8), nn.LeakyReLU(0.2, inplace=True))
        self.logit = nn.Linear(df * 8 * 16, 1)

    def embed(self, text):
        """What the judgements of one step share."""
        return tiled(self.text(text), 4, self.format)

    def forward(self, image, embedded):
        joined = self.joint(torch.cat([self.picture(image), embedded], 1))
        return self.logit(joined.flatten(1)).view(-1)


def initialise(module):
    if isinstance(module, (nn.Conv2d, nn.ConvTranspose2d, nn.Linear)):
        nn.init.normal_(module.weight, 0.0, 0.02)
        nn.init.zeros_(module.bias)
    elif isinstance(module, nn.BatchNorm2d):
        nn.init.normal_(module.weight, 1.0, 0.02)


class GanCls:
    def __init__(self, given, settings):
        self.batch, self.settings = given.batch, settings
        self.g = settings.network(Generator(given.gf, settings.format).apply(initialise))
        self.d = settings.network(Discriminator(given.df, settings.format).apply(initialise))
        adam = dict(lr=2e-4, betas=(0.5, 0.999))
        self.adam_g = settings.adam(self.g.parameters(), **adam)
        self.adam_d = settings.adam(self.d.parameters(), **adam)
        self.image = settings.picture(self.batch, 3, 64, 64)
        self.wrong = settings.picture(self.batch, 3, 64, 64)
        self.text = torch.randn(self.batch, TEXT)
        self.run_g, self.run_d = settings.compiled(self.g), settings.compiled(self.d)

    def parameters(self):
        return {"generator": count(self.g), "discriminator": count(self.d)}

    def drawing(self):
        return [self.g]

    def draw(self):
        return self.run_g(self.text, torch.rand(self.batch, NOISE) * 2 - 1)

    def iterate(self):
        noise = torch.rand(self.batch, NOISE) * 2 - 1
        with self.settings.autocast():
            fake = self.run_g(self.text, noise)
            embedded = self.d.embed(self.text)
            d_loss = (real(self.run_d(self.image, embedded)) + false(self.run_d(self.wrong, embedded))
                      + false(self.run_d(fake.detach(), embedded)))
        del embedded
        d_loss.backward()
        self.adam_d.step()
        self.adam_d.zero_grad(set_to_none=True)

        self.d.requires_grad_(False)
        with torch.no_grad(), self.settings.autocast():
            embedded = self.d.embed(self.text)
        # The first of the two steps learns from the pictures that the discriminator has seen.
        first_loss = self.learn(fake, embedded)
        with self.settings.autocast():
            fake = self.run_g(self.text, noise)
        second_loss = self.learn(fake, embedded)
        self.d.requires_grad_(True)
        return {"d_loss": d_loss.item(), "g_loss": first_loss.item(), "g_loss_2": second_loss.item()}

    def learn(self, fake, embedded):
        with self.settings.autocast():
            loss = real(self.run_d(fake, embedded))
        loss.backward()
        self.adam_g.step()
        self.adam_g.zero_grad(set_to_none=True)
        return loss


if __name__ == "__main__":
    serve(GanCls, arguments(gf=64, df=64, batch=64))
