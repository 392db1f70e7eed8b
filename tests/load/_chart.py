"""A line chart as SVG, readable on light and on dark pages; nothing but text is needed to draw it."""

from __future__ import annotations

import math
from html import escape
from typing import NamedTuple

WIDTH, HEIGHT = 720, 380
LEFT, RIGHT, TOP, BOTTOM = 70, 190, 44, 48
ON_LIGHT = (
    *("#1d4ed8", "#c2410c", "#15803d", "#a21caf", "#92400e", "#0e7490", "#be123c", "#4d7c0f"),
    *("#6d28d9", "#475569", "#9f1239", "#047857", "#7c2d12", "#3730a3", "#365314"),
)
ON_DARK = (
    *("#93c5fd", "#fdba74", "#86efac", "#f0abfc", "#fcd34d", "#67e8f9", "#fda4af", "#bef264"),
    *("#c4b5fd", "#cbd5e1", "#fb7185", "#6ee7b7", "#fb923c", "#a5b4fc", "#d9f99d"),
)


def _colours(these: tuple[str, ...]) -> str:
    return "svg{" + "".join(f"--c{number}:{one};" for number, one in enumerate(these)) + "}"


STYLE = (
    "text{font:12px system-ui,sans-serif;fill:#1f2937}.t{font-size:15px;font-weight:600}"
    ".g{stroke:#9ca3af;stroke-opacity:.4}.a{stroke:#6b7280}.b{fill:#fff}.l{fill:none;stroke-width:2}"
    f"{_colours(ON_LIGHT)}"
    f"@media(prefers-color-scheme:dark){{text{{fill:#e5e7eb}}.b{{fill:#111827}}{_colours(ON_DARK)}}}"
)
STEPS = (1, 2, 5)


class Chart(NamedTuple):
    """What is drawn; with `log` both axes are logarithmic, else only x is."""

    title: str
    x: str
    y: str
    series: dict[str, list[tuple[float, float]]]
    log: bool = False
    line: tuple[str, float] | None = None
    """A level that is not to be passed, with its name."""


def svg(chart: Chart) -> str:
    """The drawing; each line has its name at its end."""
    points = [point for line in chart.series.values() for point in line]
    xs, ys = [x for x, _ in points], [y for _, y in points]
    if chart.line:
        ys.append(chart.line[1])
    x_of = Scale(min(xs) / 1.1, max(xs) * 1.1, LEFT, WIDTH - RIGHT, log=True)
    low = _below(min(ys)) if chart.log else 0.0
    y_of = Scale(low, max(ys) * 1.15, HEIGHT - BOTTOM, TOP, log=chart.log)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">',
        f"<title>{escape(chart.title)}</title><style>{STYLE}</style>",
        f'<rect class="b" width="{WIDTH}" height="{HEIGHT}"/>',
        f'<text class="t" x="{LEFT}" y="24">{escape(chart.title)}</text>',
        *(_tick_y(y, y_of(y)) for y in _ticks(low, max(ys) * 1.15, log=chart.log)),
        *(_tick_x(x, x_of(x)) for x in sorted(set(xs))),
        (
            f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 10}" text-anchor="middle">'
            f"{escape(chart.x)}</text>"
        ),
        (
            f'<text transform="translate(16 {HEIGHT / 2}) rotate(-90)" text-anchor="middle">'
            f"{escape(chart.y)}</text>"
        ),
    ]
    if chart.line:
        level = y_of(chart.line[1])
        parts.append(
            f'<path class="a" stroke-dasharray="5 4" d="M{LEFT} {level:.1f}H{WIDTH - RIGHT}"/>'
            f'<text x="{LEFT + 4}" y="{level - 4:.1f}">{escape(chart.line[0])}</text>'
        )
    ends: list[tuple[float, str, str]] = []
    for number, (name, line) in enumerate(chart.series.items()):
        colour = f"var(--c{number % len(ON_LIGHT)})"
        placed = [(x_of(x), y_of(y)) for x, y in sorted(line)]
        path = "L".join(f"{x:.1f} {y:.1f}" for x, y in placed)
        parts.append(f'<path class="l" d="M{path}" style="stroke:{colour}"/>')
        parts += [
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" style="fill:{colour}"/>' for x, y in placed
        ]
        ends.append((placed[-1][1], name, colour))
    parts += _names(ends)
    return "".join(parts) + "</svg>\n"


def _names(ends: list[tuple[float, str, str]]) -> list[str]:
    """Beside the ends of their lines, moved apart where those meet."""
    found, free = [], 0.0
    for y, name, colour in sorted(ends):
        free = max(y, free + 15)
        found.append(
            f'<text x="{WIDTH - RIGHT + 12}" y="{free + 4:.1f}" style="fill:{colour}">{escape(name)}</text>'
        )
    return found


class Scale(NamedTuple):
    """From a figure to a place."""

    low: float
    high: float
    start: float
    end: float
    log: bool

    def __call__(self, figure: float) -> float:
        if self.log:
            share = math.log(figure / self.low) / math.log(self.high / self.low)
        else:
            share = (figure - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)


def _below(figure: float) -> float:
    return float(10 ** math.floor(math.log10(figure)))


def _ticks(low: float, high: float, *, log: bool) -> list[float]:
    if log:
        powers = range(round(math.log10(low)), math.ceil(math.log10(high)) + 1)
        return [float(10**power) for power in powers if low <= 10**power <= high]
    rough = high / 5
    power = 10 ** math.floor(math.log10(rough))
    step = next((step * power for step in STEPS if step * power >= rough), 10 * power)
    return [number * step for number in range(int(high / step) + 1)]


def _tick_y(figure: float, y: float) -> str:
    return (
        f'<path class="g" d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}"/>'
        f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{figure:,g}</text>'
    )


def _tick_x(figure: float, x: float) -> str:
    return (
        f'<path class="a" d="M{x:.1f} {HEIGHT - BOTTOM}v5"/>'
        f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{figure:,g}</text>'
    )
