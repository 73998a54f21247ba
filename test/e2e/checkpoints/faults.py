"""Kills a process of its own at every call by which recipes/checkpoints/checkpoint.py changes the disk, one after the other, and looks at what
is left. Prints how many there were."""
import os
import shutil
import signal
import sys
import tempfile

sys.path.insert(0, sys.argv[1])
import checkpoint
from checkpoint import Checkpoints

content = {2: b"second" * 20_000, 3: b"third" * 20_000}


def write_some(path, data, kill):
    """A file whose write is cut in the middle."""
    with open(path, "wb") as file:
        file.write(data[: len(data) // 2])
        file.flush()
        kill()
        file.write(data[len(data) // 2 :])


def save_until_killed(folder, at):
    calls = 0

    def count(*_):
        nonlocal calls
        calls += 1
        if calls == at:
            os.kill(os.getpid(), signal.SIGKILL)

    def counted(function):
        def call(*arguments, **named):
            count()
            return function(*arguments, **named)

        return call

    def audit(event, arguments):
        if event in ("os.mkdir", "os.rename", "os.rmdir", "os.remove"):
            count()

    sys.addaudithook(audit)
    os.fsync = counted(os.fsync)
    checkpoint._write = lambda path, data: write_some(path, data, count)
    store = Checkpoints(folder, keep=1)
    for step in sorted(content):
        store.save(step, {"a.bin": content[step], "b.bin": lambda path: write_some(path, content[step], count)})


def check(folder, at):
    store = Checkpoints(folder, keep=1)
    step, found = store.latest()  # the first was complete before anything was killed
    if step > 1:
        for name in ("a.bin", "b.bin"):
            with open(os.path.join(found, name), "rb") as file:
                assert file.read() == content[step], (at, step, name)
    store.save(99, {"a.bin": b"goes on"})
    assert store.latest()[0] == 99, at
    assert not [name for name in os.listdir(folder) if name.startswith(".")], at
    assert len(os.listdir(folder)) == 1, at


at = 0
while True:
    at += 1
    folder = tempfile.mkdtemp()
    Checkpoints(folder).save(1, {"a.bin": b"first"})
    child = os.fork()
    if child == 0:
        save_until_killed(folder, at)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    check(folder, at)
    shutil.rmtree(folder)
    if not os.WIFSIGNALED(status):
        assert os.waitstatus_to_exitcode(status) == 0
        break
print(at - 1)
