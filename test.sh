#!/usr/bin/env bash
# Builds and runs every test, from a fresh clone: installs what is missing (Debian, Ubuntu). Needs no GPU.
set -euo pipefail
cd -P "$(dirname "${BASH_SOURCE[0]}")"
source .ci/install.sh

usage() {
  cat <<END
usage: ./test.sh [--sanitize] [--lint] [--all]
  (nothing)    build and run every test
  --sanitize   do so with the address and undefined-behaviour sanitizers
  --lint       before that, check the format of the sources and run clang-tidy
  --all        all of these
END
}

# The major version of clang-format and clang-tidy that decides (Debian 12's). Others see more, or format in another
# way: what they find is shown and fails nothing.
readonly lint_version=14

version_of() { "$1" --version | grep -oE 'version [0-9]+' | head -n 1 | grep -oE '[0-9]+'; }
decides() {
  [[ $(version_of "$1") == "$lint_version" ]] && return 0
  say "this $1 has version $(version_of "$1"), not $lint_version: what it finds does not count"
  return 1
}

sources() {
  local folder folders=()
  for folder in src calibrate tests; do
    if [[ -d $folder ]]; then folders+=("$folder"); fi
  done
  find "${folders[@]}" -type f "$@" -print0 | sort -z
}

check_format() {
  say "clang-format"
  local options=(--dry-run)
  if decides clang-format; then options+=(--Werror); fi
  sources \( -name '*.cpp' -o -name '*.hpp' -o -name '*.cu' \) | xargs -0 clang-format "${options[@]}"
}

# Over the .cpp files of the tool and its modules; headers are seen through them. Tests are compiled with warnings as
# errors and sanitizers instead: to read them too would double the time. The preset is only configured: a build with
# precompiled headers of another compiler would stop clang.
check_tidy() {
  say "clang-tidy"
  local options=(--quiet -p build/lint)
  if decides clang-tidy; then options+=('--warnings-as-errors=*'); fi
  cmake --preset lint >/dev/null
  compiled_sources | xargs -0 -n 1 -P "$(nproc)" nice clang-tidy "${options[@]}" 2> >(grep -v 'warnings generated' >&2)
}

# A file that the build does not compile (a backend whose toolkit is not here) cannot be checked.
compiled_sources() {
  local file
  while IFS= read -r -d '' file; do
    if grep -qF "\"$PWD/$file\"" build/lint/compile_commands.json; then printf '%s\0' "$file"; fi
  done < <(sources -name '*.cpp' -not -path 'tests/*')
}

run_tests() {
  build_preset "$1"
  say "tests of the preset $1"
  ctest --preset "$1" --parallel "$(nproc)"
}

uses=(build test)
lint=false
sanitize=false
for argument in "$@"; do
  case $argument in
    --sanitize) sanitize=true ;;
    --lint) lint=true ;;
    --all) sanitize=true lint=true ;;
    -h | --help) usage && exit 0 ;;
    *) printf 'error: unknown argument %s\n' "$argument" >&2 && usage >&2 && exit 2 ;;
  esac
done
if $lint; then uses+=(lint); fi

install_packages "${uses[@]}"
if $lint; then
  check_format
  check_tidy
fi
if $sanitize; then run_tests dev; else run_tests test; fi
