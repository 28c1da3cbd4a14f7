"""What the tests of resolvers share."""

import os

# Their vectors are no part of this repository: name the folder `testvectors_v1` of a checkout to run them.
collect_ignore = [] if os.environ.get("SESSIONQL_TEST_WYCHEPROOF") else ["test_wycheproof.py"]
