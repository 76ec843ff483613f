"""The engine against its peers, on markets that look like the real ones: `python -m benchmarks`.

One thread for everybody: the variables below must stand before numpy is loaded.
"""

import os

for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_variable] = "1"
