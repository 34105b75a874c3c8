"""Reading a YAML file that people edit: what is wrong with it is said with its row."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from oso_analysis.errors import InputError, Problem

__all__ = ["read_yaml"]


def read_yaml(path: Path) -> Any:
    """Return what a YAML file holds.

    A name given twice is refused at any depth: YAML itself would keep the last of the two without
    a word, and what the first one said would be lost.

    Raises
    ------
    InputError
        The file does not exist, is not UTF-8 or not YAML, or gives a name twice.
    """
    import yaml

    file = path.name
    try:
        loader = _loader()(path.read_text(encoding="utf-8-sig"))
        content = loader.get_single_data()
    except FileNotFoundError:
        raise InputError([Problem("does not exist", file=file)]) from None
    except UnicodeDecodeError:
        raise InputError([Problem("is not UTF-8; save it as UTF-8", file=file)]) from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        row = mark.line + 1 if mark is not None else None
        said = " ".join(str(getattr(error, "problem", None) or error).split())
        look = "look for a quote, a bracket or an indent in this row"
        raise InputError([Problem(f"is not readable YAML ({said}); {look}", file, row)]) from None
    if loader.twice:
        raise InputError(
            Problem(f"is given twice; it stands in row {first} already", file, row, value=key)
            for key, row, first in loader.twice
        )
    return content


def _loader() -> type[Any]:
    """Return PyYAML's safe loader, made to list the keys given twice; it keeps the last of them."""
    import yaml

    class Loader(yaml.SafeLoader):
        def __init__(self, text: str) -> None:
            super().__init__(text)
            self.twice: list[tuple[Any, int, int]] = []

        def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
            rows: dict[Any, int] = {}
            for key_node, _ in node.value:
                if not isinstance(key_node, yaml.ScalarNode) or key_node.tag.endswith(":merge"):
                    continue  # the loader itself refuses what cannot be a key
                key, row = self.construct_object(key_node), key_node.start_mark.line + 1
                if key in rows:
                    self.twice.append((key, row, rows[key]))
                rows.setdefault(key, row)
            return super().construct_mapping(node, deep=deep)

    return Loader
