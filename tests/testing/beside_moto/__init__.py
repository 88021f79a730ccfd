"""Tests of the emulator beside moto."""
