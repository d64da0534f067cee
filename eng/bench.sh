#!/bin/bash
# Times the networks beside ONNX Runtime and libtorch, one run for all, and prints tables in Markdown.
# Let nothing else run meanwhile. Takes about twenty-five minutes.
#   eng/bench.sh [ROUNDS [ROUNDS OF TRAINING [FOLDER]]]     9, 5; the JSON of every measurement goes to the folder (runs/bench by default)
set -euo pipefail
cd "$(dirname "$0")/.."
rounds=${1:-9} training=${2:-5}
out=${3:-runs/bench}
mkdir -p "$out"
cnn="dotnet Cli/bin/Release/net10.0/cnn.dll"
dotnet build Cli -c Release -v q --nologo

# time_all MODE BATCH ROUNDS ENGINE NETWORK...
time_all() {
  local mode=$1 batch=$2 rounds=$3 engine=$4; shift 4
  for model in "$@"; do
    $cnn bench --model "$model" --mode "$mode" --batch "$batch" --rounds "$rounds" --against "$engine" --json "$out/$mode-$batch-$model.json" > /dev/null
  done
}

time_all infer 1 "$rounds" onnxruntime vgg16 resnet18 googlenet-tv alexnet-tv resnet50 alexnet googlenet densenet121
time_all infer 8 "$rounds" onnxruntime vgg16 resnet18 googlenet-tv alexnet-tv resnet50 alexnet googlenet densenet121
time_all train 8 "$training" libtorch vgg16 alexnet-tv googlenet-tv resnet18 resnet50 alexnet googlenet
time_all train 64 "$((2 * rounds))" libtorch lenet5

dotnet run eng/BenchTables.cs -- "$out"
