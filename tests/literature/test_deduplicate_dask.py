"""Over Dask the result is that of pandas, on embedded threads and on a real cluster."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from oso_analysis.errors import InputError, RunError
from oso_analysis.literature.deduplicate import Deduplication, deduplicate

dask = pytest.importorskip("dask", reason="the extra dask is not installed")
dd = pytest.importorskip("dask.dataframe", reason="the extra dask is not installed")
distributed = pytest.importorskip("distributed", reason="the extra dask is not installed")

from oso_analysis.literature.deduplicate.dask import deduplicate_dask  # noqa: E402

CASES = yaml.safe_load(
    (Path(__file__).parents[1] / "fixtures" / "deduplicate" / "cases.yaml").read_text("utf-8")
)
DECISIONS = pd.DataFrame(
    [("annual-reports-a", "annual-reports-b", "same"), ("doi-only-a", "doi-only-b", "different"),
     ("gone", "doi-only-b", "same")],
    columns=["record_id_a", "record_id_b", "verdict"],
)  # fmt: skip


@pytest.fixture(scope="module")
def records() -> pd.DataFrame:
    rows: list[dict[str, Any]] = [
        {"type": "article-journal"} | case[side] | {"record_id": f"{case['id']}-{side}"}
        for case in CASES
        for side in ("b", "a")
    ]
    table = pd.DataFrame(rows).astype({"year": "Int64"})
    text = [name for name in table.columns if name != "year"]
    return table.astype(dict.fromkeys(text, "str"))


def assert_equal(one: Deduplication, other: Deduplication) -> None:
    for name in (
        "work_ids", "works", "merges", "review", "field_sources", "disagreements",
        "stale_decisions",
    ):  # fmt: skip
        pd.testing.assert_frame_equal(getattr(one, name), getattr(other, name))


@pytest.mark.parametrize("partitions", [1, 3])
def test_embedded_threads_give_what_pandas_gives(records: pd.DataFrame, partitions: int) -> None:
    lazy = dd.from_pandas(records, npartitions=partitions, sort=False)
    found = deduplicate_dask(lazy, decisions=DECISIONS)
    expected = deduplicate(records, decisions=DECISIONS)
    assert len(expected.merges) > 20
    assert len(expected.stale_decisions) == 1
    assert_equal(found.compute(), expected)


def test_a_cluster_gives_what_pandas_gives(records: pd.DataFrame) -> None:
    lazy = dd.from_pandas(records, npartitions=2, sort=False)
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None
    ) as cluster:
        found = deduplicate_dask(lazy, scheduler=cluster.scheduler_address)
        with distributed.Client(cluster):
            computed = found.compute()
    assert_equal(computed, deduplicate(records))


def test_a_scheduler_that_is_none_is_named(records: pd.DataFrame) -> None:
    lazy = dd.from_pandas(records, npartitions=2, sort=False)
    for wrong in ("threads", "tcp://127.0.0.1", "tcp://127.0.0.1:8786/", "tcp://127.0.0.1:99999"):
        with pytest.raises(InputError, match=rf"'{wrong}' is no address of a scheduler"):
            deduplicate_dask(lazy, scheduler=wrong)
    with (
        dask.config.set({"distributed.comm.timeouts.connect": "1s"}),
        pytest.raises(RunError, match=r"no Dask scheduler answers at 127\.0\.0\.1:1: "),
    ):
        deduplicate_dask(lazy, scheduler="127.0.0.1:1")
    # TypeErrors and ValueErrors of Dask's ended with a traceback.
    for unready in ("tls://127.0.0.1:1", "inproc://192.0.2.1/1/1"):
        with pytest.raises(RunError, match="no Dask scheduler answers at"):
            deduplicate_dask(lazy, scheduler=unready)


def test_a_pandas_table_is_refused(records: pd.DataFrame) -> None:
    with pytest.raises(InputError, match=r"must be a Dask DataFrame"):
        deduplicate_dask(records)


def test_a_repeated_record_id_is_named(records: pd.DataFrame) -> None:
    twice = dd.from_pandas(pd.concat([records, records.head(1)]), npartitions=2, sort=False)
    with pytest.raises(InputError, match=r"is the id of more than one record"):
        deduplicate_dask(twice)
