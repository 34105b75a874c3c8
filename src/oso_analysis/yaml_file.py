"""Reading a YAML file that people edit: what is wrong with it is said with its row."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from oso_analysis.errors import InputError, Problem

if TYPE_CHECKING:
    import yaml

__all__ = ["read_yaml", "read_yaml_rows"]

#: Takes the names on the way to a place in a file and returns its row, None where it has none.
RowOf = Callable[..., int | None]


def read_yaml(path: Path) -> Any:
    """Return what a YAML file holds.

    Raises
    ------
    InputError
        As `read_yaml_rows`.
    """
    return read_yaml_rows(path)[0]


def read_yaml_rows(path: Path) -> tuple[Any, RowOf]:
    """Return what a YAML file holds, and a function that tells in which row something stands.

    A name given twice is refused at any depth: YAML itself would keep the last of the two without
    a word, and what the first one said would be lost.

    Returns
    -------
    content : object
    row_of : callable
        ``row_of("themes", "policing", "label")`` is the row of that name, counted from 1; a place
        in a list goes by its number. None where the file does not say it there; what is merged
        into a mapping stands where it is merged from.

    Raises
    ------
    InputError
        The file does not exist or cannot be read, is not UTF-8 or not YAML, or gives a name twice.
    """
    import yaml

    file = path.name
    try:
        loader = yaml.SafeLoader(path.read_text(encoding="utf-8-sig"))
        node = loader.get_single_node()
        # Before anything is made of it, for then what is merged into a mapping stands in it too.
        twice = list(_given_twice(loader, node, set()))
        content = None if node is None else loader.construct_document(node)
    except FileNotFoundError:
        raise InputError([Problem("does not exist", file=file)]) from None
    except OSError as error:
        raise InputError([Problem(f"cannot be read ({error.strerror})", file=file)]) from None
    except UnicodeDecodeError:
        raise InputError([Problem("is not UTF-8; save it as UTF-8", file=file)]) from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        row = mark.line + 1 if mark is not None else None
        said = " ".join(str(getattr(error, "problem", None) or error).split())
        look = "look for a quote, a bracket or an indent in this row"
        raise InputError([Problem(f"is not readable YAML ({said}); {look}", file, row)]) from None
    except ValueError as error:
        # A date that does not exist, a number of too many digits.
        raise InputError([Problem(f"holds a value that is none ({error})", file=file)]) from None
    except RecursionError:
        raise InputError([Problem("is nested too deeply", file=file)]) from None
    if twice:
        raise InputError(
            Problem(f"is given twice; it stands in row {first} already", file, row, value=key)
            for key, row, first in twice
        )
    return content, lambda *names: _row(loader, node, names)


def _row(loader: yaml.SafeLoader, node: yaml.Node | None, names: tuple[Any, ...]) -> int | None:
    import yaml

    row = None
    for name in names:
        found = None
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                named = isinstance(key, yaml.ScalarNode) and not key.tag.endswith(":merge")
                if named and loader.construct_object(key) == name:
                    found = (key, value)
        elif isinstance(node, yaml.SequenceNode) and isinstance(name, int):
            found = (node.value[name], node.value[name]) if name < len(node.value) else None
        if found is None:
            return None
        row, node = found[0].start_mark.line + 1, found[1]
    return row


def _given_twice(
    loader: yaml.SafeLoader, node: yaml.Node | None, seen: set[int]
) -> Iterator[tuple[Any, int, int]]:
    """Yield each key that a mapping has already, with its row and the row of the first."""
    import yaml

    if node is None or id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _given_twice(loader, item, seen)
    elif isinstance(node, yaml.MappingNode):
        rows: dict[Any, int] = {}
        for key_node, value in node.value:
            # The loader itself refuses what cannot be a key.
            if isinstance(key_node, yaml.ScalarNode) and not key_node.tag.endswith(":merge"):
                key, row = loader.construct_object(key_node), key_node.start_mark.line + 1
                if key in rows:
                    yield key, row, rows[key]
                rows.setdefault(key, row)
            yield from _given_twice(loader, value, seen)
