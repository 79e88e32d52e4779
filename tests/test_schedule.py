"""Learning rates by step."""

import pytest

from shuzi.training.recipes import RECIPES, TUTORIAL
from shuzi.training.schedule import rate_at

STEPS = 100


def rates(recipe, **settings):
    changed = recipe.with_settings(settings)
    return [rate_at(changed, t, STEPS) / changed.lr for t in range(STEPS)]


def test_decay_is_that_of_keras():
    assert rates(TUTORIAL, decay=0.5)[:3] == pytest.approx([1, 1 / 1.5, 1 / 2])


def test_each_schedule_goes_its_way():
    assert set(rates(TUTORIAL, schedule="constant")) == {1.0}
    cosine = rates(TUTORIAL, schedule="cosine")
    assert (cosine[0], cosine[50]) == pytest.approx((1, 0.5))
    assert sorted(cosine, reverse=True) == cosine
    step = rates(TUTORIAL, schedule="step")
    assert [step[t] for t in (0, 49, 50, 74, 75, 99)] == pytest.approx([1, 1, 0.1, 0.1, 0.01, 0.01])
    cycle = rates(RECIPES["fast"])
    assert (cycle[0], max(cycle), cycle.index(max(cycle))) == pytest.approx(
        (1 / 25, 1, 20), rel=1e-4
    )
    assert cycle[-1] < 0.01
    assert rates(TUTORIAL, schedule="onecycle") == cycle


def test_a_warm_up_climbs_in_a_line():
    warm = rates(TUTORIAL, schedule="cosine", warmup=0.1)
    assert warm[:10] == pytest.approx([(t + 1) / 10 for t in range(10)])
    assert warm[10] == pytest.approx(1)
