"""What auditors of GraphQL servers look for, each asked for over HTTP: a probe is true when it found something.

Written after what graphql-cop 1.15 is documented to check, the one check that it leaves out included, and
made stricter where that costs nothing.
"""

from collections.abc import Callable
from typing import Any, TypeAlias

import httpx

Probe: TypeAlias = Callable[[httpx.Client], bool]

_IDES = ("graphiql", "playground", "apollo sandbox", "embeddable-sandbox", "altair", "voyager")
_PAGES = ("/graphql", "/", "/graphiql", "/playground", "/console")
_ABOUT_THE_SCHEMA = (
    "{ __schema { types { name fields { name } } } }",
    '{ __type(name: "Query") { name } }',
    "{ ...F } fragment F on Query { typename: __schema { queryType { name } } }",
)
_INNARDS = ("exception", "stacktrace", "traceback", 'file "', "debug")


def _post(client: httpx.Client, query: str) -> Any:
    return _body(client.post("/graphql", json={"query": query}))


def _body(response: httpx.Response) -> Any:
    return response.json() if "json" in response.headers.get("content-type", "") else {}


def _has_data(body: Any) -> bool:
    return isinstance(body, dict) and bool(body.get("data"))


def aliases(client: httpx.Client) -> bool:
    """A hundred and one of them in one document."""
    return _has_data(_post(client, "{" + " ".join(f"a{n}: __typename" for n in range(101)) + "}"))


def batches(client: httpx.Client) -> bool:
    """Ten operations in one request."""
    body = _body(client.post("/graphql", json=[{"query": "{ __typename }"}] * 10))
    return isinstance(body, list) and any(map(_has_data, body))


def directives(client: httpx.Client) -> bool:
    """Ten unknown ones on one field, each of them worth an answer."""
    return len(_post(client, "{ __typename " + "@probe " * 10 + "}").get("errors", [])) >= 10


def duplicates(client: httpx.Client) -> bool:
    """One field five hundred times."""
    return _has_data(_post(client, "{" + " __typename" * 500 + "}"))


def introspection(client: httpx.Client) -> bool:
    """What types there are, or whether there is one."""
    return any(_has_data(_post(client, query)) for query in _ABOUT_THE_SCHEMA)


def circles(client: httpx.Client) -> bool:
    """Types of fields of types of fields."""
    nested = "fields { type { " * 2
    return _has_data(_post(client, f"{{ __schema {{ types {{ {nested} name {'}' * 7}"))


def suggestions(client: httpx.Client) -> bool:
    """Of a field of the schema's, and of everybody's."""
    return any(
        "did you mean" in str(_post(client, query)).lower()
        for query in ("{ __schema { directive } }", "{ __typenam }", "{ helo mee }")
    )


def queries_by_get(client: httpx.Client) -> bool:
    """As a link would."""
    return _has_data(_body(client.get("/graphql", params={"query": "{ __typename }"})))


def mutations_by_get(client: httpx.Client) -> bool:
    """As a link would."""
    return _has_data(_body(client.get("/graphql", params={"query": "mutation { __typename }"})))


def forms(client: httpx.Client) -> bool:
    """Whatever a form of another site's page can post, JSON in disguise included."""
    fields, json = {"query": "{ __typename }"}, '{"query": "{ __typename }"}'
    answers = [
        client.post("/graphql", data=fields),
        client.post("/graphql", files={"query": (None, fields["query"])}),
        client.post("/graphql", content=json, headers={"Content-Type": "text/plain"}),
    ]
    return any(_has_data(_body(each)) for each in answers)


def page(client: httpx.Client) -> bool:
    """An IDE where people keep one."""
    found = (client.get(path, headers={"Accept": "text/html"}, follow_redirects=True).text.lower() for path in _PAGES)
    return any(name in text for text in found for name in _IDES)


def tracing(client: httpx.Client) -> bool:
    """How long each resolver took."""
    answers = (str(_post(client, query)).lower() for query in ("{ __typename }", "{ nope }"))
    return any("tracing" in answer for answer in answers)


def innards(client: httpx.Client) -> bool:
    """What went on inside, when something went wrong."""
    answers = (str(_post(client, query)).lower() for query in ("qwerty { abc }", "{ boom }", "{"))
    return any(word in answer for answer in answers for word in _INNARDS)


PROBES: dict[str, Probe] = {
    probe.__name__: probe
    for probe in (
        *(aliases, batches, directives, duplicates, introspection, circles, suggestions),
        *(queries_by_get, mutations_by_get, forms, page, tracing, innards),
    )
}


def findings(url: str, token: str | None = None) -> set[str]:
    """The names of the probes that found something, asked with this token."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    with httpx.Client(base_url=url, headers=headers) as client:
        return {name for name, probe in PROBES.items() if probe(client)}
