#!/usr/bin/env bash
# From a fresh clone to a first answer: installs what is missing (Debian, Ubuntu), builds, and predicts where the time
# of a network goes. The answer goes to standard output, everything else to standard error.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
source .ci/install.sh

install_packages build
build_preset release

tool=build/release/ridgepoint
say "$tool analyze resnet50 --hw h100-sxm5"
"$tool" analyze resnet50 --hw h100-sxm5

cat >&2 <<END

Next, try:
  $tool list models          # and: list devices
  $tool analyze llama-3.1-8b --hw h100-sxm5 --phase decode --kv-len 8192
  $tool roofline --hw h100-sxm5
END
