"""The log of a request has its path, and nothing of its content."""

import logging

import pytest

from sessionql.settings.logs import set_up_logging
from sessionql.settings.settings import Settings


def test_no_query_string_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """Its variables may be tokens."""
    set_up_logging(Settings())
    line = ('%s - "%s %s HTTP/%s" %d', "127.0.0.1:4711", "GET", "/graphql?variables=sqlr_AQGi", "1.1", 200)
    with caplog.at_level(logging.INFO):
        logging.getLogger("uvicorn.access").info(*line)
    assert caplog.messages == ['127.0.0.1:4711 - "GET /graphql HTTP/1.1" 200']
