"""De-duplicate more records than one machine's memory holds: the same steps over Dask.

Each record is normalised where it lies; the blocking keys are shuffled so that each block meets in
one partition; each pair is weighed by the same function as in memory. Only ids, accepted links and
uncertain pairs come back to the machine that asked, which clusters them as always. Needs the extra
`dask` (`pip install oso-analysis[dask]`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from oso_analysis.errors import InputError, Problem, RunError, check_address, require_columns
from oso_analysis.literature.deduplicate.block import NEIGHBOURS, pairs_by_key
from oso_analysis.literature.deduplicate.core import Deduplication, check_records
from oso_analysis.literature.deduplicate.decisions import check_decisions
from oso_analysis.literature.deduplicate.features import Features
from oso_analysis.literature.deduplicate.grades import plausible
from oso_analysis.literature.deduplicate.match import EVIDENCE, REVIEW, compare
from oso_analysis.literature.deduplicate.merge import merge
from oso_analysis.literature.deduplicate.normalise import FEATURES, KEYS, normalise
from oso_analysis.literature.deduplicate.settle import Settled, settle, with_titles

if TYPE_CHECKING:
    import dask.dataframe as dd

__all__ = ["DaskDeduplication", "deduplicate_dask"]

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class DaskDeduplication:
    """What de-duplication found, the large tables still lazy.

    Attributes
    ----------
    work_ids, merges, review, stale_decisions : pandas.DataFrame
        As in `Deduplication`.
    works, field_sources, disagreements : dask.dataframe.DataFrame
        As in `Deduplication`, but in no particular order; `compute()` or write them by partition.
    """

    work_ids: pd.DataFrame
    works: dd.DataFrame
    merges: pd.DataFrame
    review: pd.DataFrame
    field_sources: dd.DataFrame
    disagreements: dd.DataFrame
    stale_decisions: pd.DataFrame

    def compute(self) -> Deduplication:
        """Return the whole result in memory, equal to what `deduplicate` returns."""
        works = _plain(_computed(self.works)).sort_values(
            "work_id", kind="stable", ignore_index=True
        )
        rank = {name: place for place, name in enumerate(works.columns)}
        long = {}
        for name in ("field_sources", "disagreements"):
            table = _plain(_computed(getattr(self, name)))
            table = table.assign(rank=table["field"].map(rank).astype("int64"))
            table = table.sort_values(["work_id", "rank", "record_id"], kind="stable")
            long[name] = table.drop(columns="rank").reset_index(drop=True)
        return Deduplication(
            work_ids=self.work_ids,
            works=works,
            merges=self.merges,
            review=self.review,
            field_sources=long["field_sources"],
            disagreements=long["disagreements"],
            stale_decisions=self.stale_decisions,
        )


def _computed(lazy: Any) -> pd.DataFrame:
    """Return a Dask table in memory; Dask's own types say less than we know."""
    table: pd.DataFrame = lazy.compute()
    return table


@contextmanager
def _scheduler(address: str | None) -> Iterator[None]:
    """Run on the embedded threads, or on the cluster at an address."""
    import dask

    # Text stays pandas' `str` throughout, as in memory.
    options: dict[str, Any] = {"dataframe.convert-string": False}
    if address is None:
        options |= {"scheduler": "threads", "dataframe.shuffle.method": "tasks"}
        with dask.config.set(options):
            yield
        return
    check_address("scheduler", address)
    import distributed

    # Dask has no annotations.
    connect: Any = distributed.Client
    try:
        client = connect(address)
    except (OSError, TypeError, ValueError) as error:
        # Dask's own answers where a protocol's settings are missing are TypeErrors.
        raise RunError(f"no Dask scheduler answers at {address}: {error}") from None
    with dask.config.set(options), client:
        yield


def _plain(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with its text as `str`, which Dask turns into Arrow's strings."""
    text = [name for name, kind in table.dtypes.items() if isinstance(kind, pd.StringDtype)]
    return table.astype(dict.fromkeys(text, "str"))


def _blocks(features: pd.DataFrame) -> pd.DataFrame:
    """Return one row for each record and blocking key: which key, its value, id and title."""
    parts = []
    for number, name in enumerate(KEYS):
        rows = features[features[name].to_numpy() != 0]
        parts.append(
            pd.DataFrame(
                {
                    "block": rows[name].to_numpy(),
                    "key": np.int8(number),
                    "id": rows["id"].astype("str").to_numpy(),
                    "title": rows["title"].astype("str").to_numpy(),
                }
            )
        )
    table = pd.concat(parts, ignore_index=True)
    return table.astype({"id": "str", "title": "str"})


def _block_pairs(blocks: pd.DataFrame) -> pd.DataFrame:
    """Return the pairs of ids in the blocks of one partition, which are whole."""
    lefts, rights = [], []
    for number, name in enumerate(KEYS):
        rows = blocks[blocks["key"].to_numpy() == number].sort_values(["title", "id"])
        left, right = pairs_by_key(rows["block"].to_numpy(), NEIGHBOURS[name])
        ids = rows["id"].to_numpy(dtype=object)
        lefts.append(ids[left])
        rights.append(ids[right])
    one, other = np.concatenate(lefts), np.concatenate(rights)
    swap = (one > other).astype(bool)
    table = pd.DataFrame({"a": np.where(swap, other, one), "b": np.where(swap, one, other)})
    return table.astype("str").drop_duplicates(ignore_index=True)


def _side(pairs: pd.DataFrame, end: str) -> Features:
    """Return the features of one record of each pair, under their own names."""
    side = pairs[[f"{name}{end}" for name in FEATURES]].set_axis(list(FEATURES), axis=1)
    return Features.from_frame(side)


def _weigh(pairs: pd.DataFrame) -> pd.DataFrame:
    """Return the pairs worth keeping, weighed."""
    a, b = _side(pairs, "_a"), _side(pairs, "_b")
    keep = plausible(a, b)
    a, b = a.take(keep), b.take(keep)
    ids = {name: pd.Series(side["id"], dtype="str") for name, side in (("a", a), ("b", b))}
    evidence = compare(a, b).assign(**ids)
    return evidence[evidence["score"] >= REVIEW].reset_index(drop=True)


def _read(records: pd.DataFrame) -> pd.DataFrame:
    """Return the features of one partition, its text as `str`."""
    return normalise(records).to_frame()


def _merge_part(part: pd.DataFrame, table: str) -> pd.DataFrame:
    """Return one of the tables `merge` makes of the whole works in a partition."""
    part = part.sort_values("record_id", kind="stable", ignore_index=True)
    work_ids = part["work_id"].to_numpy(dtype=object)
    codes, _ = pd.factorize(work_ids)
    first = np.full(int(codes.max(initial=-1)) + 1, len(part), np.int64)
    np.minimum.at(first, codes, np.arange(len(part)))
    merged = merge(part.drop(columns="work_id"), first[codes], work_ids)
    result: pd.DataFrame = getattr(merged, table)
    return result


def _settle(
    records: Any, ids: Array, decisions: pd.DataFrame | None
) -> tuple[Settled, pd.DataFrame]:
    """Return the works and the stale verdicts."""
    verdicts = check_decisions(decisions, ids.tolist())
    sample = pd.DataFrame({name: pd.Series(dtype=t) for name, t in records.dtypes.items()})
    features = records.map_partitions(_read, meta=_read(sample)).persist()
    blocks = features.map_partitions(_blocks, meta=_blocks(_read(sample))).shuffle("block")
    pairs = blocks.map_partitions(_block_pairs, meta=_block_pairs(_blocks(_read(sample))))
    pairs = pairs.drop_duplicates(split_out=max(1, records.npartitions))
    compared = features[list(FEATURES)]
    joined = pairs.merge(compared.add_suffix("_a"), left_on="a", right_on="id_a")
    joined = joined.merge(compared.add_suffix("_b"), left_on="b", right_on="id_b")
    names = [f"{name}{end}" for end in ("_a", "_b") for name in FEATURES]
    empty = pd.concat(
        [_read(sample)[list(FEATURES)].add_suffix(end) for end in ("_a", "_b")], axis=1
    )
    weighed = joined[names].map_partitions(_weigh, meta=_weigh(empty)).compute()
    place = pd.Series(np.arange(len(ids)), index=ids)
    for end in ("a", "b"):
        weighed[end] = place[weighed[end].to_numpy(dtype=object)].to_numpy()
    weighed = weighed.sort_values(["a", "b"], ignore_index=True)
    weighed = weighed.astype(dict.fromkeys(EVIDENCE, np.int8))
    bare = features.loc[features["title"] == "", ["id"]].compute()["id"]
    titled = ~np.isin(ids.astype(str), bare.to_numpy(dtype=object).astype(str))

    def contradicts(left: Array, right: Array) -> Array:
        if not len(left):
            return np.empty(0, bool)
        wanted = ids[np.unique(np.concatenate([left, right]))].tolist()
        known = compared[compared["id"].isin(wanted)].compute().set_index("id", drop=False)
        evidence = compare(
            Features.from_frame(known.loc[ids[left]]), Features.from_frame(known.loc[ids[right]])
        )
        return evidence["contradicts"].to_numpy(dtype=bool)

    return settle(weighed, ids, titled, verdicts, contradicts), verdicts.stale


def deduplicate_dask(
    records: dd.DataFrame,
    *,
    decisions: pd.DataFrame | None = None,
    scheduler: str | None = None,
) -> DaskDeduplication:
    """Group the records of a Dask DataFrame into works; the result is that of `deduplicate`.

    Parameters
    ----------
    records : dask.dataframe.DataFrame
        As for `deduplicate`, in any number of partitions.
    decisions : pandas.DataFrame, optional
        As for `deduplicate`.
    scheduler : str, optional
        Address of a cluster's scheduler ("tcp://…"). By default the work is done by threads of
        this process.

    Returns
    -------
    DaskDeduplication
        Compute its lazy tables under the same scheduler.

    Raises
    ------
    InputError
        As `deduplicate`, where dask is not installed, and where `scheduler` is no address.
    RunError
        If no scheduler answers.
    """
    try:
        import dask.dataframe
    except ImportError:
        raise InputError(
            [Problem("needs the extra dask: pip install oso-analysis[dask]")],
            "dask is not installed",
        ) from None
    if not isinstance(records, dask.dataframe.DataFrame):
        raise InputError(
            [Problem("must be a Dask DataFrame", column="records", value=type(records).__name__)]
        )
    table: Any = records
    require_columns(table, ("record_id", "title"), where="records")
    with _scheduler(scheduler):
        # Ids and titles' presence are all of the records that this machine holds.
        check_records(table[["record_id"]].compute().assign(title=""))
        sample = pd.DataFrame({name: pd.Series(dtype=t) for name, t in table.dtypes.items()})
        table = table.map_partitions(_plain, meta=_plain(sample))
        table = table.assign(record_id=table["record_id"].astype("str"))
        ids = np.sort(table["record_id"].compute().to_numpy(dtype=object))
        settled, stale = _settle(table, ids, decisions)
        shown = set(settled.review["record_id_a"]) | set(settled.review["record_id_b"])
        columns = [name for name in ("record_id", "title", "year") if name in table.columns]
        looked_at = table.loc[table["record_id"].isin(sorted(shown)), columns].compute()
        frames: Any = dask.dataframe
        lookup = frames.from_pandas(settled.work_ids, npartitions=max(1, table.npartitions))
        whole = table.merge(lookup, on="record_id").shuffle("work_id")
        sample = pd.DataFrame({name: pd.Series(dtype=t) for name, t in whole.dtypes.items()})
        tables = {
            name: whole.map_partitions(_merge_part, name, meta=_merge_part(sample, name))
            for name in ("works", "field_sources", "disagreements")
        }
    return DaskDeduplication(
        work_ids=settled.work_ids,
        merges=settled.merges,
        review=with_titles(settled.review, _plain(looked_at)),
        stale_decisions=stale,
        **tables,
    )
