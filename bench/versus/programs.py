"""What bench/versus measures, built in build/versus and build/versus-release: our library at all levels, the hand-written loops and xtensor
for one level, and torch, which pip brings."""

import os
import platform
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
BUILD = ROOT / "build/versus"
RELEASE = ROOT / "build/versus-release"
LIBRARIES = ("ours", "torch", "limits", "xtensor")
TORCH = "torch==2.13.0"
LOADER = "/lib64/ld-linux-x86-64.so.2"

# How each library is kept to a level of instructions; nothing where the level is the processor's highest.
FORCED = {"x86-64-v3": {"OPENBLAS_CORETYPE": "Haswell", "ATEN_CPU_CAPABILITY": "avx2",
                        "ONEDNN_MAX_CPU_ISA": "AVX2", "MKL_ENABLE_INSTRUCTIONS": "AVX2"}}


def say(text):
    """Progress goes beside the results."""
    print(f"versus: {text}", file=sys.stderr, flush=True)


def levels_here():
    """The processor's levels that we build for, the highest first."""
    said = subprocess.run([LOADER, "--help"], capture_output=True, text=True, check=False).stdout
    return re.findall(r"^ +(x86-64-v[34]) \(supported", said, re.MULTILINE)


def quietly(*command):
    """Runs it, with its output in build/versus/log.txt; False where it fails."""
    BUILD.mkdir(parents=True, exist_ok=True)
    with open(BUILD / "log.txt", "a", encoding="utf-8") as log:
        print("$", *command, file=log, flush=True)
        return subprocess.run(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, check=False).returncode == 0


def aloud(*command):
    """Runs it, for a while, with its progress beside the results; False where it fails."""
    return subprocess.run(command, stdout=sys.stderr, stdin=subprocess.DEVNULL, check=False).returncode == 0


def build_ours(levels):
    """Ours, the loops and xtensor; an error ends the program."""
    if not (RELEASE / "build.ninja").exists():
        say("configuring build/versus-release")
        if not quietly("meson", "setup", str(RELEASE), str(ROOT), "-Dtests=false", "-Dsamples=false", "-Dbench=true",
                       "-Dlevels=x86-64-v3,x86-64-v4"):
            raise SystemExit("versus: cannot configure; see build/versus/log.txt")
    say("building ours, the hand-written loops and xtensor: a quarter of an hour at the first time")
    names = ["ours", "empty", *(f"{kind}-{level}" for level in levels for kind in ("limits", "xtensor"))]
    libraries = [f"lib/glibc-hwcaps/{level}/libtapegrad.so" for level in levels]
    if not aloud("ninja", "-C", str(RELEASE), *(f"bench/versus/{name}" for name in names),
                   *targets_of(RELEASE, libraries)):
        raise SystemExit("versus: cannot build build/versus-release")


def targets_of(folder, wanted):
    """Those that the build has, whatever version stands in their names."""
    listed = subprocess.run(["ninja", "-C", str(folder), "-t", "targets", "all"], capture_output=True, text=True,
                            check=False).stdout
    outputs = [line.split(":")[0] for line in listed.splitlines()]
    return [output for output in outputs for name in wanted
            if re.fullmatch(re.escape(name) + r"(\.[\d.]+)?", output)]


def torch_python():
    """A Python that has torch, installed if need be; None, and the reason, where that can't be done."""
    for python in (BUILD / "python/bin/python", ROOT / "build/interop/bin/python", Path(sys.executable)):
        if python.exists() and version_of_torch(python) == TORCH.split("==")[1]:
            return python, None
    environment = BUILD / "python"
    say(f"installing {TORCH} into build/versus/python, some 0.8 GB")
    shutil.rmtree(environment, ignore_errors=True)
    if not quietly(sys.executable, "-m", "venv", str(environment)):
        return None, "python3 cannot make a virtual environment; Debian has that in python3-venv"
    if not aloud(str(environment / "bin/python"), "-m", "pip", "install", TORCH):
        return None, f"pip cannot install {TORCH}"
    return environment / "bin/python", None


def version_of_torch(python):
    """Without what says how it was built ("+cpu")."""
    code = "import importlib.metadata as m; print(m.version('torch').split('+')[0])"
    return subprocess.run([python, "-c", code], capture_output=True, text=True, check=False).stdout.strip()


def build_torch():
    """The reason why there is no program for torch, or None."""
    python, why = torch_python()
    if why:
        return why
    code = "import importlib.util as u; print(u.find_spec('torch').submodule_search_locations[0])"
    package = subprocess.run([python, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    abi = "1" if b"__cxx11" in Path(package, "lib/libc10.so").read_bytes() else "0"
    folder = BUILD / "torch"
    made_for = folder / "made_for"  # another torch needs another folder: Meson remembers its libraries
    if not made_for.exists() or made_for.read_text(encoding="utf-8") != package:
        shutil.rmtree(folder, ignore_errors=True)
        if not quietly("meson", "setup", str(folder), str(ROOT / "bench/versus/torch"), f"-Dtorch={package}",
                       f"-Dcxx11_abi={abi}"):
            return "Meson cannot configure torch's program; see build/versus/log.txt"
        made_for.write_text(package, encoding="utf-8")
    say("building torch's program: two minutes at the first time")
    if not aloud("ninja", "-C", str(folder)):
        return "torch's program doesn't compile"
    return None


def build(levels):
    """Why libraries are left out, by name."""
    build_ours(levels)
    why = build_torch()
    return {"torch": why} if why else {}


def command_of(library, level):
    """How the library's program is started."""
    programs = RELEASE / "bench/versus"
    if library == "ours":
        return [LOADER, "--glibc-hwcaps-mask", level, str(programs / "ours")]
    if library == "torch":
        return [str(BUILD / "torch/torch")]
    return [str(programs / f"{library}-{level}")]


def environment_of(level, threads):
    """What keeps a program to a level and to a number of threads."""
    forced = {} if level == levels_here()[0] else FORCED.get(level, {})
    return {"OMP_NUM_THREADS": str(threads), "MKL_NUM_THREADS": str(threads), "OPENBLAS_NUM_THREADS": str(threads),
            "TAPEGRAD_NUM_THREADS": str(threads), **forced}


def machine():
    """Lines about processor, caches and versions, for the page."""
    said = subprocess.run(["lscpu"], capture_output=True, text=True, check=False,
                          env={**os.environ, "LC_ALL": "C"}).stdout
    known = dict(re.findall(r"^([^:\n]+): +(.+)$", said, re.MULTILINE))
    caches = ", ".join(f"{name} {known[name]}" for name in ("L1d cache", "L2 cache", "L3 cache") if name in known)
    model = f"{known.get('Model name', '?')} (family {known.get('CPU family', '?')}, model {known.get('Model', '?')})"
    compiler = subprocess.run(["c++", "--version"], capture_output=True, text=True, check=False).stdout
    return [f"Processor: {model}, {len(os.sched_getaffinity(0))} cores for this process; {caches}.",
            f"System: {platform.system()} {'.'.join(platform.release().split('.')[:2])}, {platform.libc_ver()[0]} {platform.libc_ver()[1]}, "
            f"{compiler.splitlines()[0]}."]


def versions(levels, missing):
    """What the programs say of themselves."""
    lines = []
    for library in LIBRARIES:
        if library in missing:
            continue
        said = subprocess.run([*command_of(library, levels[0]), "--version"], capture_output=True, text=True,
                              check=True, env={**os.environ, **environment_of(levels[0], 1)}).stdout
        lines.append(f"{library}: {said.strip()}")
    commit = subprocess.run(["git", "-C", str(ROOT), "describe", "--always", "--dirty"], capture_output=True,
                            text=True, check=False).stdout.strip()
    return [f"Versions: {'; '.join(lines)}; commit {commit}."]
