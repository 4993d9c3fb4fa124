# Shell code that quickstart.sh and test.sh share; sourced, from the root of the repository.

say() { printf '==> %s\n' "$*" >&2; }

# Prints the packages of packages.txt for these uses ("build", "test" ...), one per line.
packages_for() {
  local use wanted
  for wanted in "$@"; do
    while read -r use package _; do
      [[ $use == "$wanted" ]] && printf '%s\n' "$package"
    done <packages.txt
  done
  return 0
}

is_installed() { [[ $(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null) == installed ]]; }

# Installs the packages for these uses. Touches neither apt nor the network when all of them are there.
install_packages() {
  local package missing=() as_root=()
  if ! command -v apt-get dpkg-query >/dev/null; then
    say "no apt here; these must be installed already: $(packages_for "$@" | xargs)"
    return 0
  fi
  for package in $(packages_for "$@"); do
    is_installed "$package" || missing+=("$package")
  done
  ((${#missing[@]} == 0)) && return 0
  if ((EUID != 0)); then
    if ! command -v sudo >/dev/null; then
      printf 'error: these packages are missing, and without root or sudo they cannot be installed:\n  %s\n' \
        "${missing[*]}" >&2
      return 1
    fi
    as_root=(sudo)
  fi
  say "installing ${missing[*]}"
  local apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300)
  "${apt[@]}" update </dev/null >&2
  "${apt[@]}" install -y --no-install-recommends "${missing[@]}" </dev/null >&2
}

# Configures a preset and builds it, through ccache where there is one.
build_preset() {
  if command -v ccache >/dev/null; then
    export CMAKE_CXX_COMPILER_LAUNCHER="${CMAKE_CXX_COMPILER_LAUNCHER:-ccache}"
    # Without this ccache gives up on every file that uses a precompiled header.
    export CCACHE_SLOPPINESS="${CCACHE_SLOPPINESS:-pch_defines,time_macros}"
    # What was compiled in one clone serves in another.
    export CCACHE_BASEDIR="${CCACHE_BASEDIR:-$PWD}" CCACHE_NOHASHDIR="${CCACHE_NOHASHDIR:-true}"
  fi
  cmake --preset "$1" >&2
  cmake --build --preset "$1" --parallel "$(nproc)" >&2
}
