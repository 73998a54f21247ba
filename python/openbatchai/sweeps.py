"""Sweeps: many trials of one program or function, looking for the best parameters."""

from __future__ import annotations

import html
import json
from typing import Any, Callable, Iterator, Mapping, Optional, Union

from .jobs import Job, Place, Watched, new_name, prepare
from .remoting import sent

OWN_VERSION = "2026-11-01"
Parameter = Mapping[str, Any]


def choice(*values: Any) -> Parameter:
    return {"type": "choice", "values": list(values)}


def uniform(least: float, most: float) -> Parameter:
    return {"type": "uniform", "min": least, "max": most}


def loguniform(least: float, most: float) -> Parameter:
    return {"type": "loguniform", "min": least, "max": most}


def integer(least: int, most: int) -> Parameter:
    return {"type": "integer", "min": least, "max": most}


class SweepFailed(Exception):
    """The sweep failed; `sweep` tells more."""

    def __init__(self, message: str, sweep: Sweep) -> None:
        super().__init__(message)
        self.sweep = sweep


class Sweep(Watched):
    def __init__(self, place: Place, name: str) -> None:
        self.service, self.workspace, self.experiment = place
        self.name = name
        self.path = self.service.path("workspaces", self.workspace, "experiments", self.experiment, "sweeps", name)

    @property
    def properties(self) -> dict[str, Any]:
        return dict(self.service.send("GET", _own(self.path))["properties"])

    @property
    def state(self) -> str:  # type: ignore[override]
        """running, terminating, succeeded or failed"""
        return str(self.properties["executionState"])

    def trials(self) -> Iterator[dict[str, Any]]:
        """Each with its number, state, parameters, value and metrics, in the order of their numbers."""
        yield from self.service.items("GET", _own(f"{self.path}/trials"))

    @property
    def best(self) -> Optional[dict[str, Any]]:
        """The best trial so far; None before one has a value."""
        return self.service.find(_own(f"{self.path}/best"))  # type: ignore[no-any-return]

    def job(self, trial: Mapping[str, Any]) -> Job:
        """The job of a trial: its logs and what it wrote."""
        return Job(self.service, self.workspace, self.experiment, trial["job"])

    def watch(self, poll: float = 2.0) -> Sweep:
        """Waits; in a notebook with a table that changes in its place, elsewhere with a line for each change. Ctrl-C ends the looking alone."""
        try:
            from IPython import get_ipython  # type: ignore[import-not-found]
            from IPython.display import display  # type: ignore[import-not-found]

            handle = display(self, display_id=True) if get_ipython() is not None else None
        except ImportError:
            handle = None
        said = ""

        def show() -> None:
            nonlocal said
            line = repr(self)
            if handle is not None:
                handle.update(self)
            elif line != said:
                print(line, flush=True)
            said = line

        self.wait(poll=poll, look=show)
        show()
        return self

    def check(self) -> Sweep:
        """Waits; raises SweepFailed unless the sweep succeeded."""
        properties = self.wait().properties
        if properties["executionState"] != "succeeded":
            told = "; ".join(f"{error['code']}: {error['message']}" for error in properties["errors"])
            raise SweepFailed(told or str(properties.get("endReason", "the service tells no reason")), self)
        return self

    def terminate(self) -> None:
        self.service.send("POST", _own(f"{self.path}/terminate"))

    def __repr__(self) -> str:
        found = self.properties
        counts = ", ".join(f"{count} {state}" for state, count in found["counts"].items())
        best = f"; best {found['best']['value']} (trial {found['best']['trial']})" if "best" in found else ""
        return f"<Sweep {self.name}: {found['executionState']}, {counts or 'no trial yet'}{best}>"

    def _repr_html_(self) -> str:
        """What a notebook shows: the standing, and the best trials."""
        goal = self.properties["objective"]["goal"]
        valued = [trial for trial in self.trials() if isinstance(trial.get("value"), (int, float))]
        first = sorted(valued, key=lambda trial: trial["value"], reverse=goal == "maximize")[:10]
        names = sorted({name for trial in first for name in trial["parameters"]})
        columns = ["trial", "state", "value"]
        rows = [columns + names]
        rows += [[trial[key] for key in columns] + [trial["parameters"].get(name, "") for name in names] for trial in first]
        cells = ["".join(f"<td>{html.escape(str(cell))}</td>" for cell in row) for row in rows]
        return f"<p>{html.escape(repr(self))}</p><table>{''.join(f'<tr>{row}</tr>' for row in cells)}</table>"


def sweep(
    program: Union[str, Callable[..., Any]], space: Mapping[str, Parameter], goal: str, trials: int = 10, *, concurrent: int = 4,
    algorithm: Optional[Parameter] = None, stopping: Optional[Parameter] = None, budget: Optional[Parameter] = None,
    name: Optional[str] = None, code: str = ".", **where: Any,
) -> Sweep:  # fmt: skip
    """Starts a sweep. `goal` is "max accuracy" or "min loss".

    A shell line finds the parameters as $PARAM_NAME, in capitals, and appends to $AZ_BATCHAI_METRICS_FILE. A function gets them by name and returns the
    metric, or a dict of metrics; it must be one of a module, or of the script itself, below the folder `code`. `where`: workspace,
    experiment, cluster, size, nodes, environment and service, as for `submit`.
    """
    direction, _, metric = goal.partition(" ")
    goals = {"max": "maximize", "min": "minimize"}
    if direction not in goals or metric == "":
        raise ValueError(f"goal is 'max METRIC' or 'min METRIC'; '{goal}' is neither.")
    values = {key: parameter["values"] for key, parameter in space.items() if "values" in parameter}
    head = json.dumps({"metric": metric, "parameters": sorted(space), "values": values})
    searched = {key.upper(): parameter for key, parameter in space.items()}
    if len(searched) < len(space):
        raise ValueError("Names of parameters differ by more than capitals: a trial finds them as $PARAM_NAME.")
    command, extra = (program, {}) if isinstance(program, str) else sent(program, code, (), {}, head)
    place, properties = prepare(command, code, extra, where.get("nodes", 1) * concurrent, **where)
    body: dict[str, Any] = {
        "trial": {"properties": properties},
        "searchSpace": searched,
        "objective": {"metric": metric, "goal": goals[direction]},
        "limits": {"maxTrials": trials, "maxConcurrentTrials": min(concurrent, trials)},
    }
    body.update({key: value for key, value in (("algorithm", algorithm), ("stopping", stopping), ("budget", budget)) if value is not None})
    made = Sweep(place, name or new_name())
    made.service.put(_own(made.path), {"properties": body})
    return made


def _own(path: str) -> str:
    return f"{path}?api-version={OWN_VERSION}"
