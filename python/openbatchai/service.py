"""The service: found as the command line finds it (environment, else the nearest local cloud), asked over its public API."""

from __future__ import annotations

import json
import os
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from typing import Any, Iterator, Optional

API_VERSION = "2018-05-01"


class ServiceError(Exception):
    """The service refused, in its own words."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.status = status
        self.code = code


@dataclass(frozen=True)
class Storage:
    name: str
    key: str = field(repr=False)
    file_url: str = ""


@dataclass(frozen=True)
class Service:
    endpoint: str
    token: str = field(repr=False)
    subscription: str = ""
    resource_group: str = ""
    location: str = ""
    storage: Optional[Storage] = None

    def path(self, *names: str) -> str:
        """`path("workspaces", "lab", "experiments", "digits")`"""
        group = f"/subscriptions/{self.subscription}/resourceGroups/{self.resource_group}"
        quoted = "/".join(urllib.parse.quote(name, safe="") for name in names)
        return f"{group}/providers/Microsoft.BatchAI/{quoted}"

    def send(self, method: str, path: str, body: Any = None, **query: str) -> Any:
        return self._send(method, path, body, query)[0]

    def _send(self, method: str, path: str, body: Any, query: dict[str, str]) -> tuple[Any, Any]:
        url = urllib.parse.urljoin(self.endpoint + "/", path)
        if urllib.parse.urlsplit(url)[:2] != urllib.parse.urlsplit(self.endpoint)[:2]:
            raise ValueError("a link leads to another address; the token is not sent there")
        if "api-version=" not in url:
            url += "?" + urllib.parse.urlencode({"api-version": API_VERSION, **query})
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        request = urllib.request.Request(url, data=data, method=method, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                text = answer.read()
                return (json.loads(text) if text else None), answer.headers
        except urllib.error.HTTPError as error:
            raise _refusal(error) from None

    def put(self, path: str, body: Any = None) -> Any:
        """Resolves with the resource once it is made."""
        answer, headers = self._send("PUT", path, body if body is not None else {}, {})
        link = headers.get("Azure-AsyncOperation")
        while link is not None:
            parts = urllib.parse.urlsplit(link)
            operation = self.send("GET", f"{parts.path}?{parts.query}")
            if operation["status"] == "Failed":
                error = operation.get("error", {})
                raise ServiceError(200, error.get("code", "OperationFailed"), error.get("message", ""))
            if operation["status"] == "Succeeded":
                return self.send("GET", path)
            time.sleep(0.2)
        return answer

    def find(self, path: str) -> Any:
        """None where there is no such thing."""
        try:
            return self.send("GET", path)
        except ServiceError as error:
            if error.status == 404:
                return None
            raise

    def output_files(self, job_path: str, directory: str) -> Iterator[dict[str, Any]]:
        query = {"outputdirectoryid": directory, "directory": ".", "linkexpiryinminutes": "60"}
        return self.items("POST", f"{job_path}/listOutputFiles", **query)

    def items(self, method: str, path: str, **query: str) -> Iterator[dict[str, Any]]:
        """Those of all pages of a list."""
        page = self.send(method, path, **query)
        while True:
            yield from page["value"]
            link = page.get("nextLink")
            if not link:
                return
            parts = urllib.parse.urlsplit(link)
            page = self.send(method, f"{parts.path}?{parts.query}")


def _refusal(error: urllib.error.HTTPError) -> ServiceError:
    try:
        told = json.loads(error.read())["error"]
        return ServiceError(error.code, told["code"], told["message"])
    except (ValueError, KeyError, TypeError):
        return ServiceError(error.code, f"Http{error.code}", "the service answered no error of its own")


def find_service(folder: str = ".") -> Service:
    """By BATCHAI_ENDPOINT and its kin, else by the nearest .batchai/cloud.json."""
    env = os.environ
    if env.get("BATCHAI_ENDPOINT"):
        return _from_environment()
    path = os.path.abspath(folder)
    while True:
        file = os.path.join(path, ".batchai", "cloud.json")
        if os.path.exists(file):
            return _from_cloud_file(file)
        if os.path.dirname(path) == path:
            raise LookupError("There is no service: run `batchai up` in this folder or above it, or set BATCHAI_ENDPOINT.")
        path = os.path.dirname(path)


def _from_environment() -> Service:
    env = os.environ

    def needed(name: str) -> str:
        if env.get(name):
            return env[name]
        raise LookupError(f"BATCHAI_ENDPOINT is set, but {name} is not.")

    name, key = env.get("AZURE_BATCHAI_STORAGE_ACCOUNT"), env.get("AZURE_BATCHAI_STORAGE_KEY")
    storage = Storage(name, key, f"https://{name}.file.core.windows.net") if name and key else None
    return Service(
        endpoint=needed("BATCHAI_ENDPOINT").rstrip("/"),
        token=needed("BATCHAI_TOKEN"),
        subscription=needed("BATCHAI_SUBSCRIPTION_ID"),
        resource_group=needed("BATCHAI_RESOURCE_GROUP"),
        location=env.get("BATCHAI_LOCATION", ""),
        storage=storage,
    )


def _from_cloud_file(file: str) -> Service:
    with open(file, encoding="utf8") as text:
        cloud = json.load(text)
    account = cloud["storageAccount"]
    return Service(
        endpoint=cloud["urls"]["api"].rstrip("/"),
        token=cloud["token"],
        subscription=cloud["subscriptionId"],
        resource_group=cloud["resourceGroup"],
        location=cloud["location"],
        storage=Storage(account["name"], account["key"], cloud["urls"]["file"]),
    )
