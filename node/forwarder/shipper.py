# Sends the spool's calls to the service, in their order; neighbours that only log to the same run go as one batch. What may have been
# sent already, because an answer was lost, is sent again: the service takes every call twice without another effect.
import json
import threading
import time
import urllib.error
import urllib.request

METRICS, TEXTS, BYTES = 1000, 100, 900 * 1024
GATHER_S = 1.0
LONGEST_PAUSE_S = 30.0
CALL_S = 10.0
API = "/api/2.0/mlflow/"


class Service:
    """The service itself. `call` answers (status, body); None for a status: it was not reached."""

    def __init__(self, address, token):
        self.address = address
        self.token = token

    def call(self, method, path, body, seconds):
        headers = {"Authorization": "Bearer " + self.token, "Content-Type": "application/json"}
        request = urllib.request.Request(self.address + path, body, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=seconds) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as refused:
            with refused:
                try:
                    return refused.code, refused.read()
                except Exception:
                    return refused.code, b""
        except Exception:
            return None, b""


def is_passing(status):
    """What may be otherwise in a moment. A token that is not taken may be one of a key that is being changed."""
    return status is None or status >= 500 or status in (401, 403, 408, 429)


def logged(call):
    """Of a call that only logs: its run, metrics, parameters and tags."""
    method, path, body = call
    run = asked_run(body)
    if path == "runs/log-metric":
        return run, [{key: value for key, value in body.items() if not key.startswith("run_")}], [], []
    if path == "runs/log-parameter":
        return run, [], [{"key": body["key"], "value": body.get("value", "")}], []
    if path == "runs/set-tag":
        return run, [], [], [{"key": body["key"], "value": body.get("value", "")}]
    if path == "runs/log-batch":
        return run, body.get("metrics") or [], body.get("params") or [], body.get("tags") or []
    return None


def next_request(lines):
    """The first call, with those behind it that go in the same batch: (call, its lines)."""
    first = json.loads(lines[0].decode())
    batch = logged(first)
    if batch is None:
        return first, lines[:1]
    run, metrics, params, tags = batch[0], list(batch[1]), list(batch[2]), list(batch[3])
    size, count = len(lines[0]), 1
    for line in lines[1:]:
        more = logged(json.loads(line.decode()))
        if more is None or more[0] != run or size + len(line) > BYTES:
            break
        counts = len(metrics) + len(more[1]), len(params) + len(more[2]), len(tags) + len(more[3])
        if sum(counts) > METRICS or counts[1] > TEXTS or counts[2] > TEXTS:
            break
        metrics += more[1]
        params += more[2]
        tags += more[3]
        size, count = size + len(line), count + 1
    if count == 1:
        return first, lines[:1]
    return ["POST", "runs/log-batch", {"run_id": run, "metrics": metrics, "params": params, "tags": tags}], lines[:count]


class Shipper:
    def __init__(self, spool, service, known, say):
        self.spool = spool
        self.service = service
        self.known = known
        self.say = say
        self.hurry = threading.Event()
        self.has_failed = False
        self.is_ended = False

    def run(self, state_path):
        failures = 0
        while True:
            self.spool.wait_for_calls()
            if failures == 0:
                self.hurry.wait(GATHER_S)
            self.hurry.clear()
            while self._ship():
                failures = 0
                if self.spool.sent >= self.spool.end:
                    break
            else:
                failures += 1
                pause = min(LONGEST_PAUSE_S, 0.5 * 2 ** min(failures, 10))
                self.hurry.wait(0.5 if self.is_ended else pause)
            self.spool.begin_anew(lambda: self.known.keep(state_path))

    def flush(self, seconds):
        """True when the service has all that was answered so far. Who finds it unreachable waits no longer."""
        end = self.spool.end
        if self.spool.sent >= end:
            return True
        self.has_failed = False
        self.hurry.set()
        return self.spool.wait_until_sent(end, seconds, lambda: self.has_failed)

    def _ship(self):
        """False when the service was not reached."""
        lines = self.spool.unsent(BYTES)
        if not lines:
            return True
        try:
            return self._ship_first(lines)
        except Exception as error:
            # One call that nobody understands must not keep all others from the service.
            self.say("a call of MLflow's could not be sent: %s" % error)
            self.spool.mark(len(lines[0]))
            return True

    def _ship_first(self, lines):
        call, taken = next_request(lines)
        status, answer = self._send(call)
        if is_passing(status):
            return self._fail()
        if status >= 400:
            for line in taken:
                status, answer = self._send(json.loads(line.decode()))
                if is_passing(status):
                    return self._fail()
                if status >= 400:
                    self.say("the service refused a call of MLflow's: " + self._reason(answer))
        elif call[1] == "runs/create":
            try:
                self.known.learn(json.loads(answer.decode())["run"])
            except (ValueError, KeyError, TypeError):
                pass
        self.spool.mark(sum(len(line) for line in taken))
        return True

    def _fail(self):
        self.has_failed = True
        with self.spool.lock:
            self.spool.news.notify_all()
        return False

    def _send(self, call):
        method, path, body = call
        return self.service.call(method, API + path, json.dumps(body).encode(), CALL_S)

    @staticmethod
    def _reason(answer):
        try:
            return str(json.loads(answer.decode())["message"]).splitlines()[0][:400]
        except Exception:
            return "it did not say why"
