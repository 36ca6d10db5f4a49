#!/usr/bin/env bash
# What CI does, in order; stops at the first step that fails. `./dev check` installs what it needs.
# usage: check.bash [--list [all] | STEP...]    Most steps need `build` to have been, now or before.
# Each step's output goes to build/check-logs and is shown only when the step fails.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=$root/build
logs=$build/check-logs
consumers=$build/consumers
cd "$root"
all_steps=(format layers operation_table docs build alone tests counts mutants old_processor samples interop sanitize threads fuzz
  install pkg_config gradtest cmake meson_subproject static trixie)
long_steps=(sanitize_all)  # for who names them
case "${1-} ${2-}" in
  '--list ') printf '%s\n' "${all_steps[@]}"; exit 0 ;;
  '--list all') printf '%s\n' "${all_steps[@]}" "${long_steps[@]}"; exit 0 ;;
esac
steps=("$@")
(( $# )) || steps=("${all_steps[@]}")
mkdir -p "$logs"

# --- the steps ----------------------------------------------------------------------------------

# skip WHY: says why a step cannot be done here; in CI that is a failure.
skip() {
  printf '%s: skipped: %s\n' "$step" "$*"
  [[ ${CI-} != true ]] || { echo 'in CI it must run'; exit 1; }
  exit 0
}

# Other versions lay some lines out differently.
step_format() {
  [[ $(clang-format --version) == *'version 14.'* ]] || skip 'the sources are laid out by clang-format 14'
  find include lib tests samples bench \( -name '*.cpp' -o -name '*.hpp' \) -print0 |
    xargs -0 -r clang-format --dry-run -Werror
}

step_layers() { python3 tools/check_layers.py; }

step_operation_table() { python3 tools/check_op_table.py; }

step_docs() { "$root/dev" docs; }

# configure FOLDER OPTION...: from anew, so that no option of an earlier run stays. The library folder
# is named because Meson guesses lib64 on a Debian without dpkg-dev, where CMake would not look.
configure() {
  rm -rf "$build/$1/meson-private" "$build/$1/meson-info"
  meson setup "$build/$1" "$root" --prefix "$build/prefix-$1" --libdir lib "${@:2}"
}

# each NAME...: a line for each, for xargs to do several at a time.
each() { printf '%s\n' "$@"; }

compile() { ninja -C "$build/$1" -j"$(nproc)" "${@:2}"; }

step_build() {
  configure check -Dwerror=true -Dtests=true -Dsamples=true -Dbench=true ${CHECK_BUILD--Dlevels=x86-64-v3,x86-64-v4}
  compile check ${CHECK_TARGETS-}
}

# A sample; all sources are one command: tools/check_alone.py build/check
step_alone() { python3 tools/check_alone.py "$build/check" --sample; }

step_tests() { meson test -C "$build/check" --no-rebuild --print-errorlogs --no-suite samples ${CHECK_TESTS-}; }

# Instructions of small operations, which repeat where times don't. With another compiler than that of the recorded
# counts it says that it was skipped. And bytes of the library's variants.
step_counts() {
  python3 bench/counts/counts.py "$build/check/bench/counts/counts"
  python3 tools/check_sizes.py "$build/check/lib"
  python3 tools/compile_time.py --check --runs 3 --build "$build/check"
}

# A few mistakes in derivatives, whether the operation table notices them; `./dev test mutants` makes all.
step_mutants() { python3 tools/mutate.py --sample --base "$build/check"; }

# An emulated processor with what x86-64 began with, and SSE3: an instruction that it lacks ends the program. The
# emulator itself can't make threads in a forked child.
step_old_processor() {
  export TAPEGRAD_ONLY_LOOPS=1
  each 'ops_test [table]~[fork]' 'ops_test ~[table]~[fork]' 'kernels_test ~[fork]' 'optim_test ~[fork]' |
    xargs -L 1 -P "$(nproc)" bash -c 'qemu-x86_64 -cpu kvm64 "$0/$1" "$2"' "$build/check/tests"
}

step_samples() { meson test -C "$build/check" --no-rebuild --print-errorlogs --suite samples; }

# Says that it was skipped where Python's packages can't be had.
step_interop() { bash tests/interop/run.bash suite "$build/check/tests/interop"; }

# The folders whose code handles memory itself; the others call their public functions.
sanitized_folders=(core kernels autograd ops program io data onnx)
sanitized_samples=(samples/linear_regression/linear_regression samples/logistic_regression/logistic_regression
  samples/inspect/inspect samples/derivatives/derivatives)

# fuzzers KIND: targets of the readers' programs, which replay seeds or look for more (fuzz).
fuzzers() { sed -n "s|^build \(tests/fuzz/.*_$1\): cpp_LINKER.*|\1|p" "$build/sanitize/build.ninja"; }

step_sanitize() {
  local replays
  configure_sanitized
  mapfile -t replays < <(fuzzers replay)
  compile sanitize $(printf 'tests/%s_test ' "${sanitized_folders[@]}") tests/no_memory/no_memory_test tests/kill/trainer \
    tests/properties/properties tests/fuzz/seeds "${replays[@]}" $(fuzzers fuzz) "${sanitized_samples[@]}"
  replays=("${replays[@]##*/}")
  test_sanitized "${sanitized_folders[@]}" ops_table no_memory properties "${replays[@]%_replay}"
}

# With what is made of public operations: modules, optimizers, training, sessions.
step_sanitize_all() {
  configure_sanitized
  compile sanitize all "${sanitized_samples[@]}"
  # accuracy: its million arguments for each function go through loops that the other tests run as well.
  test_sanitized --no-suite tools --no-suite samples --no-suite kill --no-suite accuracy
}

# The archive rather than the shared library, so that this is the static Meson build as well. With clang, which
# takes half as long as g++ to compile the sanitizers' checks, and without optimization, which takes three
# times as long, or debugging information, a sixth of it: what a sanitizer finds is named by function, and has
# its line in a build with -Ddebug=true. The readers' fuzzers come of the same objects. GNU's linker takes some 10 s
# for each of the programs, LLVM's less than half of that.
configure_sanitized() {
  CXX=clang++ CXX_LD=lld configure sanitize -Doptimization=0 -Ddebug=false -Db_ndebug=false -Db_sanitize=address,undefined -Db_lundef=false \
    -Ddefault_library=static -Dtests=true -Dsamples=true -Dbench=false -Dfuzz=true
}

# test_sanitized ARGUMENT...: of `meson test`; then samples, and a trainer that is killed.
test_sanitized() {
  export ASAN_OPTIONS=detect_leaks=1:strict_string_checks=1:detect_stack_use_after_return=1
  export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
  meson test -C "$build/sanitize" --no-rebuild --print-errorlogs --timeout-multiplier 4 "$@"
  python3 tests/kill/kill_test.py "$build/sanitize/tests/kill/trainer" --kills 5 --steps 20
  # A few steps of each: whole trainings take minutes in a program that is slowed down tenfold.
  local samples=$build/sanitize/samples kept=$build/sanitize/kept
  rm -rf "$kept"
  mkdir "$kept"
  "$samples/linear_regression/linear_regression" --max-step 5 --log-dir "$kept" --model-dir "$kept" \
    --export "$kept/line.npz"
  "$samples/inspect/inspect" "$kept/ckpt-5.safetensors"
  "$samples/inspect/inspect" "$kept/line.npz"
  "$samples/logistic_regression/logistic_regression" --max-step 5
  "$samples/derivatives/derivatives"
}

# What several threads may do at a time (docs/threads.md), with the whole library compiled for the
# ThreadSanitizer: it has to see every count of a reference to know what comes before what.
step_threads() {
  CXX=clang++ CXX_LD=lld configure threads -Doptimization=0 -Ddebug=false -Db_ndebug=false -Db_sanitize=thread -Db_lundef=false \
    -Ddefault_library=static -Dtests=true -Dsamples=false -Dbench=false
  ninja -C "$build/threads" -j"$(nproc)" tests/threads_test
  TSAN_OPTIONS=halt_on_error=1 OPENBLAS_NUM_THREADS=1 "$build/threads/tests/threads_test"
}

# The seeds and small changes of them have run as tests already: this looks a little further. `./dev fuzz` has
# faster programs.
step_fuzz() {
  fuzzers fuzz | sed 's|.*/||; s|_fuzz$||' | xargs -n 1 -P "$(nproc)" tools/fuzz.bash "$build/sanitize" 10
}

step_install() {
  rm -rf "$build/prefix-check"
  meson install -C "$build/check" --no-rebuild
}

# consumer NAME: a fresh copy of the consumer project, as its users would have it.
consumer() {
  rm -rf "${consumers:?}/$1"
  mkdir -p "$consumers"
  cp -r "$root/tests/consumer" "$consumers/$1"
  cd "$consumers/$1"
}

prefix_libdir() { dirname "$(dirname "$(find "$build/prefix-check" -name tapegrad.pc)")"; }

# Only our own .pc file is visible: a user of the shared library compiles without any other package.
step_pkg_config() {
  consumer pkg-config
  PKG_CONFIG_LIBDIR=$(prefix_libdir)/pkgconfig make
  LD_LIBRARY_PATH=$(prefix_libdir) ./consumer
  # What was moved says where it is now.
  local moved=$consumers/moved-pkgconfig flags
  rm -rf "$moved"
  cp -r "$(prefix_libdir)/pkgconfig" "$moved"
  flags=$(PKG_CONFIG_LIBDIR=$moved pkg-config --cflags tapegrad)
  [[ $flags == *"-I$moved"* ]] || { echo "the moved tapegrad.pc says $flags"; exit 1; }
}

# Headers alone, nothing to link, and strict: as a project with rules of its own compiles them.
step_gradtest() {
  consumer gradtest
  local compiler
  for compiler in g++ clang++; do
    "$compiler" -std=c++20 -Wall -Wextra -Wconversion -Wshadow -Werror -fno-exceptions -fno-rtti \
      $(PKG_CONFIG_LIBDIR=$(prefix_libdir)/pkgconfig pkg-config --cflags tapegrad-gradtest) \
      gradtest.cpp -o gradtest
    ./gradtest
  done
  # The single file, copied into a project without anything else of ours; and with each face.
  local single=$build/prefix-check/share/tapegrad/single face
  mkdir -p copied/tapegrad
  cp "$single/gradtest.hpp" copied/tapegrad
  g++ -std=c++20 -Wall -Wextra -Wconversion -Wshadow -Werror -Icopied gradtest.cpp -o gradtest
  ./gradtest
  # Its engine compiled once, for all sources of a program.
  printf '#define TAPEGRAD_GRADTEST_DEFINE\n#include <tapegrad/gradtest.hpp>\n' >engine.cpp
  g++ -std=c++20 -DTAPEGRAD_GRADTEST_SEPARATE -Icopied gradtest.cpp engine.cpp -o gradtest
  ./gradtest
  for face in catch gtest doctest boost_test; do
    printf '#include "gradtest_%s.hpp"\n' "$face" >face.cpp
    g++ -std=c++20 -I"$single" -fsyntax-only face.cpp
  done
}

step_cmake() {
  consumer cmake
  cmake -S . -B build -DCMAKE_BUILD_TYPE=Release -DCMAKE_PREFIX_PATH="$build/prefix-check"
  cmake --build build
  build/consumer
  build/gradtest
  build/both
}

# How the consumer is compiled, and that it would be linked with the subproject's library. That library's sources
# have been compiled by the steps above, and linking them once more would take as long as one of these.
step_meson_subproject() {
  consumer subproject
  mkdir subprojects
  ln -s "$root" subprojects/tapegrad
  meson setup build --force-fallback-for=tapegrad -Doptimization=0
  ninja -C build consumer.p/main.cpp.o gradtest
  ./build/gradtest
  ninja -C build -t inputs consumer | grep 'subprojects/tapegrad/lib/libtapegrad.so'
}

# The archive alone, as a package without the shared library would have it.
step_static() {
  rm -rf "$build/prefix-static"
  cp -a "$build/prefix-check" "$build/prefix-static"
  find "$build/prefix-static" -name 'libtapegrad.so*' -delete
  consumer static
  export PKG_CONFIG_LIBDIR
  PKG_CONFIG_LIBDIR=$(dirname "$(find "$build/prefix-static" -name tapegrad.pc)")
  make STATIC=1 CXXFLAGS="-O2 -I$build/prefix-static/include -L${PKG_CONFIG_LIBDIR%/*}"
  ./consumer
  if readelf -d consumer | grep -q libtapegrad; then
    echo 'the consumer still needs the shared library'
    return 1
  fi
}

# The next Debian's compiler and libraries, with warnings as errors; who runs that one has done so above. Without the
# levels' libraries, which are the same sources, and not optimized: it has to compile and be right. The tests of the
# tape and of the face for Catch2 3, and a sample; `./dev check --in trixie` runs everything.
step_trixie() {
  [[ $(. /etc/os-release; echo "${VERSION_CODENAME-}") != trixie ]] || return 0
  (( EUID == 0 )) || skip 'only root can enter another Debian'
  unshare --mount true || skip 'another Debian needs the right to mount'
  tools/in_debian.bash trixie env CHECK_BUILD='-Dlevels= -Dbench=false -Doptimization=0' CHECK_TESTS='--suite unit --suite tools autograd gradtest_catch' \
    CHECK_TARGETS='samples/logistic_regression/logistic_regression tests/autograd_test tests/gradtest/catch_face' \
    ./dev check build tests
}

# --- running them -------------------------------------------------------------------------------

run_step() {
  step=$1
  local title=${1//_/ } log=$logs/${1//_/-}.log started=$SECONDS status=0
  printf '== %s\n' "$title"
  # Not `if (...)` or `(...) ||`: either would switch `set -e` off inside the step.
  set +e
  (set -e; "step_$step") >"$log" 2>&1 </dev/null
  status=$?
  set -e
  if (( status )); then
    tail -n 60 "$log"
    printf '== %s failed after %d s; the whole log: %s\n' \
      "$title" "$((SECONDS - started))" "${log#"$root"/}"
    exit 1
  fi
  grep -h '^[a-z]*: skipped: ' "$log" || printf '   done in %d s\n' "$((SECONDS - started))"
}

counted=
for name in "${steps[@]}"; do
  run_step "$name"
  if [[ $name == tests ]]; then
    counted=$(python3 tools/count_tests.py build/check/meson-logs/testlog.json)
    [[ -n $counted ]] || { echo 'no Catch2 test ran'; exit 1; }
  fi
done
printf 'every check passed in %d s\n%s\n' "$SECONDS" "$counted"
