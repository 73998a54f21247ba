"""`remote(f)(1, 2).result()`: a function of a module or of this script, run on a node with its arguments; its value, or its exception.

What crosses is pickled by this program and by the one it starts; nobody else may write to that share.
"""

from __future__ import annotations

import json
import os
import pickle
import pkgutil
import sys
from typing import Any, Callable, Generic, Optional, TypeVar

from .jobs import OUTPUTS, Job, JobFailed, submit

Value = TypeVar("Value")
RUNNER = "openbatchai_runner.py"
CALL = "openbatchai_call.pkl"
RESULT = "result.pkl"
# Travels with the call: a script that says `import openbatchai` says so on the node, too.
_PACKAGE = ("__init__.py", "jobs.py", "remoting.py", "service.py", "share.py", "sweeps.py")


class RemoteTraceback(Exception):
    """The cause of a remote exception: the traceback as it was there."""

    def __str__(self) -> str:
        return f"\n\n{self.args[0]}"


class RemoteError(Exception):
    """The remote exception could not travel; this is its traceback."""


# The node needs Python alone.
_RUNNER = '''
import importlib, json, os, pickle, runpy, sys, traceback
with open("openbatchai_call.pkl", "rb") as file:
    call = json.loads(file.readline())
    here = list(sys.version_info[:2])
    if call["python"] != here:
        sys.exit("The function was sent by Python %d.%d; the node has Python %d.%d." % (*call["python"], *here))
    sys.path.insert(0, os.getcwd())
    if call["script"] is None:
        scope = vars(importlib.import_module(call["module"]))
    else:
        scope = runpy.run_path(call["script"], run_name="__openbatchai__")
        main = sys.modules["__main__"]
        vars(main).update({name: value for name, value in scope.items() if not name.startswith("__")})
        for value in scope.values():
            if getattr(value, "__module__", None) == "__openbatchai__":
                try:
                    value.__module__ = "__main__"
                except (AttributeError, TypeError):
                    pass
    args, kwargs = pickle.load(file)
sweep = call["sweep"]
for name in sweep["parameters"] if sweep else ():
    text = os.environ["PARAM_" + name.upper()]
    known = [value for value in sweep["values"].get(name, []) if text in (str(value), json.dumps(value))]
    kwargs[name] = known[0] if known else json.loads(text)
function = scope[call["name"]]
try:
    outcome = ("value", function(*args, **kwargs))
    if sweep:
        metrics = outcome[1] if isinstance(outcome[1], dict) else {sweep["metric"]: outcome[1]}
        with open(os.environ["AZ_BATCHAI_METRICS_FILE"], "a") as file:
            file.writelines(json.dumps({"name": key, "value": float(value), "step": 1}) + "\\n" for key, value in metrics.items())
except BaseException as error:
    text = traceback.format_exc()
    sys.stderr.write(text)
    try:
        outcome = ("error", (pickle.loads(pickle.dumps(error)), text))
    except Exception:
        outcome = ("error", (None, text))
path = os.path.join(os.environ["AZ_BATCHAI_OUTPUT_OUTPUTS"], "result.pkl")
with open(path + ".part", "wb") as file:
    pickle.dump(outcome, file)
os.replace(path + ".part", path)
sys.exit(0 if outcome[0] == "value" else 1)
'''


class RemoteCall(Generic[Value]):
    """A function that runs as a job."""

    def __init__(self, job: Job) -> None:
        self.job = job

    def result(self, timeout: Optional[float] = None) -> Value:
        """Waits; the function's value, or its exception with the traceback that it had there."""
        self.job.wait(timeout)
        content = self.job._read(OUTPUTS, RESULT)
        if content is None:
            self.job.check()
            raise JobFailed("The job succeeded, and there is no result.", self.job)
        kind, outcome = pickle.loads(content)
        if kind == "value":
            value: Value = outcome
            return value
        error, traceback = outcome
        if error is None:
            raise RemoteError(traceback)
        raise error from RemoteTraceback(traceback)


def remote(function: Callable[..., Value], **options: Any) -> Callable[..., RemoteCall[Value]]:
    """`options` are those of `submit`. The folder `code` (this one) must hold the function's module."""

    def call(*args: Any, **kwargs: Any) -> RemoteCall[Value]:
        code = os.path.abspath(options.get("code", "."))
        command, extra = sent(function, code, args, kwargs)
        return RemoteCall(submit(command, **{**options, "code": code, "extra": extra}))

    return call


def sent(
    function: Callable[..., Any], code: str, args: tuple[Any, ...], kwargs: dict[str, Any], sweep: str = "null"
) -> tuple[str, dict[str, bytes]]:
    """The line that calls the function on a node, and the files that it needs beside those of the folder.

    `sweep`, as JSON: the names of the parameters that the call takes from its environment, and what its value is called.
    """
    head = {"python": list(sys.version_info[:2]), "name": _name(function), "sweep": json.loads(sweep)}
    head.update(_place(function, os.path.abspath(code)))
    content = json.dumps(head).encode() + b"\n" + pickle.dumps((args, kwargs))
    package = {f"openbatchai/{name}": pkgutil.get_data("openbatchai", name) or b"" for name in _PACKAGE}
    return f"python3 {RUNNER}", {RUNNER: _RUNNER.encode(), CALL: content, **package}


def _name(function: Callable[..., Any]) -> str:
    name = function.__qualname__
    if not name.isidentifier():
        raise ValueError(f"'{name}' is defined inside something else; the node finds functions of a module only.")
    return name


def _place(function: Callable[..., Any], code: str) -> dict[str, Optional[str]]:
    if function.__module__ != "__main__":
        return {"module": function.__module__, "script": None}
    script = getattr(sys.modules["__main__"], "__file__", None)
    if script is None:
        raise ValueError("A function of a notebook or a prompt has no file: write it to a module, and import it from there.")
    path = os.path.relpath(os.path.abspath(script), code)
    if path.startswith(".."):
        raise ValueError(f"{script} is not in the folder {code} that is sent.")
    return {"module": None, "script": path}
