"""Pseudonyms: stable, keyed, kept away from what is released."""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import stat
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oso_analysis.cli import main
from oso_analysis.consultation import pseudonyms
from oso_analysis.consultation.pseudonyms import (
    create_key,
    pseudonymise,
    read_key,
    read_mapping,
    write_mapping,
)
from oso_analysis.errors import InputError

KEY = bytes(range(32))


def _frame(*names: str | None) -> pd.DataFrame:
    return pd.DataFrame({"respondent": pd.Series(names, dtype="str"), "n": range(len(names))})


def test_pseudonym_is_the_documented_hmac() -> None:
    digest = hmac.new(KEY, b"acme trust", hashlib.sha256).hexdigest()
    bits = bin(int(digest, 16))[2:].zfill(256)
    letters = "".join(
        "0123456789ABCDEFGHJKMNPQRSTVWXYZ"[int(bits[i : i + 5], 2)] for i in range(0, 40, 5)
    )
    out = pseudonymise(_frame("Acme Trust"), KEY)
    assert out.frame["respondent"].tolist() == [f"R-{letters}"]


def test_spellings_of_one_name_share_a_pseudonym() -> None:
    out = pseudonymise(_frame("Ligue  des Héros", "LIGUE DES HEROS", "ligue-des-heros.", None), KEY)
    found = out.frame["respondent"]
    assert found[:3].nunique() == 1
    assert pd.isna(found.iloc[3])
    assert len(out.mapping) == 1


def test_tables_of_different_years_agree_and_keys_differ() -> None:
    first = pseudonymise(_frame("A Trust", "B Trust"), KEY).frame["respondent"]
    second = pseudonymise(_frame("B Trust", "C Trust"), KEY).frame["respondent"]
    assert first.iloc[1] == second.iloc[0]
    other = pseudonymise(_frame("B Trust"), bytes(32)).frame["respondent"]
    assert other.iloc[0] != second.iloc[0]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(alphabet="abcdé Z9", min_size=1).filter(lambda t: t.strip()), max_size=20))
def test_the_mapping_leads_back_and_nothing_else_is_said(names: list[str]) -> None:
    out = pseudonymise(_frame(*names), KEY)
    assert all(re.fullmatch(r"R-[0-9A-Z]{8,16}", p) for p in out.frame["respondent"])
    for name, pseudonym in zip(names, out.frame["respondent"], strict=True):
        again = pseudonymise(_frame(out.mapping[pseudonym]), KEY).frame["respondent"].iloc[0]
        assert again == pseudonym
        assert pseudonymise(_frame(name), KEY).frame["respondent"].iloc[0] == pseudonym


def test_colliding_names_are_told_apart_and_stay_so(monkeypatch: pytest.MonkeyPatch) -> None:
    real = pseudonyms._letters
    monkeypatch.setattr(
        pseudonyms,
        "_letters",
        lambda name, key, length: "R-SAME" if length == 8 else real(name, key, length),
    )
    first = pseudonymise(_frame("Beta"), KEY)
    both = pseudonymise(_frame("Alpha", "Beta"), KEY, mapping=first.mapping)
    assert both.frame["respondent"].nunique() == 2
    assert both.frame["respondent"].iloc[1] == first.frame["respondent"].iloc[0] == "R-SAME"


def test_linking_columns_are_emptied_and_leftover_names_are_told() -> None:
    frame = _frame("Acme Trust", "Beta").assign(
        source_url="https://example.org/acme", note=["Seen by ACME  trust", "fine"]
    )
    out = pseudonymise(frame, KEY)
    assert list(out.frame.columns) == list(frame.columns)
    assert out.frame["source_url"].isna().all()
    assert out.leftovers[["row", "column"]].to_numpy().tolist() == [[2, "note"]]
    assert pseudonymise(frame, KEY, blank=()).frame["source_url"].notna().all()


def test_key_is_random_private_and_never_replaced(tmp_path: Path) -> None:
    path = tmp_path / "secret.key"
    key = create_key(path)
    assert read_key(path) == key
    assert key != create_key(tmp_path / "other.key")
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(InputError, match="a key is never replaced"):
        create_key(path)
    assert read_key(path) == key


@pytest.mark.parametrize("folder", ["data", "reports/update", "notebooks"])
def test_secrets_never_lie_among_outputs(tmp_path: Path, folder: str) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "datapackage.json").write_text("{}", encoding="utf-8")
    inside = tmp_path / folder
    inside.mkdir(parents=True, exist_ok=True)
    with pytest.raises(InputError, match="must not hold the key"):
        create_key(inside / "k.key")
    with pytest.raises(InputError, match="must not hold the mapping"):
        write_mapping({"R-1": "A"}, inside / "m.csv")
    assert not (inside / "k.key").exists()
    assert not (inside / "m.csv").exists()


def test_mapping_survives_the_trip(tmp_path: Path) -> None:
    mapping = {"R-2": 'Trust, "B"', "R-1": "Ärzte", "R-3": "=Sum"}
    assert read_mapping(write_mapping(mapping, tmp_path / "m.csv")) == mapping
    assert read_mapping(tmp_path / "none.csv") == {}
    (tmp_path / "bad.csv").write_text("pseudonym,respondent\nR-1,A\nR-1,B\n", encoding="utf-8")
    with pytest.raises(InputError, match="stands twice"):
        read_mapping(tmp_path / "bad.csv")


def test_bad_input_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="did you mean 'respondent'"):
        pseudonymise(_frame("A"), KEY, column="respondents")
    with pytest.raises(InputError, match="holds no letter or digit"):
        pseudonymise(_frame("A", "--"), KEY)
    with pytest.raises(InputError, match="must be 32 bytes"):
        pseudonymise(_frame("A"), b"short")
    (tmp_path / "k").write_text("abc", encoding="ascii")
    with pytest.raises(InputError, match="is not a key"):
        read_key(tmp_path / "k")


def test_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table, out = tmp_path / "in.csv", tmp_path / "out.csv"
    table.write_text("respondent,year\nAcme Trust,2020\nacme trust,2021\n", encoding="utf-8")
    command = ["pseudonymise", str(table), "--key", str(tmp_path / "s.key"), "--output", str(out)]
    assert main([*command]) == 2
    assert "does not exist" in capsys.readouterr().err
    assert main([*command, "--new-key"]) == 0
    first = out.read_text(encoding="utf-8")
    assert "1 respondents" in capsys.readouterr().out
    assert "Acme" not in first
    assert main(command) == 0
    assert out.read_text(encoding="utf-8") == first
    mapping = read_mapping(tmp_path / "s-mapping.csv")
    assert set(mapping.values()) == {"Acme Trust"}
    # The mapping is just what the scan needs.
    names = ["--confidential", str(tmp_path / "s-mapping.csv")]
    assert main(["scan", str(out), *names]) == 0
    assert main(["scan", str(table), *names]) == 1
    error = capsys.readouterr().err
    assert "confidential respondent" in error
    assert "Acme" not in error
