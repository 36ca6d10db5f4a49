# What a machine must have for each part of the project, and its installation; ./dev reads this file, and
# says how an error ends.

# One "probe package" per line for each group; a probe is a command, a file, a header,
# a pkg-config module, a module of Python or a library of clang's runtime. Which runtime fits is known when
# clang is there, so that group is needed by a call of its own.
needs_of() {
  case $1 in
    build) printf '%s\n' 'command:c++ g++' 'command:meson meson' 'command:ninja ninja-build' \
      'command:pkg-config pkg-config' 'module:fmt libfmt-dev' 'module:openblas libopenblas-dev' \
      'module:xtensor libxtensor-dev' 'module:xsimd libxsimd-dev' 'module:libisal libisal-dev' \
      'module:libpng libpng-dev' 'module:libjpeg libjpeg-dev' \
      'header:protozero/version.hpp libprotozero-dev' \
      'module:nlohmann_json nlohmann-json3-dev' 'module:libzip libzip-dev' \
      'module:zlib zlib1g-dev' ;;
    samples) echo 'module:CLI11 libcli11-dev' ;;
    tests) printf '%s\n' 'module:catch2 catch2' 'header:rapidcheck.h librapidcheck-dev' ;;
    bench) printf '%s\n' 'module:benchmark libbenchmark-dev' 'header:libfccp/csv.h libfccp-dev' ;;
    counts) echo 'command:valgrind valgrind' ;;
    versus) printf '%s\n' 'command:python3 python3' 'python:ensurepip python3-venv' 'command:strip binutils' \
      'header:adolc/adolc.h libadolc-dev' \
      'file:/etc/ssl/certs/ca-certificates.crt ca-certificates' ;;
    format) echo 'command:clang-format clang-format' ;;
    consumers) printf '%s\n' 'command:make make' 'command:cmake cmake' ;;
    faces) printf '%s\n' 'module:gtest_main libgtest-dev' 'header:doctest/doctest.h doctest-dev' \
      'header:boost/test/unit_test.hpp libboost-test-dev' ;;
    interop) printf '%s\n' 'command:python3 python3' 'python:ensurepip python3-venv' \
      'file:/etc/ssl/certs/ca-certificates.crt ca-certificates' ;;
    fuzz) printf '%s\n' 'command:clang++ clang' ;;
    linker) echo 'command:ld.lld lld' ;;
    clang_runtime) echo "clang:fuzzer libclang-rt-$(clang++ -dumpversion | cut -d. -f1)-dev" ;;
    docs) printf '%s\n' 'command:doxygen doxygen' 'command:python3 python3' ;;
    old_processor) echo 'command:qemu-x86_64 qemu-user' ;;
    other_debian) echo 'command:debootstrap debootstrap' ;;
  esac
}

present() {
  case $1 in
    command:*) command -v "${1#command:}" >/dev/null ;;
    file:*) [[ -e ${1#file:} ]] ;;
    python:*) python3 -c "import ${1#python:}" 2>/dev/null ;;
    clang:*) compgen -G "$(clang++ -print-resource-dir)/lib/*/libclang_rt.${1#clang:}[-.]*" >/dev/null ;;
    header:*) [[ -e /usr/include/${1#header:} || -e /usr/local/include/${1#header:} ]] ;;
    module:*) command -v pkg-config >/dev/null && pkg-config --exists "${1#module:}" ;;
  esac
}

missing_packages() {
  local group probe package
  for group in "$@"; do
    while read -r probe package; do
      present "$probe" || echo "$package"
    done < <(needs_of "$group")
  done
}

# Does nothing, in a few milliseconds, where all that the groups need is present.
need() {
  local packages
  mapfile -t packages < <(missing_packages "$@")
  (( ${#packages[@]} == 0 )) || install_packages "${packages[@]}"
}

install_packages() {
  command -v apt-get >/dev/null ||
    die "missing, by the names of their Debian packages: $*; install what your system calls them"
  local as_root=()
  if (( EUID != 0 )); then
    command -v sudo >/dev/null || die "missing packages; as root: apt-get install $*"
    as_root=(sudo)
  fi
  say "installing: $*"
  "${as_root[@]}" apt-get -q update </dev/null >&2
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get -q install -y --no-install-recommends "$@" </dev/null >&2
}
