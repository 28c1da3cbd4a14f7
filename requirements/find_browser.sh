#!/bin/sh
# Install Debian's Chromium and Firefox for the tests of pages where that is possible; otherwise print which tests are
# left out.
set -eu
export DEBIAN_FRONTEND=noninteractive

is_installed() {
    case "$1" in
    chromium) command -v chromium >/dev/null || command -v chromium-browser >/dev/null ;;
    firefox-esr) command -v firefox-esr >/dev/null || command -v firefox >/dev/null ;;
    esac
}

install() {
    echo "Installing $1 for the tests of pages (once) ..."
    apt-get update -qq && apt-get install -qq -y --no-install-recommends "$1" >/dev/null
}

for browser in chromium firefox-esr; do
    if ! is_installed "$browser" && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        install "$browser" || true
    fi
    is_installed "$browser" || echo "$browser is not installed: its tests are left out. To run them: sudo apt-get install $browser"
done
