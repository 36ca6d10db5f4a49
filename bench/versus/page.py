"""docs/benchmarks.md: the figures of a run as tables."""

UNITS = (("ms", 1e6), ("µs", 1e3), ("ns", 1))
HEAD = ("work", "threads", "ours", "torch", "ours / torch", "limit", "ours / limit", "xtensor",
        "page faults: ours; torch", "why slower")


def time_text(figures):
    """"1.23 ms (1.30)": the least, and the median in the same unit."""
    if figures is None:
        return "–"
    unit, size = next(u for u in UNITS if figures.least >= u[1] or u[1] == 1)
    return f"{digits(figures.least / size)} {unit} ({digits(figures.median / size)})"


def digits(number):
    """Three of them, not in powers of ten."""
    return f"{number:.0f}" if number >= 100 else f"{number:.3g}"


def ratio(ours, other):
    """Of the least times; None without both."""
    return None if ours is None or other is None else ours.least / other.least


def ratio_text(value):
    """Bold where we lose."""
    if value is None:
        return "–"
    return f"**{value:.2f}**" if value > 1 else f"{value:.2f}"


def faults_text(figures):
    """Less than one in ten runs is none."""
    return "–" if figures is None else digits(figures.faults) if figures.faults >= 0.1 else "0"


def row_lines(row, results, counts):
    """The row, a line for each number of threads."""
    for threads in counts:
        ours, torch, limit, xtensor = (results.get((library, threads))
                                       for library in ("ours", "torch", "limits", "xtensor"))
        to_torch, to_limit = ratio(ours, torch), ratio(ours, limit)
        loses = to_torch is not None and to_torch > 1
        why = (row.why_slower or "not looked into") if loses else ""
        yield line(row.name, str(threads), time_text(ours), time_text(torch), ratio_text(to_torch), time_text(limit),
                   "–" if to_limit is None else f"{to_limit:.2f}", time_text(xtensor),
                   f"{faults_text(ours)}; {faults_text(torch)}", why)


def line(*cells):
    """Of a table."""
    return "| " + " | ".join(cells) + " |"


def table(head):
    """Its first two lines."""
    return [line(*head), "|" + " --- |" * len(head)]


def group_lines(rows, results, counts):
    """A table for each group of rows."""
    for group in dict.fromkeys(row.group for row in rows):
        yield from ("", f"### {group}", "", *table(HEAD))
        for row in rows:
            if row.group == group and row.name in results:
                yield from row_lines(row, results[row.name], counts)


def losses(rows, results, counts):
    """(lines where torch is faster, lines with both)."""
    ratios = [ratio(results[row.name].get(("ours", threads)), results[row.name].get(("torch", threads)))
              for row in rows if row.name in results for threads in counts]
    known = [value for value in ratios if value is not None]
    return sum(value > 1 for value in known), len(known)


def program_lines(starts, memories, sizes):
    """What programs cost: start, memory, files."""
    yield from ("", "### Programs, one thread", "", *table(("what", "ours", "torch", "limit")))
    yield line("start of a program, over an empty one",
               *(f"{1e3 * starts[name]:.1f} ms" if name in starts else "–" for name in ("ours", "torch")), "–")
    yield line("libraries, stripped", *(f"{sizes[name] / 1e6:.1f} MB" if name in sizes else "–"
                                        for name in ("ours", "torch")), "–")
    for row, found in memories.items():
        for text, pick in (("peak memory, {}", lambda pair: pair[1]),
                           ("the same, over that of the program at its start", lambda pair: pair[1] - pair[0])):
            yield line(text.format(row), *(f"{pick(found[name]) / 1024:.1f} MiB" if name in found else "–"
                                           for name in ("ours", "torch", "limits")))


INTRODUCTION = """# Benchmarks

The same work on tapegrad, on torch (its C++ library), on loops written by hand for this work alone (`bench/limits`: -O3 for
the level's instructions, OpenBLAS for products; the limit), and on xtensor. Written by `./dev bench versus`; `bench/versus`
has the programs. Each library has a program of its own; within one run they take turns at each row, all others
stopped meanwhile. Times are the least of all samples, then the median in brackets; ratios are those of the least. Bold: torch is
faster. What a row's first run makes ready (threads, lists of free memory) isn't timed.
"""


def page(facts, parts):
    """The whole text. `parts`: (title, rows, results, counts, lines about programs)."""
    lines = [INTRODUCTION, *(f"- {fact}" for fact in facts)]
    for title, rows, results, counts, programs in parts:
        lost, of = losses(rows, results, counts)
        lines += ["", f"## {title}", "", f"torch is faster in {lost} of {of} lines."]
        lines += [*group_lines(rows, results, counts), *programs]
    return "\n".join(lines) + "\n"
