"""The register of supply gaps: demand for which the pool has nobody, until somebody is there."""
