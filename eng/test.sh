#!/usr/bin/env bash
# Installs what the tests need beyond the .NET SDK, then runs every test project of Framework.sln in a release build.
# The last line is `N passed, N failed, N skipped`, summed over the projects; exits with 1 where anything failed or nothing ran.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

passed=0 failed=0 skipped=0
results="$(mktemp -d)"
finish() {
  local status=$?
  rm -rf "$results"
  if [[ $status -eq 0 && $passed -eq 0 ]]; then echo "test: no test ran." >&2; status=1; fi
  if [[ $status -eq 0 && $failed -gt 0 ]]; then status=1; fi
  echo "$passed passed, $failed failed, $skipped skipped"
  exit "$status"
}
trap finish EXIT

# ONNX's own backend tests, run by tests/Validation.Tests; the library that reads JPEG.
packages=(libonnx-testdata libturbojpeg0)
if ! dpkg -s "${packages[@]}" > /dev/null 2>&1; then
  as_root=""
  if [[ $EUID -ne 0 ]]; then as_root=sudo; fi
  $as_root apt-get install -y --no-install-recommends "${packages[@]}" > /dev/null \
    || { $as_root apt-get update > /dev/null && $as_root apt-get install -y --no-install-recommends "${packages[@]}" > /dev/null; }
fi

bash eng/get-onnxruntime.sh
bash eng/build-libtorch-shim.sh
dotnet build Framework.sln -c Release -v quiet --nologo -nodereuse:false

# Style is checked by the build; white space only here.
dotnet format whitespace . --folder --exclude '**/obj/' --verify-no-changes

# Tests that read whole data sets would be skipped without them.
for data in mnist fashion-mnist; do dotnet Cli/bin/Release/net10.0/cnn.dll data fetch "$data"; done

# The sums of a project's result file: passed, failed, skipped. What was not executed was skipped.
counters() {
  awk '
    match($0, /<Counters [^>]*>/) {
      tag = substr($0, RSTART, RLENGTH)
      split("total executed passed", names, " ")
      for (i in names) {
        value = tag
        sub(".* " names[i] "=\"", "", value)
        sub("\".*", "", value)
        n[names[i]] = value
      }
    }
    END { print n["passed"] + 0, n["executed"] - n["passed"], n["total"] - n["executed"] }' "$1"
}

# Runs the tests of a project and adds up what came of them. What follows the project goes to `dotnet test`.
run() {
  local project=$1; shift
  local name log status=0 p=0 f=0 s=0
  name="$(basename "$project" .csproj)"
  log="$(mktemp -p "$results" --suffix=.trx)"
  rm "$log"
  dotnet test "$project" -c Release --no-build --nologo --logger "console;verbosity=minimal" --logger "trx;LogFileName=$log" "$@" || status=$?

  if [[ -f "$log" ]]; then read -r p f s < <(counters "$log"); fi
  if [[ $status -ne 0 && $f -eq 0 ]]; then
    echo "test: $name ended with $status before all its tests had run; it counts as one failure." >&2
    f=1
  fi
  passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
}

for project in $(dotnet sln Framework.sln list | tr '\\' '/' | grep -E '^tests/.*\.Tests\.csproj'); do run "$project"; done

# The kernels again as processors without AVX-512, and without AVX2, run them.
for narrower in DOTNET_EnableAVX512=0 DOTNET_EnableAVX2=0; do
  export "${narrower?}"
  echo "Kernels with $narrower:"
  run tests/Framework.Tests/Framework.Tests.csproj --filter FullyQualifiedName~Framework.Tests.Kernels
  unset "${narrower%%=*}"
done
