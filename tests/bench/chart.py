"""The bar chart: what each client costs."""

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot  # noqa: E402

OURS, OTHERS, LOOSE = "#1b6ca8", "#9aa5b1", "#d98c5f"


def _colour(row):
    if row["name"].startswith("check_smtp_auth"):
        return OURS
    return OTHERS if row["verifies"] == "chain + name" else LOOSE


def _bars(axes, rows, key, scale, title, form):
    values = [row[key] / scale for row in rows]
    axes.barh(range(len(rows)), values, color=[_colour(r) for r in rows])
    axes.set_yticks(range(len(rows)))
    axes.set_yticklabels(["%s\n(verifies %s)" % (r["name"], r["verifies"])
                          for r in rows], fontsize=8)
    axes.invert_yaxis()
    axes.set_title(title, fontsize=10, loc="left")
    axes.set_xlim(0, max(values) * 1.15)
    for side in ("top", "right", "bottom"):
        axes.spines[side].set_visible(False)
    axes.set_xticks([])
    for i, value in enumerate(values):
        axes.text(value + max(values) * 0.01, i, form % value, va="center",
                  fontsize=8)


def draw(rows, path):
    """path without its suffix; .svg and .png are written."""
    rows = sorted(rows, key=lambda r: r["instructions"])
    matplotlib.rcParams["svg.hashsalt"] = "check_smtp_auth"
    matplotlib.rcParams["svg.fonttype"] = "none"
    figure, axes = pyplot.subplots(1, 3, figsize=(12, 4.2), sharey=True)
    _bars(axes[0], rows, "instructions", 1e6,
          "instructions of one login, millions", "%.1f")
    _bars(axes[1], rows, "cpu", 1, "CPU time, check_smtp = 1", "%.2f")
    _bars(axes[2], rows, "calls", 1, "system calls", "%d")
    figure.tight_layout()
    figure.savefig(path.with_suffix(".svg"), metadata={"Date": None})
    figure.savefig(path.with_suffix(".png"), dpi=130)
