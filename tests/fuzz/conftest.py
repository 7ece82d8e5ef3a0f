"""Each kind of file that a test module names in ``KINDS``, and a bound on what reading it may take."""

from __future__ import annotations

from collections.abc import Iterator

import pytest


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "kind" in metafunc.fixturenames:
        metafunc.parametrize("kind", metafunc.module.KINDS, indirect=True)


@pytest.fixture
def kind(request: pytest.FixtureRequest) -> Iterator[object]:
    from .reading import MOST_MEMORY_KIB, resource  # skips where there is none, which a conftest can't

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    yield request.module.KINDS[request.param]
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < MOST_MEMORY_KIB
