"""Tests of a group run in the same process: a newer pytest once ignored the groups, and said nothing."""

import os

import pytest


@pytest.mark.xdist_group("shared")
def test_a_group_is_part_of_the_id_by_which_processes_get_tests(request: pytest.FixtureRequest) -> None:
    in_several_processes = "PYTEST_XDIST_WORKER" in os.environ
    assert request.node.nodeid.endswith("@shared") == in_several_processes
