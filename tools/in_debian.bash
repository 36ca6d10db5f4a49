#!/usr/bin/env bash
# Runs a command in a clean clone of HEAD, in a Debian of its own that begins with nothing but git: what a
# newcomer's machine or CI's does. Needs root, and leaves nothing outside build/.
#
# usage: in_debian.bash [--fresh] SUITE COMMAND...
#   SUITE     bookworm (12), trixie (13), ...; kept in build/debian-SUITE with all that is installed there
#   --fresh   begin with a new one
# DEBIAN_MIRROR names a mirror; else it is the one that this machine uses, or deb.debian.org.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

die() { printf 'in_debian: %s\n' "$*" >&2; exit 1; }

fresh=false
[[ ${1-} != --fresh ]] || { fresh=true; shift; }
suite=${1-}
[[ $suite =~ ^[a-z]+$ && $# -gt 1 ]] || die 'usage: in_debian.bash [--fresh] SUITE COMMAND...'
shift
debian=$root/build/debian-$suite

# A release's name is the same on every mirror; security updates and third parties are elsewhere.
mirror() {
  local own=
  if command -v apt-get >/dev/null; then
    own=$(apt-get indextargets --format '$(REPO_URI)' 2>/dev/null | grep -m1 '/debian/*$' || true)
  fi
  printf '%s\n' "${DEBIAN_MIRROR:-${own:-http://deb.debian.org/debian}}"
}

require() {
  (( EUID == 0 )) || die 'needs root: a Debian within a folder is entered with chroot'
  command -v debootstrap >/dev/null || die 'needs debootstrap; on a Debian: apt-get install debootstrap'
  unshare --mount true 2>/dev/null || die 'needs the right to mount /proc and /dev for the other Debian'
}

# The mark comes last, so that an interrupted installation is begun anew.
install_debian() {
  [[ $fresh == true || ! -e $debian/installed ]] || return 0
  rm -rf --one-file-system "$debian"
  mkdir -p "$debian"
  printf 'installing Debian %s in %s\n' "$suite" "${debian#"$root"/}" >&2
  debootstrap --variant=minbase --include=git "$suite" "$debian" "$(mirror)" >"$debian.log" 2>&1 ||
    { tail -n 20 "$debian.log" >&2; die "debootstrap failed; the whole log: ${debian#"$root"/}.log"; }
  # Nothing here has to survive a crash; waiting for the disk takes longer than unpacking.
  echo force-unsafe-io >"$debian/etc/dpkg/dpkg.cfg.d/unsafe-io"
  touch "$debian/installed"
}

# How this machine reaches the network, since the other one has no other way: names, certificates, pip's and
# apt's settings. Nothing else of it.
share_network() {
  local file
  for file in /etc/resolv.conf /etc/hosts /etc/pip.conf ~/.config/pip/pip.conf \
      /usr/local/share/ca-certificates/*.crt; do
    [[ ! -e $file ]] || install -D -m 644 "$file" "$debian${file/#"$HOME"//root}"
  done
  mkdir -p "$debian/etc/apt/apt.conf.d"
  apt-config dump 2>/dev/null | grep -i '^Acquire::\(http\|https\|Check-\)' \
    >"$debian/etc/apt/apt.conf.d/90network" || true
}

# The settings of the network and of CI among this process's variables, for env.
passed_on() {
  env | grep -iE '^(CI|(https?|all|no)_proxy|PIP_[A-Z_]+)=' || true
}

clone() {
  [[ -z $(git_here status --porcelain 2>/dev/null) ]] ||
    printf 'in_debian: what is not committed is not in the clone\n' >&2
  rm -rf --one-file-system "$debian/root/tapegrad"
  git_here clone -q --no-hardlinks "$root" "$debian/root/tapegrad"
}

# Root may read a folder that is somebody else's.
git_here() { git -C "$root" -c safe.directory='*' "$@"; }

# Where the mounts are seen by nobody else and end with the command.
enter() {
  local inside='
    set -e
    debian=$1; shift
    mount -t proc proc "$debian/proc"
    mount --rbind /dev "$debian/dev"
    if [ -d "${PIP_FIND_LINKS-}" ]; then
      mkdir -p "$debian$PIP_FIND_LINKS"
      mount --bind "$PIP_FIND_LINKS" "$debian$PIP_FIND_LINKS"
    fi
    exec chroot "$debian" env -i "$@"'
  local variables
  mapfile -t variables < <(passed_on)
  unshare --mount --propagation private -- sh -c "$inside" sh "$debian" \
    HOME=/root LANG=C.UTF-8 "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" \
    "${variables[@]}" sh -c 'cd ~/tapegrad && exec "$@"' sh "$@"
}

require
install_debian
share_network
clone
enter "$@"
