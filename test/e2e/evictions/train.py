"""A training of two processes with PyTorch's Gloo that goes on from its checkpoints: each has its half of the data, gradients are averaged."""
import json
import os
import sys
import time

import torch
import torch.distributed as dist

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../../recipes/checkpoints"))
from torch_checkpoint import TorchCheckpoints

steps = 60
rank = int(os.environ["AZ_BATCHAI_TASK_INDEX"])
torch.set_num_threads(1)
torch.manual_seed(5)
dist.init_process_group("gloo", init_method=os.environ["AZ_BATCHAI_PYTORCH_INIT_METHOD"], rank=rank, world_size=2)
data = torch.randn(512, 8)
target = (data**2).sum(1, keepdim=True)
data, target = data[rank::2], target[rank::2]
network = torch.nn.Sequential(torch.nn.Linear(8, 32), torch.nn.Tanh(), torch.nn.Linear(32, 1))
optimizer = torch.optim.SGD(network.parameters(), lr=0.01, momentum=0.9)
checkpoints = TorchCheckpoints({"network": network, "optimizer": optimizer}, rank=rank)
done = checkpoints.resume()
for step in range(done, steps):
    at = step % 8 * 32
    loss = ((network(data[at : at + 32]) - target[at : at + 32]) ** 2).mean()
    optimizer.zero_grad()
    loss.backward()
    for parameter in network.parameters():
        dist.all_reduce(parameter.grad)
        parameter.grad /= 2
    optimizer.step()
    time.sleep(0.1)
    if rank == 0:
        with open(os.environ["AZ_BATCHAI_METRICS_FILE"], "a") as out:
            out.write(json.dumps({"name": "loss", "value": loss.item(), "step": step}) + "\n")
    if (step + 1) % 5 == 0:
        checkpoints.save_training(step + 1)
whole = ((network(data) - target) ** 2).mean().detach()
dist.all_reduce(whole)
if rank == 0:
    print(f"final loss {whole.item() / 2:.9f} after {steps} steps, of which {steps - done} in attempt {os.environ['AZ_BATCHAI_ATTEMPT']}")
