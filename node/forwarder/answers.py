# Answers MLflow's clients. What a program logs is answered at once, from what is known here; what it asks of other runs, or in ways
# that are not known here, the service answers, after it was sent what came before.
import hmac
import http.server
import socketserver
import urllib.parse

MOST_BYTES = 2 * 1024 * 1024
# Files of a job no output of which a storage keeps: as much as the service takes.
ARTIFACTS = "/api/2.0/mlflow-artifacts/"
MOST_FILE_BYTES = 100000000
FLUSH_S, ASK_S = 5.0, 30.0
JSON = "application/json"
ASKED_TAG = "batchai.experimentAsked"
KEPT = ("runs/", "metrics/", "experiments/", "logged-models")


def refusal(status, code, message):
    return status, JSON, json.dumps({"error_code": code, "message": message}).encode()


def found(answer):
    return 200, JSON, json.dumps(answer).encode()


class Desk:
    def __init__(self, spool, known, shipper, service):
        self.spool = spool
        self.known = known
        self.shipper = shipper
        self.service = service
        self.taking = threading.Lock()

    def answer(self, method, target, text):
        """(status, type, body)"""
        path, _, query = target.partition("?")
        if path.startswith(API):
            try:
                call = path[len(API) :]
                body = dict(urllib.parse.parse_qsl(query)) if method == "GET" else json.loads(text.decode() or "{}")
                local = self._local(method, call, body)
                if local is not None:
                    return found(local)
            except (KeyError, TypeError, ValueError, AttributeError, OSError):
                pass  # not as it should be, or the disk is full: the service says what is wrong, or takes it
        return self._ask(method, target, text)

    def _local(self, method, path, body):
        if method == "GET":
            return self._known(path, body)
        if method not in ("POST", "PATCH"):
            return None
        if path == "runs/create":
            return self._create_run(body)
        if path == "experiments/create":
            self._note_asked(body["name"])
            return {"experiment_id": self.known.experiment}
        if path == "logged-models":
            return self._create_model(body)
        if path.startswith("logged-models/"):
            words = path.split("/")
            if words[1] not in self.known.models:
                return None
            self._take([[method, path, body]])
            return {} if words[2:] == ["params"] else {"model": self.known.model_wire(words[1])}
        if path in LOGGED or path in ("runs/update", "runs/log-inputs", "runs/outputs"):
            run = asked_run(body)
            if not self.known.has_run(run):
                return None
            self._take([[method, path, body]])
            return {"run_info": self.known.run_wire(run)["info"]} if path == "runs/update" else {}
        return None

    def _known(self, path, query):
        if path == "runs/get" and self.known.has_run(asked_run(query)):
            return {"run": self.known.run_wire(asked_run(query))}
        if path == "experiments/get-by-name":
            self._note_asked(query["experiment_name"])
            return {"experiment": self.known.experiment_wire(query["experiment_name"])}
        if path == "experiments/get":
            return {"experiment": self.known.experiment_wire(self.known.experiment)}
        if path.startswith("logged-models/") and path.split("/", 1)[1] in self.known.models:
            return {"model": self.known.model_wire(path.split("/", 1)[1])}
        return None

    def _take(self, calls):
        """On the disk before the answer: what is answered is there whatever happens."""
        with self.taking:
            for _, path, body in calls:
                self.known.apply(path, body)
            self.spool.add(calls)

    def _note_asked(self, name):
        """In a job every name means the job's own experiment; which it was is a tag."""
        if name != self.known.experiment:
            self.spool.add([["POST", "runs/set-tag", {"run_id": self.known.own, "key": ASKED_TAG, "value": name[:8000]}]])

    def _create_run(self, body):
        with self.taking:
            word = self.known.name_run()
            call = dict(body, batchai_run=word, start_time=int(body.get("start_time") or now()))
            self.known.apply("runs/create", call)
            self.spool.add([["POST", "runs/create", call]])
        return {"run": self.known.run_wire(self.known.run_id(word))}

    def _create_model(self, body):
        run = body.get("source_run_id") or ""
        if run and not self.known.has_run(run):
            return None
        call = dict(body, batchai_model="m-" + uuid.uuid4().hex)
        self._take([["POST", "logged-models", call]])
        return {"model": self.known.model_wire(call["batchai_model"])}

    def _ask(self, method, target, text):
        self.shipper.flush(FLUSH_S)
        status, body = self.service.call(method, target, text if method != "GET" else None, ASK_S)
        if status is None:
            return self._unreached(method, target)
        path = target.partition("?")[0]
        if status == 200 and path == API + "runs/get":
            self.known.learn(json.loads(body.decode())["run"])
        kind = JSON if "artifacts/artifacts/" not in path and not path.endswith("/version") else "application/octet-stream"
        return status, kind, body

    def _unreached(self, method, target):
        path, _, query = target.partition("?")
        asked = dict(urllib.parse.parse_qsl(query))
        if path == API + "metrics/get-history" and self.known.has_run(asked_run(asked)):
            return found({"metrics": self._history(asked_run(asked), asked.get("metric_key"))})
        if path.startswith(ARTIFACTS):
            return refusal(503, "TEMPORARILY_UNAVAILABLE", "The service is not reached from the node; files are not kept meanwhile.")
        if path.startswith(API) and path[len(API) :].startswith(KEPT):
            return refusal(503, "TEMPORARILY_UNAVAILABLE", "The service is not reached from the node; what is logged is kept.")
        return refusal(404, "ENDPOINT_NOT_FOUND", "The service, which may know, is not reached from the node.")

    def _history(self, run, key):
        """Of what was logged here: without the service nobody knows of more."""
        points = []
        for call in self.spool.lines():
            batch = logged(call)
            if batch is not None and batch[0] == run:
                points += [point for point in batch[1] if point["key"] == key]
        return points


def handler(desk, token, page):
    expected = ("Bearer " + token).encode()

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        timeout = 3600

        def log_message(self, *_):
            pass

        def _reply(self, status, kind, body, more=""):
            head = "HTTP/1.1 %d %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n%s\r\n"
            said = http.client.responses.get(status, "Other")
            self.wfile.write((head % (status, said, kind, len(body), more)).encode() + body)

        def _leave(self, length):
            """A client that is cut off in the middle takes the service for unreachable, and tries again for minutes."""
            self.close_connection = True
            while length > 0:
                got = self.rfile.read(min(length, 65536))
                length = length - len(got) if got else 0

        def _call(self):
            if self.command == "GET" and self.path == "/":
                return self._reply(302, "text/plain", b"", "Location: %s\r\n" % page)
            most = MOST_FILE_BYTES if self.command == "PUT" and self.path.startswith(ARTIFACTS) else MOST_BYTES
            length = self.headers.get("Content-Length") or "0"
            # Clients send a file of no bytes in chunks, of which there is none.
            is_empty = "Transfer-Encoding" in self.headers and self.rfile.readline(16).strip() == b"0"
            if is_empty:
                self.rfile.readline(16)
                length = "0"
            elif "Transfer-Encoding" in self.headers or not length.isdigit() or int(length) > most:
                self._leave(int(length) if length.isdigit() else 0)
                told = "A call has at most %d bytes, and says how long it is." % most
                return self._reply(*refusal(413, "INVALID_PARAMETER_VALUE", told))
            text = self.rfile.read(int(length))
            if not hmac.compare_digest((self.headers.get("Authorization") or "").encode(), expected):
                return self._reply(*refusal(401, "UNAUTHENTICATED", "The calls of a job's programs bring MLFLOW_TRACKING_TOKEN."))
            return self._reply(*desk.answer(self.command, self.path, text))

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _call

    return Handler


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, *_):
        pass  # a client that went away
