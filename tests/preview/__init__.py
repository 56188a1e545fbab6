"""Sample contexts for every template: what the pages look like with nothing behind them.

All people and businesses are invented; every ABN and NZBN is a sample that satisfies its checksum, except where a page
shows a wrong one on purpose.
"""
