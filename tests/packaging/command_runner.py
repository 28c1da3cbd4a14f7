"""Runs commands of `sessionql` in the environment of this interpreter, each in a fork that has the packages loaded.

Reads a JSON array of arguments from each line of standard input; writes one JSON line: code, out, err. It imports no
module of the tests: they are not installed where it runs.
"""

import json
import os
import sys
from importlib import import_module
from tempfile import TemporaryFile

from sessionql.cli.main import main

for name in ("sessionql.app.bootstrap", "sessionql.schema.build", "sessionql.resolvers.admin", "alembic.command"):
    import_module(name)


def run(arguments: list[str]) -> dict[str, object]:
    """Run one command in a process of its own."""
    with TemporaryFile() as out, TemporaryFile() as err:
        process = os.fork()
        if process == 0:
            os.dup2(out.fileno(), 1)
            os.dup2(err.fileno(), 2)
            sys.argv = ["sessionql", *arguments]
            main()
            sys.exit()
        _, status = os.waitpid(process, 0)
        written = {}
        for stream, file in (("out", out), ("err", err)):
            file.seek(0)
            written[stream] = file.read().decode()
        return {"code": os.waitstatus_to_exitcode(status), **written}


for line in sys.stdin:
    sys.stdout.write(json.dumps(run(json.loads(line))) + "\n")
    sys.stdout.flush()
