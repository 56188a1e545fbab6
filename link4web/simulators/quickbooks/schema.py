"""The tables behind the QuickBooks simulator. Every kind of object is a row with the columns that queries can use."""

SCHEMA = """
create table if not exists quickbooks_company (
  realm text primary key, name text not null, country text not null, place integer not null,
  next_name integer not null default 1, next_transaction integer not null default 1
);
create table if not exists quickbooks_object (
  id integer primary key, realm text not null, kind text not null, number integer not null,
  name text not null default '', name_key text not null default '', given text not null default '',
  middle text not null default '', family text not null default '', company text not null default '',
  full_name text not null default '', print_name text not null default '', email text not null default '',
  active integer not null default 1, removed integer not null default 0, balance real not null default 0,
  total real not null default 0, doc_number text not null default '', day text not null default '',
  due_day text not null default '', customer text not null default '', created_ms integer not null,
  updated_ms integer not null, sync_token integer not null default 0, tax_number text not null default '',
  search text not null default ''
);
create unique index if not exists quickbooks_object_number on quickbooks_object (realm, kind, number, active, removed);
create index if not exists quickbooks_object_active on quickbooks_object (realm, kind, active, removed, number);
create index if not exists quickbooks_object_updated on quickbooks_object (realm, kind, updated_ms, number, active);
create index if not exists quickbooks_object_name on quickbooks_object (realm, name_key, kind);
create index if not exists quickbooks_object_customer on quickbooks_object (realm, customer) where customer != '';
create table if not exists quickbooks_body (id integer primary key, body text not null);
create table if not exists quickbooks_grant (
  id text primary key, client_id text not null, realm text not null, scope text not null, user text not null,
  consented_ms integer not null, dead integer not null default 0
);
create index if not exists quickbooks_grant_realm on quickbooks_grant (realm, client_id);
create table if not exists quickbooks_code (
  hash text primary key, grant_id text not null, client_id text not null, redirect_uri text not null,
  expires_ms integer not null, used integer not null default 0
);
create table if not exists quickbooks_token (
  hash text primary key, kind text not null, grant_id text not null, issued_ms integer not null,
  expires_ms integer not null, replaced_ms integer
);
create index if not exists quickbooks_token_grant on quickbooks_token (grant_id);
create table if not exists quickbooks_request (
  realm text not null, client_id text not null, request_id text not null, at_ms integer not null,
  status integer not null, content_type text not null, body blob not null,
  primary key (realm, client_id, request_id)
)
"""
TABLES = ("company", "object", "body", "grant", "code", "token", "request")
