"""How long the most expensive documents take until they are accepted or rejected.

    .venv/bin/python benchmarks/document_limits.py [MILLISECONDS]

Measures each kind of expensive document in many sizes up to the limit of bytes, and prints the slowest: its CPU time
(the best of several runs, without other work of the machine), its size, and its outcome. Nothing is cached between
the runs. Fails when one takes longer than MILLISECONDS (default: 10, for an idle core of a server in production;
suggestions, for developers and operators, take 1 or 2 more).
"""

import gc
import sys
import time
from dataclasses import dataclass

from benchmarks.expensive_documents import KINDS
from sessionql.graphql.introspection import REJECTIONS
from sessionql.graphql.limits import document_limits
from sessionql.graphql_server.documents.validation import Documents
from sessionql.schema.build import graphql_schema
from sessionql.settings.settings import Settings

SIZES = [int(1.3**power) for power in range(3, 48)]
RUNS = 5
DEFAULT_MAX_MILLISECONDS = 10.0


@dataclass(frozen=True, order=True)
class Finding:
    """CPU time of a document in milliseconds, and its error code or `accepted`."""

    milliseconds: float
    kind: str
    size: int
    outcome: str


def measured(kind: str, size: int, settings: Settings) -> Finding:
    """The fastest of several runs with one document."""
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
    """The slowest size of a kind that fits into a body."""
    sizes = [size for size in SIZES if len(KINDS[kind](size)) <= settings.max_body_bytes]
    return max(measured(kind, size, settings) for size in sizes)


def main(max_milliseconds: float) -> None:
    """Measure, and print the slowest kind first."""
    settings = Settings()
    measured("operations", 10, settings)
    # Garbage of earlier documents is not part of a measurement.
    gc.disable()
    findings = sorted((worst(kind, settings) for kind in KINDS), reverse=True)
    for each in findings:
        print(f"{each.milliseconds:7.2f} ms  {each.kind} ({each.size}): {each.outcome}")
    if findings[0].milliseconds > max_milliseconds:
        raise SystemExit(f"That is more than {max_milliseconds:g} ms.")


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT_MAX_MILLISECONDS)
