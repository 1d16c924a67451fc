"""The pass-mark explorer: a picture in the report that moves with the cut, without a network."""
