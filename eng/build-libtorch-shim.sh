#!/usr/bin/env bash
# Builds the shim over libtorch into .native/libtorch/. Takes the libtorch below the folder that LIBTORCH names, or else the
# system's, which it installs from Debian's packages where it may. Does nothing where the shim is newer than what it is built from.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

source=Interop/LibTorch/Shim
target=.native/libtorch
library="$target/libcnn_torch.so"

say() { echo "build-libtorch-shim: $*"; }

if [[ -n "${LIBTORCH:-}" ]]; then
  headers=(-isystem "$LIBTORCH/include" -isystem "$LIBTORCH/include/torch/csrc/api/include")
  libraries="$LIBTORCH/lib"
else
  headers=(-isystem /usr/include/torch/csrc/api/include)
  # OpenBLAS's threaded form: without it fully connected layers run on the reference BLAS, unfairly slowly.
  packages=(libtorch-dev libopenblas0-pthread g++)
  if ! dpkg -s "${packages[@]}" > /dev/null 2>&1; then
    if ! command -v apt-get > /dev/null || [[ "$(id -u)" -ne 0 ]]; then
      say "libtorch is not installed. Install ${packages[*]} (Debian), or set LIBTORCH to an unpacked libtorch." >&2
      exit 1
    fi
    say "installing ${packages[*]} ..."
    export DEBIAN_FRONTEND=noninteractive
    log="$(mktemp)"
    { apt-get update && apt-get install -y --no-install-recommends "${packages[@]}"; } > "$log" 2>&1 < /dev/null || {
      tail -20 "$log" >&2
      say "the packages could not be installed." >&2
      exit 1
    }
    rm -f "$log"
  fi
  libraries="$(dirname "$(ls /usr/lib/*/libtorch_cpu.so | head -n 1)")"
fi

if [[ -f "$library" && -z "$(find -L "$source" "${BASH_SOURCE[0]}" "$libraries/libtorch_cpu.so" -newer "$library" -type f)" ]]; then
  say "$library is there already."
  exit 0
fi

say "compiling ..."
mkdir -p "$target"
incoming="$target/.libcnn_torch.so.$$"
trap 'rm -f "$incoming"' EXIT
${CXX:-g++} -std=c++17 -O2 -fPIC -shared -fvisibility=hidden -Wall ${CXXFLAGS:-} \
  "${headers[@]}" "$source/cnn_torch.cpp" -o "$incoming" \
  -L"$libraries" -Wl,-rpath,"$libraries" -Wl,--no-as-needed -ltorch -ltorch_cpu -lc10
mv -f "$incoming" "$library"
say "$library is built."
