"""Checkpoints that are complete or absent, for any Python program; the standard library is all it needs.

One rule: a checkpoint is a folder `step-…` whose `manifest.json` names every file with its SHA-256. It is written into a folder of another
name, every file flushed to the disk, the manifest last, and renamed. A folder without a manifest, or with a file that is not as
its manifest says, is no checkpoint. One process of a job writes (rank 0); all may read.
"""
import hashlib
import json
import os
import shutil
import signal
import threading


class Checkpoints:
    def __init__(self, folder=None, keep=3):
        self.folder = folder or os.environ["AZ_BATCHAI_CHECKPOINT_DIR"]
        self.keep = max(1, keep)
        self.stop_asked = False
        os.makedirs(self.folder, exist_ok=True)

    def stop_on_sigterm(self):
        """Before an eviction comes SIGTERM: `stop_asked` is true from then on. Save once more and exit."""
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, lambda *_: setattr(self, "stop_asked", True))

    def save(self, step, files):
        """`files`: names → bytes, or functions that write the file whose path they are given. Returns the checkpoint's folder."""
        done = os.path.join(self.folder, f"step-{step:012d}")
        if self._complete(done):
            return done
        for name in os.listdir(self.folder):  # of an attempt that was killed while it wrote
            if name.startswith(".") or name == os.path.basename(done):
                shutil.rmtree(os.path.join(self.folder, name), ignore_errors=True)
        part = os.path.join(self.folder, f".writing-{step}-{os.getpid()}")
        os.mkdir(part)
        manifest = {"step": step, "files": {}}
        for name, content in files.items():
            path = os.path.join(part, name)
            if callable(content):
                content(path)
            else:
                _write(path, content)
            manifest["files"][name] = {"sha256": _flushed_hash(path), "bytes": os.path.getsize(path)}
        _write(os.path.join(part, "manifest.json"), json.dumps(manifest).encode())
        _flush(part)
        os.rename(part, done)
        _flush(self.folder)
        self._remove_old()
        return done

    def latest(self):
        """`(step, folder)` of the newest complete checkpoint, or None."""
        for name in reversed(self._names()):
            folder = os.path.join(self.folder, name)
            if self._complete(folder):
                return int(name[len("step-") :]), folder
        return None

    def _names(self):
        return sorted(name for name in os.listdir(self.folder) if name.startswith("step-"))

    def _complete(self, folder):
        try:
            with open(os.path.join(folder, "manifest.json"), "rb") as file:
                files = json.load(file)["files"]
            return all(_flushed_hash(os.path.join(folder, name)) == of["sha256"] for name, of in files.items())
        except (OSError, ValueError, KeyError, TypeError):
            return False

    def _remove_old(self):
        # Renamed first: what is half removed must not look like a checkpoint.
        for name in self._names()[: -self.keep]:
            gone = os.path.join(self.folder, f".removing-{name}")
            os.rename(os.path.join(self.folder, name), gone)
            shutil.rmtree(gone, ignore_errors=True)


def _write(path, content):
    with open(path, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _flushed_hash(path):
    """What the disk has, not what a program meant to write."""
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        try:
            os.fsync(file.fileno())
        except OSError:
            pass  # a mount that cannot, for a file that is read
        for block in iter(lambda: file.read(1 << 20), b""):
            digest.update(block)
    return digest.hexdigest()


def _flush(folder):
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError:
        pass  # mounts of storage containers have no folders to flush
    finally:
        os.close(handle)
