// The helper for PyTorch: a training that is killed and goes on ends as one that was not. Skipped where there is no PyTorch.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const python = "/usr/bin/python3";
const recipe = fileURLToPath(new URL("../../../recipes/checkpoints", import.meta.url));
const hasTorch = () => {
  try {
    execFileSync(python, ["-c", "import torch"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
};

const training = `
import os, sys, tempfile, torch
sys.path.insert(0, sys.argv[1])
from torch_checkpoint import TorchCheckpoints
torch.set_num_threads(1)

def train(folder, until, seed):
    torch.manual_seed(seed)
    net = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.Dropout(0.2), torch.nn.Linear(8, 1))
    optimizer = torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.9)
    schedule = torch.optim.lr_scheduler.StepLR(optimizer, 3, 0.5)
    checkpoints = TorchCheckpoints({"net": net, "optimizer": optimizer, "schedule": schedule}, folder)
    for step in range(checkpoints.resume(), until):
        x = torch.randn(16, 4)
        loss = ((net(x) - x.sum(1, keepdim=True)) ** 2).mean()
        optimizer.zero_grad(); loss.backward(); optimizer.step(); schedule.step()
        if step % 2 == 1: checkpoints.save_training(step + 1)
    return loss.item()

whole = train(tempfile.mkdtemp(), 12, 7)
folder = tempfile.mkdtemp()
train(folder, 5, 7)
print(whole == train(folder, 12, 99))
`;

it.skipIf(!hasTorch())(
  "a PyTorch training that goes on from its checkpoint has the same loss to the last bit",
  () => {
    expect(execFileSync(python, ["-c", training, recipe], { encoding: "utf8" })).toBe("True\n");
  },
);
