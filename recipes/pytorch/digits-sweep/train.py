"""A network with one hidden layer on handwritten digits: learning rate, width and batch size are parameters of the sweep. Reports its
accuracy after every epoch, and goes on from its checkpoint when its node was lost."""
import json
import os

import numpy
import torch
from torch import nn

rate, width, batch = (float(os.environ[f"PARAM_{name}"]) for name in ("RATE", "WIDTH", "BATCH"))
epochs = int(os.environ.get("EPOCHS", "9"))
checkpoint = os.path.join(os.environ["AZ_BATCHAI_OUTPUT_MODEL"], "network.pt")


def load(half, count):
    def read(name, header):
        path = os.path.join(os.environ["AZ_BATCHAI_INPUT_DATA"], f"{half}-{name}-ubyte")
        return numpy.fromfile(path, dtype=numpy.uint8)[header:]

    pixels = torch.from_numpy(read("images-idx3", 16).reshape(-1, 784)[:count].astype(numpy.float32) / 255)
    return pixels, torch.from_numpy(read("labels-idx1", 8)[:count].astype(numpy.int64))


def report(value, step):
    with open(os.environ["AZ_BATCHAI_METRICS_FILE"], "a") as file:
        file.write(json.dumps({"name": "accuracy", "value": value, "step": step}) + "\n")
    print(f"epoch {step}: accuracy {value:.3f}", flush=True)


torch.set_num_threads(1)
torch.manual_seed(7)
(pixels, labels), (held, truth) = load("train", 2000), load("test", 500)
network = nn.Sequential(nn.Linear(784, int(width)), nn.ReLU(), nn.Linear(int(width), 10))
optimizer = torch.optim.SGD(network.parameters(), lr=rate)
loss_of = nn.CrossEntropyLoss()
done = 0
if os.path.exists(checkpoint):
    state = torch.load(checkpoint)
    network.load_state_dict(state["network"])
    done = state["epoch"]

for epoch in range(done + 1, epochs + 1):
    for at in torch.randperm(len(labels)).split(int(batch)):
        optimizer.zero_grad()
        loss_of(network(pixels[at]), labels[at]).backward()
        optimizer.step()
    with torch.no_grad():
        report((network(held).argmax(1) == truth).float().mean().item(), epoch)
    # Under another name first: what is cut off must not be taken for a checkpoint.
    torch.save({"network": network.state_dict(), "epoch": epoch}, checkpoint + ".part")
    os.replace(checkpoint + ".part", checkpoint)
