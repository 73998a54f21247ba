"""Trains a small network on handwritten digits. Every rank has its share of the digits; gradients are averaged."""
import argparse
import os

import numpy
import torch
import torch.distributed as dist
from torch import nn

options = argparse.ArgumentParser()
options.add_argument("--data", required=True)
options.add_argument("--rank", type=int, default=0)
options.add_argument("--world-size", type=int, default=1)
options.add_argument("--init-method", default="")
options.add_argument("--epochs", type=int, default=4)
options.add_argument("--model")
options = options.parse_args()


def load(half):
    def read(name, header):
        path = os.path.join(options.data, f"{half}-{name}-ubyte")
        return numpy.fromfile(path, dtype=numpy.uint8)[header:]

    pixels = torch.from_numpy(read("images-idx3", 16).reshape(-1, 784).astype(numpy.float32) / 255)
    return pixels, torch.from_numpy(read("labels-idx1", 8).astype(numpy.int64))


def average(values):
    """The same value on every rank: the mean over all of them."""
    if options.world_size > 1:
        dist.all_reduce(values)
        values /= options.world_size
    return values


torch.set_num_threads(1)
torch.manual_seed(7)  # the same first weights everywhere
if options.world_size > 1:
    backend = os.environ["AZ_BATCHAI_PYTORCH_BACKEND"]
    dist.init_process_group(
        backend, init_method=options.init_method, rank=options.rank, world_size=options.world_size
    )
print(f"rank {options.rank} of {options.world_size} on {os.environ['AZ_BATCH_NODE_ID']}", flush=True)

pixels, labels = load("train")
order = torch.randperm(len(labels))[options.rank :: options.world_size]
order = order[: len(labels) // options.world_size]  # as many on every rank, so that none waits for another
pixels, labels = pixels[order], labels[order]
network = nn.Sequential(nn.Linear(784, 64), nn.ReLU(), nn.Linear(64, 10))
optimizer = torch.optim.SGD(network.parameters(), lr=0.1, momentum=0.9)
lossOf = nn.CrossEntropyLoss()
batch = 64 // options.world_size

for epoch in range(options.epochs):
    losses = []
    for start in range(0, len(labels) - batch + 1, batch):
        optimizer.zero_grad()
        loss = lossOf(network(pixels[start : start + batch]), labels[start : start + batch])
        loss.backward()
        for parameter in network.parameters():
            average(parameter.grad)
        optimizer.step()
        losses.append(loss.detach())
    mean = average(torch.stack(losses).mean())
    print(f"epoch {epoch + 1}/{options.epochs} loss {mean.item():.4f}", flush=True)

pixels, labels = load("test")
with torch.no_grad():
    accuracy = (network(pixels).argmax(1) == labels).float().mean()
accuracy = average(accuracy)
if options.rank == 0:
    print(f"test accuracy {accuracy.item() * 100:.2f} % on {len(labels)} held-out digits", flush=True)
    if options.model:
        torch.save(network.state_dict(), os.path.join(options.model, "network.pt"))
