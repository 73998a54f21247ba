# Listens for the programs of a job, and tells the launcher at which port. Whatever more it takes is loaded when the first of them
# calls: most jobs report nothing, and an interpreter with nothing but sockets starts in a third of the time.
# Called as `listen.py FOLDER HOST`. Why so: docs/adr/0041-a-forwarder-answers-on-the-node.md
import os
import select
import signal
import socket
import sys

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
ending = False


launcher = os.getppid()


def end(*_):
    global ending
    ending = True
    if worker:
        os.kill(worker, signal.SIGUSR1)
    else:
        os._exit(0)


# The launcher has a signal of its own for the end: what asks all processes to end means the programs, which have something to log yet.
signal.signal(signal.SIGUSR1, end)
for ignored in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
    signal.signal(ignored, signal.SIG_IGN)
# What an earlier start of the run, or the job's run before, could not send waits for no program.
if not any(os.path.exists(path) for path in (folder + "/calls", os.environ.get("BATCHAI_FORWARD_EARLIER", ""))):
    while not select.select([listener], [], [], 10)[0]:
        if os.getppid() != launcher:
            os._exit(0)
while True:
    # Not between the fork and its number: the end would be lost.
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
    child = os.fork()
    if child == 0:
        try:
            with open(folder + "/forward.py") as text:
                program = compile(text.read(), folder + "/forward.py", "exec")
            exec(program, {"__name__": "forward", "folder": folder, "listener": listener, "launcher": launcher})
        finally:
            os._exit(1)
    worker = child
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGUSR1])
    status = os.waitpid(child, 0)[1]
    if ending or status == 0:
        os._exit(0)
    # Killed, by whomever: what it had answered is in its file, and the next one goes on there.
    select.select([listener], [], [], 0.2)
