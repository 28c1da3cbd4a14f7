"""Invalid and hostile requests. Each must be rejected with a clear error."""

from typing import Any

QUERY = b'"query":"{ __typename }"'
PERSISTED = b'"persistedQuery":{"version":1,"sha256Hash":"a"}'
DEEP = 100_000

BODIES: dict[str, bytes] = {
    "nothing": b"",
    "white space": b" \n\t",
    "null": b"null",
    "a number": b"5",
    "a string": b'"x"',
    "true": b"true",
    "an empty list": b"[]",
    "a list in a list": b"[[]]",
    "a batch": b"[{" + QUERY + b"}]",
    "an empty object": b"{}",
    "half an object": b'{"query": "{ __typename }"',
    "two objects": b"{" + QUERY + b"}{" + QUERY + b"}",
    "a trailing comma": b"{" + QUERY + b",}",
    "single quotes": b"{'query': '{ __typename }'}",
    "a comment": b"{" + QUERY + b"} // no",
    "bad UTF-8": b'{"query":"\xff\xfe"}',
    "overlong UTF-8": b'{"query":"\xc0\xaf"}',
    "a surrogate in UTF-8": b'{"query":"\xed\xa0\x80"}',
    "Latin-1": b'{"query":"{ __typename } # \xfc"}',
    "UTF-16": "{}".encode("utf-16"),
    "a byte order mark": b"\xef\xbb\xbf{" + QUERY + b"}",
    "a lone high surrogate": b'{"query":"\\ud800"}',
    "a lone low surrogate": b'{"query":"{ __typename } \\udc00"}',
    "a lone surrogate in a variable": b"{" + QUERY + b',"variables":{"a":"\\ud800"}}',
    "a lone surrogate in a name": b"{" + QUERY + b',"\\ud800":1}',
    "a NUL byte": b"{" + QUERY + b"\0}",
    "a raw line break in a string": b'{"query":"{\n__typename }"}',
    "NaN": b'{"query":NaN}',
    "NaN in a variable": b"{" + QUERY + b',"variables":{"a":NaN}}',
    "Infinity": b"{" + QUERY + b',"variables":{"a":-Infinity}}',
    "a huge number": b'{"query":' + b"9" * 5000 + b"}",
    "a huge exponent": b'{"query":1e999999}',
    "deep lists": b"[" * DEEP,
    "deep lists that end": b"[" * DEEP + b"]" * DEEP,
    "deep objects": b'{"a":' * (DEEP // 5),
    "deep variables": b"{" + QUERY + b',"variables":{"a":' + b"[" * DEEP + b"]" * DEEP + b"}}",
    "zip": b"\x1f\x8b\x08\x00\x00\x00\x00\x00",
    "a form": b"query=%7B__typename%7D",
    "a document": b"{ __typename }",
    "an upload": b'--x\r\nContent-Disposition: form-data; name="operations"\r\n\r\n{}\r\n--x--',
    "no query": b'{"variables":{}}',
    "a query id only": b'{"id":"1"}',
    "a doc_id only": b'{"doc_id":"836c6421256dd3b8bbe2761596130772"}',
    "documentId null": b'{"documentId":null}',
    "documentId empty": b'{"documentId":""}',
    "documentId a number": b'{"documentId":1}',
    "documentId true": b'{"documentId":true}',
    "documentId a list": b'{"documentId":["a"]}',
    "documentId an object": b'{"documentId":{"sha256":"a"}}',
    "documentId a number beside a query": b"{" + QUERY + b',"documentId":1}',
    "documentId a lone surrogate": b'{"documentId":"\\ud800"}',
    "documentId in capitals": b'{"DOCUMENTID":"a"}',
    "a query of another type beside a documentId": b'{"query":1,"documentId":"a"}',
    "documentId and a persisted query": b'{"documentId":"a","extensions":{' + PERSISTED + b"}}",
    "query null": b'{"query":null}',
    "query empty": b'{"query":""}',
    "query a number": b'{"query":1}',
    "query a list": b'{"query":["{ __typename }"]}',
    "query an object": b'{"query":{}}',
    "query in capitals": b'{"QUERY":"{ __typename }"}',
    "variables a list": b"{" + QUERY + b',"variables":[]}',
    "variables a string": b"{" + QUERY + b',"variables":"{}"}',
    "variables a number": b"{" + QUERY + b',"variables":0}',
    "variables false": b"{" + QUERY + b',"variables":false}',
    "operationName a number": b"{" + QUERY + b',"operationName":1}',
    "operationName a list": b"{" + QUERY + b',"operationName":[]}',
    "extensions a list": b"{" + QUERY + b',"extensions":[]}',
    "extensions a string": b"{" + QUERY + b',"extensions":"{}"}',
    "extensions a number": b"{" + QUERY + b',"extensions":1}',
    "extensions empty and nothing else": b'{"extensions":{}}',
    **{
        f"a persisted query {name}{with_}": b"{" + query + b'"extensions":{"persistedQuery":' + value + b"}}"
        for with_, query in (("", b""), (" beside a query", QUERY + b","))
        for name, value in {
            "that is a string": b'"' + b"a" * 64 + b'"',
            "that is a list": b"[1]",
            "that is false": b"false",
            "that is empty": b"{}",
            "without a version": b'{"sha256Hash":"a"}',
            "of version 0": b'{"version":0,"sha256Hash":"a"}',
            "of version 2": b'{"version":2,"sha256Hash":"a"}',
            "of version '1'": b'{"version":"1","sha256Hash":"a"}',
            "of version true": b'{"version":true,"sha256Hash":"a"}',
            "of version null": b'{"version":null,"sha256Hash":"a"}',
            "of a huge version": b'{"version":' + b"9" * 300 + b',"sha256Hash":"a"}',
            "without a hash": b'{"version":1}',
            "with hash null": b'{"version":1,"sha256Hash":null}',
            "with an empty hash": b'{"version":1,"sha256Hash":""}',
            "with hash 5": b'{"version":1,"sha256Hash":5}',
            "with a list as hash": b'{"version":1,"sha256Hash":["a"]}',
            "with another hash": b'{"version":1,"md5Hash":"a"}',
        }.items()
    },
}

QUERY_STRINGS: dict[str, bytes] = {
    "nothing": b"",
    "no query": b"variables={}",
    "query empty": b"query=",
    "query without a value": b"query",
    "query twice": b"query={__typename}&query={__typename}",
    "variables twice": b"query={__typename}&variables={}&variables={}",
    "variables no JSON": b"query={__typename}&variables={",
    "variables a list": b"query={__typename}&variables=[]",
    "variables a string": b'query={__typename}&variables="a"',
    "variables deep": b"query={__typename}&variables=" + b"[" * 50_000,
    "variables NaN": b'query={__typename}&variables={"a":NaN}',
    "variables a lone surrogate": b'query={__typename}&variables={"a":"%5Cud800"}',
    "extensions no JSON": b"query={__typename}&extensions=x",
    "extensions a number": b"query={__typename}&extensions=7",
    "extensions twice": b"query={__typename}&extensions={}&extensions={}",
    "documentId empty": b"documentId=",
    "documentId twice": b"documentId=a&documentId=a",
    "documentId and a persisted query": b"documentId=a&extensions={" + PERSISTED + b"}",
    "a persisted query of version 2": b'extensions={"persistedQuery":{"version":2,"sha256Hash":"a"}}',
    "a persisted query that is a string": b'extensions={"persistedQuery":"a"}',
    "another separator": b"variables={};query={__typename}",
    "a broken escape": b"%query={__typename}",
}

ODD: dict[str, bytes] = {
    "a key twice": b'{"query":"{","query":"{ __typename }"}',
    "unknown keys": b"{" + QUERY + b',"more":1,"id":null}',
    "nulls": b"{" + QUERY + b',"variables":null,"operationName":null,"extensions":null}',
    "no persisted query": b"{" + QUERY + b',"documentId":null,"extensions":{"persistedQuery":null}}',
    "an empty documentId": b"{" + QUERY + b',"documentId":""}',
    "other extensions": b"{" + QUERY + b',"extensions":{"PersistedQuery":1,"clientLibrary":{"name":"x"}}}',
    "an empty operation name": b"{" + QUERY + b',"operationName":""}',
    "a huge number in a variable": b"{" + QUERY + b',"variables":{"a":' + b"9" * 300 + b"}}",
    "an escaped surrogate pair": b'{"query":"{ __typename } # \\ud83e\\udd8a"}',
    "a NUL in a comment": b'{"query":"{ __typename } # \\u0000"}',
    "unused variables": b"{" + QUERY + b',"variables":{"a":[[{}]],"__proto__":1,"":null}}',
}
"""Strange, and yet a request: answered."""

CALLED: dict[str, dict[str, Any]] = {
    "an id": {"documentId": "a"},
    "a hash": {"documentId": "sha256:" + "0" * 64},
    "a number": {"documentId": "0"},
    "a document": {"documentId": "{ __typename }"},
    "a path": {"documentId": "../../../../etc/passwd"},
    "a property of JavaScript": {"documentId": "__proto__"},
    "white space": {"documentId": " "},
    "a NUL": {"documentId": "\0"},
    "a prefix": {"documentId": "sha256:"},
    "colons": {"documentId": ":" * 1_000},
    "a very long id": {"documentId": "a" * 200_000},
    "a pair of surrogates": {"documentId": "🦊"},
    "an id with odd company": {
        "documentId": "a",
        "query": "",
        "doc_id": 1,
        "id": [],
        "operationName": "",
        "variables": {},
    },
}
"""Documents that are well called, and are not there."""

DOCUMENTS: dict[str, str] = {
    "white space": " ",
    "a NUL": "\0",
    "a NUL in a string": '{ __typename @skip(if: "\0") }',
    "a byte order mark in the middle": "{ \ufeff __typename, nope }",
    "an escaped lone surrogate": '{ nope(a: "\\uD800") }',
    "an escaped surrogate out of range": '{ nope(a: "\\u{110000}") }',
    "an unclosed string": '{ nope(a: "',
    "an unclosed block string": '{ nope(a: """',
    "only a comment": "# nothing",
    "only a fragment": "fragment F on Query { __typename }",
    "a fragment in a circle": "{ ...F } fragment F on Query { ...F }",
    "fragments in a circle": "{ ...F } fragment F on Query { ...G } fragment G on Query { ...F }",
    "an unknown field": "{ nope }",
    "an unknown directive": "{ __typename @nope }",
    "a type system": "type Query { a: Int }",
    "an unknown mutation": "mutation { nope }",
    "a subscription": "subscription { nope }",
    "two operations": "query A { __typename } query B { __typename }",
    "the same operation twice": "query A { __typename } query A { __typename }",
    "a huge number": "{ nope(a: " + "9" * 100_000 + ") }",
    "a long name": "{ " + "n" * 200_000 + " }",
    "a long string": '{ nope(a: "' + "s" * 200_000 + '") }',
    "too many fields": "{" + " __typename" * 20_000 + "}",
    "too many aliases": "{" + " ".join(f"a{n}: __typename" for n in range(2000)) + "}",
    "too many unknown fields": "{" + " ".join(f"a{n}" for n in range(4000)) + "}",
    "many variables": "query(" + " ".join(f"$v{n}: Int" for n in range(1000)) + ") { __typename }",
    "deep and unclosed": "{a" * 2_400,
    "deep lists": "{ nope(a: " + "[" * 2_400 + "]" * 2_400 + ") }",
    "deep objects": "{ nope(a: " + "{a:" * 1_200 + "1" + "}" * 1_200 + ") }",
    "deep types": "query($a: " + "[" * 2_400 + "Int" + "]" * 2_400 + ") { __typename }",
    "deep inline fragments": "{" + "...{" * 1_600 + "__typename" + "}" * 1_600 + "}",
    "long chains of fragments": "{ ...F0 } "
    + " ".join(f"fragment F{n} on Query {{ ...F{n + 1} }}" for n in range(600))
    + " fragment F600 on Query { nope }",
    "fragments that double": "{ ...F0 } "
    + " ".join(f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }}" for n in range(400))
    + " fragment F400 on Query { nope }",
    "five thousand deep": "{" + "__schema{" * 5_000 + "}" * 5_000 + "}",
    "introspection in introspection": "{ __schema { types "
    + "{ fields { type " * 40
    + "{ name }"
    + "} } " * 40
    + "} }",
}
"""Documents that cannot be executed. `Query` has no field `nope`."""


def error_of(status: int, content_type: str, body: Any) -> tuple[str, str]:
    """The message and the code of a well-formed error response."""
    assert 400 <= status < 500 or status == 505, (status, body)
    assert content_type.partition(";")[0] in {"application/json", "application/graphql-response+json"}
    errors = body["errors"]
    assert errors
    assert "data" not in body
    for error in errors:
        assert error["message"], error
        assert error["extensions"]["code"].replace("_", "").isupper(), error
        assert "Traceback" not in error["message"]
    return str(errors[0]["message"]), str(errors[0]["extensions"]["code"])
