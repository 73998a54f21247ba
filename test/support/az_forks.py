# Runs commands of the az that is installed for this Python, each in a process of its own that is forked from this one, where az's modules
# are loaded already: a command of az takes a second or two to start otherwise. A line of standard input is
# {"id": …, "words": […]}, a line of standard output {"id": …, "code": …, "out": …, "err": …}; commands run side by side.
import atexit
import fcntl
import gc
import importlib
import json
import os
import runpy
import signal
import sys
import tempfile
import traceback

USUAL_MODULES = [
    "azure.cli.core.intercept_survey",
    "azure.cli.core.auth.identity",
    "azure.cli.core.commands.arm",
    "azure.cli.core.commands.client_factory",
    "azure.cli.command_modules.batchai.custom",
    "azure.cli.command_modules.resource.custom",
    "azure.cli.command_modules.storage.commands",
    "azure.mgmt.batchai.models",
    "azure.mgmt.resource.locks.v2016_09_01",
    "azure.mgmt.resource.policy.v2021_06_01",
    "azure.mgmt.resource.resources.v2021_04_01",
    "azure.mgmt.storage.models",
    "azure.multiapi.cosmosdb.v2017_04_17.common",
    "azure.multiapi.storage.v2018_11_09.common",
    "azure.multiapi.storagev2.blob.v2021_06_08",
    "azure.multiapi.storagev2.blob.v2021_08_06",
    "azure.multiapi.storagev2.filedatalake.v2021_08_06",
    "azure.multiapi.storagev2.fileshare.v2021_06_08",
    "azure.multiapi.storagev2.queue.v2018_03_28",
]


def run(words, out, err):
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(out.fileno(), 1)
    os.dup2(err.fileno(), 2)
    sys.argv = ["az", *words]
    try:
        runpy.run_module("azure.cli")
        code = 0
    except SystemExit as end:
        code = end.code or 0
    except BaseException:
        traceback.print_exc()
        code = 1
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # taking all those modules down would take longer than the command took


def answer(request, turn):
    """In a process of its own: the command in another, then its line, when it is this one's turn to write."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        command = os.fork()
        if command == 0:
            run(request["words"], out, err)
        _, status = os.waitpid(command, 0)
        texts = {}
        for name, file in (("out", out), ("err", err)):
            file.seek(0)
            texts[name] = file.read().decode()
    line = json.dumps({"id": request["id"], "code": os.waitstatus_to_exitcode(status), **texts}) + "\n"
    fcntl.lockf(turn, fcntl.LOCK_EX)
    with os.fdopen(1, "w") as answers:
        answers.write(line)


def main():
    for module in USUAL_MODULES:
        try:
            importlib.import_module(module)
        except ImportError:
            pass  # of another version: the command imports what it needs
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with tempfile.TemporaryFile() as turn:
        for line in sys.stdin:
            if os.fork() == 0:
                answer(json.loads(line), turn)
                os._exit(0)


main()
