"""Optuna's asynchronous successive halving on streams that are given: reads {minResource, reductionFactor, streams: [[value of each
step]]} as JSON, smaller is better; prints the step after which each trial was pruned, or null."""
import json
import sys

import optuna

optuna.logging.set_verbosity(optuna.logging.ERROR)
asked = json.load(sys.stdin)
pruner = optuna.pruners.SuccessiveHalvingPruner(
    min_resource=asked["minResource"], reduction_factor=asked["reductionFactor"]
)
study = optuna.create_study(direction="minimize", pruner=pruner)
stops = []
for stream in asked["streams"]:
    trial = study.ask()
    stopped = None
    for step, value in enumerate(stream, start=1):
        trial.report(value, step)
        if trial.should_prune():
            stopped = step
            break
    last = stream[(stopped or len(stream)) - 1]
    state = optuna.trial.TrialState.COMPLETE if stopped is None else optuna.trial.TrialState.PRUNED
    study.tell(trial, last if stopped is None else None, state=state)
    stops.append(stopped)
print(json.dumps(stops))
