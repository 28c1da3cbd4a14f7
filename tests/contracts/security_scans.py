"""Security scans over HTTP; each returns whether it found something.

They follow the documented checks of graphql-cop 1.15, including the one that it leaves out, and are stricter where
that costs nothing.
"""

from collections.abc import Callable
from typing import Any, TypeAlias

import httpx

from tests.support.client import NO_CERTIFICATES

Scan: TypeAlias = Callable[[httpx.Client], bool]

_IDES = ("graphiql", "playground", "apollo sandbox", "embeddable-sandbox", "altair", "voyager")
_PAGES = ("/graphql", "/", "/graphiql", "/playground", "/console")
_ABOUT_THE_SCHEMA = (
    "{ __schema { types { name fields { name } } } }",
    '{ __type(name: "Query") { name } }',
    "{ ...F } fragment F on Query { typename: __schema { queryType { name } } }",
)
_INTERNALS = ("exception", "stacktrace", "traceback", 'file "', "debug")


def _post(client: httpx.Client, query: str) -> Any:
    return _body(client.post("/graphql", json={"query": query}))


def _body(response: httpx.Response) -> Any:
    return response.json() if "json" in response.headers.get("content-type", "") else {}


def _has_data(body: Any) -> bool:
    return isinstance(body, dict) and bool(body.get("data"))


def aliases(client: httpx.Client) -> bool:
    """101 aliases in one document."""
    return _has_data(_post(client, "{" + " ".join(f"a{n}: __typename" for n in range(101)) + "}"))


def batches(client: httpx.Client) -> bool:
    """Ten operations in one request."""
    body = _body(client.post("/graphql", json=[{"query": "{ __typename }"}] * 10))
    return isinstance(body, list) and any(map(_has_data, body))


def directives(client: httpx.Client) -> bool:
    """Ten unknown directives on one field, each reported."""
    return len(_post(client, "{ __typename " + "@probe " * 10 + "}").get("errors", [])) >= 10


def duplicates(client: httpx.Client) -> bool:
    """One field 500 times."""
    return _has_data(_post(client, "{" + " __typename" * 500 + "}"))


def introspection(client: httpx.Client) -> bool:
    """Introspection by `__schema` or `__type`."""
    return any(_has_data(_post(client, query)) for query in _ABOUT_THE_SCHEMA)


def circular_introspection(client: httpx.Client) -> bool:
    """Nested types of fields."""
    nested = "fields { type { " * 2
    return _has_data(_post(client, f"{{ __schema {{ types {{ {nested} name {'}' * 7}"))


def suggestions(client: httpx.Client) -> bool:
    """Suggestions for misspelt fields."""
    return any(
        "did you mean" in str(_post(client, query)).lower()
        for query in ("{ __schema { directive } }", "{ __typenam }", "{ helo mee }")
    )


def queries_by_get(client: httpx.Client) -> bool:
    """A query by GET, as a link sends it."""
    return _has_data(_body(client.get("/graphql", params={"query": "{ __typename }"})))


def mutations_by_get(client: httpx.Client) -> bool:
    """A mutation by GET, as a link sends it."""
    return _has_data(_body(client.get("/graphql", params={"query": "mutation { __typename }"})))


def forms(client: httpx.Client) -> bool:
    """Content types that an HTML form of another site can send."""
    fields, json = {"query": "{ __typename }"}, '{"query": "{ __typename }"}'
    answers = [
        client.post("/graphql", data=fields),
        client.post("/graphql", files={"query": (None, fields["query"])}),
        client.post("/graphql", content=json, headers={"Content-Type": "text/plain"}),
    ]
    return any(_has_data(_body(each)) for each in answers)


def page(client: httpx.Client) -> bool:
    """An IDE at a usual path."""
    found = (client.get(path, headers={"Accept": "text/html"}, follow_redirects=True).text.lower() for path in _PAGES)
    return any(name in text for text in found for name in _IDES)


def tracing(client: httpx.Client) -> bool:
    """The duration of each resolver."""
    answers = (str(_post(client, query)).lower() for query in ("{ __typename }", "{ nope }"))
    return any("tracing" in answer for answer in answers)


def internals(client: httpx.Client) -> bool:
    """Details of the implementation in errors."""
    answers = (str(_post(client, query)).lower() for query in ("qwerty { abc }", "{ boom }", "{"))
    return any(word in answer for answer in answers for word in _INTERNALS)


SCANS: dict[str, Scan] = {
    scan.__name__: scan
    for scan in (
        *(aliases, batches, directives, duplicates, introspection, circular_introspection, suggestions),
        *(queries_by_get, mutations_by_get, forms, page, tracing, internals),
    )
}


def run_scans(url: str, token: str | None = None) -> set[str]:
    """Run all scans with this token; returns the names of those that found something."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    with httpx.Client(base_url=url, headers=headers, verify=NO_CERTIFICATES) as client:
        return {name for name, scan in SCANS.items() if scan(client)}
