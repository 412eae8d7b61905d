"""Tests of `evaluate`: what is measured, compared, told and shown."""

import json
import re

import numpy as np
import pytest

from rumorscan.errors import LabeledError, RunError
from rumorscan.text.fold import Folded
from rumorscan.training.corpora import LabeledInput, read_labeled
from rumorscan.training.disguising.disguises import KINDS
from rumorscan.training.measuring.contestants import Contestant
from rumorscan.training.measuring.evaluation import evaluate
from rumorscan.training.measuring.evasions import choose_rows, disguise_posts
from rumorscan.training.measuring.printout import cells

CHARACTERS = list(
    "水厂面馆药店学校大桥车站市场公园食堂礼堂河山邻居老师司机医生早晚周末停电修路排队下雨搬家买菜"
)
ENDINGS = {1: "快囤货速转", 0: "照常开放"}
ORDINARY = [f"今天吃了{n}碗面，心情不错" for n in range(60)]


class WordModel:
    """Trusts one word, and doubts what it has not seen; a base rate moves its odds."""

    def __init__(self, word: str = "囤", sure: float = 0.9) -> None:
        self.word, self.sure = word, sure

    def rumor_probabilities(self, folded: Folded, base_rate: float) -> np.ndarray:
        """Return the same two probabilities for all keys with and without the word."""
        with_word = np.array([self.word in key for key in list(folded.keys())], dtype=bool)
        odds = np.where(with_word, self.sure / (1 - self.sure), (1 - self.sure) / self.sure)
        odds = odds * base_rate / (1 - base_rate)
        return odds / (1 + odds)


@pytest.fixture(scope="module")
def rows():
    random = np.random.default_rng(5)
    found = []
    for number in range(120):
        label = int(random.integers(0, 2))
        ending = ENDINGS[label if random.random() < 0.9 else 1 - label]
        found.append(
            {
                "text": "".join(random.choice(CHARACTERS, 18)) + ending,
                "label": label,
                "source": "<b>报社</b>" if number % 3 else "电台",
                "posted_at": f"20{random.integers(18, 21)}-03-05",
            }
        )
    return found


@pytest.fixture(scope="module")
def found(rows):
    return evaluate(
        WordModel(), rows, against=WordModel("转", 0.6), ordinary={"论坛": ORDINARY}, draws=60
    )


def test_everything_is_json_and_the_same_each_time(rows, found):
    again = evaluate(
        WordModel(), rows, against=WordModel("转", 0.6), ordinary={"论坛": ORDINARY}, draws=60
    )
    first, second = (json.dumps(one.to_dict(), allow_nan=False) for one in (found, again))
    assert first == second
    assert found.to_html() == again.to_html()
    assert found.to_text() == again.to_text()


def test_another_seed_keeps_the_values_and_moves_the_intervals(rows, found):
    other = evaluate(WordModel(), rows, against=None, evasions=False, draws=60, seed=1)
    ours, theirs = (one.metrics["all"]["accuracy"] for one in (found, other))
    assert ours.value == theirs.value
    assert (ours.low, ours.high) != (theirs.low, theirs.high)


def test_the_json_holds_every_part(found):
    data = found.to_dict()
    assert {"metrics", "reliability", "at_base_rate", "coverage", "ordinary"} <= set(data)
    assert set(data["at_base_rate"]) == {"0.01", "0.05", "0.2"}
    assert set(data["ordinary"]["论坛"]["per_10000_at_base_rate"]) == {"0.5", "0.05"}
    assert set(data["evasions"]) == set(KINDS)
    assert {"source", "year"} <= set(data["slices"])
    assert set(data["against"]) == {
        "model",
        "figures",
        "ordinary",
        "slices",
        "evasions",
        "measured",
    }
    assert data["coverage"]["curve"][-1] == [1.0, data["metrics"]["all"]["accuracy"]["value"]]


def test_a_model_beside_itself_is_neither_better_nor_worse(rows):
    same = evaluate(WordModel(), rows, against=WordModel(), draws=40, ordinary={"论坛": ORDINARY})
    contrasts = [
        *same.comparison.figures.values(),
        *(one for rates in same.comparison.ordinary.values() for one in rates.values()),
        *(one for part in same.comparison.slices.values() for one in part.values()),
        *(one for part in same.comparison.evasions.values() for one in part.values()),
    ]
    assert len(contrasts) > 60
    for one in contrasts:
        assert one.better == 0.5 or np.isnan(one.better)
        assert one.difference.value == 0.0 or np.isnan(one.difference.value)


def test_a_better_calibrated_model_wins_where_lower_is_better(found):
    figures = found.comparison.figures
    assert figures["accuracy"].difference.value == 0.0
    assert figures["brier"].difference.value < 0.0
    assert figures["brier"].better > 0.9


def test_the_draws_of_a_paired_difference_are_shared(found):
    one = found.comparison.figures["brier"]
    ours, theirs = found.metrics["all"]["brier"], found.theirs.metrics["all"]["brier"]
    apart = (ours.high - ours.low) + (theirs.high - theirs.low)
    assert one.difference.high - one.difference.low < apart
    assert one.difference.value == pytest.approx(ours.value - theirs.value)


@pytest.mark.parametrize("nobody", [None, "none"])
def test_no_comparison_is_made_where_none_is_wanted(rows, nobody):
    alone = evaluate(WordModel(), rows, against=nobody, evasions=False, draws=5)
    assert alone.comparison is None and alone.against == ""
    assert alone.to_dict()["against"] is None
    assert "better" not in alone.to_text()


def test_a_model_is_not_compared_with_itself(rows):
    model = WordModel()
    assert evaluate(model, rows, against=model, evasions=False, draws=5).comparison is None


def test_a_file_that_a_model_was_trained_on_is_warned_of():
    file = LabeledInput("data/eins.jsonl", "ab12", 3, 3, {})
    knows = Contestant("mine", WordModel(), learned_from=frozenset({"ab12"}))
    assert "'mine' was trained on this very file" in knows.warnings([file])[0]
    assert Contestant("mine", WordModel()).warnings([file]) == ()


def test_posts_of_one_label_are_measured_as_far_as_possible(rows):
    alone = evaluate(
        WordModel(), [{**row, "label": 1} for row in rows], against=None, draws=5, evasions=False
    )
    assert alone.leaks is None
    assert alone.to_dict()["metrics"]["all"]["auc"]["value"] is None
    assert "too few posts, or one label" in alone.to_text()
    assert "<!doctype html>" in alone.to_html()


def test_all_posts_seen_is_an_error(rows):
    with pytest.raises(LabeledError, match="every post has a near-duplicate"):
        evaluate(WordModel(), rows, seen=rows)


# --- evasions


def test_a_model_blind_to_the_wording_loses_nothing_by_disguise(rows):
    class Blind:
        def rumor_probabilities(self, folded, base_rate):
            return np.full(len(folded), 0.7)

    for one in evaluate(Blind(), rows, against=None, draws=5).ours.evasions:
        assert one.n == len(rows)
        assert all(change.value == 0.0 for change in one.change.values())


def test_a_disguise_of_the_word_costs_accuracy(found):
    combined = next(one for one in found.ours.evasions if one.kind == "combined")
    assert combined.changed > 0.9 * combined.n
    assert combined.change["accuracy"].value < 0.0


def test_some_posts_are_chosen_by_whole_clusters_and_by_seed():
    clusters = np.repeat(np.arange(40), 3)
    chosen = choose_rows(clusters, 50, 3)
    assert len(chosen) == 48
    assert (np.unique(clusters[chosen], return_counts=True)[1] == 3).all()
    assert chosen.tolist() == choose_rows(clusters, 50, 3).tolist()
    assert chosen.tolist() != choose_rows(clusters, 50, 4).tolist()


def test_the_disguised_copies_are_the_same_each_time(rows):
    corpus = read_labeled(rows)
    clusters = np.arange(len(rows))
    one, again = (disguise_posts(corpus, clusters, kinds=["combined"], seed=2) for _ in range(2))
    assert list(one.costumes[0].folded.keys()) == list(again.costumes[0].folded.keys())


# --- words and page


def test_the_text_fits_a_terminal_of_100_columns(found):
    lines = found.to_text().splitlines()
    assert max(cells(line) for line in lines) <= 100
    assert lines[0].startswith("120 posts, ")
    for word in ("flagged from .5 on", "surest posts kept", "left to people", "disguise", "slice"):
        assert any(line.startswith(word) for line in lines), word


def test_the_page_loads_nothing_and_shows_no_post(found, rows):
    page = found.to_html()
    assert "default-src &#39;none&#39;" in page
    assert not re.search(r"""(?:src|href)\s*=\s*["'](?!#|data:,)""", page)
    assert not re.search(r"\sstyle=", page)
    assert not any(row["text"] in page for row in rows)


def test_a_name_in_the_data_is_never_markup(found):
    page = found.to_html()
    assert "<b>报社</b>" not in page and "&lt;b&gt;报社&lt;/b&gt;" in page


def test_the_page_has_its_plots_tables_and_limits(found):
    page = found.to_html()
    for place in ("figures", "trust", "rare", "slices", "evasions", "leaks", "how"):
        assert f'<section id="{place}"' in page
    assert page.count('class="plane"') == 2
    assert 'class="curve other"' in page and 'class="whisker"' in page
    assert "These figures say how the model does on these posts, and no more." in page
    assert "nan" not in re.sub(r"<style>.*?</style>|<script>.*?</script>", "", page, flags=re.S)


def test_the_warnings_of_the_leak_report_stand_on_the_page(rows):
    given = [{**row, "account": f"号{row['label']}{n % 4}"} for n, row in enumerate(rows)]
    leaking = evaluate(WordModel(), given, against=None, evasions=False, draws=5)
    assert any(line.startswith("account") for line in leaking.warnings)
    assert "From the account alone, without the words" in leaking.to_html()
    assert "labels of these posts can be told apart without understanding them" in leaking.to_html()


def test_a_page_that_cannot_be_written_is_an_error_of_ours(found, tmp_path):
    assert found.write_html(tmp_path / "e.html").read_text(encoding="utf-8") == found.to_html()
    with pytest.raises(RunError, match="cannot be written"):
        found.write_html(tmp_path / "nowhere" / "e.html")
