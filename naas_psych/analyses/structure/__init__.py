"""What do scores reflect: one thing, one thing with clusters, or several?"""
