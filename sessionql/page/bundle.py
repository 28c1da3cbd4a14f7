"""Bundles several ES modules into one: small files for readers, one URL for browsers.

Each file imports and exports only by `import { a } from "./b.js";` and `export function …` (or class, const, async
function) at the start of a line, and no name is declared twice. So it is enough to remove these words and to order the
files so that each comes after the files it imports.
"""

import re
from collections.abc import Sequence
from pathlib import Path

_IMPORT = re.compile(r'^import \{[^}]*\} from "\./[a-z0-9_-]+\.js";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function|class|const) )", re.MULTILINE)
_LEFT = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)


def bundle(files: Sequence[Path]) -> str:
    """The text of the module, which exports what the last file exports. Raises ValueError for other forms."""
    *modules, last = (_IMPORT.sub("", path.read_text(encoding="utf-8")) for path in files)
    parts = [*(_EXPORT.sub("", text) for text in modules), last]
    for path, text in zip(files, [*parts[:-1], _EXPORT.sub("", last)], strict=True):
        if left := _LEFT.search(text):
            raise ValueError(f"{path.name} has an import or export that cannot be bundled: {left[0]}")
    return "\n".join(f"// {path.name}\n{text}" for path, text in zip(files, parts, strict=True))
