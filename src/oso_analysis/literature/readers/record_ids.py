"""An id for every record, which stays with its publication when exports are added or made anew.

What people decide about records they decide by id, over months in which searches are repeated. So
an id depends on the record, never on its place in a file or on what other files there are, as far
as it can.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

__all__ = ["Entries", "Ids", "record_ids"]

_NO_LETTERS = re.compile(r"[\W_]+")
#: Of 40 bits, five of base 32's digits: two of a million titles of one file share them by chance.
_DIGEST_BYTES = 5
#: Values that contradict each other where two publications have one title.
_APART = ("authors", "container", "volume", "issue", "pages")
#: What tells entries apart whose titles do not.
_ELSE = ("title", "authors", "container", "volume", "issue", "pages", "url", "abstract", "extra")

_Columns = Mapping[str, Sequence[Any]]
#: An entry: the number of its file, its place in it, and the columns of the file.
_Place = tuple[int, int, _Columns]


@dataclass(frozen=True, slots=True)
class Entries:
    """What the ids of one file's entries are made from.

    Attributes
    ----------
    file : str
        The file's name.
    keys : sequence of str
        The export's own key of each entry, "" for none.
    columns : mapping of str to sequence
        The finished columns of the entries.
    exported : bool
        Whether the keys are ids that this package gave before.
    """

    file: str
    keys: Sequence[str]
    columns: Mapping[str, Sequence[Any]]
    exported: bool = False

    @property
    def stem(self) -> str:
        """The file's name without its ending."""
        return PurePath(self.file).stem


@dataclass(slots=True)
class Ids:
    """The ids of one file's entries.

    Attributes
    ----------
    ids : list of str
    renamed : list of (int, str, str)
        The place of each entry whose key could not be its id, why, and the key.
    n_without_key : int
    """

    ids: list[str] = field(default_factory=list)
    renamed: list[tuple[int, str, str]] = field(default_factory=list)
    n_without_key: int = 0


def record_ids(files: Sequence[Entries]) -> list[Ids]:
    """Return an id for every entry of some files, no two the same.

    An entry's key is its id where no other entry has it. Where several have it, the first keeps
    it if all are entries of one publication, as when a search is repeated: what was decided about
    that id stays right, whichever of them it was. An id that one table of ours gives is kept in
    any case. All others are called ``<file name>-<fingerprint>``, eight letters and digits that
    depend on the title and the DOI, or the year, alone; where that is the name of several
    publications, on all that tells these apart.

    Parameters
    ----------
    files : sequence of Entries
        In the order that decides who is first.

    Returns
    -------
    list of Ids
        One for each file, in their order.
    """
    seen = Counter(key for file in files for key in file.keys if key)
    order = sorted(range(len(files)), key=lambda number: not files[number].exported)
    kept = _kept(((n, files[n]) for n in order), {key for key, times in seen.items() if times > 1})
    taken = {key for key, times in seen.items() if times == 1} | set(kept)
    names: list[dict[int, str]] = [{} for _ in files]
    sharing: dict[str, list[_Place]] = defaultdict(list)
    for number in order:
        file = files[number]
        for at, key in enumerate(file.keys):
            if key and (seen[key] == 1 or kept.get(key) == (number, at)):
                names[number][at] = key
            else:
                name = f"{file.stem}-{_fingerprint(file.columns, at)}"
                sharing[name].append((number, at, file.columns))
    for (number, at), record_id in _named(files, sharing, taken):
        names[number][at] = record_id
    found = []
    for file, own_names in zip(files, names, strict=True):
        own_ids = Ids([own_names[at] for at in range(len(file.keys))])
        for at, (key, record_id) in enumerate(zip(file.keys, own_ids.ids, strict=True)):
            if not key:
                own_ids.n_without_key += 1
            elif key != record_id:
                why = f"key {key!r} is not unique; the record is called {record_id!r}"
                own_ids.renamed.append((at, why, key))
        found.append(own_ids)
    return found


def _named(
    files: Sequence[Entries], sharing: Mapping[str, Sequence[_Place]], taken: set[str]
) -> Iterator[tuple[tuple[int, int], str]]:
    """Yield the id of each entry, by file and place, that is called by what it is.

    Entries of one publication are numbered; those of several are called by all that they say.
    """
    last: Counter[str] = Counter()
    for name, places in sharing.items():
        alike = _all_same(places)
        for number, at, columns in places:
            own = name
            if not alike:
                own = f"{files[number].stem}-{_fingerprint(columns, at, whole=True)}"
            last[own] += 1
            record_id = own if last[own] == 1 else f"{own}-{last[own]}"
            while record_id in taken:
                last[own] += 1
                record_id = f"{own}-{last[own]}"
            taken.add(record_id)
            yield (number, at), record_id


def _kept(files: Iterable[tuple[int, Entries]], shared: set[str]) -> dict[str, tuple[int, int]]:
    """Return which entry, by file and place, keeps each key that several have, where one does."""
    if not shared:
        return {}
    holders: dict[str, list[_Place]] = defaultdict(list)
    given: dict[str, list[_Place]] = defaultdict(list)
    for number, file in files:
        for at, key in enumerate(file.keys):
            if key in shared:
                (given if file.exported else holders)[key].append((number, at, file.columns))
    # An id that we gave is worth more than a key that another program gave.
    rivals = {key: given.get(key) or holders[key] for key in shared}
    return {key: places[0][:2] for key, places in rivals.items() if _all_same(places)}


def _all_same(places: Sequence[_Place]) -> bool:
    (_, at, columns), *others = places
    return all(_same(columns, at, other, place) for _, place, other in others)


def _same(first: _Columns, at: int, other: _Columns, place: int) -> bool:
    """Whether two entries that would have one name are surely entries of one publication."""
    for name in ("doi", "pmid"):
        if first[name][at] and other[name][place]:
            return bool(first[name][at] == other[name][place])
    years = first["year"][at], other["year"][place]
    # A publication is online one year and in print the next.
    if all(years) and abs(years[0] - years[1]) > 1:
        return False
    # Every issue has an editorial.
    for name in _APART:
        told = _letters(first[name][at]), _letters(other[name][place])
        if all(told) and told[0] != told[1]:
            return False
    letters = _letters(first["title"][at])
    return bool(letters) and letters == _letters(other["title"][place])


def _letters(text: str | None) -> str:
    return _NO_LETTERS.sub("", text.casefold()) if text else ""


def _fingerprint(columns: _Columns, at: int, *, whole: bool = False) -> str:
    """Return eight letters and digits for an entry: of its title and its DOI, or else year.

    The rest of a record is corrected more often, and would change what it is called; the `whole`
    of it tells apart what these do not.
    """
    said = [_letters(columns["title"][at]), columns["doi"][at] or columns["year"][at]]
    if whole or not said[0]:
        said += [columns[name][at] for name in _ELSE]
    text = "\0".join("" if part is None else str(part) for part in said)
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=_DIGEST_BYTES)
    return base64.b32encode(digest.digest()).decode("ascii").lower()
