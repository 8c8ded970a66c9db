#!/usr/bin/env bash
# Bundles the console: build.sh ESBUILD PREACT OUTDIR
#
#   ESBUILD  the directory below which the program esbuild is, as its jar brings it, for x86-64; on other machines the
#            esbuild on the PATH is used, because Maven Central has none for them
#   PREACT   the directory below which the library preact is
#   OUTDIR   the resources of the package dev.drover.console
#
# Does nothing if what is there is newer than the sources.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
if [ "$(uname -m)" = x86_64 ]; then
  esbuild=$(find "$1" -type f -name esbuild -path '*/bin/*' -print -quit)
  [ -z "$esbuild" ] || chmod +x "$esbuild"
elif ! esbuild=$(command -v esbuild); then
  echo "build.sh: no esbuild. On Debian or Ubuntu: apt-get install esbuild" >&2
  exit 1
fi
preact=$(find "$2" -name package.json -path '*/preact/*' -print | awk '{ print length, $0 }' | sort -n | head -1 | cut -d' ' -f2-)
out=$3
if [ -z "$esbuild" ] || [ -z "$preact" ]; then
  echo "build.sh: esbuild or preact is missing below $1 and $2" >&2
  exit 1
fi

if [ -e "$out/index.html.gz" ] && [ -z "$(find "$here" "$esbuild" -newer "$out/index.html.gz" -type f -print -quit)" ]; then
  exit 0
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/node_modules" "$work/out"
ln -s "$(realpath "$(dirname "$preact")")" "$work/node_modules/preact"
NODE_PATH=$work/node_modules "$esbuild" "$here/main.tsx" --bundle --splitting --format=esm --minify --target=es2022 \
  --jsx=automatic --jsx-import-source=preact --entry-names='[name]-[hash]' --chunk-names='[name]-[hash]' --outdir="$work/out" \
  --log-level=warning --legal-comments=none --charset=utf8
# What must never be in the console: ways from text to code or markup.
if grep -lE 'dangerouslySetInnerHTML|\.innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function' "$here"/*.ts "$here"/*.tsx; then
  echo "build.sh: these files use what the console must not use" >&2
  exit 1
fi
js=$(basename "$work"/out/main-*.js)
css=$(basename "$work"/out/main-*.css)
sed -e "s/@main\.js@/$js/" -e "s/@main\.css@/$css/" "$here/index.html" >"$work/out/index.html"
cp "$(dirname "$preact")/LICENSE" "$work/out/preact-license.txt"
cp "$here"/icon.svg "$here"/icon-waiting.svg "$work/out/"
gzip -9 -n "$work"/out/*
rm -rf "$out"
mkdir -p "$out"
cp "$work"/out/* "$out/"
