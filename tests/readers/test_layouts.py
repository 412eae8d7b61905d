import json

import pytest

from rumorscan.readers import read_posts
from rumorscan.records import OPTIONAL_FIELDS

TEXT = "城东水厂停水三天大家快囤水"
NINE = "2026-03-02T01:14:07+00:00"
LONG_HEADER = (
    "id,bid,正文,头条文章url,原始图片url,视频url,Live Photo视频url,位置,日期,工具,点赞数,评论数,"
    "转发数,话题,@用户,完整日期,是否编辑过,编辑次数,是否原创,源用户id,源用户昵称,源微博id"
)
CASES = {
    "weibo-crawler/csv": (
        "7000000001.csv",
        f"\ufeff{LONG_HEADER}\n"
        f"5099000000000001\t,P0aBcDeFg,{TEXT},,,,,,2026-03-02T09:14:07,某型号手机,3,1,12,,,"
        "2026-03-02 09:14:07,False,0,True\n",
        {
            "post_id": "5099000000000001",
            "account_id": "7000000001",
            "posted_at": NINE,
            "client": "某型号手机",
            "likes": 3,
            "comments": 1,
            "reposts": 12,
            "platform": "weibo",
        },
    ),
    "weibo-search/csv": (
        "停水.csv",
        "\ufeffid,bid,user_id,用户昵称,微博正文,头条文章url,发布位置,艾特用户,话题,转发数,评论数,"
        "点赞数,发布时间,发布工具,微博图片url,微博视频url,retweet_id,ip,user_authentication,会员类型,"
        f"会员等级\n5099000000000001,P0aBcDeFg,7000000001,小禾,{TEXT},,,,城东,12,1,3,"
        "2026-03-02 09:14,网页版,,,,浙江,普通用户,,0\n",
        {
            "post_id": "5099000000000001",
            "account_id": "7000000001",
            "account_name": "小禾",
            "posted_at": "2026-03-02T01:14:00+00:00",
            "precision": 2,
            "ip_region": "浙江",
            "hashtags": "城东",
            "client": "网页版",
            "likes": 3,
            "comments": 1,
            "reposts": 12,
            "platform": "weibo",
        },
    ),
    "weibospider-csv/csv": (
        "7000000001.csv",
        "微博id,微博正文,头条文章url,原始图片url,是否为原创微博,微博视频url,发布位置,发布时间,发布工具,"
        f"点赞数,转发数,评论数\nP0aBcDeFg,{TEXT},,,True,,,2026-03-02 09:14,网页版,3,12,1\n"
        "微博id,微博正文,头条文章url,原始图片url,是否为原创微博,微博视频url,发布位置,发布时间,发布工具,"
        "点赞数,转发数,评论数\n",
        {
            "post_id": "P0aBcDeFg",
            "account_id": "7000000001",
            "posted_at": "2026-03-02T01:14:00+00:00",
            "precision": 2,
            "client": "网页版",
            "likes": 3,
            "comments": 1,
            "reposts": 12,
            "platform": "weibo",
        },
    ),
    "weibospider/jsonl": (
        "tweets.jsonl",
        {
            "_id": "5099000000000001",
            "mblogid": "P0aBcDeFg",
            "created_at": "2026-03-02 09:14:07",
            "content": TEXT,
            "ip_location": "发布于 浙江",
            "reposts_count": 12,
            "user": {"_id": "7000000001", "nick_name": "小禾", "followers_count": 5},
            "crawl_time": 1772414100,
        },
        {
            "post_id": "5099000000000001",
            "account_id": "7000000001",
            "account_name": "小禾",
            "posted_at": NINE,
            "ip_region": "浙江",
            "followers": 5,
            "reposts": 12,
            "platform": "weibo",
        },
    ),
    "mediacrawler-weibo/jsonl": (
        "search_contents_2026-03-02.jsonl",
        {
            "note_id": "5099000000000001",
            "content": TEXT,
            "create_time": 1772414047,
            "liked_count": "1.2万",
            "comments_count": "10万+",
            "creator_hash": "0f1e2d3c4b5a6978",
            "nickname": "小***禾",
        },
        {
            "post_id": "5099000000000001",
            "account_id": "0f1e2d3c4b5a6978",
            "account_name": "小***禾",
            "posted_at": NINE,
            "likes": 12_000,
            "comments": 100_000,
            "platform": "weibo",
        },
    ),
    "mediacrawler-xhs/jsonl": (
        "search_contents_2026-03-02.jsonl",
        {
            "note_id": "65f0",
            "title": "停水",
            "desc": TEXT,
            "time": 1772414047000,
            "user_id": "u7",
            "liked_count": "3",
            "tag_list": "停水,城东",
        },
        {
            "post_id": "65f0",
            "account_id": "u7",
            "title": "停水",
            "posted_at": NINE,
            "likes": 3,
            "hashtags": "停水,城东",
            "platform": "xhs",
        },
    ),
    "mediacrawler-comments/jsonl": (
        "search_comments_2026-03-02.jsonl",
        {
            "comment_id": "c1",
            "note_id": "n1",
            "content": TEXT,
            "create_time": 1772414047,
            "parent_comment_id": "0",
            "user_id": "u7",
            "ip_location": "浙江",
        },
        {
            "post_id": "c1",
            "account_id": "u7",
            "root_id": "n1",
            "parent_id": None,
            "kind": "comment",
            "posted_at": NINE,
            "ip_region": "浙江",
        },
    ),
    "4cat/csv": (
        "export.csv",
        f"id,thread_id,author,body,timestamp,unix_timestamp\n9,8,salted7,{TEXT},"
        "2026-03-02 09:14:07,1772414047\n",
        {"post_id": "9", "account_id": "salted7", "root_id": "8", "posted_at": NINE},
    ),
    "twitter-io/csv": (
        "tweets.csv",
        "tweetid,userid,user_screen_name,account_creation_date,tweet_text,tweet_time,"
        f"tweet_client_name,in_reply_to_tweetid\n1234567890123456789,h7,n7,2019-01-02,{TEXT},"
        "2026-03-02 01:14,Web,\n",
        {
            "post_id": "1234567890123456789",
            "account_id": "h7",
            "account_name": "n7",
            "client": "Web",
            "parent_id": None,
            "account_created_at": "2019-01-02T00:00:00+00:00",
            "posted_at": "2026-03-02T01:14:00+00:00",
            "precision": 2,
            "platform": "twitter",
        },
    ),
    "twarc/csv": (
        "twarc.csv",
        "id,author_id,created_at,text,author.created_at,referenced_tweets.retweeted.id\n"
        f"1234567890123456789,77,2026-03-02T01:14:07.000Z,{TEXT},2019-01-02T00:00:00.000Z,55\n",
        {
            "post_id": "1234567890123456789",
            "account_id": "77",
            "posted_at": NINE,
            "account_created_at": "2019-01-02T00:00:00+00:00",
            "repost_of": "55",
            "platform": "twitter",
        },
    ),
    "bazhuayu/csv": (
        "导出.csv",
        f"\ufeff标题,txt,from1,图片\n小禾,{TEXT},03月02日 09:14,http://x.test/1.jpg\n",
        {
            "post_id": "导出.csv:1",
            "account_id": "小禾",
            "account_name": "小禾",
            "posted_at": None,
            "precision": 0,
        },
    ),
    "labeled-reposts/jsonl": (
        "reposts.jsonl",
        {"mid": 5, "uid": 7, "parent": 4, "kids": [], "text": TEXT, "date": "2026-03-02 09:14:07"},
        {"post_id": "5", "account_id": "7", "parent_id": "4", "posted_at": NINE},
    ),
}


@pytest.mark.parametrize("name", list(CASES))
def test_a_layout_is_recognized_and_its_fields_have_the_expected_values(tmp_path, name):
    file_name, content, expected = CASES[name]
    path = tmp_path / file_name
    text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
    path.write_text(text, encoding="utf-8")
    posts = read_posts(path)
    assert posts.inputs[0].format == name
    assert posts.rejects.num_rows == 0
    row = posts.table.to_pylist()[0]
    row["posted_at"] = row["posted_at"] and row["posted_at"].isoformat()
    if row.get("account_created_at"):
        row["account_created_at"] = row["account_created_at"].isoformat()
    wanted = {"text": TEXT, "precision": 3, **expected}
    assert {key: row[key] for key in wanted} == wanted
    filled = {key for key in OPTIONAL_FIELDS if row.get(key) is not None}
    assert filled <= wanted.keys()


def test_times_without_a_year_are_counted(tmp_path):
    path = tmp_path / "导出.csv"
    times = ["03月02日 09:14", "今天09:14", "5分钟前", "2026年03月02日 09:14"]
    rows = [f"小禾,{TEXT},{time},\n" for time in times]
    path.write_text("标题,txt,from1,图片\n" + "".join(rows), encoding="gb18030")
    posts = read_posts(path)
    assert posts.inputs[0].notes["times not known"] == 3
    assert posts.column("posted_at").null_count == 3


def test_a_column_of_numbers_names_the_posts(tmp_path):
    path = tmp_path / "表.csv"
    path.write_text("编号,用户名,内容\n0017,小禾,停水\n", encoding="utf-8")
    assert read_posts(path).column("post_id").to_pylist() == ["0017"]


def test_a_layout_can_be_asked_for_by_name(tmp_path):
    path = tmp_path / "7000000001.csv"
    path.write_text("id,正文,日期\n1,停水,2026-03-02\n", encoding="utf-8")
    posts = read_posts(path, format="weibo-crawler")
    assert posts.inputs[0].format == "weibo-crawler/csv"
    assert posts.column("account_id").to_pylist() == ["7000000001"]


def test_twitter_archives_are_in_utc():
    # the archive states UTC without writing a zone
    from rumorscan.readers.layouts import layout_named

    layout = layout_named("twitter-io")
    assert layout is not None
    assert layout.tz == "UTC"
