"""Jobs: a program of a folder on a node, and what becomes of it."""

from __future__ import annotations

import hashlib
import io
import os
import re
import secrets
import subprocess
import sys
import tarfile
import time
import urllib.request
from typing import Any, Callable, Mapping, Optional, Sequence, TypeVar

from .service import Service, find_service
from .share import Share

SHARE = "batchai"
SIZE = "STANDARD_D2S_V3"
OUTPUTS = "OUTPUTS"
MOUNT = f"$AZ_BATCHAI_JOB_MOUNT_ROOT/{SHARE}"
ENDED = ("succeeded", "failed")
Place = tuple[Service, str, str]
LEFT_OUT = {".git", ".batchai", "__pycache__", "node_modules", ".venv"}
Kind = TypeVar("Kind", bound="Watched")


class JobFailed(Exception):
    """The job failed; `job` tells more."""

    def __init__(self, message: str, job: Job) -> None:
        super().__init__(message)
        self.job = job


class Watched:
    """What goes on by itself, and comes to an end."""

    name: str
    state: str

    def wait(self: Kind, timeout: Optional[float] = None, poll: float = 1.0, look: Callable[[], Any] = lambda: None) -> Kind:
        """Returns once it has ended, however it ended. Raises TimeoutError when that takes longer."""
        until = None if timeout is None else time.monotonic() + timeout
        while self.state not in ENDED:
            look()
            if until is not None and time.monotonic() >= until:
                raise TimeoutError(f"the {type(self).__name__.lower()} {self.name} has not ended after {timeout} seconds")
            time.sleep(poll)
        return self


class Job(Watched):
    def __init__(self, service: Service, workspace: str, experiment: str, name: str) -> None:
        self.service = service
        self.name = name
        self.workspace = workspace
        self.experiment = experiment
        self.path = service.path("workspaces", workspace, "experiments", experiment, "jobs", name)

    def __repr__(self) -> str:
        return f"<Job {self.name}: {self.state}>"

    @property
    def properties(self) -> dict[str, Any]:
        found: dict[str, Any] = self.service.send("GET", self.path)["properties"]
        return found

    @property
    def state(self) -> str:  # type: ignore[override]
        """queued, running, terminating, succeeded or failed"""
        return str(self.properties["executionState"])

    @property
    def exit_code(self) -> Optional[int]:
        return self.properties.get("executionInfo", {}).get("exitCode")

    def check(self) -> Job:
        """Waits; raises JobFailed unless the job succeeded."""
        properties = self.wait().properties
        if properties["executionState"] == "succeeded":
            return self
        errors = properties.get("executionInfo", {}).get("errors", [])
        told = "; ".join(f"{error['code']}: {error['message']}" for error in errors) or "the service tells no reason"
        raise JobFailed(f"{told}\n{self.log('stderr.txt')[-2000:]}", self)

    def log(self, name: str = "stdout.txt") -> str:
        """What the program has written so far."""
        content = self._read("stdouterr", name)
        return "" if content is None else content.decode(errors="replace")

    def follow(self, write: Callable[[str], Any] = sys.stdout.write, poll: float = 1.0) -> Job:
        """Shows the output as it comes, until the end."""
        shown = 0
        while True:
            ended = self.state in ENDED
            text = self.log()
            write(text[shown:])
            shown = len(text)
            if ended:
                return self
            time.sleep(poll)

    def download(self, folder: str) -> list[str]:
        """The files that the program wrote to its outputs; the paths here."""
        os.makedirs(folder, exist_ok=True)
        paths = []
        for file in self.service.output_files(self.path, OUTPUTS):
            name = file["name"]
            if file["fileType"] != "file" or os.path.basename(name) != name or name in (".", ".."):
                continue
            path = os.path.join(folder, name)
            with open(path, "wb") as target:
                target.write(_content(file["downloadUrl"]))
            paths.append(path)
        return paths

    def terminate(self) -> None:
        self.service.send("POST", f"{self.path}/terminate")

    def _read(self, directory: str, name: str) -> Optional[bytes]:
        for file in self.service.output_files(self.path, directory):
            if file["name"] == name and "downloadUrl" in file:
                return _content(file["downloadUrl"])
        return None


def submit(
    command: str,
    code: str = ".",
    *,
    name: Optional[str] = None,
    workspace: Optional[str] = None,
    experiment: Optional[str] = None,
    cluster: Optional[str] = None,
    size: str = SIZE,
    nodes: int = 1,
    environment: Optional[Mapping[str, str]] = None,
    service: Optional[Service] = None,
    extra: Optional[Mapping[str, bytes]] = None,
) -> Job:
    """Sends the folder `code`, makes what is missing, and runs the shell line `command` in a copy of the folder on a node.

    What the program writes to the folder $AZ_BATCHAI_OUTPUT_OUTPUTS is kept. `extra` are further files beside those of the folder.
    """
    where: dict[str, Any] = {"workspace": workspace, "experiment": experiment, "cluster": cluster, "size": size, "nodes": nodes}
    place, properties = prepare(command, code, extra or {}, nodes, environment=environment, service=service, **where)
    job = Job(*place, name or new_name())
    place[0].put(job.path, {"properties": properties})
    return job


def prepare(
    command: str, code: str, extra: Mapping[str, bytes], most: int, *, workspace: Optional[str] = None,
    experiment: Optional[str] = None, cluster: Optional[str] = None, size: str = SIZE, nodes: int = 1,
    environment: Optional[Mapping[str, str]] = None, service: Optional[Service] = None,
) -> tuple[Place, dict[str, Any]]:  # fmt: skip
    """Sends the folder and makes what is missing: where the job goes, and its properties. `most`: nodes of a cluster that is made."""
    service = service if service is not None else find_service()
    storage = service.storage
    if storage is None:
        raise LookupError("Where shall the folder go? Set AZURE_BATCHAI_STORAGE_ACCOUNT and AZURE_BATCHAI_STORAGE_KEY.")
    workspace = workspace or os.environ.get("BATCHAI_WORKSPACE") or "batchai"
    experiment = experiment or os.environ.get("BATCHAI_EXPERIMENT") or _fitting(os.path.basename(os.path.abspath(code)))
    archive = _packed(code, extra)
    stored = f"{hashlib.sha256(archive).hexdigest()}.tar"
    share = Share(storage, SHARE)
    share.make("code")
    share.write(f"code/{stored}", archive)
    cluster_path = _make_missing(service, workspace, experiment, cluster or _fitting(size.lower()), size, nodes, most)
    mount = {
        "accountName": storage.name,
        "azureFileUrl": f"https://{storage.name}.file.core.windows.net/{SHARE}",
        "credentials": {"accountKey": storage.key},
        "relativeMountPath": SHARE,
    }
    variables = {"PYTHONUNBUFFERED": "1", **(environment or {})}
    properties = {
        "cluster": {"id": cluster_path},
        "nodeCount": nodes,
        "customToolkitSettings": {"commandLine": f'tar -xf "$AZ_BATCHAI_INPUT_CODE"/{stored} && {command}'},
        "stdOutErrPathPrefix": MOUNT,
        "inputDirectories": [{"id": "CODE", "path": f"{MOUNT}/code"}],
        "outputDirectories": [{"id": OUTPUTS, "pathPrefix": MOUNT, "pathSuffix": "outputs"}],
        "environmentVariables": [{"name": key, "value": value} for key, value in variables.items()],
        "mountVolumes": {"azureFileShares": [mount]},
    }
    return (service, workspace, experiment), properties


def new_name() -> str:
    return f"py-{time.strftime('%m%d-%H%M%S')}-{secrets.token_hex(3)}"


def _make_missing(
    service: Service, workspace: str, experiment: str, cluster: str, size: str, nodes: int, most: int
) -> str:
    place = ("workspaces", workspace)
    if service.find(service.path(*place)) is None:
        service.put(service.path(*place), {"location": service.location})
    if service.find(service.path(*place, "experiments", experiment)) is None:
        service.put(service.path(*place, "experiments", experiment))
    path = service.path(*place, "clusters", cluster)
    if service.find(path) is None:
        scale = {"minimumNodeCount": 0, "maximumNodeCount": max(4, most), "initialNodeCount": nodes}
        admin = {"adminUserName": "batchai", "adminUserPassword": secrets.token_urlsafe(24) + "aA1!"}
        properties = {"vmSize": size, "scaleSettings": {"autoScale": scale}, "userAccountSettings": admin}
        service.put(path, {"properties": properties})
    return path


def _packed(folder: str, extra: Mapping[str, bytes]) -> bytes:
    """The same bytes for the same files."""
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as archive:
        for path in _files(folder):
            with open(os.path.join(folder, path), "rb") as file:
                _add(archive, path, file.read(), os.access(os.path.join(folder, path), os.X_OK))
        for path, content in sorted(extra.items()):
            _add(archive, path, content, False)
    return target.getvalue()


def _add(archive: tarfile.TarFile, path: str, content: bytes, executable: bool) -> None:
    info = tarfile.TarInfo(path)
    info.size = len(content)
    info.mode = 0o755 if executable else 0o644
    archive.addfile(info, io.BytesIO(content))


def _files(folder: str) -> Sequence[str]:
    """What git would take; without git, all but what never belongs to a program."""
    try:
        listed = subprocess.run(
            ["git", "-C", folder, "ls-files", "-coz", "--exclude-standard"], capture_output=True, check=True
        )
        names = [os.fsdecode(name) for name in listed.stdout.split(b"\0") if name]
        return sorted(name for name in names if os.path.isfile(os.path.join(folder, name)))
    except (OSError, subprocess.CalledProcessError):
        found = []
        for at, folders, names in os.walk(folder):
            folders[:] = [name for name in folders if name not in LEFT_OUT]
            found += [os.path.relpath(os.path.join(at, name), folder) for name in names]
        return sorted(found)


def _fitting(text: str) -> str:
    """A name that resources may have."""
    return re.sub(r"[^A-Za-z0-9_-]+", "-", text).strip("-")[:64] or "experiment"


def _content(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=60) as answer:
        content: bytes = answer.read()
        return content
