"""Jobs on a cluster of Dask, in the session `tests-dask`."""
