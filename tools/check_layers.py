#!/usr/bin/env python3
"""Who may include whom, how long a file may be, and what a public header may not say.

Prints one `file:line: what is wrong` for each finding; the status says whether there were any.
The rules are those of docs/architecture.md. They look at what a file names itself, not at what
that drags in.
"""

import re
from pathlib import Path

from findings import report

MAX_LINES = 400
SOURCES = {".cpp", ".hpp", ".h", ".py", ".sh", ".bash"}
OTHER_SOURCES = {"meson.build", "dev"}
SKIPPED_FOLDERS = re.compile(r"^(build.*|subprojects|\..*|__pycache__)$")

# lib/FOLDER -> the other folders of lib/ whose private headers it may include.
# A folder that is not named here sees public headers and FOR_ALL only.
MAY_INCLUDE = {
    "core": set(),
    "kernels": {"core"},
    "autograd": {"core"},
    "ops": {"core", "kernels", "autograd"},
    "program": {"core", "kernels", "autograd"},
    "session": {"core", "autograd"},
    "summary": {"io"},  # files that appear whole or not at all
    "onnx": {"core", "autograd", "io"},  # operations of a graph; files that appear whole
    "data": {"io"},  # the headers of files that are read by rows
    "train": {"io", "optim"},  # files that appear whole; numbers in states
    "optim": {"core", "kernels"},  # a step is one loop over memory per parameter
}
# How errors are thrown, how sizes are counted, how a DType becomes a C++ type, how a thread ends and
# what belongs to a graph that is being built is everybody's business.
FOR_ALL_OF_LIB = {"core/check.hpp", "core/computed_with.hpp", "core/dispatch.hpp",
                  "core/sizes.hpp", "core/thread_end.hpp"}

# Public headers that speak of gradients: no business of the two lowest folders.
ABOVE_KERNELS = re.compile(r"^tapegrad/(tapegrad|autograd|catch|gtest|doctest|boost_test|xtensor)\.hpp$"
                           r"|^tapegrad/(autograd|ops|nn|optim|data|io|summary|train)/")
BELOW_GRADIENTS = {"kernels"}

KERNEL_LIBRARIES = re.compile(r"^(xtensor|xsimd|xtl)/|^(cblas|lapacke|openblas_config)(-\w+)?\.h$")
PRECOMPILED = "lib/pch/"  # what several folders include of others
FILE_LIBRARIES = re.compile(r"^nlohmann/|^(zip|zipconf|zlib|zconf)\.h$")
CBLAS = re.compile(r"^cblas(-\w+)?\.h$")
NOT_IN_PUBLIC = re.compile(r"^(fmt|xtensor|xsimd|xtl|catch2|nlohmann|gtest|doctest|boost)/|^(cblas|lapacke)\b"
                           r"|^(zip|zlib|doctest)\.h$|^catch\.hpp$")
FACES = {  # the test frameworks that checks of derivatives have macros for
    "catch": r"^catch2/|^catch\.hpp$",
    "gtest": r"^gtest/",
    "doctest": r"^doctest/|^doctest\.h$",
    "boost_test": r"^boost/test/",
}
FACE_HEADERS = {f"include/tapegrad/{folder}{face}.hpp": re.compile(framework)
                for folder in ("", "gradtest/") for face, framework in FACES.items()}
OPT_IN_HEADERS = {  # public headers that exist to meet one other library
    "include/tapegrad/xtensor.hpp": re.compile(r"^(xtensor|xtl|xsimd)/"),
} | FACE_HEADERS
# A test that includes everything is compiled again whatever header is touched.
EVERYTHING = "tapegrad/tapegrad.hpp"
MAY_TEST_EVERYTHING = {"consumer"}  # a project of its own, as a user would write it
MACROS_ALLOWED = set(FACE_HEADERS)
# Stands by itself: tests of plain functions include it without the library.
GRADTEST = re.compile(r"^(include/)?tapegrad/gradtest(\.hpp$|/)")

INCLUDE = re.compile(r'^\s*#\s*include\s*(?:<([^>]+)>|"([^"]+)")')
DEFINE = re.compile(r"^\s*#\s*define\s+(\w+)")


def files_of(root):
    """Every file of the project that a person wrote, relative to root."""
    def walk(folder):
        for entry in sorted(folder.iterdir()):
            if entry.is_dir() and not entry.is_symlink():
                if not SKIPPED_FOLDERS.match(entry.name):
                    yield from walk(entry)
            elif entry.suffix in SOURCES or entry.name in OTHER_SOURCES:
                yield entry.relative_to(root)
    yield from walk(root)


def includes_of(lines):
    """(line number, header) for each include; a quoted one keeps its quotes off."""
    for number, line in enumerate(lines, 1):
        match = INCLUDE.match(line)
        if match:
            yield number, match.group(1) or match.group(2)


def private_header(root, path, header):
    """What `header` is within lib/ when `path` includes it, or None."""
    for base in (root / path.parent, root / "lib"):
        target = (base / header).resolve()
        if target.is_file() and (root / "lib").resolve() in target.parents:
            return target.relative_to((root / "lib").resolve())
    return None


def check_public(path, lines):
    own = OPT_IN_HEADERS.get(path.as_posix())
    for number, header in includes_of(lines):
        if NOT_IN_PUBLIC.match(header) and not (own and own.match(header)):
            yield number, f"a public header includes <{header}>; move that to lib/"
        if (GRADTEST.match(path.as_posix()) and header.startswith("tapegrad/")
                and not GRADTEST.match(header)):
            yield number, f"gradtest stands by itself, without <{header}>"
    if path.as_posix() not in MACROS_ALLOWED:
        for number, line in enumerate(lines, 1):
            match = DEFINE.match(line)
            if match and f"#undef {match.group(1)}" not in lines[number:]:
                yield number, f"a public header defines the macro {match.group(1)}"


def check_private_includes(root, path, lines):
    """Only lib/ and tests/ may see private headers, and lib/ only downwards."""
    top, folder = path.parts[0], path.parts[1] if len(path.parts) > 2 else ""
    allowed = MAY_INCLUDE.get(folder, set()) | {folder} if top == "lib" else set()
    for number, header in includes_of(lines):
        target = private_header(root, path, header)
        if target is None or target.parts[0] in allowed:
            continue
        if top != "lib" or target.as_posix() not in FOR_ALL_OF_LIB:
            owner = target.parts[0]
            yield number, f'{top}/{folder or "."} must not include "{header}" of lib/{owner}'


def check_libraries(path, lines):
    in_kernels = path.as_posix().startswith(("lib/kernels/", PRECOMPILED))
    for number, header in includes_of(lines):
        if path.as_posix().startswith(PRECOMPILED) and header.startswith("tapegrad/"):
            yield number, f"precompiled headers are others', not <{header}>"
        if path.parts[0] == "lib" and KERNEL_LIBRARIES.match(header) and not in_kernels:
            yield number, f"only lib/kernels includes <{header}>"
        if path.parts[0] == "lib" and FILE_LIBRARIES.match(header) and path.parts[1] != "io":
            yield number, f"only lib/io includes <{header}>"
        if path.parts[0] == "lib" and path.parts[1] in BELOW_GRADIENTS:
            if ABOVE_KERNELS.match(header):
                yield number, f"lib/{path.parts[1]} knows nothing of <{header}>"


def check_test_includes(path, lines):
    """Tests name the headers that they use."""
    if len(path.parts) > 1 and path.parts[1] in MAY_TEST_EVERYTHING:
        return
    for number, header in includes_of(lines):
        if header == EVERYTHING:
            yield number, f"a test includes <{header}>; include the headers that it uses"


LOOPS = "lib/ops/meson.build"
SOURCE_LIST = re.compile(r"(\w+)_sources \+= files\((.*?)\)", re.DOTALL)
VECTORS = re.compile(r"^xsimd/")


def reaches_vectors(root, path, known):
    """Whether a source of ours includes loops that a level makes faster."""
    if path not in known:
        known[path] = False
        headers = [header for _, header in includes_of((root / path).read_text().splitlines())]
        inner = [private_header(root, path, header) for header in headers]
        known[path] = (any(VECTORS.match(header) for header in headers)
                       or any(reaches_vectors(root, Path("lib") / i, known) for i in inner if i))
    return known[path]


def check_levels(root):
    """Sources with loops are compiled for each level of processors: they aren't in the other lists."""
    if not (root / LOOPS).is_file():
        return
    text, known = (root / LOOPS).read_text(encoding="utf-8"), {}
    for listed in SOURCE_LIST.finditer(text):
        for name in re.findall(r"'([^']+)'", listed.group(2)):
            path = Path(LOOPS).parent / name
            if listed.group(1) != "tapegrad" and reaches_vectors(root, path, known):
                line = text[:text.index(f"'{name}'")].count("\n") + 1
                yield Path(LOOPS), line, f"{name} has loops: compile it for each level"


def check_tree(root):
    """All findings as (path, line, message)."""
    first_cblas = None
    for path in files_of(root):
        lines = (root / path).read_text(encoding="utf-8").splitlines()
        found = []
        if len(lines) > MAX_LINES:
            found.append((MAX_LINES + 1, f"{len(lines)} lines, the limit is {MAX_LINES}: two ideas?"))
        if path.suffix in {".cpp", ".hpp", ".h"}:
            if path.parts[0] == "include":
                found += check_public(path, lines)
            if path.parts[0] != "tests":
                found += check_private_includes(root, path, lines)
            found += check_libraries(path, lines)
            if path.parts[0] == "tests":
                found += check_test_includes(path, lines)
            for number, header in includes_of(lines):
                if CBLAS.match(header) and path.parts[0] == "lib":
                    if first_cblas not in (None, path):
                        found.append((number, f"<{header}> is for one file, and {first_cblas} has it"))
                    first_cblas = first_cblas or path
        yield from ((path, number, message) for number, message in found)
    yield from check_levels(root)


def check(root):
    findings = [f"{path}:{number}: {message}"
                for path, number, message in sorted(set(check_tree(root)))]
    return findings, f"layers: {sum(1 for _ in files_of(root))} files, nothing to say"


if __name__ == "__main__":
    report(__doc__, check)
