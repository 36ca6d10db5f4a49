#!/usr/bin/env python3
"""Draws the curves of a training by epoch: losses and perplexities on a logarithmic scale, accuracies.

    make_curve_picture.py LOG_FOLDER/epochs.csv > docs/pictures/digits.svg

The table is a CsvLog's, with the scores loss, val_loss, and accuracy and val_accuracy, or perplexity and val_perplexity.
Standard library only.
"""

import csv
import math
import sys

WIDTH, HEIGHT, LEFT, TOP, BOTTOM, GAP = 760, 320, 50, 30, 40, 70
PANEL = (WIDTH - LEFT - GAP - 20) / 2
CURVES = (("", "learned from", "#2a6f97"), ("val_", "test", "#b23a48"))


class Panel:
    """A score over the epochs, with and without the prefix of validation."""

    def __init__(self, rows, score, number, scaled, text):
        self.rows, self.score, self.scaled, self.text = rows, score, scaled, text
        self.left = LEFT + number * (PANEL + GAP)
        values = [scaled(float(row[prefix + score])) for row in rows for prefix, _, _ in CURVES]
        self.low, self.high = min(values), max(values)

    def x(self, epoch):
        return self.left + epoch / max(1, len(self.rows) - 1) * PANEL

    def y(self, value):
        return TOP + (self.high - value) / (self.high - self.low) * (HEIGHT - TOP - BOTTOM)

    def draw(self):
        yield f'<text x="{self.left}" y="18">{self.score} by epoch</text>'
        for i in range(5):
            value = self.low + i / 4 * (self.high - self.low)
            yield (f'<line x1="{self.left}" y1="{self.y(value):.1f}" x2="{self.left + PANEL:.1f}" '
                   f'y2="{self.y(value):.1f}" stroke="#ddd"/>')
            yield (f'<text x="{self.left - 6:.1f}" y="{self.y(value) + 4:.1f}" text-anchor="end">'
                   f"{self.text(value)}</text>")
        for epoch in range(0, len(self.rows), max(1, len(self.rows) // 5)):
            yield f'<text x="{self.x(epoch):.1f}" y="{HEIGHT - 18}" text-anchor="middle">{epoch + 1}</text>'
        for number, (prefix, name, colour) in enumerate(CURVES):
            points = " ".join(f"{self.x(i):.1f},{self.y(self.scaled(float(row[prefix + self.score]))):.1f}"
                              for i, row in enumerate(self.rows))
            yield f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>'
            yield (f'<text x="{self.left + PANEL - 4:.1f}" y="{HEIGHT / 2 + 18 * number}" text-anchor="end" '
                   f'fill="{colour}">{name}</text>')


def main():
    with open(sys.argv[1], newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    panels = [Panel(rows, "loss", 0, math.log10, lambda value: f"{10 ** value:.2g}")]
    if "accuracy" in rows[0]:
        panels.append(Panel(rows, "accuracy", 1, float, lambda value: f"{value:.2f}"))
    else:
        panels.append(Panel(rows, "perplexity", 1, math.log10, lambda value: f"{10 ** value:.3g}"))
    lines = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" '
             f'font-size="13">', f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>']
    for panel in panels:
        lines += panel.draw()
    sys.stdout.write("\n".join([*lines, "</svg>"]) + "\n")


if __name__ == "__main__":
    main()
