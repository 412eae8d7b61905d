CREATE TABLE user (id numeric primary key not null, username text, nickname text, avatar text not null);
CREATE TABLE thread (id numeric primary key not null, title text not null, user_id numeric not null, reply_num numeric not null, is_good numeric not null);
CREATE TABLE post (id numeric primary key not null, floor numeric not null, user_id numeric not null, content text, time text not null, comment_num numeric not null, signature text, tail text, thread_id numeric not null);
CREATE TABLE comment (id numeric primary key not null, user_id numeric not null, content text, time text not null, post_id numeric not null);
INSERT INTO user VALUES (7, 'xiaohe', '小禾', ''), (8, 'xiaosu', '小粟', '');
INSERT INTO thread VALUES (9000000001, '停水了吗', 7, 2, 0);
INSERT INTO post VALUES (140000000001, 1, 7, '城东水厂停水三天大家快囤水', '2026-03-02 09:14:07', 0, NULL, NULL, 9000000001), (140000000002, 2, 8, '真的吗', '2026-03-02 09:20:00', 1, NULL, NULL, 9000000001);
INSERT INTO comment VALUES (140000000011, 7, '真的', '2026-03-02 09:21:00', 140000000002);
