"""The emulator seen by AWS's SDK for JavaScript, in the session `javascript`."""
