"""Programs that are checked by type checkers and never run, and the tests that check them."""
