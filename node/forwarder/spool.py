# Calls that were answered and that the service may not have yet, on the node's disk: a line of JSON each, `[method, path, body]`.
# How far the service has them is in a file beside. A program, and this one, may be killed at any time: what was answered is there.
import json
import os
import threading

ROOM = 64 * 1024 * 1024


def is_call(line):
    try:
        method, path, body = json.loads(line.decode())
        return line.endswith(b"\n") and isinstance(method, str) and isinstance(path, str) and isinstance(body, dict)
    except (ValueError, TypeError):
        return False


class Spool:
    def __init__(self, folder, earlier):
        self.path = os.path.join(folder, "calls")
        self.mark_path = os.path.join(folder, "sent")
        self.lock = threading.Lock()
        self.news = threading.Condition(self.lock)
        self.file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        self.end = self._whole_lines(os.fstat(self.file).st_size)
        os.ftruncate(self.file, self.end)
        self.sent = min(self._marked(), self.end)
        self.is_unsynced = False
        self._take_earlier(earlier)

    def _whole_lines(self, size):
        """Where the last line ends: the machine may have stopped in the middle of one."""
        at = size
        while at > 0:
            start = max(0, at - 65536)
            found = os.pread(self.file, at - start, start).rfind(b"\n")
            if found >= 0:
                return start + found + 1
            at = start
        return 0

    def _marked(self):
        try:
            with open(self.mark_path) as mark:
                return int(mark.read())
        except (OSError, ValueError):
            return 0

    def _take_earlier(self, path):
        """What an earlier run of the job could not send is in its log folder, and comes first."""
        if self.end > 0 or not path:
            return
        try:
            with open(path, "rb") as earlier:
                for line in earlier:
                    if is_call(line):
                        os.write(self.file, line)
            os.fsync(self.file)
            self.end = os.fstat(self.file).st_size
            os.unlink(path)
        except OSError:
            pass

    def add(self, calls):
        text = b"".join(json.dumps(call, separators=(",", ":")).encode() + b"\n" for call in calls)
        with self.lock:
            try:
                if os.write(self.file, text) != len(text):
                    raise OSError("the disk is full")
            except OSError:
                os.ftruncate(self.file, self.end)
                raise
            self.end += len(text)
            self.is_unsynced = True
            self.news.notify_all()

    def sync(self):
        if self.is_unsynced:
            self.is_unsynced = False
            os.fsync(self.file)

    def unsent(self, most):
        """Whole lines, at least one if there is any."""
        with self.lock:
            start, end = self.sent, self.end
        size = min(most, end - start)
        text = os.pread(self.file, size, start)
        while text and text[-1:] != b"\n" and b"\n" not in text and start + size < end:
            size = min(size * 2, end - start)
            text = os.pread(self.file, size, start)
        return text[: text.rfind(b"\n") + 1].splitlines(True)

    def mark(self, count):
        with self.lock:
            self.sent += count
            self._write_mark()
            self.news.notify_all()

    def _write_mark(self):
        with open(self.mark_path + ".new", "w") as mark:
            mark.write(str(self.sent))
        os.replace(self.mark_path + ".new", self.mark_path)

    def begin_anew(self, keep):
        """A long run's file would fill the disk: when all of it is sent, what it came to is kept instead. `keep` writes that."""
        with self.lock:
            if self.end < ROOM or self.sent < self.end:
                return
            keep()
            os.ftruncate(self.file, 0)
            self.sent = self.end = 0
            self._write_mark()

    def lines(self):
        with open(self.path, "rb") as text:
            for line in text:
                if line.endswith(b"\n"):
                    yield json.loads(line.decode())

    def wait_for_calls(self):
        with self.lock:
            while self.sent >= self.end:
                self.news.wait()

    def wait_until_sent(self, end, seconds, has_failed):
        with self.lock:
            return self.news.wait_for(lambda: self.sent >= end or has_failed(), seconds) and self.sent >= end

    def leave(self, path):
        """What is not sent, for whoever comes later. How many calls."""
        count = 0
        with open(self.path, "rb") as text, open(path, "wb") as left:
            text.seek(self.sent)
            for line in text:
                if line.endswith(b"\n"):
                    left.write(line)
                    count += 1
        return count
