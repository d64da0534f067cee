#!/usr/bin/env python3
"""Writes names and shapes of the parameters and statistics of torchvision's networks.

Needs Debian's python3-torchvision (0.14). The tests read the result, and nothing else needs this script:
    python3 eng/torchvision-parameters.py | gzip -9n > tests/Framework.Tests/Models/torchvision-parameters.txt.gz
"""
import torch
from torchvision import models

for name in dir(torch.nn.init):
    if name.endswith("_") and not name.startswith("_"):
        setattr(torch.nn.init, name, lambda tensor, *args, **kwargs: tensor)  # Only shapes are wanted.

networks = {"alexnet-tv": models.alexnet, "googlenet-tv": lambda: models.googlenet(init_weights=False, aux_logits=True)}
for depth in (11, 13, 16, 19):
    networks[f"vgg{depth}"] = getattr(models, f"vgg{depth}")
    networks[f"vgg{depth}-bn"] = getattr(models, f"vgg{depth}_bn")
for name in ("resnet18 resnet34 resnet50 resnet101 resnet152 densenet121 densenet161 densenet169 densenet201").split():
    networks[name] = getattr(models, name)

for name, make in networks.items():
    print(name)
    for key, value in make().state_dict().items():
        if not key.endswith("num_batches_tracked"):
            print(f"  {key} [{','.join(map(str, value.shape))}]")
