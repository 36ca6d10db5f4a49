#!/usr/bin/env python3
"""Draws docs/pictures/error_against_step.svg: how far difference quotients of exp at 1 are off.

    make_step_picture.py > docs/pictures/error_against_step.svg

Computed here in double precision, against e; standard library only.
"""

import math
import sys

WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 640, 400, 70, 20, 190, 50
DECADES_X, DECADES_Y = (-12, 0), (-16, 0)


def one_sided(h):
    return (math.exp(1 + h) - math.exp(1)) / h


def central(h):
    return (math.exp(1 + h) - math.exp(1 - h)) / (2 * h)


def extrapolated(h, columns=4):
    """Richardson's table that ends at the step h."""
    row = [central(h * 2 ** (columns - i)) for i in range(columns + 1)]
    power = 1
    while len(row) > 1:
        power *= 4
        row = [b + (b - a) / (power - 1) for a, b in zip(row, row[1:])]
    return row[0]


CURVES = (("one side", one_sided, "#b23a48"), ("central", central, "#2a6f97"),
          ("extrapolated", extrapolated, "#2d6a4f"))


def x_of(decade):
    return LEFT + (decade - DECADES_X[0]) / (DECADES_X[1] - DECADES_X[0]) * (WIDTH - LEFT - RIGHT)


def y_of(decade):
    return TOP + (DECADES_Y[1] - decade) / (DECADES_Y[1] - DECADES_Y[0]) * (HEIGHT - TOP - BOTTOM)


def axes():
    for decade in range(DECADES_X[0], DECADES_X[1] + 1, 2):
        yield (f'<line x1="{x_of(decade):.1f}" y1="{TOP}" x2="{x_of(decade):.1f}" '
               f'y2="{HEIGHT - BOTTOM}" stroke="#ddd"/>')
        yield (f'<text x="{x_of(decade):.1f}" y="{HEIGHT - BOTTOM + 18}" '
               f'text-anchor="middle">1e{decade}</text>')
    for decade in range(DECADES_Y[0], DECADES_Y[1] + 1, 4):
        yield (f'<line x1="{LEFT}" y1="{y_of(decade):.1f}" x2="{WIDTH - RIGHT}" '
               f'y2="{y_of(decade):.1f}" stroke="#ddd"/>')
        yield f'<text x="{LEFT - 8}" y="{y_of(decade) + 4:.1f}" text-anchor="end">1e{decade}</text>'
    yield f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 8}" text-anchor="middle">step</text>'


def curve(number, name, slope, colour):
    points = []
    for i in range(4 * (DECADES_X[1] - DECADES_X[0]) + 1):
        decade = DECADES_X[0] + i / 4
        error = abs(slope(10.0 ** decade) / math.e - 1)
        points.append(f"{x_of(decade):.1f},{y_of(math.log10(max(error, 1e-16))):.1f}")
    yield f'<polyline points="{" ".join(points)}" fill="none" stroke="{colour}" stroke-width="2"/>'
    yield (f'<text x="{WIDTH - RIGHT + 12}" y="{TOP + 20 + 22 * number}" fill="{colour}">'
           f"{name}</text>")


def main():
    lines = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
             f'font-family="sans-serif" font-size="13">',
             f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>', *axes()]
    for number, (name, slope, colour) in enumerate(CURVES):
        lines += curve(number, name, slope, colour)
    lines.append(f'<text x="{WIDTH - RIGHT + 12}" y="{TOP + 100}">relative error</text>')
    lines.append(f'<text x="{WIDTH - RIGHT + 12}" y="{TOP + 118}">of the slope of exp at 1</text>')
    sys.stdout.write("\n".join([*lines, "</svg>"]) + "\n")


if __name__ == "__main__":
    main()
