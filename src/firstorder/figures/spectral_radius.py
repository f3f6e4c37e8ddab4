"""Pictures of the spectral radius that sets the rate of momentum on a quadratic."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from firstorder.figures.common import draw_curves, label_axes, panels
from firstorder.figures.style import BLACK, BLUE, GREY, METHODS, VERMILION, WIDTH, figure
from firstorder.objectives import quadratic
from firstorder.optimizers import Momentum
from firstorder.trajectories import minimize

Radius = Callable[[Any, Any], Any]


@figure
def phase_diagram(radius: Radius, points: Mapping[str, tuple[float, float, str]]) -> Figure:
    """Show the spectral radius over (αλ, β), and below it the run at each marked point."""
    picture = Figure(figsize=(WIDTH, 6.4), layout="constrained")
    parts: Any = picture.subfigures(2, 1, height_ratios=[1.75, 1])
    upper, lower = parts
    axes = upper.subplots()
    draw_radius(axes, radius)
    for name, (alpha_lambda, beta, _) in points.items():
        axes.plot(alpha_lambda, beta, "o", color="white", markeredgecolor=BLACK, markersize=15)
        axes.text(alpha_lambda, beta, name, ha="center", va="center_baseline", fontsize=9)
    parabola = quadratic([1.0])
    small = lower.subplots(2, (len(points) + 1) // 2, sharex=True).ravel()
    for panel, (name, (alpha_lambda, beta, title)) in zip(small, points.items(), strict=False):
        run = minimize(parabola, [1.0], Momentum(alpha_lambda, momentum=beta), 24).points
        panel.axhline(0, color=GREY, linewidth=0.8)
        panel.plot(run, "o-", color=BLUE, markersize=2.5, linewidth=1)
        panel.set_title(f"{name}  {title}", fontsize=9)
        panel.set(ylim=(-1.35, 1.35), yticks=[-1, 0, 1], xticks=[0, 12, 24])
        panel.tick_params(labelsize=8)
    for panel in small[len(small) // 2 :]:
        panel.set_xlabel("step $t$", fontsize=9)
    for panel in small[:: len(small) // 2]:
        panel.set_ylabel("$x_t$", fontsize=9)
    return picture


def draw_radius(axes: Axes, radius: Radius, limit: float = 4.15) -> None:
    """Draw level lines of the spectral radius where it is below one, and the regions' borders."""
    x, y = np.meshgrid(np.linspace(1e-9, limit, 481), np.linspace(0, 1, 241))
    rate = radius(x, y)
    levels = np.arange(0, 1.01, 0.1)
    shading = axes.contourf(x, y, rate, levels=levels, cmap="cividis")
    axes.contour(x, y, rate, levels=levels[1:-1], colors="white", linewidths=0.5)
    axes.figure.colorbar(shading, ax=axes, label="spectral radius $r$", pad=0.01)
    beta = np.linspace(0, 1, 201)
    for sign in (-1, 1):
        axes.plot((1 + sign * beta**0.5) ** 2, beta, color="white", linestyle="--", linewidth=1.6)
    axes.plot(2 * (1 + beta), beta, color=VERMILION, linewidth=2.2)
    words: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": 9}
    axes.text(1.45, 0.55, "complex pair: it oscillates", color=BLACK, **words)
    axes.text(3.62, 0.42, "diverges", color=VERMILION, **words)
    axes.grid(False)
    label_axes(axes, r"$\alpha\lambda$", r"$\beta$", xlim=(0, limit), ylim=(0, 1))


@figure
def eigenvalue_fan(
    radius: Radius, curves: Mapping[str, tuple[float, float]], ratio: float
) -> Figure:
    """Show the two roots as β grows, and for each (αL, β) the radius over a spectrum [L/κ, L]."""
    picture, (left, right) = panels(2, height=3.9, width_ratios=[1.35, 1])
    angle = np.linspace(0, 2 * np.pi, 200)
    left.plot(np.cos(angle), np.sin(angle), color=GREY, linewidth=1)
    beta = np.linspace(0, 1, 4001)
    values = np.array([0.04, 0.2, 0.5, 1.0, 1.6, 2.4, 3.2])
    for alpha_lambda, tone in zip(values, np.linspace(0.0, 0.9, len(values)), strict=True):
        shift = np.sqrt((1 + beta - alpha_lambda) ** 2 - 4 * beta + 0j)
        for sign in (-1, 1):
            root = (1 + beta - alpha_lambda + sign * shift) / 2
            root = np.where(np.abs(root) <= 1, root, np.nan)
            color = colormaps["cividis"](tone)
            left.plot(root.real, root.imag, color=color, linewidth=1.6)
            at = root[np.argmin(np.abs(beta - 0.6))]
            left.plot(at.real, at.imag, "o", color=color, markersize=5, zorder=4)
    left.plot(0.6**0.5 * np.cos(angle), 0.6**0.5 * np.sin(angle), ":", color=BLACK, linewidth=1.2)
    left.set_aspect("equal")
    label_axes(left, "real part", "imaginary part", title=r"roots as $\beta$ grows")
    share = np.geomspace(1 / ratio, 1, 400)
    draw_curves(right, {name: (share, radius(aL * share, b)) for name, (aL, b) in curves.items()})
    right.legend(loc="upper center", bbox_to_anchor=(0.45, -0.2), fontsize=8.5)
    label_axes(right, r"curvature $\lambda/L$", "radius $r$", xscale="log", ylim=(0.4, 1.04))
    right.set_title(rf"contraction, $\kappa = {ratio:g}$")
    return picture


@figure
def trapezoids(ratio: float) -> Figure:
    """Show where the radius is at most r, for the least r that holds [μ, L] with and without β."""
    picture, (axes,) = panels(height=2.8)
    least = {"momentum": (ratio**0.5 - 1) / (ratio**0.5 + 1)}
    least["gradient descent"] = (ratio - 1) / (ratio + 1)
    for label, r in least.items():
        beta = 0.0 if label == "gradient descent" else r**2
        color, dash = METHODS[label]
        x = [1 - r, (1 - r) ** 2, (1 + r) ** 2, 1 + r]
        name = rf"radius $\leq {r:.3g}$"
        axes.fill(x, [0, r**2, r**2, 0], color=color, alpha=0.13, linewidth=0)
        y = [0, r**2, r**2, 0, 0]
        axes.plot([*x, x[0]], y, color=color, linestyle=dash, linewidth=1.2, label=name)
        ends = np.array([(1 - r) * (1 - beta / r), (1 + r) * (1 + beta / r)])
        axes.plot(ends, [beta, beta], "o-", color=color, linewidth=4, markersize=7, clip_on=False)
        axes.text(ends.mean(), beta + 0.03, label, ha="center", fontsize=9)
    axes.legend(loc="upper right")
    label_axes(axes, r"$\alpha\lambda$", r"$\beta$", xlim=(0, 4), ylim=(0, 0.8))
    return picture
