"""Builds the wheel with what Python has: no build needs the network (PEP 517)."""

import base64
import hashlib
import os
import re
import zipfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def _project(name: str) -> str:
    with open(os.path.join(ROOT, "pyproject.toml"), encoding="utf8") as file:
        found = re.search(rf'^{name} = "([^"]*)"', file.read(), re.MULTILINE)
    if found is None:
        raise ValueError(f"pyproject.toml names no {name}")
    return found.group(1)


def _record(name: str, content: bytes) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
    return f"{name},sha256={digest},{len(content)}"


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    version = _project("version")
    info = f"openbatchai-{version}.dist-info"
    metadata = "\n".join(
        [
            "Metadata-Version: 2.1",
            "Name: openbatchai",
            f"Version: {version}",
            f"Summary: {_project('description')}",
            f"Requires-Python: {_project('requires-python')}",
            "",
        ]
    )
    files = {
        f"{info}/METADATA": metadata.encode(),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: openbatchai\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    for name in sorted(os.listdir(os.path.join(ROOT, "openbatchai"))):
        if name.endswith(".py") or name == "py.typed":
            with open(os.path.join(ROOT, "openbatchai", name), "rb") as file:
                files[f"openbatchai/{name}"] = file.read()
    record = "\n".join([*(_record(name, content) for name, content in files.items()), f"{info}/RECORD,,", ""])
    wheel = f"openbatchai-{version}-py3-none-any.whl"
    with zipfile.ZipFile(os.path.join(wheel_directory, wheel), "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {**files, f"{info}/RECORD": record.encode()}.items():
            archive.writestr(zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), content)
    return wheel
