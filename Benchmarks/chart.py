"""Line charts with logarithmic axes as SVG, written by hand so that nothing has to be installed."""

import math

WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 420, 300, 62, 40, 14, 46
COLOURS = ["#1565c0", "#d84315", "#90a4ae", "#6a1b9a"]
TEXT = 'font-family="sans-serif" fill="#37474f"'


class Panel:
    """One chart: series of points over one axis, both axes logarithmic."""

    def __init__(self, title, across, up, series):
        self.title, self.across, self.up, self.series = title, across, up, series
        points = [point for _, points in series for point in points]
        self.x, self.y = ([point[axis] for point in points] for axis in (0, 1))
        self.low, self.high = Panel.decades(self.y)

    @staticmethod
    def decades(values):
        """The range of the axis: the 1, 2 or 5 times a power of ten at or beyond the extremes."""
        steps = [digit * 10.0**power for power in range(-6, 10) for digit in (1, 2, 5)]
        return max(s for s in steps if s <= min(values)), min(s for s in steps if s >= max(values))

    def place(self, x, y):
        def share(value, low, high):
            return math.log(value / low) / math.log(high / low) if high > low else 0.5

        return (LEFT + share(x, min(self.x), max(self.x)) * (WIDTH - LEFT - RIGHT),
                HEIGHT - BOTTOM - share(y, self.low, self.high) * (HEIGHT - TOP - BOTTOM))

    def ticks(self):
        return [digit * 10.0**power for power in range(-6, 10) for digit in (1, 2, 5)
                if self.low <= digit * 10.0**power * 1.000001 and digit * 10.0**power <= self.high * 1.000001]

    def svg(self):
        parts = [f'<text x="{LEFT}" y="18" font-size="13" {TEXT}>{self.title}</text>']
        for tick in self.ticks():
            _, y = self.place(self.x[0], tick)
            parts.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="#eceff1"/>')
            parts.append(f'<text x="{LEFT - 6}" y="{y + 4:.1f}" font-size="10" text-anchor="end" {TEXT}>{tick:g}</text>')
        for tick in sorted(set(self.x)):
            x, _ = self.place(tick, self.low)
            parts.append(f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 14}" font-size="10" text-anchor="middle" '
                         f'{TEXT}>{tick:g}</text>')
        parts.append(f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 12}" font-size="11" text-anchor="middle" '
                     f'{TEXT}>{self.across}</text>')
        parts.append(f'<text x="{LEFT}" y="33" font-size="10" {TEXT}>{self.up}</text>')
        for (name, points), colour in zip(self.series, COLOURS):
            parts += self.line(name, points, colour)
        return "\n".join(parts)

    def line(self, name, points, colour):
        placed = [self.place(*point) for point in points]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in placed)
        yield f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.8"/>'
        for x, y in placed:
            yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.6" fill="{colour}"/>'
        x, y = placed[-1]
        yield f'<text x="{x:.1f}" y="{y - 7:.1f}" font-size="11" text-anchor="end" fill="{colour}" ' \
              f'font-family="sans-serif">{name}</text>'


def svg(panels, columns=2):
    """All panels on one sheet."""
    rows = (len(panels) + columns - 1) // columns
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{columns * WIDTH}" height="{rows * HEIGHT}" '
             f'viewBox="0 0 {columns * WIDTH} {rows * HEIGHT}">',
             f'<rect width="{columns * WIDTH}" height="{rows * HEIGHT}" fill="#ffffff"/>']
    for index, panel in enumerate(panels):
        across, down = index % columns * WIDTH, index // columns * HEIGHT
        parts.append(f'<g transform="translate({across} {down})">\n{panel.svg()}\n</g>')
    return "\n".join(parts + ["</svg>"]) + "\n"
