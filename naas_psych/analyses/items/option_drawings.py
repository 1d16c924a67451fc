def drawings(result):
    return ()
