"""Ray Tune's trials that start a program: TRIALS in all, as many at once as there are WORKERS, each `true` or a sleep of SECONDS. Prints ms a trial, and of processor time."""
import json
import os
import subprocess
import sys
import tempfile
import time

# What it would tell, and write of its trials to look at later, is not what is measured.
os.environ.update({"RAY_AIR_NEW_OUTPUT": "0", "TUNE_DISABLE_AUTO_CALLBACK_LOGGERS": "1", "RAY_USAGE_STATS_ENABLED": "0", "RAY_DEDUP_LOGS": "0"})
import ray
from processor_time import processor_ms
from ray import tune

TRIALS, WORKERS, SECONDS = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
PROGRAM = ["true"] if SECONDS == 0 else ["sleep", str(SECONDS)]


def no_op(config):
    subprocess.run(PROGRAM, check=True)
    return {"loss": config["LR"]}


if __name__ == "__main__":
    ray.init(num_cpus=WORKERS, include_dashboard=False, log_to_driver=False)
    with tempfile.TemporaryDirectory() as folder:
        began, used = time.monotonic(), processor_ms()
        results = tune.Tuner(
            no_op,
            param_space={"LR": tune.uniform(0, 1)},
            tune_config=tune.TuneConfig(num_samples=TRIALS, max_concurrent_trials=WORKERS, reuse_actors=True),
            run_config=tune.RunConfig(storage_path=folder, verbose=0),
        ).fit()
        took, used = time.monotonic() - began, processor_ms() - used
    ended = sum(1 for one in results if one.error is None and "loss" in (one.metrics or {}))
    print(json.dumps({"ms": took * 1000 / TRIALS, "processorMs": used / TRIALS, "succeeded": ended}))
