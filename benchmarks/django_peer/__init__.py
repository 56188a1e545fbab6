"""My Customers as a Django project would have it: its sessions, users, ORM and templates over a copy of the same data."""
