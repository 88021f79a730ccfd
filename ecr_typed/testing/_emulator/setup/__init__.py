"""Set state up without calls of the API: seeds, pushes, and findings of scans."""
