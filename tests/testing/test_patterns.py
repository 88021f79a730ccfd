"""The patterns of the service model, matched by the emulator."""

from __future__ import annotations

import re
import time
from itertools import product

import pytest
from botocore.loaders import create_loader

from ecr_typed.testing._emulator.http.shapes import matches_whole as matches

MODEL = create_loader().load_service_model("ecr", "service-2")
PATTERNS = sorted({shape["pattern"] for shape in MODEL["shapes"].values() if "pattern" in shape})
SCANNING_FILTER = r"^[a-z0-9*](?:[._\-/a-z0-9*]?[a-z0-9*]+)*$"
# What makes a matcher try many ways: a long run, then something that fits nowhere.
RUNS = ["a", "0", "a-", "a.", "a_", "a/", "-", "*", "a*", "aa/", "/a", ":a"]
HEADS = [
    "",
    "arn:aws:iam::123456789012:role/",
    "arn:aws:secretsmanager:us-east-1:123456789012:secret:ecr-pullthroughcache/",
    "arn:aws:kms:us-east-1:123456789012:key/",
    "arn:aws:signer:us-east-1:123456789012:/signing-profiles/",
    "arn:aws",
]


@pytest.mark.parametrize("pattern", PATTERNS)
def test_no_pattern_can_hang(pattern: str) -> None:
    """Texts made to backtrack are decided at once; a new pattern that isn't fails here."""
    began = time.process_time()
    for head, run in product(HEADS, RUNS):
        matches(pattern, head + run * 1000 + "!")
    assert time.process_time() - began < 2


def test_the_rewritten_pattern_accepts_the_same_texts() -> None:
    """The pattern that replaces the model's decides all short texts as the model's does."""
    assert SCANNING_FILTER in PATTERNS
    original = re.compile(SCANNING_FILTER)
    texts = ["".join(letters) for n in range(7) for letters in product("a*./A", repeat=n)]
    for text in texts:
        assert matches(SCANNING_FILTER, text) == bool(original.fullmatch(text)), text


def test_patterns_are_matched_whole() -> None:
    """A pattern fits the whole text, without a line break at its end."""
    assert matches("[0-9]{2}", "12")
    assert not matches("[0-9]{2}", "123")
    assert not matches("^[0-9]{2}$", "12\n")
    assert not matches(r"^\d+$", "١٢")
