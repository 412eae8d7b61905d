import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rumorscan.errors import DumpError
from rumorscan.readers import read_posts
from rumorscan.readers.delimited import blocks, records
from rumorscan.readers.encodings import decoding

HEADER = "post_id,account_id,text,posted_at"
FIRST = "1,a1,城东水厂停水三天,2026-03-02 09:14:07"


def read_text(tmp_path, text, name="dump.csv", encoding="utf-8", **options):
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return read_posts(path, **options)


def outcome(posts):
    rejects = posts.rejects.to_pylist()
    return (
        posts.column("text").to_pylist(),
        [(row["source_row"], row["reason"]) for row in rejects],
    )


ESCAPED = [
    (r'1,a,"说 \"停水\" 了",', '说 "停水" 了'),
    (r'1,a,"\"停水\"",', '"停水"'),
    ('1,a,"说 \\"停\n水\\" 了",', '说 "停\n水" 了'),
    ('1,a,"停\n水 \\"真\\", 假",', '停\n水 "真", 假'),
    (r'1,a,"C:\\\"停\"",', r'C:\\"停"'),
]


@pytest.mark.parametrize(("row", "text"), ESCAPED)
@pytest.mark.parametrize("around", [0, 1, 300])
def test_quotation_marks_behind_backslashes_are_part_of_the_text(tmp_path, row, text, around):
    others = [FIRST] * around
    posts = read_text(tmp_path, "\n".join([HEADER, *others, row, *others, row, *others]))
    assert posts.rejects.num_rows == 0
    found = [text for text in posts.column("text").to_pylist() if text != "城东水厂停水三天"]
    assert found == [text, text]
    note = "rows with backslashes before quotation marks, read so"
    assert posts.inputs[0].notes[note] == 2


WEIBO = [
    [str(5099000000000001 + place), f"a{place}", f"停水{place}天", str(place)]
    for place in range(30)
]
TIMED = [[f"p{place}", f"a{place}", "停水", f"2026-03-02T09:14:{place:02}"] for place in range(30)]
LAYOUTS = {"ids": ("post_id,account_id,text,likes", WEIBO), "times": (HEADER, TIMED)}


@pytest.mark.parametrize("layout", list(LAYOUTS))
@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
@pytest.mark.parametrize("joint", ["", "x", "\0", "\ufffd", '"', ",", "7"])
@pytest.mark.parametrize("at", [1, 15, 29])
def test_a_lost_line_end_costs_one_row_at_most(tmp_path, layout, quoting, joint, at):
    header, rows = LAYOUTS[layout]
    stream = io.StringIO()
    csv.writer(stream, quoting=quoting, lineterminator="\n").writerows(rows)
    lines = stream.getvalue().splitlines()
    lines[at - 1 : at + 1] = [joint.join(lines[at - 1 : at + 1])]
    posts = read_text(tmp_path, "\n".join([header, *lines]) + "\n")
    assert posts.rows == len(posts) + posts.rejects.num_rows == 30
    assert posts.rejects.num_rows <= 1
    pairs = zip(
        *(posts.column(name).to_pylist() for name in ("post_id", "account_id")), strict=True
    )
    assert {*pairs} <= {(row[0], row[1]) for row in rows}
    assert posts.inputs[0].notes["rows that shared the line of another, read alone"] == 1


def test_long_cells_of_joined_records_take_no_time_without_end(tmp_path):
    ids = [str(5099000000000001 + n) for n in range(60)]
    lines = [f"{name},a,停水,{n}" for n, name in enumerate(ids)]
    for at in range(0, 60, 3):
        lines[at : at + 2] = [lines[at] + "7" * 9_990 + lines[at + 1], ""]
    header = "post_id,account_id,text,likes"
    posts = read_text(tmp_path, "\n".join([header, *filter(None, lines)]) + "\n")
    assert posts.rows == 60
    assert posts.column("post_id").to_pylist() == [name for at, name in enumerate(ids) if at % 3]


@pytest.mark.parametrize("text", ["停,水,三,天", "停,水,三,天,了"])
def test_a_row_of_twice_as_many_cells_is_not_always_two(tmp_path, text):
    rows = ["小禾,停水,3", "小麦,停电,4", "小米,停气,5"]
    posts = read_text(
        tmp_path, "\n".join(["account_id,text,likes", *rows, f"小豆,{text},7", *rows])
    )
    assert outcome(posts)[1] == [(4, "ragged-row")]


def test_backslashes_that_csv_knows_nothing_of_stay(tmp_path):
    rows = ['1,a,"停水\\",', '2,a,"说 ""停水\\""",', '3,a,说 \\"停水\\" 了,', "4,a,停\\n水,"]
    for more in ([], [r'5,a,"说 \"停\"",']):
        posts = read_text(tmp_path, "\n".join([HEADER, *rows, *more]))
        expected = ["停水\\", '说 "停水\\"', '说 \\"停水\\" 了', "停\\n水"]
        assert posts.column("text").to_pylist()[:4] == expected
        assert len(posts) == 4 + len(more)


def test_the_first_row_after_the_header_is_row_1(tmp_path):
    posts = read_text(tmp_path, f"{HEADER}\n\n{FIRST}\n\n2,a2,水,\n")
    assert posts.column("source_row").to_pylist() == [1, 2]


@pytest.mark.parametrize("above", [["舆情月报", "导出时间;2026-03-02", ""], ["# 导出", "# 水厂"]])
def test_titles_above_the_header_are_passed_over_and_counted(tmp_path, above):
    rows = ["post_id;account_id;text", "1;a;停,水", "2;;水"]
    posts = read_text(tmp_path, "\n".join([*above, *rows]))
    assert outcome(posts) == (["停,水"], [(2, "missing-account")])
    data = (tmp_path / "dump.csv").read_bytes()
    assert data[posts.rejects.column("byte_offset")[0].as_py() :] == "2;;水".encode()
    assert posts.inputs[0].notes["lines above the header, passed over"] == len(above)


def test_a_file_without_a_header_is_refused_by_its_first_line(tmp_path):
    with pytest.raises(DumpError, match="no column holds 'account_id'; found '1', 'u', '停水'"):
        read_text(tmp_path, "1,u,停水\n" * 100)


@pytest.mark.parametrize("line", ["sep=;\n", '"sep=;"\r\n', "\ufeffSEP=;\n"])
def test_a_line_that_tells_spreadsheets_the_delimiter_is_no_header(tmp_path, line):
    posts = read_text(tmp_path, f"{line}post_id;account_id;text\n1;a;停,水\n2;;水\n")
    assert outcome(posts) == (["停,水"], [(2, "missing-account")])
    data = (tmp_path / "dump.csv").read_bytes()
    assert data[posts.rejects.column("byte_offset")[0].as_py() :] == "2;;水\n".encode()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "big5"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_encoding_delimiter_and_line_ends_are_recognized(tmp_path, encoding, delimiter, end):
    script = (
        "城東水廠停水三天，大家快來看看這個消息是不是真的"
        if encoding == "big5"
        else "城东水厂停水三天，大家快来看看"
    )
    rows = [["id", "uid", "正文", "發布時間" if encoding == "big5" else "发布时间"]]
    rows += [[str(i), f"u{i}", f"{script}{i}", "2026-03-02 09:14"] for i in range(30)]
    text = end.join(delimiter.join(row) for row in rows) + end
    posts = read_text(tmp_path, text, encoding=encoding)
    assert posts.column("text").to_pylist() == [row[2] for row in rows[1:]]
    assert posts.rejects.num_rows == 0


def test_cells_may_hold_delimiters_quotes_and_line_ends(tmp_path):
    text = f'{HEADER}\n1,a1,"停水, ""真的""\n第二行",2026-03-02\n2,a2,水,\n'
    posts = read_text(tmp_path, text)
    assert outcome(posts) == (['停水, "真的"\n第二行', "水"], [])
    assert posts.column("source_row").to_pylist() == [1, 2]


def test_an_open_quote_costs_its_own_row_and_not_those_after_it(tmp_path):
    rows = "".join(f"{i},a{i},第{i}条,2026-03-02\n" for i in range(2, 152))
    text = f'{HEADER}\n1,a1,"停水,2026-03-02\n{rows}152,a152,"说""好""的",2026-03-02\n'
    texts, rejects = outcome(read_text(tmp_path, text))
    assert rejects == [(1, "open-quote")]
    assert len(texts) == 151
    assert texts[-1] == '说"好"的'


def test_an_open_quote_that_is_never_closed_costs_one_row(tmp_path):
    rows = "".join(f"{i},a{i},第{i}条,2026-03-02\n" for i in range(2, 3_002))
    texts, rejects = outcome(read_text(tmp_path, f'{HEADER}\n1,a1,"停水,2026-03-02\n{rows}'))
    assert rejects == [(1, "open-quote")]
    assert len(texts) == 3_000


def test_ragged_rows_are_set_aside_and_repeated_headers_dropped(tmp_path):
    text = f"{HEADER}\n{FIRST}\n2,a2\n{HEADER}\n3,a3,水,2026-03-02,extra\n4,a4,停,2026-03-02,,\n"
    posts = read_text(tmp_path, text)
    assert outcome(posts) == (
        ["城东水厂停水三天", "停"],
        [(2, "ragged-row"), (3, "ragged-row")],
    )
    assert posts.rejects.column("detail")[0].as_py() == "2 cells; expected 4"
    assert posts.rejects.column("raw")[0].as_py() == "2,a2"
    assert posts.inputs[0].notes["repeated headers dropped"] == 1
    assert posts.rows == 4


def test_ids_stay_text_digit_for_digit(tmp_path):
    text = f"{HEADER}\n5099000000000000001\t,0012,水,\n"
    posts = read_text(tmp_path, text)
    assert posts.column("post_id").to_pylist() == ["5099000000000000001"]
    assert posts.column("account_id").to_pylist() == ["0012"]


def test_a_spreadsheets_rounded_post_id_is_replaced_and_warned_of(tmp_path):
    posts = read_text(tmp_path, f"{HEADER}\n5.1E+15,a,水,\n1,a,水,\n")
    assert posts.column("post_id").to_pylist() == ["dump.csv:1", "1"]
    note = "post ids rounded by a spreadsheet, replaced by file and row"
    assert posts.inputs[0].notes == {note: 1, "times not known": 2}


def test_a_spreadsheets_rounded_account_would_join_strangers_and_is_set_aside(tmp_path):
    posts = read_text(tmp_path, f"{HEADER}\n1,5.1E+15,水,\n2,a,水,\n")
    assert outcome(posts) == (["水"], [(1, "bad-id")])


def test_a_header_that_cannot_be_mapped_says_what_was_found_and_how_to_mend_it(tmp_path):
    with pytest.raises(DumpError) as caught:
        read_text(tmp_path, "id,uid,说说\n1,2,停水\n")
    message = str(caught.value)
    assert message.endswith(
        "no column holds 'text'; found 'id', 'uid', '说说'; name it with --map text=COLUMN"
    )
    posts = read_text(tmp_path, "id,uid,说说\n1,2,停水\n", mapping={"text": "说说"})
    assert posts.column("text").to_pylist() == ["停水"]


def test_a_wrong_mapping_is_refused(tmp_path):
    with pytest.raises(DumpError, match="did you mean 'text'"):
        read_text(tmp_path, f"{HEADER}\n{FIRST}\n", mapping={"txt": "text"})
    with pytest.raises(DumpError, match="no column is named 'nope'"):
        read_text(tmp_path, f"{HEADER}\n{FIRST}\n", mapping={"text": "nope"})


def test_a_header_alone_is_no_dump(tmp_path):
    with pytest.raises(DumpError, match="holds no row"):
        read_text(tmp_path, f"{HEADER}\n")


def test_a_huge_cell_is_set_aside(tmp_path):
    texts, rejects = outcome(
        read_text(
            tmp_path, f'{HEADER}\n1,a,"{"水" * 140_000}",\n2,a,"{"水" * 100_001}",\n3,a,水,\n'
        )
    )
    assert texts == ["水"]
    assert [row for row, _ in rejects] == [1, 2]


CELLS = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
TABLES = st.lists(st.lists(CELLS, min_size=4, max_size=4), min_size=1, max_size=8)


def both_ways(folder, data):
    path = folder / "dump.csv"
    path.write_bytes(data)
    fast = read_posts(path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(records, "STRIP_BYTES", 10)
        strips = read_posts(path)
    assert strips.table.equals(fast.table)
    assert strips.rejects.equals(fast.rejects)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks.BlockReader, "read", lambda *_: None)
        return fast, read_posts(path)


@settings(max_examples=200)
@given(TABLES, st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
def test_what_a_csv_writer_wrote_comes_back(tmp_path_factory, rows, quoting):
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, quoting=quoting)
    writer.writerow(HEADER.split(","))
    for place, row in enumerate(rows):
        writer.writerow([f"p{place}", "a", row[2].replace("\r", ""), ""])
    fast, slow = both_ways(tmp_path_factory.mktemp("c"), stream.getvalue().encode())
    assert fast.column("text").to_pylist() == [row[2].replace("\r", "") for row in rows]
    assert fast.table.equals(slow.table)


def test_cells_of_several_lines_may_stand_where_blocks_end(tmp_path, monkeypatch):
    monkeypatch.setattr(decoding, "SAMPLE_BYTES", 200)
    monkeypatch.setattr(decoding, "BLOCK_BYTES", 50)
    texts = [f'第{i}天\n停水{"，" * (i % 9)}\n"真的"' for i in range(60)]
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerows(
        [HEADER.split(","), *([f"p{i}", "a", text, ""] for i, text in enumerate(texts))]
    )
    fast, slow = both_ways(tmp_path, stream.getvalue().encode())
    assert fast.column("text").to_pylist() == texts
    assert fast.table.equals(slow.table)
    assert fast.column("source_row").to_pylist() == list(range(1, 61))


PIECES = st.lists(
    st.sampled_from(
        ["1,a,水,", '2,b,"x",', '3,c,"x', 'y",', '"', ",", "\n", "\r\n", "\r", "x", FIRST, HEADER]
    ),
    max_size=30,
)


@settings(max_examples=200)
@given(PIECES)
def test_broken_tables_keep_the_count_and_read_the_same_both_ways(tmp_path_factory, pieces):
    data = f"{HEADER}\n{FIRST}\n".encode() + "".join(pieces).encode()
    fast, slow = both_ways(tmp_path_factory.mktemp("c"), data)
    assert fast.table.to_pylist() == slow.table.to_pylist()
    assert fast.rejects.to_pylist() == slow.rejects.to_pylist()
    assert fast.rows == len(fast) + fast.rejects.num_rows
