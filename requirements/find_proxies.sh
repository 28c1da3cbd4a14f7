#!/bin/sh
# Install Debian's HAProxy and nginx for the tests of proxies where that is possible; otherwise print that they are left out.
set -eu
export DEBIAN_FRONTEND=noninteractive
PATH="$PATH:/usr/sbin"

is_installed() {
    command -v haproxy >/dev/null && command -v nginx >/dev/null
}

install() {
    echo "Installing HAProxy and nginx for the tests of proxies (once) ..."
    apt-get update -qq && apt-get install -qq -y --no-install-recommends haproxy nginx-light >/dev/null
}

if ! is_installed && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    install || true
fi
is_installed || echo "HAProxy and nginx are not installed: the tests of proxies are left out. To run them: sudo apt-get install haproxy nginx"
