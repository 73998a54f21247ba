# Listens for the programs of a job, and tells the launcher at which port. Whatever more it takes is loaded when the first of them
# calls, or leaves a file for TensorBoard: most jobs report nothing, and an interpreter with nothing but sockets starts in a third of the time.
# Called as `listen.py FOLDER HOST`. Why so: docs/adr/0041-a-forwarder-answers-on-the-node.md
import os
import select
import signal
import socket
import sys
import time

folder, host = sys.argv[1:3]
listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
listener.bind((host, 0))
listener.listen(128)
sys.stdout.write("%d\n" % listener.getsockname()[1])
sys.stdout.flush()
nowhere = os.open(os.devnull, os.O_RDWR)
os.dup2(nowhere, 1)
try:
    # Scripts that end "all python" mean their own.
    with open("/proc/self/comm", "w") as name:
        name.write("batchai-tracking")
except OSError:
    pass

worker = 0
ending = waiting = False
launcher = os.getppid()
output_folders = [name for name in os.environ.get("BATCHAI_FORWARD_OUTPUTS", "").split("\n") if name]
# What MLflow's clients upload was logged already.
artifacts = os.environ.get("BATCHAI_FORWARD_ARTIFACTS", "")
DEEPEST, MOST_ENTRIES = 6, 5000


def event_files():
    """(path, folder below its output directory) of files that somebody writes for TensorBoard. Follows no links."""
    for root in output_folders:
        folders, seen = [(root, "", 0)], 0
        while folders and seen < MOST_ENTRIES:
            folder, below, depth = folders.pop()
            try:
                with os.scandir(folder) as entries:
                    for entry in entries:
                        seen += 1
                        if entry.is_dir(follow_symlinks=False):
                            if depth < DEEPEST and entry.path != artifacts:
                                folders.append((entry.path, below + "/" + entry.name if below else entry.name, depth + 1))
                        elif "tfevents" in entry.name and entry.is_file(follow_symlinks=False):
                            yield entry.path, below
            except OSError:
                pass


def has_events():
    return next(event_files(), None) is not None


class Ended(Exception):
    """The programs are gone, and something is left to be sent."""


def end(*_):
    global ending
    ending = True
    if waiting and not has_events():
        os._exit(0)
    elif waiting:
        raise Ended
    elif worker:
        try:
            os.kill(worker, signal.SIGUSR1)
        except OSError:
            pass  # just killed: the next one is told


def wait_for_work():
    pause = 10
    while not select.select([listener], [], [], pause)[0]:
        if os.getppid() != launcher:
            os._exit(0)
        began = time.monotonic()
        if has_events():
            return
        # A tree that takes long to walk is not walked all the time.
        pause = max(10, 20 * (time.monotonic() - began))


# The launcher has a signal of its own for the end: what asks all processes to end means the programs, which have something to log yet.
signal.signal(signal.SIGUSR1, end)
for ignored in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
    signal.signal(ignored, signal.SIG_IGN)
# What an earlier start of the run, or the job's run before, could not send waits for no program.
if not any(os.path.exists(path) for path in (folder + "/calls", os.environ.get("BATCHAI_FORWARD_EARLIER", ""))):
    try:
        waiting = True
        wait_for_work()
        waiting = False
    except Ended:
        waiting = False
while True:
    # Not between the fork and its number: the end would be lost.
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
    child = os.fork()
    if child == 0:
        try:
            with open(folder + "/forward.py") as text:
                program = compile(text.read(), folder + "/forward.py", "exec")
            given = {"folder": folder, "listener": listener, "launcher": launcher, "event_files": event_files}
            exec(program, dict(given, __name__="forward"))
        finally:
            os._exit(1)
    worker = child
    was_ending = ending
    if ending:
        os.kill(worker, signal.SIGUSR1)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGUSR1])
    status = os.waitpid(child, 0)[1]
    worker = 0
    if status == 0 or was_ending:
        os._exit(0)
    # Killed, by whomever: what it had answered is in its file, and the next one goes on there.
    select.select([listener], [], [], 0.2)
