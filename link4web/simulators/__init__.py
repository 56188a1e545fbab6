"""Stand-ins for the outside world: Xero, ABN Lookup and a mailbox, speaking the real protocols over HTTP and SMTP.

They import nothing of the product, so that what runs at home and in tests is the product's real client code; only
base addresses differ. Start them with `server.run` (command line) or `server.start` (tests, benches).
"""
