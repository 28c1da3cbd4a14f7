"""What is logged of a request: where it went, and nothing of what it said."""

import logging

import pytest

from sessionql.settings.logs import set_up_logging
from sessionql.settings.settings import Settings


def test_no_query_is_logged_for_its_variables_may_be_tokens(caplog: pytest.LogCaptureFixture) -> None:
    set_up_logging(Settings())
    line = ('%s - "%s %s HTTP/%s" %d', "127.0.0.1:4711", "GET", "/graphql?variables=sqlr_AQGi", "1.1", 200)
    with caplog.at_level(logging.INFO):
        logging.getLogger("uvicorn.access").info(*line)
    assert caplog.messages == ['127.0.0.1:4711 - "GET /graphql HTTP/1.1" 200']
