# Runs commands of the az that is installed beside this Python, in one process: a list of words per line of standard input, one line
# of JSON with exit code, output and error for each.
import io
import json
import sys
from contextlib import redirect_stderr

from azure.cli.core import get_default_cli


def run(words):
    out, err = io.StringIO(), io.StringIO()
    cli = get_default_cli()
    with redirect_stderr(err):
        try:
            code = cli.invoke(words, out_file=out)
        except SystemExit as end:
            code = end.code
    failure = getattr(cli.result, "error", None)
    return {"code": code, "out": out.getvalue(), "err": err.getvalue() + (str(failure) if failure else "")}


answers = sys.stdout
sys.stdout = sys.stderr
for line in sys.stdin:
    answers.write(json.dumps(run(json.loads(line))) + "\n")
    answers.flush()
