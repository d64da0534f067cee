#!/usr/bin/env bash
# Fetches ONNX Runtime's library for this platform into .native/onnxruntime/, out of the npm package onnxruntime-node.
# Needs npm. Does nothing where the right library is there already.
set -euo pipefail

package=onnxruntime-node
version=1.30.0
integrity=sha512-twhs1C2C/BFkz1yc5OY0KIU2GUq6DURO7hD4bx5Q2Qy3nAMJwRXW8xU3NVczE29VA9lolLOYepoD8fjTGOfIqw==

# For each platform: folder in the package, file in the package, file name here, SHA-256 of the file.
case "$(uname -s)/$(uname -m)" in
  Linux/x86_64)
    file=linux/x64/libonnxruntime.so.1 name=libonnxruntime.so.1
    sha256=ffb75a925ba05e47b235bb66e3e3911714a80b328a9c9425539feb204aa32a23 ;;
  Linux/aarch64)
    file=linux/arm64/libonnxruntime.so.1 name=libonnxruntime.so.1
    sha256=1f549d46250b005580b597f4164984aaf75b3bcb9f3aeb07c7f8a8fe60b23c76 ;;
  Darwin/arm64)
    file=darwin/arm64/libonnxruntime.1.dylib name=libonnxruntime.1.dylib
    sha256=685d2be5dba1309c89d3a5324b7fd06a5c42f1a61bfea32d14c4cc28d072121d ;;
  MINGW*/x86_64 | MSYS*/x86_64)
    file=win32/x64/onnxruntime.dll name=onnxruntime.dll
    sha256=508c362f5673483dd3a086379c392795b2e42d10d5e6f3f90ebd7ac21c97af67 ;;
  MINGW*/aarch64 | MSYS*/aarch64)
    file=win32/arm64/onnxruntime.dll name=onnxruntime.dll
    sha256=6c3a2abf5c6aca11c48a0d338a91af309f2266f25ce2e4084e6a87bbcb0fbfd0 ;;
  *)
    echo "get-onnxruntime: $package $version has no library for $(uname -s)/$(uname -m)." >&2
    exit 1 ;;
esac

target="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)/.native/onnxruntime"

# Node comes with npm, and hashes alike on every platform.
command -v npm > /dev/null && command -v node > /dev/null || {
  echo "get-onnxruntime: npm is needed (it comes with Node.js) and is not on the PATH." >&2
  exit 1
}
digest() { # algorithm, encoding, file
  node -e '
    const [algorithm, encoding, file] = process.argv.slice(1);
    process.stdout.write(require("crypto").createHash(algorithm).update(require("fs").readFileSync(file)).digest(encoding));' "$@"
}

if [[ -f "$target/$name" && "$(digest sha256 hex "$target/$name")" == "$sha256" ]]; then
  echo "get-onnxruntime: ONNX Runtime $version is in .native/onnxruntime already."
  exit 0
fi

work="$(mktemp -d)"
incoming="$target/.$name.$$"
trap 'rm -rf "$work" "$incoming"' EXIT

echo "get-onnxruntime: fetching $package $version with npm ..."
(cd "$work" && npm pack --silent "$package@$version" > npm.log 2>&1) || {
  cat "$work/npm.log" >&2
  echo "get-onnxruntime: npm could not fetch $package $version." >&2
  exit 1
}
archive="$work/$package-$version.tgz"
found="sha512-$(digest sha512 base64 "$archive")"
if [[ "$found" != "$integrity" ]]; then
  echo "get-onnxruntime: the package's integrity is $found, expected $integrity; nothing was installed." >&2
  exit 1
fi

tar -xzf "$archive" -C "$work" "package/bin/napi-v6/$file"
library="$work/package/bin/napi-v6/$file"
if [[ "$(digest sha256 hex "$library")" != "$sha256" ]]; then
  echo "get-onnxruntime: $file in the package is not the file that is pinned here; nothing was installed." >&2
  exit 1
fi

mkdir -p "$target"
cp "$library" "$incoming"
mv -f "$incoming" "$target/$name"
echo "get-onnxruntime: ONNX Runtime $version is in .native/onnxruntime."
