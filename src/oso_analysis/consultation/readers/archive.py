"""Opening archives and XML that come from strangers.

Nothing is ever unpacked to a path that the archive names; members are read into memory, each within
a limit. An archive is refused as a whole, with every reason, before anything in it is read.
"""

from __future__ import annotations

import stat
import zipfile
import zlib
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from oso_analysis.errors import InputError, Problem

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

__all__ = ["MAX_FILE", "Archive", "parse_xml", "read_bytes"]

_MB = 1 << 20
#: A file read whole: XML, a spreadsheet, a text, a database inside an archive.
MAX_FILE = 128 * _MB
#: A project with its films; they are counted but never read.
MAX_TOTAL = 8192 * _MB
MAX_MEMBERS = 20_000
#: Text shrinks 5 to 20 times, a bomb a thousand; smaller members cannot do harm.
MAX_RATIO = 250
_RATIO_FROM = 4 * _MB
_MAX_DEPTH = 200


def read_bytes(path: Path, limit: int = MAX_FILE) -> bytes:
    """Return a file's bytes, or raise where it is larger than `limit`."""
    try:
        size = path.stat().st_size
        if size > limit:
            rule = f"has {size / _MB:,.0f} MB; at most {limit // _MB} MB are read"
            raise InputError([Problem(rule, file=path.name)])
        return path.read_bytes()
    except FileNotFoundError:
        raise InputError([Problem("does not exist", file=path.name)]) from None
    except OSError as error:
        rule = f"cannot be read ({error.strerror or type(error).__name__})"
        raise InputError([Problem(rule, file=path.name)]) from None


class Archive:
    """A ZIP archive whose members were found harmless; use it in a ``with`` block.

    Raises
    ------
    InputError
        On opening, with all reasons: not a ZIP file, encrypted members, names that point outside
        the archive (absolute, with ``..``, a drive or a symbolic link), two members of one name,
        too many members, or contents that grow beyond the limits when unpacked.
    """

    def __init__(self, path: Path) -> None:
        self.file = path.name
        self._spent = 0
        try:
            self._zip = zipfile.ZipFile(path)
        except FileNotFoundError:
            raise InputError([Problem("does not exist", file=self.file)]) from None
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
            rule = f"is a damaged ZIP archive ({error})"
            raise InputError([Problem(rule, file=self.file)]) from None
        problems = _member_problems(self._zip.infolist(), self.file)
        if problems:
            self._zip.close()
            raise InputError(problems, f"{self.file} is not read: {len(problems)} problem(s)")
        self._members = {
            _plain(info.filename).casefold(): info
            for info in self._zip.infolist()
            if not info.is_dir()
        }
        self.names = tuple(sorted(_plain(info.filename) for info in self._members.values()))

    def __enter__(self) -> Archive:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._zip.close()

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and _plain(name).casefold() in self._members

    def read(self, name: str, limit: int = MAX_FILE) -> bytes:
        """Return one member's bytes; names match whatever their case.

        Raises
        ------
        InputError
            The member is missing, damaged or larger than `limit`, whatever the archive claims.
        """
        info = self._members.get(_plain(name).casefold())
        if info is None:
            raise InputError([Problem("is not in the archive", file=self.file, value=name)])
        try:
            with self._zip.open(info) as member:
                data = member.read(limit + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
            rule = f"is damaged ({error})"
            raise InputError([Problem(rule, file=self.file, value=name)]) from None
        except (NotImplementedError, RuntimeError) as error:
            rule = f"cannot be unpacked ({error})"
            raise InputError([Problem(rule, file=self.file, value=name)]) from None
        self._spent += len(data)
        if len(data) > limit or self._spent > 4 * MAX_FILE:
            rule = f"is larger than the {limit // _MB} MB that are read"
            raise InputError([Problem(rule, file=self.file, value=name)])
        return data


def _plain(name: str) -> str:
    return name.replace("\\", "/")


def _member_problems(members: list[zipfile.ZipInfo], file: str) -> list[Problem]:
    problems: list[Problem] = []
    if len(members) > MAX_MEMBERS:
        rule = f"holds {len(members):,} files; at most {MAX_MEMBERS:,} are read"
        problems.append(Problem(rule, file=file))
    total = sum(info.file_size for info in members)
    if total > MAX_TOTAL:
        rule = (
            f"would unpack to {total / _MB:,.0f} MB; at most {MAX_TOTAL // _MB:,} MB are accepted"
        )
        problems.append(Problem(rule, file=file))
    seen: set[str] = set()
    for info in members:
        name = _plain(info.filename)
        parts = name.split("/")
        if (
            name.startswith("/")
            or ".." in parts
            or name[1:2] == ":"
            or "\x00" in info.orig_filename
        ):
            rule = "points outside the archive; the file was tampered with"
            problems.append(Problem(rule, file=file, value=info.filename))
        elif stat.S_ISLNK(info.external_attr >> 16):
            problems.append(Problem("is a symbolic link", file=file, value=info.filename))
        elif info.flag_bits & 0x1:
            rule = "is encrypted; save the project without a password"
            problems.append(Problem(rule, file=file, value=info.filename))
        elif name.casefold() in seen:
            problems.append(Problem("is in the archive twice", file=file, value=info.filename))
        elif info.file_size > _RATIO_FROM and info.file_size > MAX_RATIO * info.compress_size:
            rule = (
                f"would unpack to {info.file_size / max(info.compress_size, 1):,.0f} times its "
                f"size; at most {MAX_RATIO} times is accepted"
            )
            problems.append(Problem(rule, file=file, value=info.filename))
        seen.add(name.casefold())
    return problems


def parse_xml(data: bytes, file: str) -> Element:
    """Return the root element of `data`, with no DTD, no entity and no outside reference allowed.

    Raises
    ------
    InputError
        Not well-formed (with its line), nested more than 200 deep, or carrying a DTD.
    """
    from xml.etree.ElementTree import ParseError

    import defusedxml
    from defusedxml.ElementTree import fromstring

    try:
        root: Element = fromstring(data, forbid_dtd=True)
    except defusedxml.DefusedXmlException:
        rule = "declares a document type or entities, which project files never need; not read"
        raise InputError([Problem(rule, file=file)]) from None
    except (ParseError, ValueError, LookupError) as error:
        row = error.position[0] if isinstance(error, ParseError) else None
        raise InputError(
            [Problem(f"is not well-formed XML ({error})", file=file, row=row)]
        ) from None
    level = [root]
    for _ in range(_MAX_DEPTH):
        level = [child for element in level for child in element]
        if not level:
            return root
    raise InputError([Problem(f"is nested more than {_MAX_DEPTH} levels deep", file=file)])
