"""How far coders agree tells what is withheld, so an edition with a threshold does not tell it.

The attacker knows Krippendorff's formula for two coders and a yes-or-no code, and nothing of the
package: of every coefficient he lists the numbers of uses that it can follow from.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import pandas as pd
import pytest

from oso_analysis.agreement import caveat_for, measure_consultation_agreement
from oso_analysis.codebook import Codebook, read_codebook
from oso_analysis.disclosure.printed import find_agreement
from oso_analysis.reliability import Reliability

N = 49
THRESHOLD = 5
CODE = "prevention"


@pytest.fixture(scope="module")
def codebook(request: pytest.FixtureRequest) -> Codebook:
    return read_codebook(request.config.rootpath / "data" / "codebook.yaml")


def measured(uses: int, codebook: Codebook, *, common: int = 0) -> pd.DataFrame:
    """Measure a code that coder 1 gave to `uses` submissions and coder 2 to `common` of them."""
    ids = [f"s{i:02}" for i in range(N)]
    coders = ("coder_1", "coder_2")
    relevance = pd.DataFrame([(i, who, "yes", "industry") for who in coders for i in ids])
    relevance.columns = ["submission_id", "coder", "relevant", "respondent_sector"]
    given = [(i, "coder_1", CODE) for i in ids[:uses]]
    given += [(i, "coder_2", CODE) for i in ids[:common]]
    # Everything else is said of everything by both, so that there is something to tell.
    given += [(i, who, "barriers") for who in coders for i in ids]
    segments = pd.DataFrame(given, columns=["submission_id", "coder", "theme"])
    segments = segments.assign(kind="issue", outcome=pd.Series(dtype="str"))
    return measure_consultation_agreement(relevance, segments, codebook, n_draws=200)


def possible_uses(caveats: Sequence[str], label: str) -> set[int]:
    """Return the uses by coder 1, one or more, that the caveats leave possible."""
    left = set(range(1, N + 1))
    for text in caveats:
        both = re.search(r"(\d+) submissions coded by both", text)
        told = re.search(re.escape(label) + r" \((\u2212?[\d.]+)", text)
        if both and told:
            n, alpha = int(both[1]), told[1].replace("\u2212", "-")
            places = len(alpha.partition(".")[2])
            left &= {
                one
                for one in range(1, n + 1)
                for two in range(n + 1)
                for common in range(max(0, one + two - n), min(one, two) + 1)
                if f"{alpha_of(n, one, two, common):.{places}f}" == alpha
            }
    return left


def alpha_of(n: int, one: int, two: int, common: int) -> float:
    given, silent = one + two, 2 * n - one - two
    expected = 2 * given * silent / (2 * n * (2 * n - 1))
    return 1 - ((given - 2 * common) / n) / expected if expected else float("nan")


def caveats(table: pd.DataFrame, *, told: bool) -> list[str]:
    reliability = Reliability(
        {"consultation": lambda: table}, withheld=() if told else ("consultation",)
    )
    shown = pd.DataFrame({"theme": [CODE, "barriers"]})
    return reliability.caveats(shown, material="consultation", rests_on=["relevant"])


def test_a_coefficient_tells_a_small_count_exactly(codebook: Codebook) -> None:
    label = codebook["theme"].labels[CODE]
    possible = possible_uses(caveats(measured(1, codebook), told=True), label)
    # A code of nearly all submissions is not withheld.
    assert possible & set(range(N - THRESHOLD)) == {1}


@pytest.mark.parametrize(("uses", "common"), [(1, 0), (2, 1), (3, 0), (4, 2), (12, 5)])
def test_what_an_edition_with_a_threshold_says_leaves_every_count_possible(
    codebook: Codebook, uses: int, common: int
) -> None:
    label = codebook["theme"].labels[CODE]
    said = caveats(measured(uses, codebook, common=common), told=False)
    assert said == caveats(measured(1, codebook), told=False)
    assert "Coders agreed too little" in said[0]
    assert label in said[0] or said[0].endswith("on theme.")
    assert not re.search(r"\d", " ".join(said))
    assert possible_uses(said, label) == set(range(1, N + 1))


def test_codes_that_both_always_used_or_never_are_not_told_apart(codebook: Codebook) -> None:
    table = measured(3, codebook)
    always, never = "barriers", "workforce"
    assert never not in set(table.loc[table["n_coder_1"] > 0, "code"])
    for codes in ([CODE, always], [CODE, never]):
        (said,) = caveat_for(table, "theme", codes=codes, figures=False)
        assert said.startswith("Coders agreed too little for firm conclusions, or could not be ")
    reliable = measured(12, codebook, common=12)
    assert caveat_for(reliable, "theme", codes=[CODE], figures=False) == []


def test_nothing_else_is_told_of_the_agreement_on_answers(codebook: Codebook) -> None:
    table = measured(3, codebook)
    other = table.assign(material="screening").head(2)
    both = Reliability(
        {"screening": lambda: other, "consultation": lambda: table}, withheld=["consultation"]
    )
    assert both.withheld
    assert both.of("consultation").empty
    assert set(both.table["material"]) == {"screening"}
    assert both.source == "data/literature/screening.csv"


def test_the_last_look_finds_agreement_on_answers(codebook: Codebook) -> None:
    table = measured(1, codebook)

    def found(*texts: str, frame: pd.DataFrame = table.iloc[:0]) -> list[str]:
        rows = frame.astype(str).to_numpy().tolist()
        return find_agreement({"caveats": list(texts)}, list(frame.columns), rows)

    assert found(*caveats(table, told=True)) == ["caveats"]
    assert found(*caveats(table, told=False)) == []
    assert found("(Krippendorff's alpha below 0.667, 431 records coded by both)") == []
    assert found(frame=table) == ["unit"]
    assert found(frame=table.assign(unit="records")) == []
