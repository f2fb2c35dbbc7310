"""What a user is told in one sentence."""

from __future__ import annotations


class BadInput(ValueError):
    """What a user gave cannot be used; the message is the one sentence they see, exit status 2."""
