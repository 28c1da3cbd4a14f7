#!/bin/sh
# Install Debian's Chromium for the tests of pages where that is possible; otherwise print that these tests are left out.
set -eu
export DEBIAN_FRONTEND=noninteractive

is_installed() {
    command -v chromium >/dev/null || command -v chromium-browser >/dev/null
}

install() {
    echo "Installing Chromium for the tests of pages (once) ..."
    apt-get update -qq && apt-get install -qq -y --no-install-recommends chromium >/dev/null
}

if ! is_installed && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    install || true
fi
is_installed || echo "Chromium is not installed: the tests of pages are left out. To run them: sudo apt-get install chromium"
