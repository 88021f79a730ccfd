"""The control API: what `EcrEmulator` can do, as JSON over HTTP, for other languages."""
