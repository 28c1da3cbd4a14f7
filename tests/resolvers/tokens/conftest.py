"""Skips the Wycheproof vectors if they are not available."""

import os

# The vectors are not part of this repository: to run them, set the variable to the folder
# `testvectors_v1` of a checkout.
collect_ignore = [] if os.environ.get("SESSIONQL_TEST_WYCHEPROOF") else ["test_wycheproof.py"]
