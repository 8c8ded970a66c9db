-- In cents of the currency that every price is in.

ALTER TABLE session_origin ADD COLUMN budget BIGINT;
