#!/usr/bin/env python3
"""Draws the curves of trainings: losses (on a logarithmic scale, as perplexities) and another score by epoch.

    make_curve_picture.py LOG_FOLDER/epochs.csv > docs/pictures/digits.svg
    make_curve_picture.py --score roc_auc LOG_FOLDER/epochs.csv
    make_curve_picture.py "one=LOG_FOLDER/epochs.csv" "other=LOG_FOLDER/epochs.csv"

The tables are a CsvLog's, with the scores loss and val_loss and, if they have it, accuracy and val_accuracy or what
is named. Of several trainings the test's scores are shown. Standard library only.
"""

import argparse
import csv
import math
import sys

WIDTH, HEIGHT, LEFT, TOP, BOTTOM, GAP = 760, 320, 50, 30, 40, 70
PANEL = (WIDTH - LEFT - GAP - 20) / 2
COLOURS = ("#2a6f97", "#b23a48", "#5a7d2b")


class Panel:
    """A score over the epochs; curves are (name, numbers)."""

    def __init__(self, score, curves, number, scaled, text):
        self.score, self.scaled, self.text = score, scaled, text
        self.curves = [(name, [scaled(value) for value in values]) for name, values in curves]
        self.left = LEFT + number * (PANEL + GAP)
        self.epochs = max(len(values) for _, values in self.curves)
        values = [value for _, curve in self.curves for value in curve]
        self.low, self.high = min(values), max(values)

    def x(self, epoch):
        return self.left + epoch / max(1, self.epochs - 1) * PANEL

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
        for epoch in range(0, self.epochs, max(1, self.epochs // 5)):
            yield f'<text x="{self.x(epoch):.1f}" y="{HEIGHT - 18}" text-anchor="middle">{epoch + 1}</text>'
        for number, (name, values) in enumerate(self.curves):
            colour = COLOURS[number]
            points = " ".join(f"{self.x(i):.1f},{self.y(value):.1f}" for i, value in enumerate(values))
            yield f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>'
            yield (f'<text x="{self.left + PANEL - 4:.1f}" y="{HEIGHT / 2 + 18 * number}" text-anchor="end" '
                   f'fill="{colour}">{name}</text>')


def curves_of(tables, score):
    """(name, numbers) of each curve of a score; none where there is no such score."""
    names = [("learned from", score), ("test", "val_" + score)] if len(tables) == 1 else [(None, "val_" + score)]
    return [(name or title, [float(row[column]) for row in rows])
            for title, rows in tables for name, column in names if column in rows[0]]


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--score", default="accuracy")
    arguments.add_argument("tables", nargs="+", metavar="[NAME=]FILE")
    options = arguments.parse_args()
    tables = []
    for table in options.tables:
        title, _, path = table.rpartition("=")
        with open(path, newline="", encoding="utf-8") as file:
            tables.append((title, list(csv.DictReader(file))))
    panels = [Panel("loss", curves_of(tables, "loss"), 0, math.log10, lambda value: f"{10 ** value:.2g}")]
    if curves := curves_of(tables, options.score):
        title = options.score.replace("roc_auc", "area under the ROC curve")
        if options.score == "perplexity":
            panels.append(Panel(title, curves, 1, math.log10, lambda value: f"{10 ** value:.3g}"))
        else:
            panels.append(Panel(title, curves, 1, float, lambda value: f"{value:.2f}"))
    width = WIDTH if len(panels) == 2 else LEFT + PANEL + 20
    lines = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {HEIGHT}" font-family="sans-serif" '
             f'font-size="13">', f'<rect width="{width:g}" height="{HEIGHT}" fill="white"/>']
    for panel in panels:
        lines += panel.draw()
    sys.stdout.write("\n".join([*lines, "</svg>"]) + "\n")


if __name__ == "__main__":
    main()
