"""A request enters few of our files, so that a reader has to open few."""

from pathlib import Path

from benchmarks.files_entered import MAX_FILES, measure


async def test_each_kind_of_request_enters_few_files(tmp_path: Path) -> None:
    found = await measure(tmp_path)
    assert found.keys() == MAX_FILES.keys()
    assert {kind: files for kind, files in found.items() if len(files) > MAX_FILES[kind]} == {}
    assert "storage/sessions.py" in found["mySessions, a known document"], "calls of all threads are counted"
