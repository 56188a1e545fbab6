"""The tables behind the Xero simulator. Large JSON bodies stand apart, so that scans and counts stay cheap."""

SCHEMA = """
create table if not exists xero_organisation (
  tenant_id text primary key, name text not null, country text not null, short_code text not null,
  place integer not null, version integer not null default 0, next_invoice integer not null default 1,
  body text not null
);
create table if not exists xero_contact (
  id integer primary key, tenant_id text not null, contact_id text not null, name text not null,
  name_key text not null, email_key text not null, account_key text not null, number_key text not null,
  first_name text not null, last_name text not null, tax_number text not null, company_number text not null,
  archived integer not null, is_customer integer not null, is_supplier integer not null,
  updated_ms integer not null, search text not null
);
create unique index if not exists xero_contact_id on xero_contact (tenant_id, contact_id, archived);
create index if not exists xero_contact_updated on xero_contact (tenant_id, updated_ms, contact_id, archived);
create index if not exists xero_contact_name on xero_contact (tenant_id, name_key, contact_id, archived);
create index if not exists xero_contact_email on xero_contact (tenant_id, email_key);
create index if not exists xero_contact_account on xero_contact (tenant_id, account_key) where account_key != '';
create index if not exists xero_contact_number on xero_contact (tenant_id, number_key) where number_key != '';
create table if not exists xero_contact_body (id integer primary key, body text not null);
create table if not exists xero_document (
  id integer primary key, tenant_id text not null, document_id text not null, resource text not null,
  type text not null, status text not null, contact_id text not null, contact_name text not null,
  number text not null, reference text not null, date text not null, due_date text not null,
  amount_due real not null, amount_paid real not null, total real not null, updated_ms integer not null,
  search text not null, body text not null
);
create unique index if not exists xero_document_id on xero_document (tenant_id, resource, document_id);
create index if not exists xero_document_updated on xero_document (tenant_id, resource, updated_ms, document_id);
create index if not exists xero_document_contact on xero_document (tenant_id, contact_id);
create index if not exists xero_document_number on xero_document (tenant_id, resource, number);
create table if not exists xero_history (
  id integer primary key, tenant_id text not null, resource text not null, object_id text not null,
  at_ms integer not null, details text not null, changes text not null, user text not null
);
create index if not exists xero_history_object on xero_history (tenant_id, resource, object_id);
create table if not exists xero_connection (
  id text primary key, tenant_id text not null, client_id text not null, user_id text not null,
  auth_event_id text not null, created_ms integer not null, updated_ms integer not null,
  unique (tenant_id, client_id, user_id)
);
create table if not exists xero_code (
  hash text primary key, client_id text not null, user_id text not null, redirect_uri text not null,
  scope text not null, auth_event_id text not null, challenge text not null, expires_ms integer not null,
  used integer not null default 0
);
create table if not exists xero_token (
  hash text primary key, kind text not null, client_id text not null, user_id text not null, scope text not null,
  auth_event_id text not null, expires_ms integer not null, spent_ms integer
);
create index if not exists xero_token_client on xero_token (client_id, user_id);
create table if not exists xero_idempotency (
  client_id text not null, key text not null, fingerprint text not null, at_ms integer not null,
  status integer not null, content_type text not null, body blob not null, primary key (client_id, key)
)
"""
