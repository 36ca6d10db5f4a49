#!/usr/bin/env bash
# Lets libFuzzer attack readers of files. Findings, and what was learned, stay in FOLDER/corpus: there the next
# run starts.
# usage: fuzz.bash FOLDER SECONDS FORMAT...     FOLDER was built with -Dfuzz=true
set -euo pipefail

folder=$1 seconds=$2
export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
for format in "${@:3}"; do
  mkdir -p "$folder/corpus/$format"
  printf '%s: %d s\n' "$format" "$seconds" >&2
  "$folder/tests/fuzz/${format}_fuzz" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 \
    -malloc_limit_mb=512 -print_final_stats=1 -print_funcs=0 -verbosity=0 \
    -artifact_prefix="$folder/corpus/$format-" "$folder/corpus/$format" "$folder/tests/fuzz/seeds/$format"
done
