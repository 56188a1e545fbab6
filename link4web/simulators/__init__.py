"""Stand-ins for the outside world: the ledgers, ABN Lookup and a mailbox, speaking the real protocols.

They import nothing of the product, so that what runs at home and in tests is the product's real client code; only
base addresses differ. Start them with `server.run` (command line) or `server.start` (tests, benches).

A service is a package with `NAME`, `SCHEMA` (its tables) and `blueprint` (its protocol's paths plus `add_controls`),
listed in `app.SERVICES`. `GET /<service>/_control` says what can be asked of it.
"""
