"""Optuna's trials that start a program: TRIALS in all by WORKERS processes over one journal file, each `true` or a sleep of SECONDS. Prints ms a trial, and of processor time."""
import json
import subprocess
import sys
import tempfile
import time
from multiprocessing import Process

import optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
from optuna.study import MaxTrialsCallback
from processor_time import processor_ms

TRIALS, WORKERS, SECONDS = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
PROGRAM = ["true"] if SECONDS == 0 else ["sleep", str(SECONDS)]
optuna.logging.set_verbosity(optuna.logging.ERROR)


def no_op(trial):
    rate = trial.suggest_float("LR", 0, 1)
    subprocess.run(PROGRAM, check=True)
    return rate


def work(file, seed):
    storage = JournalStorage(JournalFileBackend(file))
    sampler = optuna.samplers.RandomSampler(seed=seed)
    study = optuna.load_study(study_name="s", storage=storage, sampler=sampler)
    study.optimize(no_op, n_trials=TRIALS, callbacks=[MaxTrialsCallback(TRIALS)])


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        file = f"{folder}/journal"
        study = optuna.create_study(study_name="s", storage=JournalStorage(JournalFileBackend(file)))
        began, used = time.monotonic(), processor_ms()
        workers = [Process(target=work, args=(file, seed)) for seed in range(WORKERS)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        took, used = time.monotonic() - began, processor_ms() - used
        ended = len(study.get_trials(states=[optuna.trial.TrialState.COMPLETE]))
        print(json.dumps({"ms": took * 1000 / ended, "processorMs": used / ended, "succeeded": ended}))
