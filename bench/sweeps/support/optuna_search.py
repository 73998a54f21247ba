"""The functions of functions.ts, searched by Optuna's TPE, at random, and by CMA-ES where `cmaes` is installed: one JSON object {function:
{sampler: [best per seed]}}. Arguments: trials, seeds, and the names of functions."""
import json
import importlib.util
import math
import sys
import warnings
from collections import deque
from pathlib import Path

import optuna

optuna.logging.set_verbosity(optuna.logging.ERROR)
warnings.filterwarnings("ignore")
TRIALS, SEEDS = int(sys.argv[1]), int(sys.argv[2])
NAMES = sys.argv[3:]

ALPHA = [1, 1.2, 3, 3.2]
A = [[10, 3, 17, 3.5, 1.7, 8], [0.05, 10, 17, 0.1, 8, 14], [3, 3.5, 1.7, 10, 17, 8], [17, 8, 0.05, 10, 0.1, 14]]
P = [
    [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886],
    [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
    [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.665],
    [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381],
]


def branin(trial):
    x, y = trial.suggest_float("X0", -5, 10), trial.suggest_float("X1", 0, 15)
    bowl = y - 5.1 / (4 * math.pi**2) * x * x + 5 / math.pi * x - 6
    return bowl**2 + 10 * (1 - 1 / (8 * math.pi)) * math.cos(x) + 10


def hartmann6(trial):
    x = [trial.suggest_float(f"X{i}", 0, 1) for i in range(6)]
    return -sum(ALPHA[r] * math.exp(-sum(A[r][c] * (x[c] - P[r][c]) ** 2 for c in range(6))) for r in range(4))


def rosenbrock4(trial):
    x = [trial.suggest_float(f"X{i}", -2, 2) for i in range(4)]
    return sum(100 * (x[i + 1] - x[i] ** 2) ** 2 + (1 - x[i]) ** 2 for i in range(3))


DIGITS = json.loads((Path(__file__).parent / "digits-svm.json").read_text())


def place(value, least, most, points):
    at = (math.log10(value) - least) / (most - least) * (points - 1)
    low = min(max(math.floor(at), 0), points - 2)
    return low, min(max(at - low, 0), 1)


def digits(trial):
    wrong = DIGITS["wrong"]
    row, down = place(trial.suggest_float("C", 1e-3, 1e4, log=True), *DIGITS["c"], len(wrong))
    column, right = place(trial.suggest_float("GAMMA", 1e-6, 1, log=True), *DIGITS["gamma"], len(wrong[0]))
    across = [wrong[r][column] * (1 - right) + wrong[r][column + 1] * right for r in (row, row + 1)]
    return across[0] * (1 - down) + across[1] * down


def conditional(trial):
    kind = trial.suggest_categorical("KIND", ["sgd", "adam", "none"])
    rate = (math.log10(trial.suggest_float("LR", 1e-5, 1, log=True)) + 2.5) ** 2
    if kind == "none":
        return 2 + rate
    width = (math.log2(trial.suggest_int("WIDTH", 8, 512, log=True)) - 6) ** 2 / 4
    if kind == "sgd":
        return 0.3 + rate + 4 * (trial.suggest_float("MOMENTUM", 0, 1) - 0.9) ** 2 + width
    return rate + 20 * (trial.suggest_float("BETA", 0.5, 1) - 0.95) ** 2 + width


def best(function, sampler, at_once):
    """Suggestions see all results but those of the newest trials, as many as run at once."""
    study = optuna.create_study(sampler=sampler)
    running = deque()
    for _ in range(TRIALS):
        while len(running) >= at_once:
            study.tell(*running.popleft())
        trial = study.ask()
        running.append((trial, function(trial)))
    while running:
        study.tell(*running.popleft())
    return study.best_value


samplers = {
    "optuna tpe": (lambda seed: optuna.samplers.TPESampler(seed=seed), 1),
    "optuna tpe, eight at a time": (lambda seed: optuna.samplers.TPESampler(seed=seed), 8),
    "optuna random": (lambda seed: optuna.samplers.RandomSampler(seed=seed), 1),
}
if importlib.util.find_spec("cmaes") is not None:
    samplers["optuna cma-es"] = (lambda seed: optuna.samplers.CmaEsSampler(seed=seed), 1)
print(json.dumps({
    function.__name__: {
        name: [best(function, make(seed), at_once) for seed in range(SEEDS)] for name, (make, at_once) in samplers.items()
    }
    for function in (branin, hartmann6, rosenbrock4, digits, conditional)
    if function.__name__ in NAMES
}))
