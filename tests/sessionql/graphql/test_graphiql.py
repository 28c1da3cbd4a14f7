"""The GraphiQL page and its files, without a browser: `tests/browser` runs them in one."""

import asyncio
import json
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urljoin

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from sessionql.graphql.examples import Example, load_examples
from sessionql.graphql.graphiql import PAGE_HEADERS, graphiql_files, graphiql_page
from sessionql.http.static_packages import StaticFilesMissing

STATIC = Path(__file__).parents[3] / "sessionql" / "graphql" / "static"
EXAMPLE = Example("My sessions", "query MySessions { mySessions { id } }\n", "")
HOSTILE = Example("</script><script>alert(1)</script>", "# <!-- </script >\n{ a }", '{"a": "</SCRIPT>"}')


class Page(HTMLParser):
    """The elements of a page, each with its attributes and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None], list[str]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs), []))

    def handle_data(self, data: str) -> None:
        if self.elements:
            self.elements[-1][2].append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes, _ in self.elements if name == tag]

    @property
    def files(self) -> list[str]:
        links = [each["href"] for each in self.all("link")] + [each.get("src") for each in self.all("script")]
        return [urljoin("/graphql", link) for link in links if link and not link.startswith("data:")]

    @property
    def examples(self) -> object:
        (text,) = ["".join(text) for _, attributes, text in self.elements if attributes.get("id") == "examples"]
        return json.loads(text)


@dataclass(frozen=True)
class Web:
    app: Starlette

    def send(self, method: str, path: str, headers: dict[str, str] | None = None) -> httpx.Response:
        return asyncio.run(self._send(method, path, headers))

    def get(self, path: str, headers: dict[str, str] | None = None) -> httpx.Response:
        return self.send("GET", path, headers)

    async def _send(self, method: str, path: str, headers: dict[str, str] | None) -> httpx.Response:
        transport = httpx.ASGITransport(self.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://sessionql.test") as client:
            return await client.request(method, path, headers=headers)


def web_of(examples: Sequence[Example] = (EXAMPLE,)) -> Web:
    html = graphiql_page(examples)

    async def page(_: Request) -> HTMLResponse:
        return HTMLResponse(html, headers=dict(PAGE_HEADERS))

    return Web(Starlette(routes=[Route("/graphql", page), graphiql_files()]))


def own_modules() -> list[str]:
    return sorted(path.name for path in STATIC.glob("*.js"))


def test_page_names_no_other_host() -> None:
    assert not re.findall(r"(?:https?:)?//\w", graphiql_page([EXAMPLE]))


@pytest.mark.parametrize("path", sorted(STATIC.iterdir()), ids=lambda path: path.name)
def test_our_files_name_no_other_host(path: Path) -> None:
    assert "://" not in path.read_text(encoding="utf-8")


def test_style_sheets_load_nothing() -> None:
    web = web_of()
    sheets = [web.get(file).text for file in Page(graphiql_page([])).files if file.endswith(".css")]
    assert sheets
    assert not [url for sheet in sheets for url in re.findall(r"url\(['\"]?(?!data:)|@import", sheet)]


def test_every_file_of_the_page_is_served() -> None:
    web = web_of()
    files = Page(web.get("/graphql").text).files
    assert "/graphiql/graphiql.min.js" in files
    for file in files:
        response = web.get(file)
        kind = "text/css" if file.endswith(".css") else "text/javascript"
        assert (response.status_code, response.headers["content-type"]) == (200, f"{kind}; charset=utf-8"), file
        assert response.headers["x-content-type-options"] == "nosniff"
        assert response.content


@pytest.mark.parametrize("name", own_modules())
def test_every_imported_module_is_served(name: str) -> None:
    web = web_of()
    text = web.get(f"/graphiql/{name}").text
    assert text == (STATIC / name).read_text(encoding="utf-8")
    for imported in re.findall(r'from "\./([^"]+)"', text):
        assert web.get(f"/graphiql/{imported}").status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/graphiql/",
        "/graphiql/fetch.umd.js",  # in the package, but browsers have had `fetch` for years
        "/graphiql/graphiql_mod.html",
        "/graphiql/../views.py",
        "/graphiql/..%2f..%2fviews.py",
        "/graphiql/%2e%2e/views.py",
        "/graphiql/..%5cgraphiql.py",
        "/graphiql//etc/passwd",
        "/graphiql/graphiql.js%00",
    ],
)
def test_any_other_file_is_not_found(path: str) -> None:
    assert web_of().get(path).status_code == 404


def test_an_unchanged_file_is_not_sent_again() -> None:
    web = web_of()
    first = web.get("/graphiql/graphiql.js")
    assert first.headers["cache-control"] == "no-cache"
    again = web.get("/graphiql/graphiql.js", headers={"If-None-Match": f'"other", {first.headers["etag"]}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    assert web.get("/graphiql/graphiql.js", headers={"If-None-Match": '"other"'}).status_code == 200
    assert web.send("HEAD", "/graphiql/graphiql.js").status_code == 200
    assert web.send("POST", "/graphiql/graphiql.js").status_code == 405


def test_page_may_load_only_from_its_own_origin() -> None:
    headers = web_of().get("/graphql").headers
    policy = dict(each.split(" ", 1) for each in headers["content-security-policy"].split("; "))
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert policy["script-src"] == policy["connect-src"] == "'self'"
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["vary"] == "Accept"


def test_page_complies_with_its_own_policy() -> None:
    page = Page(graphiql_page([HOSTILE]))
    assert all(each.get("src") or each.get("type") == "application/json" for each in page.all("script"))
    assert not page.all("style")
    attributes = {name for _, each, _ in page.elements for name in each}
    assert not [name for name in attributes if name == "style" or name.startswith("on")]


def test_examples_may_contain_any_text() -> None:
    html = graphiql_page([EXAMPLE, HOSTILE])
    assert html.count("<script") == graphiql_page([]).count("<script")
    assert "<!--" not in html
    assert Page(html).examples == [
        {"name": each.name, "query": each.query, "variables": each.variables} for each in (EXAMPLE, HOSTILE)
    ]


def test_braces_in_examples_are_not_replaced() -> None:
    braces = Example("{head}", "{ a { b } }", "{}")
    assert Page(graphiql_page([braces])).examples == [{"name": "{head}", "query": "{ a { b } }", "variables": "{}"}]


def test_without_the_package_the_error_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sessionql.http.static_packages.find_spec", lambda _: None)
    with pytest.raises(StaticFilesMissing, match=r"pip install 'sessionql\[pages\]'"):
        graphiql_files()


def test_the_package_is_not_imported() -> None:
    graphiql_files()
    assert "graphene_django_graphiql_static" not in sys.modules


def write(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text, encoding="utf-8")


def test_loader_sorts_by_file_name_and_derives_titles_from_it(tmp_path: Path) -> None:
    write(tmp_path, "10_log-out.graphql", "mutation { logout }")
    write(tmp_path, "02_my_sessions.graphql", "{ mySessions }")
    write(tmp_path, "README.md", "not an example")
    assert [each.name for each in load_examples(tmp_path)] == ["My sessions", "Log out"]


def test_loader_reads_the_variables_from_the_leading_comments(tmp_path: Path) -> None:
    text = '# When to use it.\n# variables: {"id": "ü", "n": 1}\n\n# More.\nquery A($id: ID!) { a(id: $id) }\n'
    write(tmp_path, "a.graphql", text)
    (example,) = load_examples(tmp_path)
    assert example.query == "# When to use it.\n\n# More.\nquery A($id: ID!) { a(id: $id) }\n"
    assert example.variables == '{\n  "id": "ü",\n  "n": 1\n}'


def test_loader_keeps_later_comments(tmp_path: Path) -> None:
    write(tmp_path, "a.graphql", "query A { a }\n# variables: not these\n")
    (example,) = load_examples(tmp_path)
    assert (example.query, example.variables) == ("query A { a }\n# variables: not these\n", "")


def test_loader_allows_fragments(tmp_path: Path) -> None:
    write(tmp_path, "a.graphql", "query A { a { ...F } }\nfragment F on T { b }\n")
    assert len(load_examples(tmp_path)) == 1


def test_a_folder_without_examples_is_valid(tmp_path: Path) -> None:
    assert load_examples(tmp_path) == []
    assert Page(graphiql_page([])).examples == []


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("# only a comment", "bad.graphql: Syntax Error"),
        ("query A {", "bad.graphql: Syntax Error"),
        ("query A { a } query B { b }", "bad.graphql: expected one operation, found 2"),
        ("fragment F on T { b }", "bad.graphql: expected one operation, found 0"),
        ("# variables: {oops}\nquery A { a }", "bad.graphql: the variables are not JSON"),
        ("# variables: [1]\nquery A { a }", "bad.graphql: the variables are not a JSON object"),
        ("# variables: {}\n# variables: {}\nquery A { a }", "bad.graphql: more than one line of variables"),
    ],
)
def test_loader_names_the_malformed_file(tmp_path: Path, text: str, complaint: str) -> None:
    write(tmp_path, "bad.graphql", text)
    with pytest.raises(ValueError, match=re.escape(complaint)):
        load_examples(tmp_path)
