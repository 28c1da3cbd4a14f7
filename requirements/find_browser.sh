#!/bin/sh
# Tests of pages want a Chromium. Install Debian's where that is allowed, or say what is left out.
set -eu
export DEBIAN_FRONTEND=noninteractive

there() {
    command -v chromium >/dev/null || command -v chromium-browser >/dev/null
}

install() {
    echo "Installing chromium, for the tests of pages (once) ..."
    apt-get update -qq && apt-get install -qq -y --no-install-recommends chromium >/dev/null
}

if ! there && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    install || true
fi
there || echo "No Chromium here: the tests of pages will not run. To run them: sudo apt-get install chromium"
