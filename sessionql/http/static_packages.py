"""The packages that contain the files of GraphiQL and Swagger UI: the extra `pages` of SessionQL.

No JavaScript of other projects is in this repository. To change a package, edit this file and the extra in
pyproject.toml.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

log = logging.getLogger("sessionql")

_INSTALL = "pip install 'sessionql[pages]'"


class StaticFilesMissing(FileNotFoundError):
    """A page is turned on by its own setting, and the package with its files is not installed."""


@dataclass(frozen=True, slots=True)
class StaticPackage:
    """An installed package that contains static files of a page. It is found, never imported.

    `styles` and `scripts` are in the order in which the page loads them.
    """

    page: str
    module: str
    folder: str
    styles: tuple[str, ...]
    scripts: tuple[str, ...]

    @property
    def missing(self) -> str:
        """The message for terminals, logs and browsers when the package is not installed."""
        return f"The files of {self.page} are not installed. Run: {_INSTALL}"

    def is_installed(self) -> bool:
        """Whether the page can be served."""
        return self._location() is not None

    def check(self, *, required: bool) -> None:
        """Log a warning if the package is not installed.

        Raises StaticFilesMissing instead if `required`.
        """
        if self.is_installed():
            return
        if required:
            raise StaticFilesMissing(self.missing)
        log.warning("%s", self.missing)

    def files(self) -> Iterator[Path]:
        """The paths of the styles and scripts. Raises StaticFilesMissing."""
        location = self._location()
        if location is None:
            raise StaticFilesMissing(self.missing)
        yield from (location / self.folder / name for name in (*self.styles, *self.scripts))

    def _location(self) -> Path | None:
        spec = find_spec(self.module)
        if spec is None or not spec.submodule_search_locations:
            return None
        return Path(spec.submodule_search_locations[0])


GRAPHIQL = StaticPackage(
    page="GraphiQL",
    module="graphene_django_graphiql_static",
    folder="static/graphene_django_graphiql_static",
    styles=("graphiql.min.css", "style.css"),
    # React before GraphiQL before the plug-in.
    scripts=(
        "react.production.min.js",
        "react-dom.production.min.js",
        "graphiql.min.js",
        "graphql-ws.min.js",
        "graphiql-plugin-explorer.umd.js",
    ),
)

SWAGGER_UI = StaticPackage(
    page="Swagger UI",
    module="flask_swagger_ui",
    folder="dist",
    styles=("swagger-ui.css",),
    scripts=("swagger-ui-bundle.js",),
)
