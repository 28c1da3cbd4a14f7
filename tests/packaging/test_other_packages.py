"""SessionQL beside a public package `schema`, in an application with `schema`, `storage` and `resolvers` of its own."""

import shutil
from pathlib import Path

from tests.docs.notes_story import run_notes_story
from tests.packaging.builds import ROOT
from tests.packaging.conftest import Create
from tests.packaging.environments import Environment
from tests.packaging.interpreters import supported_interpreters
from tests.support.engines import Engines
from tests.support.server import Program

_APPLICATION = """
import resolvers
import schema
import storage
from notes import app

assert {module.OWNER for module in (resolvers, schema, storage)} == {"the application"}
"""


class Application(Program):
    """A copy of `docs/programs/notes.py` with modules of its own, run in an environment."""

    def __init__(self, installed: Environment, database_url: str, folder: Path) -> None:
        super().__init__("application", database_url, folder)
        self._installed = installed
        shutil.copy(ROOT / "docs" / "programs" / "notes.py", folder)
        (folder / "application.py").write_text(_APPLICATION)
        for name in ("schema.py", "storage/__init__.py", "resolvers/__init__.py"):
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text('OWNER = "the application"\n')

    @property
    def command(self) -> list[str]:
        """Uvicorn of the environment, in the folder of the application."""
        port = self.site.rpartition(":")[2]
        return [
            self._installed.python,
            "-m",
            "uvicorn",
            "application:app",
            "--port",
            port,
            "--app-dir",
            str(self._folder),
        ]


def test_it_works_beside_modules_of_the_same_names(create: Create, engines: Engines, tmp_path: Path) -> None:
    installed = create(supported_interpreters()[0], "app", "other_packages")
    (site_packages,) = installed.folder.glob("lib/python*/site-packages")
    assert (site_packages / "schema").is_dir() or (site_packages / "schema.py").is_file()
    with Application(installed, engines.sqlite(tmp_path), tmp_path) as application:
        run_notes_story(application)
