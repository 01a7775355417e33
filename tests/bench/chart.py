"""The bar chart: what each client costs."""

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot  # noqa: E402

OURS, OTHERS, LOOSE = "#1b6ca8", "#9aa5b1", "#d98c5f"


def _colour(row):
    if row["name"].startswith("check_smtp_auth"):
        return OURS
    return OTHERS if row["verifies"] == "chain + name" else LOOSE


def _bars(axes, platforms, names, key, scale, title, form):
    """A bar for each client on each platform, the platforms of a client
    beside each other, the later ones paler."""
    most = max(row[key] / scale for rows in platforms.values() for row in rows)
    height = 0.8 / len(platforms)
    for n, (platform, rows) in enumerate(platforms.items()):
        for row in rows:
            at = names.index(row["name"]) + (n + 0.5) * height - 0.4
            value = row[key] / scale
            axes.barh(at, value, height * 0.9, color=_colour(row),
                      alpha=1 - 0.35 * n)
            axes.text(value + most * 0.01, at,
                      form % value + ("  " + platform if key == "instructions"
                                      else ""), va="center", fontsize=7)
    axes.set_title(title, fontsize=10, loc="left")
    axes.set_xlim(0, most * 1.25)
    for side in ("top", "right", "bottom"):
        axes.spines[side].set_visible(False)
    axes.set_xticks([])


def draw(platforms, path):
    """platforms: rows of clients by name of the system; path without its
    suffix; .svg and .png are written."""
    first = sorted(next(iter(platforms.values())),
                   key=lambda r: r["instructions"])
    names = [r["name"] for r in first]
    matplotlib.rcParams["svg.hashsalt"] = "check_smtp_auth"
    matplotlib.rcParams["svg.fonttype"] = "none"
    figure, axes = pyplot.subplots(1, 3, figsize=(12, 5.2), sharey=True)
    axes[0].set_yticks(range(len(first)))
    axes[0].set_yticklabels(["%s\n(verifies %s)" % (r["name"], r["verifies"])
                             for r in first], fontsize=8)
    axes[0].invert_yaxis()
    for a, key, scale, title, form in (
            (axes[0], "instructions", 1e6,
             "instructions of one login, millions", "%.1f"),
            (axes[1], "cpu", 1, "CPU time, check_smtp = 1", "%.2f"),
            (axes[2], "calls", 1, "system calls", "%d")):
        _bars(a, platforms, names, key, scale, title, form)
    figure.tight_layout()
    figure.savefig(path.with_suffix(".svg"), metadata={"Date": None})
    figure.savefig(path.with_suffix(".png"), dpi=130)
