"""Run Python functions and programs on OpenBatchAI, from a script or a notebook.

    import openbatchai as ob
    job = ob.submit("python3 train.py --epochs 3", code=".")
    job.follow()
    print(ob.remote(train)(lr=0.1).result())
    print(ob.sweep(train, {"lr": ob.loguniform(1e-4, 1)}, goal="max accuracy").watch().best)
"""

from .jobs import Job, JobFailed, submit
from .remoting import RemoteError, RemoteTraceback, remote
from .service import Service, ServiceError, find_service
from .sweeps import Sweep, SweepFailed, choice, integer, loguniform, sweep, uniform

__all__ = ["Job", "JobFailed", "RemoteError", "RemoteTraceback", "Service", "ServiceError", "Sweep", "SweepFailed", "choice", "find_service"]
__all__ += ["integer", "loguniform", "remote", "submit", "sweep", "uniform"]
