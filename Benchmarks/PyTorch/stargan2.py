"""StarGAN v2 in PyTorch (AFHQ's settings: three domains, no high-pass skips), as the authors' training loop has it.

On top of the authors' code, a careful user's savings: networks that a sub-step does not train have their gradients
switched off, what only serves as a constant is drawn without a graph, gradients are freed after every update, the
moving averages are one multi-tensor operation. `--share` also keeps what two calls of one network have in common: the
generator's encoding of the source for all styles that it is drawn in with the same weights.
"""

import copy
import math

import torch
from peer import arguments, count, serve
from torch import nn
from torch.nn import functional as F

LATENT, STYLE, HIDDEN = 16, 64, 512


class ResBlock(nn.Module):
    def __init__(self, dim_in, dim_out, normalize=False, down=False):
        super().__init__()
        self.down = down
        self.norm1 = nn.InstanceNorm2d(dim_in, affine=True) if normalize else nn.Identity()
        self.norm2 = nn.InstanceNorm2d(dim_in, affine=True) if normalize else nn.Identity()
        # In place where the operand is a normalisation's own result, which nothing else reads.
        self.act1, self.act2 = nn.LeakyReLU(0.2, inplace=normalize), nn.LeakyReLU(0.2, inplace=True)
        self.conv1 = nn.Conv2d(dim_in, dim_in, 3, padding=1)
        self.conv2 = nn.Conv2d(dim_in, dim_out, 3, padding=1)
        self.conv1x1 = nn.Conv2d(dim_in, dim_out, 1, bias=False) if dim_in != dim_out else nn.Identity()

    def forward(self, x):
        h = self.conv1(self.act1(self.norm1(x)))
        shortcut = self.conv1x1(x)
        if self.down:
            h, shortcut = F.avg_pool2d(h, 2), F.avg_pool2d(shortcut, 2)
        return self.conv2(self.act2(self.norm2(h))).add_(shortcut).mul_(math.sqrt(0.5))


class AdaIN(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.fc = nn.Linear(STYLE, channels * 2)

    def forward(self, x, style):
        gamma, beta = self.fc(style)[:, :, None, None].chunk(2, dim=1)
        return torch.addcmul(beta, 1 + gamma, F.instance_norm(x))


class AdainResBlock(nn.Module):
    def __init__(self, dim_in, dim_out, up=False):
        super().__init__()
        self.up = up
        self.norm1, self.norm2 = AdaIN(dim_in), AdaIN(dim_out)
        self.conv1 = nn.Conv2d(dim_in, dim_out, 3, padding=1)
        self.conv2 = nn.Conv2d(dim_out, dim_out, 3, padding=1)
        self.conv1x1 = nn.Conv2d(dim_in, dim_out, 1, bias=False) if dim_in != dim_out else nn.Identity()

    def forward(self, x, style):
        h = F.leaky_relu(self.norm1(x, style), 0.2, inplace=True)
        if self.up:
            h, x = F.interpolate(h, scale_factor=2), F.interpolate(x, scale_factor=2)
        h = F.leaky_relu(self.norm2(self.conv1(h), style), 0.2, inplace=True)
        return self.conv2(h).add_(self.conv1x1(x)).mul_(math.sqrt(0.5))


class Generator(nn.Module):
    def __init__(self, size, base, widest):
        super().__init__()
        widths = [min(base << i, widest) for i in range(int(math.log2(size)) - 3)]
        self.encode = nn.Sequential(
            nn.Conv2d(3, widths[0], 3, padding=1),
            *[ResBlock(a, b, normalize=True, down=True) for a, b in zip(widths, widths[1:])],
            *[ResBlock(widths[-1], widths[-1], normalize=True) for _ in range(2)],
        )
        back = widths[::-1]
        self.blocks = nn.ModuleList(
            [AdainResBlock(back[0], back[0]) for _ in range(2)]
            + [AdainResBlock(a, b, up=True) for a, b in zip(back, back[1:])])
        self.to_rgb = nn.Sequential(
            nn.InstanceNorm2d(base, affine=True), nn.LeakyReLU(0.2, inplace=True), nn.Conv2d(base, 3, 1))

    def decode(self, encoded, style):
        for block in self.blocks:
            encoded = block(encoded, style)
        return self.to_rgb(encoded)

    def forward(self, image, style):
        return self.decode(self.encode(image), style)


def pick(heads, y):
    """Every sample's own domain of [N, domains, C]."""
    return heads[torch.arange(y.size(0)), y]


class MappingNetwork(nn.Module):
    def __init__(self, domains):
        super().__init__()
        widths = [LATENT] + [HIDDEN] * 4
        self.shared = nn.Sequential(*[
            layer for a, b in zip(widths, widths[1:]) for layer in (nn.Linear(a, b), nn.ReLU(inplace=True))])
        self.unshared = nn.ModuleList(nn.Sequential(
            *[layer for _ in range(3) for layer in (nn.Linear(HIDDEN, HIDDEN), nn.ReLU(inplace=True))],
            nn.Linear(HIDDEN, STYLE)) for _ in range(domains))

    def forward(self, z, y):
        h = self.shared(z)
        return pick(torch.stack([head(h) for head in self.unshared], 1), y)


def trunk(size, base, widest):
    widths = [min(base << i, widest) for i in range(int(math.log2(size)) - 1)]
    return [
        nn.Conv2d(3, widths[0], 3, padding=1),
        *[ResBlock(a, b, down=True) for a, b in zip(widths, widths[1:])],
        nn.LeakyReLU(0.2, inplace=True),
        nn.Conv2d(widths[-1], widths[-1], 4),
        nn.LeakyReLU(0.2, inplace=True),
    ], widths[-1]


class StyleEncoder(nn.Module):
    def __init__(self, size, base, widest, domains):
        super().__init__()
        layers, width = trunk(size, base, widest)
        self.shared = nn.Sequential(*layers, nn.Flatten())
        self.unshared = nn.ModuleList(nn.Linear(width, STYLE) for _ in range(domains))

    def forward(self, x, y):
        h = self.shared(x)
        return pick(torch.stack([head(h) for head in self.unshared], 1), y)


class Discriminator(nn.Module):
    def __init__(self, size, base, widest, domains):
        super().__init__()
        layers, width = trunk(size, base, widest)
        self.main = nn.Sequential(*layers, nn.Conv2d(width, domains, 1), nn.Flatten())

    def forward(self, x, y):
        return pick(self.main(x), y)


def initialise(module):
    if isinstance(module, (nn.Conv2d, nn.Linear)):
        nn.init.kaiming_normal_(module.weight)
        if module.bias is not None:
            nn.init.zeros_(module.bias)


def bce(logits, target):
    return F.binary_cross_entropy_with_logits(logits, torch.full_like(logits, target))


class StarGan2:
    def __init__(self, given, settings):
        self.batch, self.settings, self.share = given.batch, settings, given.share
        base = given.base or 2**14 // given.size
        sizes = (given.size, base, 512)
        self.g = settings.network(Generator(*sizes).apply(initialise))
        self.f = MappingNetwork(given.domains).apply(initialise)
        self.e = settings.network(StyleEncoder(*sizes, given.domains).apply(initialise))
        self.d = settings.network(Discriminator(*sizes, given.domains).apply(initialise))
        self.nets = {"generator": self.g, "mapping_network": self.f, "style_encoder": self.e,
                     "discriminator": self.d}
        self.averages = [copy.deepcopy(net).requires_grad_(False) for net in (self.g, self.f, self.e)]
        adam = dict(lr=1e-4, betas=(0.0, 0.99), weight_decay=1e-4)
        self.adam = {name: settings.adam(net.parameters(), **adam) for name, net in self.nets.items()}
        self.adam["mapping_network"].param_groups[0]["lr"] = 1e-6
        shape = (self.batch, 3, given.size, given.size)
        self.source, self.reference, self.reference2 = (settings.picture(*shape) for _ in range(3))
        self.domain, self.target = (torch.randint(given.domains, (self.batch,)) for _ in range(2))
        # Not the discriminator where it judges real pictures: compiled graphs have no second derivative.
        self.run_g, self.run_f, self.run_e, self.run_d = map(
            settings.compiled, (self.g, self.f, self.e, self.d))

    def parameters(self):
        return {name: count(net) for name, net in self.nets.items()}

    def drawing(self):
        return self.averages

    def draw(self):
        generator, mapping, _ = self.averages
        return generator(self.source, mapping(torch.randn(self.batch, LATENT), self.target))

    def train_only(self, *names):
        for name, net in self.nets.items():
            net.requires_grad_(name in names)

    def update(self, loss, *names):
        loss.backward()
        for name in names:
            self.adam[name].step()
            self.adam[name].zero_grad(set_to_none=True)

    def iterate(self):
        z, z2 = torch.randn(self.batch, LATENT), torch.randn(self.batch, LATENT)
        report = {}
        self.train_only("discriminator")
        with torch.no_grad(), self.settings.autocast():
            styles = [self.run_f(z, self.target), self.run_e(self.reference, self.target)]
            encoded = self.encoded()
        for name, style in zip(("d_latent", "d_ref"), styles):
            with torch.no_grad(), self.settings.autocast():
                fake = self.translate(encoded, style)
            report[name] = self.judge(fake)
        del encoded, styles, fake

        trained = ("generator", "mapping_network", "style_encoder")
        self.train_only(*trained)
        with self.settings.autocast():
            s = self.run_f(z, self.target)
            with torch.no_grad():
                s2 = self.run_f(z2, self.target)
        report["g_latent"] = self.learn(s, s2, *trained)

        self.train_only("generator")
        with torch.no_grad(), self.settings.autocast():
            r, r2 = self.run_e(self.reference, self.target), self.run_e(self.reference2, self.target)
        report["g_ref"] = self.learn(r, r2, "generator")
        self.average()
        return {name: loss.item() for name, loss in report.items()}

    def encoded(self):
        """What `translate` starts from: the source's encoding if calls share it, None otherwise."""
        return self.g.encode(self.source) if self.share else None

    def translate(self, encoded, style):
        return self.run_g(self.source, style) if encoded is None else self.g.decode(encoded, style)

    def judge(self, fake):
        """The discriminator's update, with R1 through a second derivative."""
        x_real = self.source.detach().requires_grad_()
        with self.settings.autocast():
            on_real = self.d(x_real, self.domain)
            slope, = torch.autograd.grad(on_real.sum(), x_real, create_graph=True)
            loss = bce(on_real, 1.0) + 0.5 * slope.float().pow(2).sum() / self.batch
            loss = loss + bce(self.run_d(fake, self.target), 0.0)
        del on_real, slope
        self.update(loss, "discriminator")
        return loss.detach()

    def learn(self, style, style2, *trained):
        """Adversarial, style, diversity and cycle losses for a picture in one style, and an update of who is trained."""
        with self.settings.autocast():
            encoded = self.encoded()
            fake = self.translate(encoded, style)
            with torch.no_grad():
                other = self.translate(encoded, style2)
                if "style_encoder" not in trained:
                    own = self.run_e(self.source, self.domain)
            if "style_encoder" in trained:
                own = self.run_e(self.source, self.domain)
            loss = (
                bce(self.run_d(fake, self.target), 1.0)
                + F.l1_loss(self.run_e(fake, self.target), style)
                - 2.0 * F.l1_loss(fake, other)
                + F.l1_loss(self.run_g(fake, own), self.source))
        del encoded, fake, other
        self.update(loss, *trained)
        return loss.detach()

    @torch.no_grad()
    def average(self):
        for net, average in zip((self.g, self.f, self.e), self.averages):
            torch._foreach_lerp_(list(average.parameters()), list(net.parameters()), 1 - 0.999)


if __name__ == "__main__":
    given = arguments(size=64, base=64, batch=4, domains=3, share=0)
    serve(StarGan2, given)
