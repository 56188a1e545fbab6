"""`make run`: web, worker and simulators as children of one process that starts, watches and stops them."""
