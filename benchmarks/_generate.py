# ruff: noqa: SIM905 (lists of words read better as text)
"""Bibliographic records whose true works are known: noise as exports make it, and hard negatives.

Everything follows from the seed. Words and names are made up from syllables, so that no real
publication is in it; how often words recur follows Zipf's law, as in real titles, so that blocks
of alike titles grow as they do in life.
"""

from __future__ import annotations

import random
import re
from typing import Any

import numpy as np
import pandas as pd

__all__ = ["generate"]

COLUMNS = ("record_id", "type", "title", "authors", "year", "container", "volume", "issue", "pages",
           "publisher", "doi", "abstract")  # fmt: skip
_ONSET = """b br c ch cl d dr f fl g gr h j k l m n p pl pr qu r s sc sh sp st t tr v w""".split()
_NUCLEUS = "a e i o u ai ea io ou ae".split()
_CODA = "b ct d l m n nd nt r rd s st t x tion ment ing al ity ous".split()
_NAME_ENDS = "n r s t ll son berg man ez ic".split()
_GIVEN_ENDS = ["n", "na", "ra", "la", "s", "mi"]
_COMMON = """risk prevention children online sexual offenders treatment assessment police internet
    prevalence victims adolescents exploitation behaviour behavioural programme outcomes
    evaluation characteristics systematic review meta-analysis randomised trial study national
    survey qualitative analysis law policy report justice organisation counselling centre
    evidence interview sample offence defence recidivism grooming image detection machine
    learning recognition network""".split()
_GLUE = ("of", "in", "and the", "for", "among", "with", "on", "from", "to", "and")
#: Which hard negatives an article and a grey work get.
_ARTICLES = ("part", "reply", "sister", "preprint", "thesis", "collection", "editorial", "meeting")
_GREY = ("annual", "country", "edition", "part")
_TOLD_APART = re.compile(r"\b(?:part I+|edition)$", re.IGNORECASE)
_US = {"behaviour": "behavior", "behavioural": "behavioral", "programme": "program",
       "randomised": "randomized", "organisation": "organization", "counselling": "counseling",
       "centre": "center", "offence": "offense", "defence": "defense"}  # fmt: skip
_ACCENTS = {"e": "é", "u": "ü", "o": "ö", "a": "á", "i": "í"}


class _World:
    """The words, people and journals of one seed."""

    def __init__(self, rng: random.Random, works: int) -> None:
        self.rng = rng
        words = list(_COMMON)
        seen = set(words)
        # Vocabulary grows with the corpus (Heaps' law).
        while len(words) < 3000 + int(30 * works**0.5):
            word = "".join(
                rng.choice(_ONSET) + rng.choice(_NUCLEUS) for _ in range(rng.randint(1, 3))
            ) + rng.choice(_CODA)
            if word not in seen and len(word) > 3:
                seen.add(word)
                words.append(word)
        self.words = words
        weights = 1.0 / (np.arange(len(words)) + 3.0)
        cumulative = np.cumsum(weights / weights.sum())
        self._draws = np.random.default_rng(rng.randrange(2**32))
        self._cumulative = cumulative
        self._pool: list[int] = []
        self.surnames = sorted(
            {
                (rng.choice(_ONSET) + rng.choice(_NUCLEUS) + rng.choice(_ONSET)
                 + rng.choice(_NUCLEUS) + rng.choice(_NAME_ENDS))
                .capitalize()
                for _ in range(6000)
            }
        )  # fmt: skip
        self.given = sorted(
            {
                (rng.choice(_ONSET) + rng.choice(_NUCLEUS) + rng.choice(_GIVEN_ENDS))
                .capitalize()
                for _ in range(400)
            }
        )  # fmt: skip
        self.journals = [
            "Journal of " + " and ".join(self.word().capitalize() for _ in range(2)) + " " + end
            for end in ("Research", "Studies", "Science", "Practice")
            for _ in range(120)
        ]
        self.bodies = [
            f"{self.word().capitalize()} {self.word().capitalize()} {end}"
            for end in ("Foundation", "Institute", "Agency", "Council", "Alliance")
            for _ in range(200)
        ]

    def word(self) -> str:
        """Draw a word."""
        if not self._pool:
            draws = self._draws.random(100_000)
            self._pool = np.searchsorted(self._cumulative, draws).tolist()
        return self.words[min(self._pool.pop(), len(self.words) - 1)]

    def title(self) -> str:
        """Draw a title of 5 to 15 words, half of them with a subtitle."""
        rng = self.rng
        count = rng.randint(5, 15)
        words = [self.word() for _ in range(count)]
        for place in range(1, count - 1, rng.randint(2, 3)):
            words[place] += " " + rng.choice(_GLUE)
        if count > 8 and rng.random() < 0.6:
            cut = rng.randint(4, count - 3)
            words[cut] = words[cut].split()[0] + ":"
        text = " ".join(words)
        return text[0].upper() + text[1:]

    def people(self) -> list[tuple[str, str]]:
        """Draw authors as (family, given)."""
        rng = self.rng
        return [
            (rng.choice(self.surnames), f"{rng.choice(self.given)} {rng.choice('ABCDEFGHJKLM')}.")
            for _ in range(min(9, 1 + int(rng.expovariate(0.45))))
        ]

    def work(self) -> dict[str, Any]:
        """Draw a work: three in ten are grey literature."""
        rng = self.rng
        grey = rng.random() < 0.3
        year = rng.randint(1998, 2025)
        work: dict[str, Any] = {
            "type": "report" if grey else "article-journal",
            "title": self.title(),
            "people": self.people(),
            "body": rng.choice(self.bodies) if grey else None,
            "year": year,
            "abstract": " ".join(self.word() for _ in range(40)) if not grey else None,
        }
        if not grey:
            start = rng.randint(1, 1900)
            work |= {
                "container": rng.choice(self.journals),
                "volume": str(rng.randint(1, 120)),
                "issue": str(rng.randint(1, 12)),
                "pages": f"{start}-{start + rng.randint(3, 30)}",
                "doi": f"10.{rng.randint(1000, 9999)}/x.{year}.{rng.randrange(10**9):09d}",
            }
        return work


def _hard_negative(world: _World, work: dict[str, Any], kind: str) -> dict[str, Any]:
    """Return another work that is easily taken for `work`."""
    rng, fresh = world.rng, world.work()
    place = {name: fresh.get(name) for name in ("volume", "issue", "pages", "doi", "container")}
    other = work | {"abstract": fresh["abstract"]}
    title = str(work["title"])
    if kind == "annual":
        body = f"{rng.choice(world.bodies)} {world.word().capitalize()} Network"
        year = int(work["year"])
        work |= {"type": "report", "title": f"{body} annual report {year}", "body": body,
                 "people": [], "doi": None, "container": None, "volume": None, "issue": None,
                 "pages": None, "abstract": None}  # fmt: skip
        return work | {"title": f"{body} annual report {year + 1}", "year": year + 1}
    if kind == "part":
        work["title"] = f"{title}: part I"
        return other | place | {"title": f"{title}: part II"}
    if kind == "reply":
        return other | place | {
            "title": rng.choice(["Reply to: ", "Erratum: ", "Comment on: "]) + title,
            "year": int(work["year"]) + rng.choice([0, 1]),
            "container": work.get("container"),
        }  # fmt: skip
    if kind == "sister":
        words = title.split()
        words[rng.randrange(len(words))] = world.word() + "ine"
        page = rng.randint(2000, 4000)
        return other | {
            "title": " ".join(words),
            "doi": fresh.get("doi"),
            "pages": f"{page}-{page + 9}",
            "issue": str(rng.randint(13, 20)),
        }
    if kind == "preprint":
        return other | {
            "type": "article", "container": "arXiv", "volume": None, "issue": None, "pages": None,
            "doi": f"10.48550/arXiv.{rng.randrange(10**4):04d}.{rng.randrange(10**5):05d}",
            "year": int(work["year"]) - rng.choice([0, 1]),
        }  # fmt: skip
    if kind == "thesis":
        return other | dict.fromkeys(("container", "volume", "issue", "pages", "doi")) | {
            "type": "thesis", "people": work["people"][:1], "year": int(work["year"]) - 1,
            "body": rng.choice(world.bodies),
        }  # fmt: skip
    if kind == "collection":
        return fresh | {name: work.get(name) for name in ("doi", "container", "volume", "issue",
                                                          "year")}  # fmt: skip
    if kind == "editorial":
        word = rng.choice(["Editorial", "Introduction", "Letter to the editor", "Book review"])
        work |= {"title": word, "plain": True}
        page = rng.randint(1, 1900)
        return work | {
            "people": fresh["people"], "doi": f"{work['doi']}9", "issue": str(rng.randint(13, 20)),
            "pages": f"{page}-{page + 3}", "abstract": fresh["abstract"],
        }  # fmt: skip
    if kind == "meeting":
        return other | place | {
            "type": "paper-conference", "doi": None,
            "container": f"Annual Conference of the {rng.choice(world.bodies)}",
            "year": int(work["year"]) - 1,
        }  # fmt: skip
    if kind == "country":
        lands = rng.sample([word for word in world.words[200:] if len(word) > 4], 2)
        lead = f"{world.word()} {world.word()} {world.word()}".capitalize()
        rest = " ".join(world.word() for _ in range(5))
        titles = [f"{lead} in {land.capitalize()}: {rest}" for land in lands]
        work |= {"title": titles[0]}
        return other | place | {"title": titles[1]}
    work |= {"type": "book", "title": f"{title}, second edition", "container": None,
             "doi": None, "volume": None, "issue": None, "pages": None}  # fmt: skip
    return other | {
        "type": "book", "title": f"{title}, third edition", "year": int(work["year"]) + 4,
        "container": None, "doi": None, "volume": None, "issue": None, "pages": None,
    }  # fmt: skip


def _written(people: list[tuple[str, str]], style: int) -> str | None:
    """Return the authors as one of the databases writes them."""
    if not people:
        return None
    if style == 0:
        return "; ".join(f"{family}, {given}" for family, given in people)
    if style == 1:
        return "; ".join(f"{family}, {given[0]}." for family, given in people)
    if style == 2:
        return "; ".join(f"{given} {family}" for family, given in people)
    if style == 3:
        return "; ".join(f"{family} {given[0]}{given[-2]}" for family, given in people)
    return f"{people[0][0]}, {people[0][1][0]}."


def _typo(rng: random.Random, text: str) -> str:
    at = rng.randrange(1, max(2, len(text) - 1))
    kind = rng.randrange(3)
    if kind == 0:
        return text[:at] + text[at + 1 :]
    if kind == 1:
        return text[: at - 1] + text[at : at + 1] + text[at - 1 : at] + text[at + 1 :]
    return text[:at] + rng.choice("aeinorst") + text[at:]


def _abbreviated(journal: str) -> str:
    words = [word for word in journal.split() if word not in ("of", "and", "the")]
    return " ".join(word[: 4 + len(word) % 2] for word in words)


def _sighting(rng: random.Random, work: dict[str, Any], *, first: bool) -> dict[str, Any]:
    """Return the work as one export shows it; the first sighting of a work is the fullest."""
    title = str(work["title"])
    people = work["people"]
    row: dict[str, Any] = {
        name: work.get(name)
        for name in ("type", "container", "volume", "issue", "pages", "doi", "abstract", "year")
    }
    row["publisher"] = work["body"] if work["type"] in ("report", "thesis") else None
    if first:
        row |= {"title": title, "authors": _written(people, 0) or work["body"]}
        return row
    chance = rng.random
    if chance() < 0.2:
        title = title.upper()
    elif chance() < 0.3:
        title = title.title()
    if chance() < 0.3:
        for british, american in _US.items():
            title = title.replace(british, american)
    if chance() < 0.15:
        title = title.replace(" and ", " & ")
    if chance() < 0.05:
        title = title.replace("&", "&amp;")
    if (
        chance() < 0.08
        and ": " in title
        and not _TOLD_APART.search(title)
        and len(title.split(": ")[0].split()) > 3
    ):
        title = title.split(": ")[0]
    if chance() < 0.05 and len(title) > 60 and not _TOLD_APART.search(title):
        title = title[: rng.randint(50, len(title) - 4)].rsplit(" ", 1)[0] + " ..."
    if chance() < 0.12 and len(title) > 30:
        title = _typo(rng, title)
    if chance() < 0.05 and len(title) > 30:
        at = rng.randrange(len(title))
        title = title[:at] + _ACCENTS.get(title[at], title[at]) + title[at + 1 :]
    if chance() < 0.1:
        title += "."
    row["title"] = title
    row["authors"] = _written(people, rng.randrange(5))
    if people and chance() < 0.1:
        row["authors"] = _written(people[:3], 1)
    if row["authors"] is None and chance() < 0.5:
        row["authors"] = work["body"]
    if row["doi"]:
        if chance() < 0.3:
            row["doi"] = None
        elif chance() < 0.3:
            row["doi"] = "https://doi.org/" + str(row["doi"]).upper()
    if row["container"] and chance() < 0.35:
        row["container"] = _abbreviated(str(row["container"]))
    if row["volume"] and chance() < 0.12:
        # Online first: no volume yet, often the year before.
        row |= {"volume": None, "issue": None, "pages": None}
        row["year"] = int(row["year"]) - rng.choice([0, 1])
    if row["pages"] and chance() < 0.3:
        start, end = str(row["pages"]).split("-")
        row["pages"] = rng.choice([f"{start}–{end}", f"pp. {start}-{end}", start])
    for name, share in (("issue", 0.15), ("pages", 0.1), ("abstract", 0.3), ("year", 0.05),
                        ("authors", 0.06), ("publisher", 0.3), ("container", 0.05)):  # fmt: skip
        if chance() < share:
            row[name] = None
    if work.get("plain"):
        # With a title like "Editorial", a database gives the place or gives nothing.
        row |= {name: work.get(name) for name in ("year", "volume", "issue", "pages", "container")}
    if work["type"] == "report" and chance() < 0.25:
        row |= {"authors": None, "year": None}
    return row


def generate(records: int, *, seed: int = 1, duplicates: float = 0.3) -> pd.DataFrame:
    """Return `records` records with the column `work`, their true work.

    Parameters
    ----------
    records : int
        How many.
    seed : int
        The same seed gives the same records.
    duplicates : float
        Share of the records that are further sightings of a work.

    Returns
    -------
    pandas.DataFrame
        Columns of the records frame that have values, and `work`; in random order.
    """
    rng = random.Random(seed)
    works_wanted = int(records * (1 - duplicates))
    world = _World(rng, works_wanted)
    works: list[dict[str, Any]] = []
    while len(works) < works_wanted:
        work = world.work()
        if rng.random() < 0.15:
            article = work["type"] == "article-journal"
            kind = rng.choice(_ARTICLES if article else _GREY)
            works.append(_hard_negative(world, work, kind))
        works.append(work)
    works = works[:works_wanted]
    numbers = list(range(len(works)))
    numbers += [
        min(int(len(works) * rng.random()), len(works) - 1) for _ in range(records - len(works))
    ]
    seen: set[int] = set()
    rows = []
    for number in numbers:
        rows.append(_sighting(rng, works[number], first=number not in seen) | {"work": number})
        seen.add(number)
    rng.shuffle(rows)
    frame = pd.DataFrame(rows)
    frame.insert(0, "record_id", [f"s{place:07d}" for place in range(len(frame))])
    for name in COLUMNS:
        if name != "year":
            frame[name] = frame[name].astype("str").where(frame[name].notna())
    frame["year"] = frame["year"].astype("Int64")
    return frame[[*COLUMNS, "work"]]
