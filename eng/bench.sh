#!/bin/bash
# Times the networks beside ONNX Runtime and libtorch, one run for all, and prints tables in Markdown.
# Let nothing else run meanwhile. Takes about half an hour.
#   eng/bench.sh [ROUNDS] [FOLDER]     the JSON of every measurement goes to the folder (runs/bench by default)
set -euo pipefail
cd "$(dirname "$0")/.."
rounds=${1:-15}
out=${2:-runs/bench}
mkdir -p "$out"
cnn="dotnet Cli/bin/Release/net10.0/cnn.dll"
dotnet build Cli -c Release -v q --nologo

# time MODE BATCH ENGINE NETWORK...
time_all() {
  local mode=$1 batch=$2 engine=$3; shift 3
  for model in "$@"; do
    $cnn bench --model "$model" --mode "$mode" --batch "$batch" --rounds "$rounds" --against "$engine" --json "$out/$mode-$batch-$model.json" > /dev/null
  done
}

time_all infer 1 onnxruntime vgg16 resnet18 googlenet-tv alexnet-tv resnet50 alexnet googlenet densenet121
time_all infer 8 onnxruntime vgg16 resnet18 googlenet-tv alexnet-tv resnet50 alexnet googlenet densenet121
time_all train 8 libtorch vgg16 alexnet-tv googlenet-tv resnet18 resnet50 alexnet googlenet
time_all train 64 libtorch lenet5

dotnet run eng/BenchTables.cs -- "$out"
