"""Mutants of derivatives: small changes, one at a time, of the rules in the sources of operations.

Rules are found by what they are called, not by how they are built: bodies of functions named as
derivatives are, and of functions of the same file that those call.
"""

import re
from dataclasses import dataclass

RULES = {"vjp", "grads", "df", "dx", "dy", "pull", "pull_x", "pull_y"}
# Functions that are derivatives themselves: `f` of such structs.
SLOPES = re.compile(r"(Slope|Target|Gradient|Spread)$")
# What a derivative's text is run by, or what it runs: no rules, and with tests of their own.
LOOPS = {"forward", "into", "looped"}
HEAD = re.compile(r"^[ \t]*(?!return|else|case)(?:[\w:<>&*,\[\]]+ )+(?P<name>[\w:]+)\(", re.MULTILINE)
STRUCT = re.compile(r"^struct (\w+)", re.MULTILINE)
TOKEN = re.compile(r"""(?P<skip>//[^\n]*|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')""")


@dataclass(frozen=True)
class Rule:
    """A function's body, braces included: text[begin:end]; its head begins at `head`."""
    name: str
    head: int
    begin: int
    end: int


@dataclass(frozen=True)
class Mutant:
    text: str  # the whole source
    rule: Rule
    body: str
    kind: str  # "operators", "numbers", "signs", "values" or "arguments"
    before: str  # the line that changes, as it stands and as it becomes
    after: str

    def title(self):
        """By operation and change, wherever it stands."""
        return f"{self.rule.name}: {self.before}  =>  {self.after}"


def closing(text, at):
    """The place behind the bracket that closes the one at `at`."""
    pairs = {"(": ")", "{": "}", "[": "]"}
    stack = []
    while at < len(text):
        skip = TOKEN.match(text, at)
        if skip:
            at = skip.end()
            continue
        c = text[at]
        if c in pairs:
            stack.append(pairs[c])
        elif stack and c == stack[-1]:
            stack.pop()
            if not stack:
                return at + 1
        at += 1
    raise ValueError("brackets don't close")


def functions(text):
    """All functions that have a body, by name; those of structs as Struct::name."""
    found = []
    structs = [(m.start(), closing(text, text.index("{", m.start())), m.group(1))
               for m in STRUCT.finditer(text) if "{" in text[m.start():text.find(";", m.start())]]
    for head in HEAD.finditer(text):
        end = closing(text, head.end() - 1)
        body = re.compile(r"\s*(?:const)?\s*(?:override)?\s*(?=\{)").match(text, end)
        if not body:
            continue
        owner = [name for begin, last, name in structs if begin < head.start() < last]
        name = "::".join([*owner[-1:], head.group("name")])
        found.append(Rule(name, head.start(), body.end(), closing(text, body.end())))
    return found


def rules(text, public=frozenset()):
    """The derivatives in a source, and what of the source they call and `public` hasn't."""
    known = functions(text)

    def is_rule(name):
        owner, _, own = name.rpartition("::")
        return own in RULES or (own in ("f", "forward") and SLOPES.search(owner))

    chosen = [f for f in known if is_rule(f.name)]
    for rule in chosen:
        called = set(re.findall(r"\b(\w+)\(", text[rule.begin:rule.end]))
        for f in known:
            own = f.name.rpartition("::")[2]
            if own in called and own not in public and f not in chosen and own != "f":
                if not own.startswith("check") and own not in LOOPS:
                    chosen.append(f)
    return sorted(chosen, key=lambda f: f.begin)


def operand_end(body, at, stops):
    """The end of the operand that begins at `at`: before an operator of `stops`, or a bracket."""
    while at < len(body):
        c = body[at]
        if c in "([{":
            at = closing(body, at)
            continue
        if c in ")]},;" or any(body.startswith(s, at) for s in stops):
            return at
        at += 1
    return at


def operand_begin(body, at, stops):
    """The beginning of the operand that ends at `at`."""
    depth = 0
    while at > 0:
        c = body[at - 1]
        if c in ")]}":
            depth += 1
        elif c in "([{":
            if depth == 0:
                return at
            depth -= 1
        elif depth == 0 and (c in ",;" or any(body.endswith(s, 0, at) for s in stops)):
            break
        at -= 1
    while at < len(body) and body[at].isspace():
        at += 1
    return at + len("return ") if body.startswith("return ", at) else at


LOOSE = (" ? ", " : ", " = ", " < ", " > ", " <= ", " >= ", " == ", " != ", " && ", " || ", "return ")
SUMS = (" + ", " - ", *LOOSE)
PRODUCTS = (" * ", " / ", *SUMS)


def operators(body):
    """Operators become their opposites, and each operand stands alone."""
    opposites = {"+": "-", "-": "+", "*": "/", "/": "*", "<": "<=", "<=": "<", ">": ">=", ">=": ">",
                 "==": "!=", "!=": "==", "+=": "-=", "-=": "+="}
    for m in re.finditer(r" (\+=|-=|<=|>=|==|!=|[-+*/<>])(?=\s)", body):
        sign = m.group(1)
        yield m.start(1), m.end(1), opposites[sign]
        if sign in "+-*/":
            stops = SUMS if sign in "+-" else PRODUCTS
            begin = operand_begin(body, m.start(), stops if sign in "*/" else LOOSE)
            end = operand_end(body, m.end() + 1, stops)
            yield m.start(), end, ""
            if sign in "+*":
                yield begin, m.end() + 1, ""


def numbers(body):
    for m in re.finditer(r"(?<![\w.\[<])(?<!save_input\()(?<!needs\()(?<!shape\()"
                         r"(\d+\.\d+|\d+e-?\d+|\d+)(?![\w.>\]])", body):
        value = m.group(1)
        yield m.start(1), m.end(1), str(int(value) + 1) if value.isdigit() else f"({value} * 1.25)"


def signs(body):
    for m in re.finditer(r"(?:(?<=[({,?:]) ?|(?<=return )|(?<=\s))-(?=[\w(])(?!\d+\))", body):
        at = m.end() - 1
        if not re.search(r"[\w)\]] $", body[:at]) or body[:at].endswith("return "):
            yield at, at + 1, ""


OTHERS = {"dim": "dim ^ 1", "d": "d ^ 1", "a": "b", "b": "a", "x": "y", "y": "x", "v": "w", "w": "v",
          "yes": "no", "no": "yes"}


def values(body):
    """An input for another, or for the result; another dimension; a gradient that is too large."""
    for m in re.finditer(r"\b(\w+)\[([01])\]", body):
        yield m.start(2), m.end(2), "1" if m.group(2) == "0" else "0"
    for m in re.finditer(r"\b\w+\.output\(\)", body):
        yield m.start(), m.end(), m.group(0).replace("output()", "operator[](0)")
    for m in re.finditer(rf"(?<=[(,{{ ])({'|'.join(OTHERS)})(?=[,)}};])", body):
        if not body.endswith("& ", 0, m.start()):  # the name of a parameter
            yield m.start(), m.end(), OTHERS[m.group(1)]
    for m in re.finditer(r"(?<=[({ ])(?<!& )(?<!constant\()(g|dl|dy)(?=[,)};]| \?| :)", body):
        yield m.start(), m.end(), f"(1.25 * {m.group(1)})"


# What an argument seems to be, by how it is written; all others are tensors or numbers of theirs.
SORTS = {
    "integer": r"-?\d+|dim|d|a|b|static_cast<std::int64_t>\(.*|class_dim\(.*",
    "dims": r"(\w+\.)?dims",
    "list": r"\{[^.]*\}|.*shape\(\w*\)|kept|to|missing|line|shape",
    "choice": r"keepdim|\w+\.correction|correction|\{\..*|.*dtype(\(\))?",
    "record": r"s|op|\*this|Std\(.*|&.*",
    "layout": r"Layout\(.*|place|columns|\*ref\(.*",
}


def sort_of(argument):
    return next((sort for sort, form in SORTS.items() if re.fullmatch(form, argument)), "tensor")


def arguments(body):
    """The last two arguments of a call in each other's place, where they seem to be of one sort."""
    for m in re.finditer(r"\b(?!if|for|while|return|switch|constant)\w+\(", body):
        end = closing(body, m.end() - 1) - 1
        parts, at = [], m.end()
        while at <= end:
            stop = operand_end(body, at, (",",))
            parts.append((at, stop))
            at = stop + 1
        if len(parts) < 2 or "\n" in body[m.start():end] and "{" in body[m.start():end]:
            continue
        (a, b), (c, e) = parts[-2:]
        first, last = body[a:b].strip(), body[c:e].strip()
        if first != last and sort_of(first) == sort_of(last) and not re.match(r"const|auto", first):
            yield a, e, f"{last}, {first}"


def mutants(text, rule):
    body = text[rule.begin:rule.end]
    known = text[rule.head:rule.end] + "0 1"
    quiet = [m.span() for m in TOKEN.finditer(body)]
    seen = {body}
    for kind in (operators, numbers, signs, values, arguments):
        for begin, end, to in kind(body):
            if any(a < end and begin < b for a, b in quiet):
                continue
            changed = body[:begin] + to + body[end:]
            word = re.match(r"\w+", to)
            unknown = word and not re.search(rf"\b{word.group(0)}\b", known) and kind is values
            if changed in seen or unknown:
                continue
            seen.add(changed)
            first = body.rfind("\n", 0, begin) + 1
            last = body.find("\n", end)
            last = len(body) if last < 0 else last
            yield Mutant(text, rule, changed, kind.__name__, squeezed(body[first:last]),
                         squeezed(body[first:begin] + to + body[end:last]))


def squeezed(text):
    return " ".join(text.split())
