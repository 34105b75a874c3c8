"""`oso-analysis pseudonymise` and `scan`: nobody named who should not be."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["add_commands"]


def add_commands(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Register the commands."""
    _add_pseudonymise(subparsers)
    _add_scan(subparsers)


def _add_pseudonymise(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "pseudonymise",
        help="replace respondents' names by stable pseudonyms",
        description="Replace the respondents' names of a CSV table by pseudonyms that only the "
        "holder of the key can make or undo, and empty the columns that lead back to them. Keep "
        "the key and the mapping where they are never shared: not under data or reports.",
    )
    parser.add_argument("table", type=Path, metavar="CSV", help="table with a column of names")
    parser.add_argument("--key", type=Path, required=True, metavar="FILE", help="file of the key")
    parser.add_argument("--new-key", action="store_true", help="create the key; done once")
    parser.add_argument(
        "--mapping",
        type=Path,
        metavar="CSV",
        help="pseudonym to name, read and added to (default: beside the key)",
    )
    parser.add_argument("--output", type=Path, required=True, metavar="CSV", help="table to write")
    parser.add_argument("--column", default="respondent", help="column of names (respondent)")
    parser.add_argument(
        "--keep",
        action="append",
        default=[],
        metavar="COLUMN",
        help="keep a column that leads back to the respondent (reference, source_url)",
    )
    parser.set_defaults(handler=_pseudonymise)


def _add_scan(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "scan",
        help="look for personal data in outputs",
        description="Look for e-mail addresses, telephone numbers and confidential respondents in "
        "files and folders: text, tables, notebooks, pages, drawings, pictures' metadata, office "
        "files, PDF and archives, and file names. Exit status 1 if there are any.",
    )
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="files or folders")
    parser.add_argument(
        "--confidential",
        type=Path,
        metavar="FILE",
        help="names that must not appear: one a line, or a CSV with a column respondent (such as "
        "the mapping that pseudonymise writes)",
    )
    parser.add_argument(
        "--allow",
        action="append",
        default=[],
        metavar="TEXT",
        help="an exact finding that may stand, such as the team's own address",
    )
    parser.set_defaults(handler=_scan)


def _read_csv(path: Path) -> pd.DataFrame:
    import pandas as pd

    from oso_analysis.errors import InputError, Problem

    try:
        return pd.read_csv(path, dtype="str", encoding="utf-8-sig")
    except FileNotFoundError:
        problem = Problem("does not exist", file=path.name)
    except (ValueError, OSError) as error:
        problem = Problem(f"is not a readable CSV table ({type(error).__name__})", file=path.name)
    raise InputError([problem])


def _pseudonymise(arguments: argparse.Namespace) -> int:
    from oso_analysis.consultation import pseudonyms
    from oso_analysis.files import check_outputs
    from oso_analysis.literature.readers import write_table

    beside = arguments.key.with_name(arguments.key.stem + "-mapping.csv")
    mapping_file = arguments.mapping or beside
    outputs = {"--mapping": mapping_file, "--output": arguments.output}
    if arguments.new_key:
        outputs = {"--key": arguments.key, **outputs}
    check_outputs(outputs, inputs=[arguments.table, None if arguments.new_key else arguments.key])
    frame = _read_csv(arguments.table)
    known = pseudonyms.read_mapping(mapping_file)
    make = pseudonyms.create_key if arguments.new_key else pseudonyms.read_key
    result = pseudonyms.pseudonymise(
        frame,
        make(arguments.key),
        column=arguments.column,
        mapping=known,
        blank=[name for name in pseudonyms.LINKING_COLUMNS if name not in arguments.keep],
    )
    # The mapping first: a released pseudonym that nobody can look up would be worse.
    pseudonyms.write_mapping(result.mapping, mapping_file)
    write_table(result.frame, arguments.output)
    print(
        f"wrote {arguments.output}: {len(result.frame):,} rows, "
        f"{result.frame[arguments.column].nunique():,} respondents"
    )
    print(f"wrote {mapping_file}: {len(result.mapping):,} names; keep it and the key to yourself")
    for row in result.leftovers.to_dict("records"):
        print(f"  row {row['row']}, column {row['column']!r} still names {row['pseudonym']}")
    return 0


def _names(path: Path) -> list[str]:
    from oso_analysis.errors import InputError, Problem, require_columns

    if path.suffix.lower() == ".csv":
        frame = _read_csv(path)
        require_columns(frame, ["respondent"], where=path.name)
        return [str(name) for name in frame["respondent"].dropna()]
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except FileNotFoundError:
        raise InputError([Problem("does not exist", file=path.name)]) from None
    except UnicodeDecodeError:
        raise InputError([Problem("is not UTF-8 text", file=path.name)]) from None
    return [line.strip() for line in lines if line.strip()]


def _scan(arguments: argparse.Namespace) -> int:
    from oso_analysis.files import matching_paths
    from oso_analysis.scan import require_clean

    names = _names(arguments.confidential) if arguments.confidential else []
    paths = matching_paths(arguments.paths)
    count = require_clean(paths, confidential=names, allow=arguments.allow)
    print(f"{count:,} files looked at; no personal data found")
    return 0
