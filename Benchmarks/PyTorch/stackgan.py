"""The networks of StackGAN, as both stages use them; the authors' PyTorch code in its own words."""

import torch
from peer import tiled
from torch import nn
from torch.nn import functional as F

NOISE, CONDITION, TEXT = 100, 128, 1024


class ConditioningAugmentation(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(TEXT, 2 * CONDITION)

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


def block_3x3(channels_in, channels_out):
    return nn.Sequential(
        nn.Conv2d(channels_in, channels_out, 3, padding=1, bias=False),
        nn.BatchNorm2d(channels_out),
        nn.LeakyReLU(0.2, inplace=True),
    )


class FirstGenerator(nn.Module):
    """Stage-I's: text, noise and the draw of the condition -> 64x64 picture."""

    def __init__(self, gf, memory_format):
        super().__init__()
        self.width, self.format = gf * 8, memory_format
        self.augment = ConditioningAugmentation()
        self.fc = nn.Sequential(
            nn.Linear(NOISE + CONDITION, self.width * 16, bias=False),
            nn.BatchNorm1d(self.width * 16),
            nn.ReLU(inplace=True),
        )
        widths = [self.width >> i for i in range(5)]
        self.up = nn.Sequential(*[up_block(a, b) for a, b in zip(widths, widths[1:])])
        self.to_rgb = nn.Conv2d(widths[-1], 3, 3, padding=1, bias=False)

    def forward(self, text, noise, epsilon):
        c, mu, logvar = self.augment(text, epsilon)
        h = self.fc(torch.cat([noise, c], 1)).view(-1, self.width, 4, 4)
        h = h.contiguous(memory_format=self.format)
        return torch.tanh(self.to_rgb(self.up(h))), mu, logvar


class Critic(nn.Module):
    """How real features look under a condition: one logit a picture."""

    def __init__(self, df, memory_format):
        super().__init__()
        self.format = memory_format
        self.joint = block_3x3(8 * df + CONDITION, 8 * df)
        self.logit = nn.Conv2d(8 * df, 1, 4, stride=4)

    def forward(self, features, condition):
        joined = torch.cat([features, tiled(condition, 4, self.format)], 1)
        return self.logit(self.joint(joined)).view(-1)


class StackGan:
    """The training that both stages have in common; they add networks, pictures and how pictures are judged."""

    def prepare(self, settings):
        """What follows from the networks `g`, `features` and `critic`, and from `d`, all that is trained to judge."""
        self.settings = settings
        adam = dict(lr=2e-4, betas=(0.5, 0.999))
        self.adam_g = settings.adam(self.g.parameters(), **adam)
        self.adam_d = settings.adam(self.d.parameters(), **adam)
        self.text = torch.randn(self.batch, TEXT)
        self.run_g, self.run_features, self.run_critic = map(
            settings.compiled, (self.g, self.features, self.critic))

    def draw(self):
        return self.generate()[0]

    def iterate(self):
        """The discriminator's step, then the generator's on the same pictures."""
        with self.settings.autocast():
            fake, mu, logvar = self.generate()
            condition = mu.detach()
            d_loss = self.d_loss(self.run_features(self.image), self.run_features(fake.detach()), condition)
        d_loss.backward()
        self.adam_d.step()
        self.adam_d.zero_grad(set_to_none=True)

        self.d.requires_grad_(False)
        with self.settings.autocast():
            g_loss = self.judged(self.run_features(fake), condition) + 2.0 * divergence(mu, logvar)
        g_loss.backward()
        self.adam_g.step()
        self.adam_g.zero_grad(set_to_none=True)
        self.d.requires_grad_(True)
        return {"d_loss": d_loss.item(), "g_loss": g_loss.item()}


def initialise(module):
    if isinstance(module, nn.Conv2d) or isinstance(module, nn.Linear):
        nn.init.normal_(module.weight, 0.0, 0.02)
        if isinstance(module, nn.Linear) and module.bias is not None:
            nn.init.zeros_(module.bias)
    elif isinstance(module, (nn.BatchNorm1d, nn.BatchNorm2d)):
        nn.init.normal_(module.weight, 1.0, 0.02)


def divergence(mu, logvar):
    """Of the condition's Gaussian from the standard one."""
    return -0.5 * torch.mean(1 + logvar - mu.pow(2) - logvar.exp())


def real(logits):
    return F.binary_cross_entropy_with_logits(logits, torch.ones_like(logits))


def false(logits):
    return F.binary_cross_entropy_with_logits(logits, torch.zeros_like(logits))
