CREATE TABLE user (id varchar(20) NOT NULL, nickname varchar(30), gender varchar(10), description varchar(400), weibo_num INT, following INT, followers INT, PRIMARY KEY (id));
CREATE TABLE weibo (id varchar(10) NOT NULL, user_id varchar(12), content varchar(2000), article_url varchar(200), original_pictures varchar(3000), retweet_pictures varchar(3000), original BOOLEAN NOT NULL DEFAULT 1, video_url varchar(300), publish_place varchar(100), publish_time DATETIME NOT NULL, publish_tool varchar(30), up_num INT NOT NULL, retweet_num INT NOT NULL, comment_num INT NOT NULL, PRIMARY KEY (id));
INSERT INTO user VALUES ('7000000001', '小禾', '女', '', 340, 12, 51);
INSERT INTO weibo VALUES ('P0aBcDeFg', '7000000001', '城东水厂停水三天大家快囤水', '', '无', NULL, 1, '无', '无', '2026-03-02 09:14', '网页版', 3, 12, 1);
