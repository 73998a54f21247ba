"""A file share of Azure Files over its REST API: just what sending a program needs. Requests are signed with the account's key."""

from __future__ import annotations

import base64
import email.utils
import hashlib
import hmac
import urllib.error
import urllib.parse
import urllib.request

from .service import Storage

VERSION = "2021-12-02"
RANGE_BYTES = 4 * 1024 * 1024


class Share:
    def __init__(self, storage: Storage, name: str) -> None:
        self._storage = storage
        self._name = name

    def make(self, *folders: str) -> None:
        """The share and folders in it, where they are missing."""
        self._put("", {"restype": "share"}, {}, b"", unless=409)
        for folder in folders:
            self._put(folder, {"restype": "directory"}, {}, b"", unless=409)

    def write(self, path: str, content: bytes) -> None:
        self._put(path, {}, {"x-ms-type": "file", "x-ms-content-length": str(len(content))}, b"")
        for start in range(0, len(content), RANGE_BYTES):
            part = content[start : start + RANGE_BYTES]
            place = {"x-ms-range": f"bytes={start}-{start + len(part) - 1}", "x-ms-write": "update"}
            self._put(path, {"comp": "range"}, place, part)

    def _put(self, path: str, query: dict[str, str], headers: dict[str, str], body: bytes, unless: int = 0) -> None:
        base = urllib.parse.urlsplit(self._storage.file_url)
        quoted = urllib.parse.quote("/".join(part for part in (self._name, path) if part))
        url_path = f"{base.path.rstrip('/')}/{quoted}"
        date = email.utils.formatdate(usegmt=True)
        signed = {"x-ms-date": date, "x-ms-version": VERSION, **headers}
        signed["Authorization"] = self._signature(url_path, query, signed, len(body))
        url = f"{base.scheme}://{base.netloc}{url_path}" + (f"?{urllib.parse.urlencode(query)}" if query else "")
        request = urllib.request.Request(url, data=body, method="PUT", headers={**signed, "Content-Type": ""})
        try:
            urllib.request.urlopen(request, timeout=60).close()
        except urllib.error.HTTPError as error:
            if error.code != unless:
                raise OSError(f"storage answered {error.code} for {self._name}/{path}") from None

    def _signature(self, url_path: str, query: dict[str, str], headers: dict[str, str], length: int) -> str:
        """Shared Key, as "Authorize with Shared Key" of the Storage REST API describes it."""
        own = "".join(f"{name}:{value}\n" for name, value in sorted(headers.items()) if name.startswith("x-ms-"))
        asked = "".join(f"\n{name}:{value}" for name, value in sorted(query.items()))
        # Verb, encoding, language, length, MD5, type, date, four conditions, range.
        fields = ["PUT", "", "", str(length) if length else "", "", "", "", "", "", "", "", ""]
        text = "\n".join(fields) + f"\n{own}/{self._storage.name}{url_path}{asked}"
        digest = hmac.new(base64.b64decode(self._storage.key), text.encode(), hashlib.sha256).digest()
        return f"SharedKey {self._storage.name}:{base64.b64encode(digest).decode()}"
