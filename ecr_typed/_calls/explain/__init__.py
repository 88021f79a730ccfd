"""What an error says besides the service's own words: what was sent, what is wrong, what to do.

Every explanation to a user comes from here. None contradicts the service: what its message names
goes before what our tables know.
"""
