#!/usr/bin/env python3
"""The polynomials of lib/kernels, by Remez's algorithm in 60 digits.

usage: tools/minimax.py [HEADER...]

Each is the polynomial of its degree whose weighted error is least over its interval. Printed are the
largest error and the coefficients, from the constant upwards, in the digits of the type. With headers it fails if
one of them is in none of these.
"""
import re
import sys
from decimal import Decimal as D
from decimal import getcontext

getcontext().prec = 60
PI = D('3.14159265358979323846264338327950288419716939937510582097494')


def tanh(x):
    e = (2 * x).exp()
    return (e - 1) / (e + 1)


def atanh(x):
    return ((1 + x) / (1 - x)).ln() / 2


def exp_rest(r):
    """(exp(r) - 1 - r) / r^2, as its series: the formula cancels near 0."""
    term, total, k = 1 / D(2), D(0), 2
    while abs(term) > D('1e-60'):
        total += term
        k += 1
        term *= r / k
    return total


def alternating(first, z):
    """first - first z / ((n + 1) (n + 2)) + ... for first = 1/n!: sin and cos without their first terms,
    by z = x^2 and with x's power taken out."""
    n = {-6: 3, 24: 4}[first]
    term, total = 1 / D(first), D(0)
    while abs(term) > D('1e-60'):
        total += term
        term *= -z / ((n + 1) * (n + 2))
        n += 2
    return total


def tan_rest(z):
    """(tan(x) / x - 1) / z for z = x^2."""
    sine, cosine = 1 + z * alternating(-6, z), 1 - z / 2 + z * z * alternating(24, z)
    return (sine / cosine - 1) / z


def atan(x):
    """By halving the angle four times, then its series."""
    for _ in range(4):
        x = x / (1 + (1 + x * x).sqrt())
    power, total, k = x, D(0), 1
    while abs(power) > D('1e-60'):
        total += power / k
        k += 2
        power *= -x * x
    return 16 * total


def erf(x):
    """e^(-x^2) times a series without cancellation."""
    term, total, k = x, D(0), 1
    while term > D('1e-60'):
        total += term
        k += 2
        term *= 2 * x * x / k
    return 2 * total * (-x * x).exp() / PI.sqrt()


def erfcx(x):
    """e^(x^2) erfc(x); from 2 on the continued fraction."""
    if x < 2:
        return (x * x).exp() * (1 - erf(x))
    below = x
    for k in range(500, 0, -1):
        below = x + D(k) / 2 / below
    return 1 / (below * PI.sqrt())


def erfc_part(middle):
    """erfcx(x) (x + middle) by q = (x - middle) / (x + middle)."""
    def f(q):
        x = middle * (1 + q) / (1 - q)
        return erfcx(x) * (x + middle)
    return f


# The zeros or the extremes of Chebyshev's polynomial: where the error is looked at. Other points would
# change the last digits of the coefficients, and the error by nothing that counts.
GRIDS = {'zeros': lambda pi: [pi * (2 * i + 1) / 1202 for i in range(601)],
         'extremes': lambda pi: [pi * i / 600 for i in range(601)]}

# name: what the polynomial is in t, the weight of its error, the interval, the grid
POLYNOMIALS = {
    # exp(r) = 1 + r + r^2 p(r), |r| <= ln(2) / 2, r^2 < 3 / 25
    'exp': (exp_rest, lambda r: D(3) / 25, D('-0.3467'), D('0.3467'), 'zeros'),
    # log((1 + s) / (1 - s)) = 2 s + s z p(z), z = s^2 <= (3 - sqrt(8))^2
    'log': (lambda z: 2 * (atanh(z.sqrt()) / z.sqrt() - 1) / z, lambda z: z / 2, D('1e-20'),
            D('0.029438'), 'extremes'),
    # tanh(x) = x + x z p(z), z = x^2, up to x = 5/8
    'tanh': (lambda z: (tanh(z.sqrt()) / z.sqrt() - 1) / z, lambda z: z, D('1e-20'),
             D('0.625')**2, 'extremes'),
    # sin(x) = x + x z p(z) and cos(x) = 1 - z / 2 + z^2 p(z), z = x^2, up to pi / 4
    'sin': (lambda z: alternating(-6, z), lambda z: z, D('1e-20'), D('0.6169'), 'extremes'),
    'cos': (lambda z: alternating(24, z), lambda z: z * z, D('1e-20'), D('0.6169'), 'extremes'),
    # atan(x) = x + x z p(z), z = x^2, up to 1
    'atan': (lambda z: (atan(z.sqrt()) / z.sqrt() - 1) / z, lambda z: z, D('1e-20'), D(1),
             'extremes'),
    # erf(x) = x + x p(z), z = x^2, up to 1
    'erf': (lambda z: erf(z.sqrt()) / z.sqrt() - 1, lambda z: D(1), D('1e-20'), D(1), 'extremes'),
    # tan(x) = x + x z p(z), z = x^2, up to pi / 4
    'tan': (tan_rest, lambda z: z, D('1e-20'), D('0.6169'), 'extremes'),
    # erfc(x) = e^(-x^2) p(q) / (x + 2), q = (x - 2) / (x + 2), from 0.8 up to where it vanishes
    'erfc': (erfc_part(D(2)), lambda q: D(1), D('-0.4286'), D('0.68'), 'extremes'),
}


def solve(rows):
    """Gauss's elimination with the largest pivot; each row ends with its right side."""
    n = len(rows)
    for i in range(n):
        pivot = max(range(i, n), key=lambda k: abs(rows[k][i]))
        rows[i], rows[pivot] = rows[pivot], rows[i]
        for k in range(i + 1, n):
            factor = rows[k][i] / rows[i][i]
            rows[k] = [a - factor * b for a, b in zip(rows[k], rows[i])]
    x = [D(0)] * n
    for i in reversed(range(n)):
        x[i] = (rows[i][n] - sum(rows[i][k] * x[k] for k in range(i + 1, n))) / rows[i][i]
    return x


def value(coefficients, t):
    total = D(0)
    for c in reversed(coefficients):
        total = total * t + c
    return total


def cosine(x):
    term, total, k = D(1), D(1), 0
    while abs(term) > D('1e-50'):
        k += 2
        term *= -x * x / (k * (k - 1))
        total += term
    return total


def remez(f, weight, low, high, grid, count):
    pi = D('3.14159265358979323846264338327950288419716939937510582')
    middle, half = (low + high) / 2, (high - low) / 2
    points = [middle - half * cosine(pi * (2 * i + 1) / (2 * (count + 1)))
              for i in range(count + 1)]
    grid = [middle - half * cosine(angle) for angle in GRIDS[grid](pi)]
    wanted = {t: (f(t), weight(t)) for t in grid if weight(t) != 0}
    for _ in range(12):
        rows = [[t**k for k in range(count)] + [(-1)**i / weight(t), f(t)]
                for i, t in enumerate(points)]
        *coefficients, _ = solve(rows)
        error = [(t, (v - value(coefficients, t)) * w) for t, (v, w) in wanted.items()]
        # The largest error between two changes of its sign.
        peaks = [error[0]]
        for t, e in error[1:]:
            if (e > 0) != (peaks[-1][1] > 0):
                peaks.append((t, e))
            elif abs(e) > abs(peaks[-1][1]):
                peaks[-1] = (t, e)
        if len(peaks) < count + 1:
            break
        first = max(range(len(peaks) - count), key=lambda i: min(abs(e) for _, e in
                                                                peaks[i:i + count + 1]))
        points = [t for t, _ in peaks[first:first + count + 1]]
    return coefficients, max(abs(e) for _, e in error)


def main():
    there = None
    if len(sys.argv) > 1:
        there = set()
        for path in sys.argv[1:]:
            with open(path, encoding='utf-8') as file:
                there |= {D(n) for n in re.findall(r'-?\d\.\d+e[+-]?\d+', file.read())}
    missing = 0
    for name, (f, weight, low, high, grid) in POLYNOMIALS.items():
        for kind, digits, count in DEGREES[name]:
            coefficients, worst = remez(f, weight, low, high, grid, count)
            numbers = [f'{c:.{digits - 1}e}' for c in coefficients]
            print(f'{name} {kind}: 2^{float(worst.ln() / D(2).ln()):.1f}\n  {", ".join(numbers)}')
            if there is not None:
                missing += sum(D(number) not in there for number in numbers)
    if missing:
        sys.exit(f'{missing} of these are not in {" ".join(sys.argv[1:])}')


# The digits that tell numbers of the type apart, and how many coefficients.
DEGREES = {'exp': [('float32', 9, 5), ('float64', 17, 10)],
           'log': [('float32', 9, 3), ('float64', 17, 7)],
           'tanh': [('float32', 9, 5), ('float64', 17, 11)],
           'sin': [('float32', 9, 3), ('float64', 17, 6)],
           'cos': [('float32', 9, 3), ('float64', 17, 6)],
           'atan': [('float32', 9, 8), ('float64', 17, 19)],
           'erf': [('float32', 9, 7)],
           'erfc': [('float32', 9, 9)],
           'tan': [('float32', 9, 7), ('float64', 17, 14)]}

if __name__ == '__main__':
    main()
