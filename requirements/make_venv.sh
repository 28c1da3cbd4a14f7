#!/bin/sh
# Create the virtual environment VENV with the interpreter PYTHON, or print what is missing.
set -eu
export DEBIAN_FRONTEND=noninteractive

if ! "$PYTHON" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then
    echo "SessionQL needs Python 3.11, 3.12 or 3.13; '$PYTHON' is none of them." >&2
    echo "Install one, or name one: make PYTHON=/path/to/python3.11 ..." >&2
    exit 1
fi

if ! "$PYTHON" -c 'import ensurepip' 2>/dev/null; then
    package="$("$PYTHON" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')"
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        echo "Installing $package: on Debian, Python's venv module needs it ..."
        apt-get update -qq
        apt-get install -qq -y --no-install-recommends "$package" >/dev/null
    else
        echo "Python's venv module is incomplete. Run: sudo apt-get install $package" >&2
        exit 1
    fi
fi

echo "Creating an environment in $VENV ..."
"$PYTHON" -m venv "$VENV"
