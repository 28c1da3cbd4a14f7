#!/bin/sh
# Tests with the ecosystem's own clients want node. Install what they need where there is one, or say what is left out.
set -eu
from=tests/clients
to=.build/clients
left_out="the tests with JavaScript clients will not run"

if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
    echo "No node here: $left_out. To run them: install node 20.19 or newer"
    exit 0
fi
if ! node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)'; then
    echo "Node $(node --version) is too old: $left_out. To run them: install node 20.19 or newer"
    exit 0
fi
if ! cmp -s "$from/package-lock.json" "$to/installed.json"; then
    echo "Installing JavaScript clients, for the tests with them (once; 300 MB) ..."
    mkdir -p "$to"
    rm -f "$to/installed.json"
    cp "$from/package.json" "$from/package-lock.json" "$from/.npmrc" "$to"
    (cd "$to" && npm ci --silent) && cp "$from/package-lock.json" "$to/installed.json" ||
        echo "They could not be installed (is there a way to the npm registry?): $left_out."
fi
