# The verb `bench` of ./dev, which reads this file: the benchmarks that print, and those that compare.

verb_bench() {
  takes 1 bench "${@:1:1}"
  [[ -z ${1-} ]] || one_of bench benchmark "$1" $(bench_names) counts versus
  case ${1-} in
    counts | versus) "bench_$1" "${@:2}"; return ;;
  esac
  need build bench
  enable bench
  local wanted=${1-} chosen
  mapfile -t chosen < <(programs bench |
    awk -v name="$wanted" '$2 == "bench/" $1 && (name == "" || $1 == name) { print $2 }')
  make_targets "${chosen[@]}"
  local program
  for program in "${chosen[@]}"; do
    "$release/$program" "${@:2}"
  done
}

# In a folder of its own: the release folder is built for this very processor, whose loops callgrind may not know.
bench_counts() {
  local build=$root/build/counts
  [[ ${1-} != -h && ${1-} != --help ]] || { usage; return; }
  [[ ${1-} != --update ]] || takes 0 "bench counts" "${@:2}"
  [[ ${1-} == --update ]] || takes 0 'bench counts' "$@"
  need build bench counts
  if ! configured "$build"; then
    say "configuring ${build#"$root"/}"
    quietly meson setup "$build" "$root" -Dtests=false -Dsamples=false -Dbench=true -Ddefault_library=static
  fi
  ninja -C "$build" -j"$(nproc)" bench/counts/counts >&2
  python3 "$root/bench/counts/counts.py" "$build/bench/counts/counts" "$@"
}

# A comparison with other libraries, which installs torch under build/versus once. It says what it leaves out, and why.
bench_versus() {
  command -v python3 >/dev/null || need build
  python3 "$root/bench/versus/run.py" --check-flags "$@" || return
  [[ " $* " != *' -h '* && " $* " != *' --help '* ]] || return 0
  need build bench versus
  python3 "$root/bench/versus/run.py" "$@"
}
