"""My Customers as a Django project would have it: its own sessions, users, ORM and templates over the same data."""
