"""How a server begins: whoever comes first is served like everybody after."""

from pathlib import Path
from uuid import UUID

from sessionql.app.factory import create_app
from sessionql.settings.settings import Settings


async def test_it_hears_the_news_before_anybody_can_watch(database_url: str, tmp_path: Path) -> None:
    app = create_app(Settings(data_dir=tmp_path, database_url=database_url))
    async with app.router.lifespan_context(app):
        with app.state.deps.pubsub.subscribe(UUID(int=1)):
            pass
