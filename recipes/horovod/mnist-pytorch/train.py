"""Trains a small PyTorch network on handwritten digits with Horovod: one rank per process, gradients averaged."""
import argparse
import os

import horovod.torch as hvd
import numpy
import torch
from torch import nn

options = argparse.ArgumentParser()
options.add_argument("--data", required=True)
options.add_argument("--epochs", type=int, default=3)
options = options.parse_args()


def load(half):
    def read(part, header):
        return numpy.fromfile(os.path.join(options.data, f"{half}-{part}-ubyte"), dtype=numpy.uint8)[header:]

    pixels = torch.from_numpy(read("images-idx3", 16).reshape(-1, 784).astype(numpy.float32) / 255)
    return pixels, torch.from_numpy(read("labels-idx1", 8).astype(numpy.int64))


hvd.init()
torch.set_num_threads(1)
torch.manual_seed(hvd.rank())  # other first weights everywhere: those of rank 0 are broadcast
print(
    f"rank {hvd.rank()} of {hvd.size()}, {hvd.local_rank()} of {hvd.local_size()} on {os.environ['AZ_BATCH_NODE_ID']}",
    flush=True,
)
network = nn.Sequential(nn.Linear(784, 64), nn.ReLU(), nn.Linear(64, 10))
optimizer = torch.optim.SGD(network.parameters(), lr=0.1, momentum=0.9)
optimizer = hvd.DistributedOptimizer(optimizer, named_parameters=network.named_parameters())
hvd.broadcast_parameters(network.state_dict(), root_rank=0)

pixels, labels = load("train")
share = len(labels) // hvd.size()  # as many on every rank, so that none waits for another
order = torch.randperm(len(labels), generator=torch.Generator().manual_seed(7))
order = order[hvd.rank() * share : (hvd.rank() + 1) * share]
pixels, labels = pixels[order], labels[order]
lossOf = nn.CrossEntropyLoss()
batch = 64 // hvd.size()
for epoch in range(options.epochs):
    losses = []
    for start in range(0, share - batch + 1, batch):
        optimizer.zero_grad()
        loss = lossOf(network(pixels[start : start + batch]), labels[start : start + batch])
        loss.backward()
        optimizer.step()
        losses.append(loss.detach())
    mean = hvd.allreduce(torch.stack(losses).mean(), name="loss")
    if hvd.rank() == 0:
        print(f"epoch {epoch + 1}/{options.epochs} loss {mean.item():.4f}", flush=True)

pixels, labels = load("test")
with torch.no_grad():
    accuracy = hvd.allreduce((network(pixels).argmax(1) == labels).float().mean(), name="accuracy")
if hvd.rank() == 0:
    print(f"test accuracy {accuracy.item() * 100:.2f} % on {len(labels)} held-out digits", flush=True)
