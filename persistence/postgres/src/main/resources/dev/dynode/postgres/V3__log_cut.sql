-- What is gone of an app's log: how many of its first lines, and the number of the last of them. Those who follow the log
-- see by it how many they were too slow for.
CREATE TABLE log_cut (
  app UUID PRIMARY KEY,
  lines BIGINT NOT NULL,
  last BIGINT NOT NULL
);
