"""Moved to `tests.support`."""

from tests.support.client import Device
from tests.support.constants import FIREFOX, IPHONE
from tests.support.documents import LOG_IN, REFRESH, REGISTER
from tests.support.server import Program, Server

__all__ = ["FIREFOX", "IPHONE", "LOG_IN", "REFRESH", "REGISTER", "Device", "Program", "Server"]
