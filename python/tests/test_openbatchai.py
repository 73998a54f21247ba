"""Against the local cloud of this folder or one above it; run by test/e2e/python-package.test.ts."""

import os
import subprocess
import sys
import tempfile
import unittest
import zipfile

import openbatchai as ob
from functions import accuracy, add, fail, fail_stubbornly
from openbatchai.service import Service

HERE = os.path.dirname(os.path.abspath(__file__))


class Programs(unittest.TestCase):
    def test_a_program_runs_in_a_copy_of_the_folder_and_its_outputs_come_back(self):
        line = 'cat functions.py | head -1 && echo "$WORD" > "$AZ_BATCHAI_OUTPUT_OUTPUTS"/word.txt'
        job = ob.submit(line, code=HERE, environment={"WORD": "it's $HOME"})
        said = []
        job.follow(said.append, poll=0.2)
        self.assertEqual(job.check().exit_code, 0)
        self.assertEqual("".join(said), '"""What the tests run on nodes."""\n')
        with tempfile.TemporaryDirectory() as folder:
            with open(job.download(folder)[0], encoding="utf8") as file:
                self.assertEqual(file.read(), "it's $HOME\n")

    def test_a_program_that_fails_is_an_exception_with_what_it_said(self):
        job = ob.submit("echo why >&2; exit 3", code=HERE)
        with self.assertRaisesRegex(ob.JobFailed, "why"):
            job.check()
        self.assertEqual(job.exit_code, 3)

    def test_what_the_service_refuses_is_told_in_its_words(self):
        with self.assertRaisesRegex(ob.ServiceError, "nodeCount"):
            ob.submit("true", code=HERE, nodes=0, cluster="none")
        with self.assertRaisesRegex(TimeoutError, "has not ended"):
            ob.submit("sleep 60", code=HERE).wait(timeout=0)


class Functions(unittest.TestCase):
    def test_a_function_gives_its_value(self):
        self.assertEqual(ob.remote(add, code=HERE)(2, b=3).result(), {"sum": 5})

    def test_a_function_of_the_script_itself_is_found_with_its_classes(self):
        ended = subprocess.run([sys.executable, os.path.join(HERE, "script.py")], capture_output=True, text=True)
        self.assertEqual((ended.stdout, ended.returncode), ("3\n", 0), ended.stderr)

    def test_an_exception_is_raised_here_with_its_remote_traceback(self):
        with self.assertRaises(KeyError) as raised:
            ob.remote(fail, code=HERE)("lost").result()
        self.assertEqual(raised.exception.args, ("lost",))
        self.assertIn("raise KeyError(word)", str(raised.exception.__cause__))

    def test_an_exception_that_cannot_travel_is_told_by_its_traceback(self):
        with self.assertRaisesRegex(ob.RemoteError, "cannot travel"):
            ob.remote(fail_stubbornly, code=HERE)().result()

    def test_what_no_node_could_find_is_refused_here(self):
        for function in (lambda: 1, Functions.test_a_function_gives_its_value):
            with self.assertRaisesRegex(ValueError, "inside something else"):
                ob.remote(function, code=HERE)()


class Sweeps(unittest.TestCase):
    def test_a_function_is_tried_with_parameters_and_the_best_trial_is_named(self):
        space = {"rate": ob.uniform(0, 1), "kind": ob.choice("deep", "1")}
        swept = ob.sweep(accuracy, space, goal="max accuracy", trials=3, concurrent=2, code=HERE).check()
        trials = list(swept.trials())
        self.assertEqual([trial["state"] for trial in trials], ["succeeded"] * 3)
        for trial in trials:
            rate, kind = trial["parameters"]["RATE"], trial["parameters"]["KIND"]
            self.assertAlmostEqual(trial["value"], 1 - abs(rate - 0.5), places=6)
            self.assertEqual(trial["metrics"]["isDeep"]["last"], float(kind == "deep"))
        best = swept.best
        self.assertEqual(best["value"], max(trial["value"] for trial in trials))
        self.assertEqual(swept.job(best).state, "succeeded")
        self.assertIn(f"succeeded, 3 succeeded; best {best['value']}", repr(swept))
        self.assertEqual(swept._repr_html_().count("<tr>"), 4)

    def test_a_line_of_shell_that_reports_nothing_is_an_exception(self):
        with self.assertRaisesRegex(ob.SweepFailed, "NoMetricReported"):
            ob.sweep("true $PARAM_X", {"x": ob.integer(1, 9)}, goal="min loss", trials=1, code=HERE).check()
        with self.assertRaisesRegex(ValueError, "'max METRIC' or 'min METRIC'"):
            ob.sweep("true", {}, goal="accuracy")
        with self.assertRaisesRegex(ValueError, "more than capitals"):
            ob.sweep("true", {"x": ob.integer(1, 9), "X": ob.integer(1, 9)}, goal="min loss")


class Package(unittest.TestCase):
    def test_a_token_and_a_key_are_not_shown(self):
        shown = repr(ob.find_service())
        self.assertNotIn(ob.find_service().token, shown)
        self.assertNotIn(ob.find_service().storage.key, shown)

    def test_the_token_goes_to_the_service_alone(self):
        service = Service("http://127.0.0.1:1", "secret")
        with self.assertRaisesRegex(ValueError, "another address"):
            service.send("GET", "http://127.0.0.1:2/x")

    def test_the_wheel_is_built_without_the_network_and_imports(self):
        sys.path.insert(0, os.path.join(HERE, "..", "build_backend"))
        from wheel import build_wheel

        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, build_wheel(folder))
            with zipfile.ZipFile(path) as archive:
                self.assertIn("openbatchai/py.typed", archive.namelist())
            line = "import openbatchai; print(openbatchai.__file__)"
            env = {**os.environ, "PYTHONPATH": path}
            out = subprocess.run([sys.executable, "-c", line], env=env, capture_output=True, text=True, check=True).stdout
            self.assertTrue(out.startswith(path))


if __name__ == "__main__":
    unittest.main()
