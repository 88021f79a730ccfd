"""What somebody meets in the first hour: each error says what happened, what was sent, what to do."""
