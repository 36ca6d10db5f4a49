"""What the public headers declare, read as text: enough of C++ for headers that clang-format has laid out."""

import re

NOT_FUNCTIONS = {"requires", "static_assert", "decltype", "noexcept", "visibility"}


def closing(text, start):
    """Just behind the bracket that closes the one at `start`."""
    pairs = {"(": ")", "{": "}", "[": "]"}
    depth = 0
    for i in range(start, len(text)):
        depth += text[i] in pairs
        depth -= text[i] in pairs.values()
        if depth == 0:
            return i + 1
    return len(text)


def plain(text):
    """The text without comments, preprocessor lines, attributes and strings."""
    text = re.sub(r"//[^\n]*", "", text)
    text = re.sub(r"^#[^\n]*", "", text, flags=re.MULTILINE)
    text = re.sub(r'"[^"\n]*"', '""', text)
    return re.sub(r"\[\[.*?\]\]", "", text)


def declarations(text, owner=""):
    """(class around it, or one of the namespaces nn, init and detail; text) of each declaration outside function bodies."""
    start = i = 0
    while i < len(text):
        if text[i] == "(":
            i = closing(text, i)
            continue
        if text[i] == "{":
            head, end = text[start:i], closing(text, i)
            scope = re.search(r"\b(?:namespace|struct|class)\b\s*([\w:]*)[^()]*$", head)
            if scope:
                kind = scope.group(1)
                if "namespace" in scope.group():
                    kind = kind.rpartition("::")[2]
                    kind = kind if kind in {"nn", "init", "detail"} else ""
                yield from declarations(text[i + 1:end - 1], kind)
            else:
                yield owner, head
            start = i = end
            continue
        if text[i] == ";":
            yield owner, text[start:i]
            start = i + 1
        i += 1


def split_parameters(text):
    parts, depth, start = [], 0, 0
    for i, c in enumerate(text):
        depth += c in "(<{["
        depth -= c in ")>}]"
        if c == "," and depth == 0:
            parts.append(text[start:i])
            start = i + 1
    return [part.strip() for part in parts + [text[start:]] if part.strip()]


def function_of(declaration):
    """(name, parameters) or None."""
    declaration = re.sub(r"\brequires\s*\((?:[^()]|\([^()]*\))*\)", "", declaration)
    found = re.search(r"(operator\s*(?:\[\]|\(\)|[^\s\w(]+)|\b\w+)\s*\(", declaration)
    if not found or found.group(1) in NOT_FUNCTIONS or "using " in declaration:
        return None
    inside = declaration[found.end():closing(declaration, found.end() - 1) - 1]
    return found.group(1), split_parameters(inside)


def is_tensor(parameter):
    return bool(re.match(r"(?:const\s+)?(?:std::vector<\s*)?Tensor(?:Handle)?\b", parameter))


def functions_of(path):
    """(namespace, name, parameters) of each function that takes a tensor."""
    for space, declaration in declarations(plain(path.read_text(encoding="utf-8"))):
        if space not in {"", "nn"} or re.search(r"\btemplate\b|\bauto\b|\busing\b|\bstruct\b", declaration):
            continue
        function = function_of(declaration)
        if not function or function[0].startswith("operator"):
            continue
        name, parameters = function
        if any(is_tensor(p) for p in parameters):
            yield space, name, parameters
