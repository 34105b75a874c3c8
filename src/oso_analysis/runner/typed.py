"""The command that builds an edition, as a person types it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from typing import Any

__all__ = ["typed_command", "typed_value"]

#: What a parameter that may be unset reads as no value.
_UNSET = ("none", "null")


def typed_command(base: str, changes: Mapping[str, Any]) -> str:
    """Return the command that builds an edition of `editions.yaml` with changed parameters."""
    words = ["oso-analysis", "run", base]
    for name, value in sorted(changes.items()):
        words += ["-p", _quoted(f"{name}={typed_value(value)}")]
    return " ".join(words)


def typed_value(value: Any) -> str:
    """Return the text from which `parameters.parse_text` reads a value."""
    if isinstance(value, list):
        # Without brackets, a list's own would be taken for them.
        text = ",".join(map(_typed_item, value))
        return f"[{text}]" if not text or "[" in text or "]" in text else text
    return "none" if value is None else _typed_item(value)


def _typed_item(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    # Quotes keep blanks, and tell a text from a word that stands for no value.
    bare = text and text == text.strip() and text[0] not in "'\"" and text.lower() not in _UNSET
    return text if bare or not isinstance(value, str) else f"'{text}'"


def _quoted(word: str) -> str:
    """Quote a word as all shells read it, where that can be done; else as POSIX shells do."""
    if re.fullmatch(r"[A-Za-z0-9_.=+:/-]+", word):
        return word
    # PowerShell takes a comma for the end of a word; cmd knows no other quotes than these.
    return shlex.quote(word) if re.search(r'["$`\\!%\n]', word) else f'"{word}"'
