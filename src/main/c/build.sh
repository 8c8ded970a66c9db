#!/bin/sh
# Builds the program that runs inside every sandbox: build.sh OUTDIR [x86_64|aarch64]
# Static, so that it needs nothing of the sandbox's file system. For this machine, or with a cross compiler for the other.
set -eu
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
out=${1:?usage: build.sh OUTDIR [x86_64|aarch64]}
name() {
  case $1 in
    x86_64 | amd64) echo x86_64 ;;
    aarch64 | arm64) echo aarch64 ;;
    *)
      echo "build.sh: hand knows x86-64 and aarch64, not $1" >&2
      exit 1
      ;;
  esac
}
machine=$(name "$(uname -m)")
arch=$(name "${2:-$machine}")
if [ "$arch" != "$machine" ]; then
  cc=$arch-linux-gnu-gcc
  package=gcc-$(echo "$arch" | tr _ -)-linux-gnu
  if ! command -v "$cc" >/dev/null 2>&1; then
    echo "build.sh: no C compiler for $arch. On Debian or Ubuntu: apt-get install $package libc6-dev-$(echo "$arch" | sed 's/aarch64/arm64/; s/x86_64/amd64/')-cross" >&2
    exit 1
  fi
elif command -v musl-gcc >/dev/null 2>&1; then
  cc=musl-gcc
elif command -v gcc >/dev/null 2>&1; then
  cc=gcc
else
  echo "build.sh: no C compiler. On Debian or Ubuntu: apt-get install gcc libc6-dev (or musl-tools)" >&2
  exit 1
fi
mkdir -p "$out"
target=$out/hand-$arch
# Nothing to do when the program is newer than all of its source.
if [ -f "$target" ] && [ -f "$target.sha256" ] &&
  [ -z "$(find "$here" -newer "$target" -type f | head -n 1)" ]; then
  exit 0
fi
"$cc" -std=c11 -D_GNU_SOURCE -Wall -Wextra -Werror -Os -static -pthread -fstack-protector-strong -s \
  -o "$target.new" "$here"/*.c || {
  echo "build.sh: $cc could not build hand. On Debian or Ubuntu: apt-get install gcc libc6-dev" >&2
  exit 1
}
mv "$target.new" "$target"
sha256sum "$target" | cut -d ' ' -f 1 >"$target.sha256"
