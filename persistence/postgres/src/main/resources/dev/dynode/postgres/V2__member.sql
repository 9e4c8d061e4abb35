-- Where nodes of the cluster are. Who is a member holds a lock: a row alone says nothing. cluster: counts the clusters
-- there have been. session: its process in the database; 0 of a node that left in order.
CREATE TABLE member (
  address TEXT PRIMARY KEY,
  session INTEGER NOT NULL,
  cluster BIGINT NOT NULL
);
