"""The tables behind the MYOB simulator. Large JSON bodies stand apart, so that scans and counts stay cheap.

`myob_entity` holds everything that is listed: `family` (Contact, Invoice, TaxCode, Account) and `type` within it
(Customer, Service …). `version` is the business's counter at the last change; `owner` is an invoice's customer.
"""

SCHEMA = """
create table if not exists myob_business (
  business_id text primary key, name text not null, country text not null, place integer not null,
  version integer not null default 0, next_card integer not null default 1, next_invoice integer not null default 1,
  body text not null
);
create table if not exists myob_entity (
  id integer primary key, business_id text not null, family text not null, type text not null, uid text not null,
  modified_ms integer not null, version integer not null, name text not null, code text not null,
  active integer not null, owner text not null, search text not null, removed integer not null default 0
);
create unique index if not exists myob_entity_uid on myob_entity (business_id, family, removed, type, uid);
create index if not exists myob_entity_modified on myob_entity (business_id, family, removed, type, modified_ms, uid);
create index if not exists myob_entity_version on myob_entity (business_id, family, removed, type, version);
create index if not exists myob_entity_name on myob_entity (business_id, family, removed, type, name, id);
create index if not exists myob_entity_key on myob_entity (business_id, uid);
create index if not exists myob_entity_owner on myob_entity (business_id, owner) where owner != '';
create table if not exists myob_entity_body (id integer primary key, body text not null);
create table if not exists myob_consent (
  client_id text not null, business_id text not null, user_id text not null, scope text not null,
  given_ms integer not null, primary key (client_id, business_id)
);
create table if not exists myob_code (
  hash text primary key, client_id text not null, business_id text not null, user_id text not null,
  redirect_uri text not null, scope text not null, expires_ms integer not null, used integer not null default 0
);
create table if not exists myob_token (
  hash text primary key, kind text not null, client_id text not null, business_id text not null,
  user_id text not null, scope text not null, expires_ms integer not null
);
create index if not exists myob_token_business on myob_token (business_id)
"""
TABLES = ("business", "entity", "entity_body", "consent", "code", "token")
