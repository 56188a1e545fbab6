"""What Link4web costs, measured beside peers in one run. `make bench` writes results.md."""
