# Follows the event files that programs leave in the job's output directories, and logs their scalars to the job's own run. Nothing of
# them is asked for by the program: whoever writes for TensorBoard has curves.
import json
import os
import re
import threading
import time

FIND_S, READ_S = 10.0, 2.0
CHUNK, BATCH = 4 * 1024 * 1024, 1000
# What waits to be sent is on the disk twice; a file is its own memory.
MOST_UNSENT = 8 * 1024 * 1024
MOST_NAME = 250


def metric_value(value):
    """As MLflow's clients write numbers that JSON has no word for."""
    if value != value:
        return "NaN"
    if value in (float("inf"), float("-inf")):
        return "Infinity" if value > 0 else "-Infinity"
    return value


def metric_name(folder, tag):
    """A tag under its folder, as TensorBoard shows runs; empty where it is no name of a metric."""
    name = tag if folder in ("", ".") else folder + "/" + tag
    name = re.sub(r"[^\w./ :-]|[^\x00-\x7f]", "_", name)
    parts = [part for part in name.split("/") if part not in ("", ".", "..")]
    name = "/".join(parts)
    return name if len(name) <= MOST_NAME else ""


class EventFile:
    def __init__(self, path, folder, offset):
        self.path = path
        self.folder = folder
        self.offset = offset
        self.events = Events()
        self.is_bad = False
        self.names = {}

    def read(self):
        """The metrics that came since; at most those of one chunk."""
        with open(self.path, "rb") as file:
            size = os.fstat(file.fileno()).st_size
            if size < self.offset:  # written anew under its name
                self.offset, self.events = 0, Events()
            if size <= self.offset:
                return []
            file.seek(self.offset)
            data = file.read(CHUNK)
            points = []
            taken = self.events.read(data, points)
            while taken == 0 and len(data) % CHUNK == 0 and len(data) < MOST_RECORD + CHUNK:
                more = file.read(CHUNK)
                if not more:
                    break
                data += more
                taken = self.events.read(data, points)
            self.offset += taken
        metrics = []
        for tag, step, seconds, value in points:
            name = self.names.get(tag)
            if name is None:
                name = self.names[tag] = metric_name(self.folder, tag)
            if name:
                at = int(seconds * 1000)
                metrics.append({"key": name, "value": metric_value(value), "timestamp": at, "step": step})
        return metrics


class EventFiles:
    def __init__(self, memory, run, spool, say):
        self.memory = memory
        self.run_id = run
        self.spool = spool
        self.say = say
        self.files = {}
        self.offsets = self._remembered()
        self.working = threading.Lock()

    def _remembered(self):
        """How far they were read, when this program was killed and began anew."""
        try:
            with open(self.memory) as text:
                return json.load(text)
        except (OSError, ValueError):
            return {}

    def follow(self):
        find_at = 0.0
        while True:
            began = time.monotonic()
            if began >= find_at:
                self.find()
                took = time.monotonic() - began
                find_at = began + max(FIND_S, 20 * took)
            self.read_all(None)
            time.sleep(READ_S)

    def find(self):
        for path, folder in event_files():
            if path not in self.files:
                self.files[path] = EventFile(path, folder, self.offsets.get(path, 0))

    def finish(self, deadline):
        """The last look: everything is written."""
        self.find()
        if not self.read_all(deadline):
            self.say("not all of the files for TensorBoard could be read in time: their last points are not in the job's metrics")

    def read_all(self, deadline):
        """What is there now, as far as the spool and the time have room; True when nothing is left."""
        with self.working:
            is_all = True
            for file in list(self.files.values()):
                while not file.is_bad:
                    if self.spool.end - self.spool.sent > MOST_UNSENT or deadline is not None and time.monotonic() > deadline:
                        is_all = False
                        break
                    before = file.offset
                    self._take(file)
                    if file.offset == before:
                        break
            return is_all

    def _take(self, file):
        try:
            metrics = file.read()
            for start in range(0, len(metrics), BATCH):
                self.spool.add([["POST", "runs/log-batch", {"run_id": self.run_id, "metrics": metrics[start : start + BATCH]}]])
        except ValueError as error:
            file.is_bad = True
            self.say("%s is not read: %s is no event of TensorBoard's" % (file.path, error))
            return
        except OSError:
            return  # gone, or the disk is full: later
        if metrics or file.offset != self.offsets.get(file.path):
            self.offsets[file.path] = file.offset
            self._remember()

    def _remember(self):
        try:
            with open(self.memory + ".new", "w") as text:
                json.dump(self.offsets, text)
            os.replace(self.memory + ".new", self.memory)
        except OSError:
            pass
