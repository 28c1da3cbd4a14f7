"""The wheel installs one import name with all its files, from the checkout and from the sdist."""

import tarfile
from email.parser import BytesParser

import pytest

from tests.packaging.builds import ROOT, Builds, contents
from tests.packaging.files import installed_files


def test_it_installs_one_import_name(builds: Builds) -> None:
    assert {name.partition("/")[0] for name in contents(builds.wheel)} == {"sessionql", "sessionql-0.1.0.dist-info"}


def test_it_contains_every_file(builds: Builds) -> None:
    installed = {name for name in contents(builds.wheel) if name.startswith("sessionql/")}
    assert installed == {path.as_posix() for path in installed_files()}


@pytest.mark.parametrize(
    "name",
    [
        "py.typed",
        "schema/schema.graphql",
        "resolvers/sessions.py",
        "storage/migrations/env.py",
        "graphql_server/engine.py",
        "graphql_examples/01_register.graphql",
        "graphql/static/graphiql.js",
        "page/index.html",
    ],
)
def test_it_contains_each_kind_of_file(builds: Builds, name: str) -> None:
    assert f"sessionql/{name}" in contents(builds.wheel)


def test_the_wheel_of_the_sdist_is_the_same(builds: Builds) -> None:
    assert contents(builds.wheel_of_sdist) == contents(builds.wheel)


def test_the_sdist_contains_no_folder_twice(builds: Builds) -> None:
    with tarfile.open(builds.sdist) as archive:
        names = {name.split("/")[1] for name in archive.getnames()}
    assert "sessionql" in names
    assert not names & {"schema", "resolvers", "storage", "graphql_server", "graphql_examples", "tests"}


def test_its_metadata_is_complete(builds: Builds) -> None:
    files = contents(builds.wheel)
    metadata = BytesParser().parsebytes(files["sessionql-0.1.0.dist-info/METADATA"])
    assert metadata["License-Expression"] == "MIT"
    assert metadata["License-File"] == "LICENSE"
    assert files["sessionql-0.1.0.dist-info/licenses/LICENSE"] == (ROOT / "LICENSE").read_bytes()
    assert metadata["Keywords"]
    assert metadata["Summary"]
    classifiers = metadata.get_all("Classifier") or []
    assert not [each for each in classifiers if each.startswith(("Private", "License"))]
    assert not [each for each in metadata.get_all("Requires-Dist") or [] if "==" in each.partition(";")[0]]
