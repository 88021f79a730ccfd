"""The steps of a call, from a method's arguments to a response or an error."""
