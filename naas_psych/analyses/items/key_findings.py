def findings(result, thresholds):
    return ()
