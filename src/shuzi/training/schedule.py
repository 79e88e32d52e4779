"""Learning rates: what share of the recipe's rate each step takes."""

from math import cos, pi

from shuzi.training.recipes import Recipe

START = 1 / 25
"""Of the peak, where one cycle begins."""
RISE = 5
"""One cycle climbs over one in so many of its steps."""


def rate_at(recipe: Recipe, t: int, steps: int) -> float:
    """The learning rate of step t, counted from 0, of so many.

    `decay` is lr / (1 + decay t) (keras.optimizers.schedules.InverseTimeDecay); `cosine` falls to 0
    as half a cosine (Loshchilov and Hutter, 2017); `step` is a tenth from half of the steps on and
    a hundredth from three quarters on; `onecycle` climbs from a 25th over a fifth of the steps and
    falls to nearly 0, both as cosines (Smith, 2018); `constant` stays. All but `onecycle` climb in
    a straight line over the share `warmup` of the steps first.
    """
    kind = recipe.schedule_of_optimiser
    if kind == "onecycle":
        return recipe.lr * one_cycle(t, steps)
    warm = round(recipe.warmup * steps)
    if t < warm:
        return recipe.lr * (t + 1) / warm
    done = (t - warm) / max(1, steps - warm)
    if kind == "decay":
        return recipe.lr / (1 + recipe.decay * t)
    if kind == "cosine":
        return recipe.lr * (1 + cos(pi * done)) / 2
    if kind == "step":
        return recipe.lr * (1.0 if done < 0.5 else 0.1 if done < 0.75 else 0.01)
    return recipe.lr


def one_cycle(t: int, steps: int) -> float:
    """Share of the peak in step t."""
    peak = max(1, steps // RISE)
    if t < peak:
        return START + (1 - START) * (1 - cos(pi * t / peak)) / 2
    return (1 + cos(pi * (t - peak) / max(1, steps - peak))) / 2 + 1e-5
