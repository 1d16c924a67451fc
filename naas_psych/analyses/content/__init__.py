"""Does the test ask what the job asks, as experts, candidates and users see it?"""
