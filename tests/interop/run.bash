#!/usr/bin/env bash
# Runs the interop suite with a Python environment of its own in build/interop, which it makes first
# if need be. Where that can't be done it says so and counts as passed, except in CI (CI=true).
#
# usage: run.bash suite PROGRAMS [options of Python's unittest]
#        run.bash torch PROGRAMS [options of torch_ops/suite.py]
# PROGRAMS: the folder they were built in
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
environment=$(cd "$here/../.." && pwd)/build/interop
wanted=$here/requirements.txt
installed=$environment/installed.txt

skip() {
  printf 'interop: skipped: %s\n' "$*" >&2
  [[ ${CI-} != true ]] || { echo 'interop: in CI it must run' >&2; exit 1; }
  exit 0
}

complete() { [[ -x $environment/bin/python ]] && cmp -s "$wanted" "$installed"; }

# What an interrupted installation left may look whole to pip, so nothing of it is kept.
make_environment() {
  echo "interop: installing $(grep -v '^#' "$wanted" | xargs) into build/interop, some 1.1 GB" >&2
  rm -rf "$environment"
  python3 -m venv "$environment" >/dev/null 2>&1 ||
    skip 'python3 cannot make a virtual environment; Debian has that in python3-venv'
  "$environment/bin/python" -m pip install -r "$wanted" >"$environment/pip.log" 2>&1 ||
    skip "pip cannot install what is needed; see build/interop/pip.log"
  cp "$wanted" "$installed"
}

command -v python3 >/dev/null || skip 'there is no python3'
complete || make_environment
export PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$here/../../tools INTEROP_PROGRAMS=$2
if [[ $1 == torch ]]; then
  exec "$environment/bin/python" "$here/torch_ops/suite.py" "$2/torch_ops" "${@:3}"
fi
exec "$environment/bin/python" -m unittest discover -s "$here" -p '*_test.py' "${@:3}"
