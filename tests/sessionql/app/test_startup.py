"""The start of a server: the first request is handled like any other."""

from pathlib import Path
from uuid import UUID

import pytest

from sessionql.app.factory import create_app
from sessionql.settings.settings import Settings


async def test_it_listens_to_notifications_before_the_first_subscription(database_url: str, tmp_path: Path) -> None:
    app = create_app(Settings(data_dir=tmp_path, database_url=database_url))
    async with app.router.lifespan_context(app):
        with app.state.deps.pubsub.subscribe(UUID(int=1)):
            pass


async def test_a_start_warns_once_of_files_that_other_users_can_read(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "data.sqlite3"
    path.touch()
    path.chmod(0o644)
    app = create_app(Settings(data_dir=tmp_path, database_url=f"sqlite:///{path}"))

    async with app.router.lifespan_context(app):
        pass

    warnings = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert [text for text in warnings if f"`chmod 600 {path}`" in text] == warnings[:1]
