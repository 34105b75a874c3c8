"""What one entry of a screening tool's export says of who decided what about it.

The readers keep in `extra` all that has no column of its own, and that is where the tools put
decisions: Rayyan and ASReview into notes, ASReview and other tables into a column, Covidence the
reason into the notes of what was excluded in full text.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import unescape
from typing import TYPE_CHECKING, Any

from oso_analysis.errors import nearest
from oso_analysis.literature.readers.columns import bare
from oso_analysis.literature.screening import EXCLUDE, INCLUDE

if TYPE_CHECKING:
    from oso_analysis.literature.decided_columns import TableColumns

__all__ = [
    "LABELS",
    "MAYBE",
    "UNDECIDED",
    "Told",
    "Vote",
    "holds_decisions",
    "label_column",
    "nearest_word",
    "read_decisions",
]

#: Rayyan's third answer: one review means "read it in full", another "I do not know".
MAYBE = "maybe"
UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Vote:
    """One reviewer's answer: include, exclude, maybe or undecided, with the reasons as written."""

    reviewer: str | None
    decision: str
    reasons: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """All that one entry says of decisions about it.

    Attributes
    ----------
    votes : tuple of Vote
        In the order in which they stand; one reviewer may have several.
    unread : tuple of (column, value)
        What should be a decision and cannot be read.
    n_screenings : int
        How many screenings' decisions are in Rayyan's note; the votes are those of the last.
    reasons : str
        Rayyan's or a table's reasons, which belong to everybody who excluded and gave none.
    agreed : Vote or None
        The decision that stands beside those of single reviewers.
    """

    votes: tuple[Vote, ...] = ()
    unread: tuple[tuple[str, str], ...] = ()
    n_screenings: int = 0
    reasons: str = ""
    agreed: Vote | None = None


# ---------------------------------------------------------------------------------------- Rayyan

_RAYYAN = "RAYYAN-INCLUSION:"
#: One reviewer, as Ruby prints a pair: {"Anna"=>"Included"}, in old exports {"Anna"=>true}.
_PAIR = re.compile(r'\s*"((?:[^"\\]|\\.)*)"\s*=>\s*(?:"((?:[^"\\]|\\.)*)"|(\w+))\s*')
_AFTER = re.compile(r"\s*(?:$|\||</|RAYYAN-|USER-NOTES:)")
_REASONS = re.compile(
    r"RAYYAN-EXCLUSION-REASONS:\s*(.*?)\s*(?=\||</|RAYYAN-|USER-NOTES:|$)", re.DOTALL
)
_RAYYAN_WORDS = {
    "included": INCLUDE, "true": INCLUDE, "excluded": EXCLUDE, "false": EXCLUDE,
    "maybe": MAYBE, "undecided": UNDECIDED, "nil": UNDECIDED, "null": UNDECIDED,
}  # fmt: skip


def _rayyan(column: str, text: str) -> Told:
    """Read a note of Rayyan's.

    A project that was filled from another's export has that one's decisions in its notes, before
    its own: only the last count.
    """
    *earlier, last = text.split(_RAYYAN)
    pairs = _pairs(last)
    if pairs is None and "&" in text:
        # Reference managers keep notes as HTML, and some escape them twice. A note that can be
        # read as it is may have such letters in a name.
        *earlier, last = unescape(unescape(text)).split(_RAYYAN)
        pairs = _pairs(last)
    votes = []
    for name, word in pairs or ():
        decision = _RAYYAN_WORDS.get(word.casefold())
        if decision is None or not name:
            pairs = None
            break
        votes.append((name, decision))
    if pairs is None:
        return Told(unread=((column, _RAYYAN + last),), n_screenings=len(earlier))
    found = _REASONS.search(last)
    reasons = " ".join(found[1].split()) if found else ""
    return Told(
        tuple(Vote(name, said, reasons if said == EXCLUDE else "") for name, said in votes),
        n_screenings=len(earlier),
        reasons=reasons,
    )


def _pairs(text: str) -> list[tuple[str, str]] | None:
    """Return who said what; None where the list breaks off or holds something else.

    BibTeX has no braces of its own left, so that either both are there or none is.
    """
    text = text.lstrip()
    opened = text.startswith("{")
    at = int(opened)
    pairs = []
    while match := _PAIR.match(text, at):
        pairs.append((re.sub(r"\\(.)", r"\1", match[1]).strip(), match[2] or match[3] or ""))
        at = match.end()
        if not text.startswith(",", at):
            break
        at += 1
    if text.startswith("}", at) != opened:
        return None
    return pairs if _AFTER.match(text, at + opened) else None


# ------------------------------------------------------------------------ ASReview and Covidence

_ASREVIEW = re.compile(r"\bASReview_(relevant|irrelevant)\b")
_ASREVIEW_USER = re.compile(r'\basreview_user_name: "((?:[^"\\]|\\.)+)"')
_COVIDENCE = re.compile(r"(?:^|[;|]\s*)Exclusion reason:\s*([^;|]*[^;|\s])")


def _asreview(text: str) -> Iterator[Vote]:
    """Yield ASReview's label; what it has not shown yet is labelled as not seen, and no answer."""
    user = _ASREVIEW_USER.search(text)
    for label in _ASREVIEW.findall(text):
        yield Vote(user[1] if user else None, INCLUDE if label == "relevant" else EXCLUDE)


# ---------------------------------------------------------------------------------------- Tables

#: Columns of decisions, the preferred one first: ASReview's own label before one it was given.
LABELS = (
    "asreview_label", "decision", "screening_decision", "final_decision", "final_included",
    "label_included", "included_label", "included_final", "included_flag", "included", "include",
)  # fmt: skip
_WORDS = {
    **dict.fromkeys(("include", "included", "relevant", "selected", "accept", "accepted", "keep"),
                    INCLUDE),
    **dict.fromkeys(("exclude", "excluded", "irrelevant", "reject", "rejected", "not relevant",
                     "not included"), EXCLUDE),
    **dict.fromkeys(("maybe", "unsure", "uncertain", "unclear"), MAYBE),
    "undecided": UNDECIDED,
}  # fmt: skip
#: What answers any question, and may answer this one.
_ANSWERS = {
    **dict.fromkeys(("yes", "y", "true", "in", "1"), INCLUDE),
    **dict.fromkeys(("no", "n", "false", "out", "0"), EXCLUDE),
}
_WORDS |= _ANSWERS
#: What stands in such a column where nobody has looked yet; ASReview wrote -1.
_UNSEEN = frozenset({
    "-1", "not seen", "not_seen", "unseen", "na", "n/a", "nan", "none", "null", "not vetted",
    "not screened", "not_screened", "unscreened", "pending",
})  # fmt: skip
_BY_BARE = {bare(name): rank for rank, name in enumerate(LABELS)}
_PEOPLE = frozenset(map(bare, (
    "reviewer", "reviewers", "reviewer_name", "screener", "screened_by", "asreview_user_name",
)))  # fmt: skip
_WHY = frozenset(map(bare, ("exclusion_reason", "exclusion_reasons", "reason_for_exclusion")))


def holds_decisions(cells: Iterable[object], *, spelt_out: bool = False) -> bool:
    """Tell whether at least half of the cells that say anything say a decision.

    Parameters
    ----------
    cells : iterable
        A column.
    spelt_out : bool, default False
        Whether one of them must be more than the answer to any question, as "yes" and 1 are.
    """
    words = [word for word in map(_word, cells) if word and word not in _UNSEEN]
    decisions = [word for word in words if word in _WORDS]
    if spelt_out and _ANSWERS.keys() >= set(decisions):
        return False
    return bool(decisions) and 2 * len(decisions) >= len(words)


def nearest_word(cell: object) -> str | None:
    """Return the decision that a cell may mean that holds none."""
    return nearest(str(cell), (INCLUDE, EXCLUDE, MAYBE))


def _word(cell: object) -> str:
    return str(cell).strip().casefold().removesuffix(".0")


def label_column(columns: Collection[str]) -> str | None:
    """Return which of a table's columns holds its decisions; None where none does.

    Parameters
    ----------
    columns : collection of str
        All headings of the table. A single row does not tell: it has only what is not empty.

    Examples
    --------
    >>> label_column(["notes", "included", "ASReview_label"])
    'ASReview_label'
    """
    known = [name for name in columns if bare(name) in _BY_BARE]
    return min(known, key=lambda name: (_BY_BARE[bare(name)], name), default=None)


def _cell(
    extra: Mapping[str, Any], column: str, person: str | None, why: str
) -> tuple[Vote | None, tuple[tuple[str, str], ...]]:
    """Return what a cell says, None where nobody has looked yet, and itself if it is no answer."""
    said = str(extra.get(column, "")).strip()
    word = _word(said)
    if not word or word in _UNSEEN:
        return None, ()
    if word not in _WORDS:
        return None, ((column, said),)
    return Vote(person, _WORDS[word], why if _WORDS[word] == EXCLUDE else ""), ()


def _in_columns(extra: Mapping[str, Any], columns: TableColumns) -> Told:
    reasons = next((_text(extra[name]) for name in extra if bare(name) in _WHY), "")
    votes: list[Vote] = []
    unread: list[tuple[str, str]] = []
    agreed = None
    if columns.label is not None:
        people = [name for name in extra if bare(name) in _PEOPLE]
        person = _text(extra[people[0]]) if people else None
        vote, wrong = _cell(extra, columns.label, person, reasons)
        votes, unread = [vote] if vote else [], [*wrong]
    for one in columns.reviewers:
        name = (_text(extra.get(one.names, "")) if one.names else "") or one.name
        why = _text(extra.get(one.reasons, "")) if one.reasons else ""
        vote, wrong = _cell(extra, one.heading, name, why)
        votes += [vote] if vote else []
        unread += wrong
    if columns.agreed is not None:
        agreed, wrong = _cell(extra, columns.agreed, None, reasons)
        unread += wrong
    if not votes and agreed is None and not unread:
        return Told()
    return Told(tuple(votes), tuple(unread), reasons=reasons, agreed=agreed)


def _text(value: object) -> str:
    return str(value).strip()


def read_decisions(extra: Mapping[str, Any], columns: TableColumns | None = None) -> Told:
    """Return what an entry says of decisions about it.

    Parameters
    ----------
    extra : mapping
        What the readers kept of it, `records.extra` as a dictionary.
    columns : TableColumns, optional
        The columns of decisions of its table (`decided_columns.table_columns`).

    Examples
    --------
    >>> told = read_decisions({"N1": 'RAYYAN-INCLUSION: {"Anna"=>"Included"}'})
    >>> [(vote.reviewer, vote.decision) for vote in told.votes]
    [('Anna', 'include')]
    """
    found = [_in_columns(extra, columns)] if columns else []
    for column, value in extra.items():
        notes = value if isinstance(value, list) else [value]
        text = " | ".join(note for note in notes if isinstance(note, str))
        if _RAYYAN in text:
            found.append(_rayyan(column, text))
        if "ASReview_" in text:
            found.append(Told(tuple(_asreview(text))))
        if "Exclusion reason:" in text and (match := _COVIDENCE.search(text)):
            reason = " ".join(match[1].split())
            found.append(Told((Vote(None, EXCLUDE, reason),), reasons=reason))
    return Told(
        tuple(vote for told in found for vote in told.votes),
        tuple(item for told in found for item in told.unread),
        max((told.n_screenings for told in found), default=0),
        next((told.reasons for told in found if told.reasons), ""),
        next((told.agreed for told in found if told.agreed), None),
    )
