"""What chance draws in generated tests: the same at every run, however a test is named or written.

FULL=1 draws anew, and SEED= draws again what a failure showed.
"""

import os
import random

FULL = os.environ.get("FULL") == "1"
SEED = int(os.environ.get("SEED") or (random.randrange(2**32) if FULL else 8))
