"""Run Python functions and programs on OpenBatchAI, from a script or a notebook.

    import openbatchai as ob
    job = ob.submit("python3 train.py --epochs 3", code=".")
    job.follow()
    print(ob.remote(train)(lr=0.1).result())
"""

from .jobs import Job, JobFailed, submit
from .remoting import RemoteError, RemoteTraceback, remote
from .service import Service, ServiceError, find_service

__all__ = [
    "Job",
    "JobFailed",
    "RemoteError",
    "RemoteTraceback",
    "Service",
    "ServiceError",
    "find_service",
    "remote",
    "submit",
]
