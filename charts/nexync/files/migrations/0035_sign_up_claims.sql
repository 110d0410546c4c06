-- What somebody asked for who signed up with an address that has an account (docs/adr/0065): what the username looks
-- like. It is taken as long as the code of that sign-up counts, as it would be with an address that nobody has.
CREATE TABLE sign_up_claims (
    person uuid PRIMARY KEY REFERENCES people (id) ON DELETE CASCADE,
    looks text NOT NULL
);
CREATE INDEX sign_up_claims_looks ON sign_up_claims (looks);
