"""Optuna's trials that start a program that does nothing: TRIALS in all by WORKERS processes over one journal file. Prints ms a trial."""
import subprocess
import sys
import tempfile
import time
from multiprocessing import Process

import optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
from optuna.study import MaxTrialsCallback

TRIALS, WORKERS = int(sys.argv[1]), int(sys.argv[2])
optuna.logging.set_verbosity(optuna.logging.ERROR)


def no_op(trial):
    rate = trial.suggest_float("LR", 0, 1)
    subprocess.run(["true"], check=True)
    return rate


def work(file, seed):
    storage = JournalStorage(JournalFileBackend(file))
    sampler = optuna.samplers.RandomSampler(seed=seed)
    study = optuna.load_study(study_name="s", storage=storage, sampler=sampler)
    study.optimize(no_op, n_trials=TRIALS, callbacks=[MaxTrialsCallback(TRIALS)])


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        file = f"{folder}/journal"
        optuna.create_study(study_name="s", storage=JournalStorage(JournalFileBackend(file)))
        began = time.monotonic()
        workers = [Process(target=work, args=(file, seed)) for seed in range(WORKERS)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        print((time.monotonic() - began) * 1000 / TRIALS)
