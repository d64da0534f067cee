"""Exports torchvision's networks with random weights as ONNX files, to try the import on what PyTorch writes. A check for developers.

    python3 eng/torchvision-exports.py FOLDER [NAME...]

Needs Debian's python3-torch and python3-torchvision. Then, for each file:

    cnn parity --model FILE --batch 2 --against float64,onnxruntime
    cnn parity --model FILE --batch 2 --against float64,onnxruntime --gradients
"""

import os
import sys

import torch
import torchvision

NETWORKS = {
    "alexnet": 224, "vgg16_bn": 224, "googlenet": 224, "inception_v3": 299, "resnet50": 224, "resnext50_32x4d": 224, "wide_resnet50_2": 224,
    "densenet121": 224, "squeezenet1_1": 224, "mobilenet_v2": 224, "mobilenet_v3_large": 224, "shufflenet_v2_x1_0": 224, "mnasnet1_0": 224,
    "efficientnet_b0": 224, "regnet_y_400mf": 224, "convnext_tiny": 224,
}


def create(name):
    torch.manual_seed(1)
    options = {"weights": None}
    if name in ("googlenet", "inception_v3"):
        # Auxiliary heads are for training alone; random weights as PyTorch draws them anyway, quickly.
        options |= {"aux_logits": False, "init_weights": False}
    return getattr(torchvision.models, name)(**options).eval()


def settle(model, image):
    """Statistics of batch normalisation that fit the weights, so that what comes out is neither zero nor infinite."""
    model.train()
    for module in model.modules():
        if isinstance(module, torch.nn.modules.batchnorm._BatchNorm):
            module.momentum = None
    with torch.no_grad():
        model(torch.randn(4, 3, image, image))
    return model.eval()


def main(folder, names):
    os.makedirs(folder, exist_ok=True)
    for name in names or NETWORKS:
        image = NETWORKS[name]
        model = settle(create(name), image)
        path = os.path.join(folder, name + ".onnx")
        # PRESERVE keeps batch normalisation apart from the convolutions, so that it can be trained further.
        torch.onnx.export(
            model, torch.randn(1, 3, image, image), path, opset_version=13, training=torch.onnx.TrainingMode.PRESERVE, do_constant_folding=False,
            input_names=["input"], output_names=["scores"], dynamic_axes={"input": {0: "N"}, "scores": {0: "N"}})
        print(path, os.path.getsize(path), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
