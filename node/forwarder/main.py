# Puts the parts together, and ends when the launcher says so: when the job's programs are gone, what is unsent has a few seconds more.
import http.client
import os
import select
import signal
import sys
import time

OFTEN_S = 1.0


def variable(name):
    return os.environ.get("BATCHAI_FORWARD_" + name, "")


def say(line):
    with open(os.path.join(folder, "said"), "a") as said:
        said.write(line + "\n")


def seconds_to_end():
    try:
        with open(os.path.join(folder, "end")) as text:
            return float(text.read())
    except (OSError, ValueError):
        return 3.0


def lives(process):
    try:
        os.kill(process, 0)
        return True
    except OSError:
        return False


def serve():
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    signal.set_wakeup_fd(writer)
    ended = []
    signal.signal(signal.SIGUSR1, lambda *_: ended.append(True))
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGUSR1])

    spool = Spool(folder, variable("EARLIER"))
    known = Known(variable("OWN"), variable("EXPERIMENT"), variable("ARTIFACTS"))
    state_path = os.path.join(folder, "state")
    known.load(state_path)
    for _, path, body in spool.lines():
        try:
            known.apply(path, body)
        except (KeyError, TypeError, ValueError):
            pass  # of a run that this one does not know
    service = Service(variable("TO"), variable("TOKEN"))
    shipper = Shipper(spool, service, known, say)
    desk = Desk(spool, known, shipper, service)
    address = listener.getsockname()
    server = Server(address, handler(desk, variable("TOKEN"), variable("TO") + "/"), bind_and_activate=False)
    server.socket.close()
    server.socket = listener
    events = EventFiles(os.path.join(folder, "events"), variable("OWN"), spool, say)
    threading.Thread(target=shipper.run, args=(state_path,), daemon=True).start()
    threading.Thread(target=events.follow, daemon=True).start()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    while not ended and lives(launcher):
        select.select([reader], [], [], OFTEN_S)
        spool.sync()
    shipper.is_ended = True
    deadline = time.monotonic() + seconds_to_end()
    events.finish(deadline - 1)
    while spool.sent < spool.end and time.monotonic() < deadline:
        shipper.hurry.set()
        spool.wait_until_sent(spool.end, min(0.5, max(0.0, deadline - time.monotonic())), lambda: False)
    if spool.sent < spool.end:
        count = spool.leave(os.path.join(folder, "unsent.jsonl"))
        say("%d calls of MLflow's could not be sent: they are in mlflow-unsent.jsonl, and the job's next run sends them" % count)
    os._exit(0)


try:
    serve()
except Exception as error:
    say("the forwarder of MLflow's calls ended: %s" % error)
    os._exit(1)
