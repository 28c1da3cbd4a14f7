#!/bin/sh
# Install the JavaScript clients of the tests where node is installed; otherwise print that these tests are left out.
set -eu
from=tests/clients
to=.build/clients
left_out="the tests with JavaScript clients are left out"

if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
    echo "Node is not installed: $left_out. To run them: install node 20.19 or newer"
    exit 0
fi
if ! node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)'; then
    echo "Node $(node --version) is too old: $left_out. To run them: install node 20.19 or newer"
    exit 0
fi
if ! cmp -s "$from/package-lock.json" "$to/installed.json"; then
    echo "Installing the JavaScript clients of the tests (once; 300 MB) ..."
    mkdir -p "$to"
    rm -f "$to/installed.json"
    cp "$from/package.json" "$from/package-lock.json" "$from/.npmrc" "$to"
    (cd "$to" && npm ci --silent) && cp "$from/package-lock.json" "$to/installed.json" ||
        echo "They could not be installed (can npm reach its registry?): $left_out."
fi
