"""The emulator's HTTP side: a server, a dispatcher, and the protocols it speaks."""
