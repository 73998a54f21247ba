"""Optuna's asynchronous successive halving on streams that are given: reads {minResource, reductionFactor, workers, paces, streams:
[[value of each step]]} as JSON, smaller is better; prints the step after which each trial was pruned, or null. With several workers so
many trials report in turn, each in every so many rounds (its pace), and the next one begins when one of them is over."""
import json
import sys

import optuna

optuna.logging.set_verbosity(optuna.logging.ERROR)
asked = json.load(sys.stdin)
streams = asked["streams"]
pruner = optuna.pruners.SuccessiveHalvingPruner(
    min_resource=asked["minResource"], reduction_factor=asked["reductionFactor"]
)
study = optuna.create_study(direction="minimize", pruner=pruner)
stops = [None] * len(streams)
running = []
begun, turn = 0, 0
while begun < len(streams) or running:
    while begun < len(streams) and len(running) < asked["workers"]:
        running.append((begun, study.ask(), 0))
        begun += 1
    going = []
    turn += 1
    for number, trial, steps in running:
        if turn % asked["paces"][number] > 0:
            going.append((number, trial, steps))
            continue
        value, step = streams[number][steps], steps + 1
        trial.report(value, step)
        if trial.should_prune():
            stops[number] = step
            study.tell(trial, state=optuna.trial.TrialState.PRUNED)
        elif step == len(streams[number]):
            study.tell(trial, value)
        else:
            going.append((number, trial, step))
    running = going
print(json.dumps(stops))
