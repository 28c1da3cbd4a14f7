"""Labels of devices from User-Agents and Client Hints, and locations of IP addresses."""
