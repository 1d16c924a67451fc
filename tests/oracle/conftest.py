"""Studies whose truth is known, small enough to be simulated for the tests."""

from __future__ import annotations

import pytest

from naas_psych.oracle.replicate import Case, simulated
from naas_psych.simulate.plan import make_plan

#: Enough persons that a plant is found for certain, and few enough to be quick.
PERSONS = 480


@pytest.fixture(scope="session")
def planted() -> Case:
    """The pilot with every plant."""
    return simulated(make_plan(persons=PERSONS))


@pytest.fixture(scope="session")
def clean() -> Case:
    """Its clean twin."""
    return simulated(make_plan(persons=PERSONS, plants=[]))
