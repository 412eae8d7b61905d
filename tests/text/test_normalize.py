from hypothesis import given
from hypothesis import strategies as st

from rumorscan.text.fold import fold_key
from rumorscan.text.normalize import plain_text

TEXTS = st.text(alphabet="城東水廠３Ａａé㎡，！\u200b\u0301 @[]", max_size=40)


@given(TEXTS)
def test_normalizing_twice_is_normalizing_once(text: str) -> None:
    assert plain_text(plain_text(text)) == plain_text(text)


@given(TEXTS)
def test_plain_text_has_the_same_key(text: str) -> None:
    assert fold_key(plain_text(text)) == fold_key(text)


def test_punctuation_and_emoji_stay() -> None:
    assert plain_text("停\u2060水三天！！🔥 http://t.cn/A") == "停水三天！！🔥 http://t.cn/A"
    assert plain_text("ＡＢＣ") == "ABC"
