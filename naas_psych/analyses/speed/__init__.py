"""Was there time, and did time change the outcome?"""
