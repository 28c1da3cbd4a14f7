"""The start of a server: the first request is handled like any other."""

from pathlib import Path
from uuid import UUID

from sessionql.app.factory import create_app
from sessionql.settings.settings import Settings


async def test_it_listens_to_notifications_before_the_first_subscription(database_url: str, tmp_path: Path) -> None:
    app = create_app(Settings(data_dir=tmp_path, database_url=database_url))
    async with app.router.lifespan_context(app):
        with app.state.deps.pubsub.subscribe(UUID(int=1)):
            pass
