#!/bin/bash
# Errors against float64 beside those of ONNX Runtime (outputs in inference) and libtorch (gradients), as tables in Markdown. Two hours on 2 cores.
#   eng/accuracy.sh [SEEDS] [FOLDER]     the JSON of every comparison goes to the folder (runs/accuracy by default)
set -euo pipefail
cd "$(dirname "$0")/.."
seeds=${1:-3}
out=${2:-runs/accuracy}
mkdir -p "$out"
dotnet build Cli -c Release -v q --nologo

# compare ENGINE BATCH SEEDS OPTIONS NETWORK...      a check that does not hold is parity's to report: the figures count here all the same
compare() {
  local engine=$1 batch=$2 last=$3 options=$4; shift 4
  for model in "$@"; do
    for algorithm in auto precise direct winograd winograd6; do
      for seed in $(seq "$last"); do
        dotnet Cli/bin/Release/net10.0/cnn.dll parity --model "$model" --batch "$batch" --seed "$seed" --algorithm "$algorithm" $options \
          --against "float64,$engine" --json "$out/$engine-$model-$algorithm-$seed.json" > /dev/null || [ $? -eq 1 ]
      done
    done
  done
}

compare onnxruntime 64 "$seeds" "" lenet5
compare libtorch 64 "$seeds" --gradients lenet5
compare onnxruntime 2 "$seeds" "" alexnet alexnet-tv zfnet vgg16 googlenet googlenet-tv resnet18 resnet50 densenet121
compare libtorch 1 "$seeds" --gradients alexnet alexnet-tv zfnet vgg16 googlenet googlenet-tv resnet18 resnet50 densenet121

dotnet run eng/AccuracyTables.cs -- "$out"
