# What programs of the job have logged, as far as they may ask for it again: runs and models, in the words of MLflow's protocol.
import json
import os
import threading
import time
import urllib.parse
import uuid

OWN = "own"
LOGGED = ("runs/log-metric", "runs/log-parameter", "runs/log-batch", "runs/set-tag", "runs/delete-tag")


def now():
    return int(time.time() * 1000)


def place_of(point):
    return (int(point.get("step") or 0), int(point.get("timestamp") or 0))


def pairs(items):
    return {item["key"]: item.get("value", "") for item in items or []}


def listed(items):
    return [{"key": key, "value": value} for key, value in items.items()]


def asked_run(body):
    return body.get("run_id") or body.get("run_uuid") or ""


class Known:
    def __init__(self, own, experiment, artifacts):
        self.own = own
        self.experiment = experiment
        self.artifacts = artifacts
        self.lock = threading.RLock()
        self.runs = {}
        self.models = {}

    # Ids: those that the service would make; the words in which a call that is sent later says which it meant.

    def name_run(self):
        return uuid.uuid4().hex if self.own in self.runs else OWN

    def run_id(self, word):
        return self.own if word == OWN else "c" + self.own[1:] + "-" + word

    def job_name(self):
        return self.own.split("-", 1)[1][len(self.experiment) + 1 :]

    def place(self, of):
        if self.artifacts:
            return "file://%s/%s" % (urllib.parse.quote(self.artifacts, safe="/;,?:@&=+$-_.!~*'()#"), of)
        return "mlflow-artifacts:/" + of

    def apply(self, path, body):
        """A call that was answered, and may be told again after this program was killed. KeyError and the like: no such call."""
        with self.lock:
            if path == "runs/create":
                self._begin(body)
            elif path.startswith("logged-models"):
                self._apply_model(path, body)
            else:
                self._apply_run(path, self.runs[asked_run(body)], body)

    def _begin(self, body):
        word = body["batchai_run"]
        run_id = self.run_id(word)
        tags = pairs(body.get("tags"))
        name = body.get("run_name") or tags.get("mlflow.runName")
        name = name or (self.job_name() if word == OWN else "run-" + word[:8])
        tags["mlflow.runName"] = name
        if word != OWN:
            tags.setdefault("mlflow.parentRunId", self.own)
        info = {"run_id": run_id, "run_uuid": run_id, "experiment_id": self.experiment, "run_name": name}
        info.update(user_id=body.get("user_id") or "", status="RUNNING", lifecycle_stage="active")
        info.update(start_time=body.get("start_time") or now(), artifact_uri=self.place(run_id + "/artifacts"))
        run = self.runs.setdefault(run_id, {"params": {}, "tags": {}, "metrics": {}, "inputs": [], "models": [], "made": []})
        run["info"] = info
        run["tags"].update(tags)

    def _apply_run(self, path, run, body):
        if path == "runs/update":
            self._update(run["info"], run["tags"], body)
        elif path == "runs/log-metric":
            self._log(run, [body], [], [])
        elif path == "runs/log-parameter":
            self._log(run, [], [body], [])
        elif path == "runs/set-tag":
            self._log(run, [], [], [body])
        elif path == "runs/log-batch":
            self._log(run, body.get("metrics") or [], body.get("params") or [], body.get("tags") or [])
        elif path == "runs/delete-tag":
            run["tags"].pop(body["key"], None)
        elif path == "runs/log-inputs":
            run["inputs"] += body.get("datasets") or []
            run["models"] += body.get("models") or []
        elif path == "runs/outputs":
            run["made"] += body.get("models") or []
        else:
            raise KeyError(path)

    def _update(self, info, tags, body):
        status = body.get("status")
        if status is not None:
            info["status"] = status
        if status == "RUNNING":
            info.pop("end_time", None)
        elif body.get("end_time") or status is not None:
            info["end_time"] = body.get("end_time") or now()
        if body.get("run_name"):
            info["run_name"] = tags["mlflow.runName"] = body["run_name"]

    def _log(self, run, metrics, params, tags):
        points = [{name: point[name] for name in ("key", "value", "timestamp", "step") if name in point} for point in metrics]
        known = [(point["key"], point["value"], place_of(point)) for point in points]
        texts, labels = pairs(params), pairs(tags)
        for point, (key, _, place) in zip(points, known):
            if key not in run["metrics"] or place >= place_of(run["metrics"][key]):
                run["metrics"][key] = point
        for key, value in texts.items():
            run["params"].setdefault(key, value)
        run["tags"].update(labels)
        if labels.get("mlflow.runName"):
            run["info"]["run_name"] = labels["mlflow.runName"]

    def _apply_model(self, path, body):
        words = path.split("/")
        if len(words) == 1:
            model_id, created = body["batchai_model"], body.get("batchai_time") or now()
            self.models.setdefault(model_id, {"id": model_id, "made": body, "params": pairs(body.get("params"))})
            self.models[model_id].update(tags=pairs(body.get("tags")), status="LOGGED_MODEL_PENDING", created=created)
            return
        model = self.models[words[1]]
        if words[2:] == []:
            model["status"] = body["status"]
        elif words[2:] == ["params"]:
            model["params"].update(pairs(body.get("params")))
        elif words[2:] == ["tags"]:
            model["tags"].update(pairs(body.get("tags")))
        else:
            raise KeyError(path)

    def learn(self, run):
        """A run as the service knows it: what this one did not hear of is added."""
        with self.lock:
            info, data = run["info"], run.get("data") or {}
            mine = self.runs.setdefault(
                info["run_id"], {"info": info, "params": {}, "tags": {}, "metrics": {}, "inputs": [], "models": [], "made": []}
            )
            # A parameter keeps its first value, and the service knows who was first.
            mine["params"].update(pairs(data.get("params")))
            for key, value in pairs(data.get("tags")).items():
                mine["tags"].setdefault(key, value)
            for point in data.get("metrics") or []:
                mine["metrics"].setdefault(point["key"], point)

    def has_run(self, run_id):
        return run_id in self.runs

    def run_wire(self, run_id):
        with self.lock:
            run = self.runs[run_id]
            made = [{"model_id": model["model_id"], "step": model.get("step", 0)} for model in run["made"]]
            used = [{"model_id": model["model_id"]} for model in run["models"]]
            data = {"metrics": list(run["metrics"].values()), "params": listed(run["params"]), "tags": listed(run["tags"])}
            inputs = {"dataset_inputs": run["inputs"], "model_inputs": used}
            return {"info": dict(run["info"]), "data": data, "inputs": inputs, "outputs": {"model_outputs": made}}

    def model_wire(self, model_id):
        with self.lock:
            model = self.models[model_id]
            made = model["made"]
            info = {"model_id": model_id, "experiment_id": self.experiment, "name": made.get("name") or model_id}
            info.update(creation_timestamp_ms=model["created"], last_updated_timestamp_ms=model["created"])
            info.update(artifact_uri=self.place("models/%s/artifacts" % model_id), status=model["status"])
            info.update(model_type=made.get("model_type") or "", source_run_id=made.get("source_run_id") or "")
            info["tags"] = listed(model["tags"])
            return {"info": info, "data": {"params": listed(model["params"]), "metrics": []}}

    def experiment_wire(self, name):
        return {
            "experiment_id": self.experiment,
            "name": name,
            "artifact_location": self.place(self.experiment),
            "lifecycle_stage": "active",
            "tags": [],
        }

    def keep(self, path):
        with self.lock, open(path + ".new", "w") as text:
            json.dump([self.runs, self.models], text)
        os.replace(path + ".new", path)

    def load(self, path):
        try:
            with open(path) as text:
                self.runs, self.models = json.load(text)
        except (OSError, ValueError):
            pass
