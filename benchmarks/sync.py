FULL=QUICK=None
def beside_official_client(folder, size): return []
