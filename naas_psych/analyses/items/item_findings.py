from naas_psych.result import Result
def findings(result, thresholds):
    return ()
