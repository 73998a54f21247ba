"""A small training in plain Python. `--fault` plants what goes wrong when such programs go on after a kill."""
import argparse
import json
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../../recipes/checkpoints"))
from checkpoint import Checkpoints

options = argparse.ArgumentParser()
options.add_argument("--fault", default="none")
options.add_argument("--own-file", action="store_true")
options.add_argument("--epochs", type=int, default=32)
options = options.parse_args()
folder = os.environ["AZ_BATCHAI_CHECKPOINT_DIR"]
file = os.path.join(folder, "state.json")
uses_file = options.own_file or options.fault == "torn"


def save(state):
    if options.fault == "no-checkpoint":
        return
    text = json.dumps(state)
    if options.fault == "torn":
        with open(file, "w") as out:  # over what was there, a piece at a time
            for start in range(0, len(text), 400):
                out.write(text[start : start + 400])
                out.flush()
                time.sleep(0.01)
    elif uses_file:
        with open(file + ".part", "w") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        os.replace(file + ".part", file)
    else:
        Checkpoints().save(state["epoch"], {"state.json": text.encode()})


def load():
    if options.fault in ("no-checkpoint", "never-reads"):
        return None
    if uses_file:
        return json.load(open(file)) if os.path.exists(file) else None
    found = Checkpoints().latest()
    return found and json.load(open(os.path.join(found[1], "state.json")))


state = load() or {"epoch": 0, "weights": [0.0] * 100, "momentum": [0.0] * 100}
done = state["epoch"]
if done and options.fault == "wrong-epoch":
    done -= 1
if done and options.fault == "skips":
    done += 6  # further than any attempt came from its last checkpoint
if options.fault == "lost-optimizer":
    state["momentum"] = [0.0] * 100
for epoch in range(done, options.epochs):
    weights, momentum = state["weights"], state["momentum"]
    loss = 0.0
    for at in range(100):
        error = weights[at] - at / 100 - 0.001 * epoch
        loss += error * error
        momentum[at] = 0.9 * momentum[at] - 0.02 * error
        weights[at] += momentum[at]
    time.sleep(0.04)
    with open(os.environ["AZ_BATCHAI_METRICS_FILE"], "a") as out:
        out.write(json.dumps({"name": "loss", "value": loss, "step": epoch}) + "\n")
    state["epoch"] = epoch + 1
    if (epoch + 1) % 4 == 0:
        save(state)
