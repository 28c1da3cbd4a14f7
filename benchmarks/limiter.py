"""How long the dearest documents take until they are accepted or refused.

    .venv/bin/python benchmarks/limiter.py [MILLISECONDS]

Of each kind of nasty document, takes many sizes up to the limit of bytes, and prints the worst: its time on the
processor (the best of several runs, since other work on the machine is not the document's), its size, and what
became of it. Nothing is remembered between the runs. Fails when one takes longer than so many milliseconds
(10, which is for an idle core of a server in production: suggestions, for developers and operators, take 1 or 2 more).
"""

import gc
import sys
import time
from dataclasses import dataclass

from benchmarks.nasty_documents import KINDS
from sessionql.graphql.introspection import REJECTIONS
from sessionql.graphql.limits import document_limits
from sessionql.graphql_server.documents.validation import Documents
from sessionql.schema.build import graphql_schema
from sessionql.settings.settings import Settings

SIZES = [int(1.3**power) for power in range(3, 48)]
RUNS = 5
MOST = 10.0


@dataclass(frozen=True, order=True)
class Finding:
    """What a document took, in milliseconds, and what became of it."""

    milliseconds: float
    kind: str
    size: int
    outcome: str


def measured(kind: str, size: int, settings: Settings) -> Finding:
    """The best of several runs on one document."""
    document = KINDS[kind](size)
    best, outcome = float("inf"), ""
    for _ in range(RUNS):
        documents = Documents(
            graphql_schema,
            document_limits(settings),
            max_documents=1,
            max_characters=1,
            introspection_error=REJECTIONS.get(settings.introspectors),
        )
        begin = time.process_time()
        outcome = documents.get(document).code or "accepted"
        best = min(best, time.process_time() - begin)
    return Finding(best * 1e3, kind, size, outcome)


def worst(kind: str, settings: Settings) -> Finding:
    """The dearest size of a kind that a body can hold."""
    sizes = [size for size in SIZES if len(KINDS[kind](size)) <= settings.max_body_bytes]
    return max(measured(kind, size, settings) for size in sizes)


def main(most: float) -> None:
    """Measure and print, the worst first."""
    settings = Settings()
    measured("operations", 10, settings)
    # What earlier documents left behind is not this one's work.
    gc.disable()
    findings = sorted((worst(kind, settings) for kind in KINDS), reverse=True)
    for each in findings:
        print(f"{each.milliseconds:7.2f} ms  {each.kind} ({each.size}): {each.outcome}")
    if findings[0].milliseconds > most:
        raise SystemExit(f"That is more than {most:g} ms.")


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else MOST)
