"""One ES module out of several: small files for those who read them, one address for those who import it.

The files only name what they take from each other (`import { a } from "./b.js";`) and give (`export`) at the start of a
line, and no name twice. So it is enough to leave those words out, and to put who gives before who takes.
"""

import re
from collections.abc import Sequence
from pathlib import Path

_IMPORT = re.compile(r'^import \{[^}]*\} from "\./[a-z0-9_-]+\.js";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function|class|const) )", re.MULTILINE)
_LEFT = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)


def bundle(files: Sequence[Path]) -> str:
    """The text of the module. What the last file exports, the module does. Raises ValueError for other forms."""
    *given, last = (_IMPORT.sub("", path.read_text(encoding="utf-8")) for path in files)
    parts = [*(_EXPORT.sub("", text) for text in given), last]
    for path, text in zip(files, [*parts[:-1], _EXPORT.sub("", last)], strict=True):
        if left := _LEFT.search(text):
            raise ValueError(f"{path.name} takes or gives in a way that cannot be joined: {left[0]}")
    return "\n".join(f"// {path.name}\n{text}" for path, text in zip(files, parts, strict=True))
